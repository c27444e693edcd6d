//! The result: by stratum and unit, the drawn list with search, the bundles to download, who recomputed it, and receipts for
//! firms.

use app::ErrorKind;
use app::drawing::{DownloadFile, ResultView, attest, bundle, drawn_list, receipt, result, whole_bundle};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use web::{
    Area, Cell, Choice, Column, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Result, Table, Tone, go_saying,
    qr_svg,
};

use super::{here, id};
use crate::{Desk, Routes, listed};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/office/tasks/{task}/result", UseCase::DrawView, view)
        .get("/office/tasks/{task}/bundle", UseCase::BundleDownload, download)
        .get("/office/tasks/{task}/bundle/whole", UseCase::BundleWhole, download_whole)
        .post("/office/tasks/{task}/attest", UseCase::ResultAttest, attested)
        .post_heavy("/office/tasks/{task}/receipt", UseCase::ReceiptIssue, issue)
}

const COLUMNS: &[Column] = &[
    Column::text("stratum", "类别"),
    Column::number("rank", "序号"),
    Column::code("code", "统一社会信用代码").label("代码"),
    Column::text("name", "名称").head().wide(40.0),
    Column::text("unit", "单位"),
    Column::code("ticket", "票值（前16位）").label("票值"),
];

#[derive(Template)]
#[template(path = "drawing/task/result.html")]
struct ResultPage {
    page: Page,
    base: String,
    view: ResultView,
    seed: String,
    commitment: String,
    list: ListQuery,
    table: Table,
    strata: Vec<Choice>,
    units: Vec<Choice>,
    qr: String,
    statements: Vec<Statement>,
    may_whole: bool,
    may_attest: bool,
    may_receipt: bool,
    typed: Typed,
    errors: FieldErrors,
}

/// Who says that the result was recomputed, and when.
struct Statement {
    who: String,
    at: String,
}

/// What was typed into the page's two forms.
#[derive(Default, serde::Deserialize)]
struct Typed {
    #[serde(default)]
    result: String,
    #[serde(default)]
    code: String,
}

async fn view(desk: Desk, list: ListQuery, Path(name): Path<String>) -> Result<Response> {
    if let Some(format) = list.file {
        let view = result(&desk.platform, &desk.ctx, id(&name)?).await?;
        return listed::file(&desk, UseCase::DrawView, drawn_table(&desk, &view, &list).await?, format).await;
    }
    Ok(Html(page(&desk, list, &name, Typed::default(), FieldErrors::none()).await?).into_response())
}

async fn drawn_table(desk: &Desk, view: &ResultView, list: &ListQuery) -> Result<Table> {
    let filter = (list.filter("stratum"), list.filter("unit"), list.filter("q"));
    let window = list.window(COLUMNS);
    let found = drawn_list(&desk.platform, &desk.ctx, view.view.task.id, filter, window).await?;
    let unit = |agency| view.units.iter().find(|unit| unit.agency == agency).map_or("", |unit| unit.name.as_str());
    let label = |code: &str| view.strata.iter().find(|one| one.code == code).map_or("", |one| one.label.as_str());
    let rows = found.rows.into_iter().map(|row| {
        vec![
            Cell::text(format!("{} {}", row.stratum, label(&row.stratum))),
            Cell::number(u64::try_from(row.rank).unwrap_or(0)),
            Cell::text(row.code),
            Cell::text(row.name),
            Cell::text(unit(row.agency_id)),
            Cell::text(row.ticket.chars().take(16).collect::<String>()),
        ]
    });
    Ok(Table::paged(("抽中名单", "户次"), COLUMNS, list, found.total, rows))
}

async fn page(desk: &Desk, list: ListQuery, name: &str, typed: Typed, errors: FieldErrors) -> Result<ResultPage> {
    let task = id(name)?;
    let view = result(&desk.platform, &desk.ctx, task).await?;
    let table = drawn_table(desk, &view, &list).await?;
    let base = here(task);
    let crumbs = [
        Crumb::to("抽查任务", "/office/tasks"),
        Crumb::to(view.view.task.number.clone(), base.clone()),
        Crumb::here("摇号结果"),
    ];
    let attempt = view.view.latest().map(|latest| latest.attempt.clone());
    let said = |role: &str, name: &str, unit: &str| match role {
        "witness" => format!("见证人 {name}"),
        _ => format!("{unit} {name}"),
    };
    let statements = view
        .attestations
        .iter()
        .map(|one| Statement { who: said(&one.role, &one.name, &one.unit), at: text::moment(one.at) });
    let account = desk.post.account_id.to_string();
    let signed = view.attestations.iter().any(|one| one.signer == account);
    Ok(ResultPage {
        page: desk.page_under(Area::Task, crumbs),
        base,
        seed: attempt.as_ref().and_then(|a| a.seed.clone()).unwrap_or_default(),
        commitment: attempt.and_then(|a| a.commitment_digest).unwrap_or_default(),
        table,
        strata: view.strata.iter().map(|s| Choice::new(s.code.clone(), format!("{} {}", s.code, s.label))).collect(),
        units: view.units.iter().map(|u| Choice::new(u.agency.to_string(), u.name.clone())).collect(),
        qr: qr_svg(&view.proof_url)?,
        statements: statements.collect(),
        may_whole: view.withheld && desk.may(UseCase::BundleWhole),
        may_attest: desk.may(UseCase::ResultAttest) && !signed,
        may_receipt: view.view.own && desk.may(UseCase::ReceiptIssue),
        typed,
        errors,
        list,
        view,
    })
}

async fn download(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    send(bundle(&desk.platform, &desk.ctx, id(&name)?).await?).await
}

async fn download_whole(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    send(whole_bundle(&desk.platform, &desk.ctx, id(&name)?).await?).await
}

/// A file of the store as an answer.
pub(super) async fn send(file: DownloadFile) -> Result<Response> {
    Ok(web::download::named(web::download::of_path(&file.path).await?, file.media_type, &file.name))
}

async fn attested(desk: Desk, list: ListQuery, Path(name): Path<String>, Form(typed): Form<Typed>) -> Result<Response> {
    match attest(&desk.platform, &desk.ctx, id(&name)?, &typed.result).await {
        Ok(()) => Ok(go_saying(&format!("{}/result", here(name)), Tone::Good, "已记录您的复算声明，并在公告中公布。")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(page(&desk, list, &name, typed, errors).await?))
        }
        Err(error) => Err(error.into()),
    }
}

async fn issue(desk: Desk, list: ListQuery, Path(name): Path<String>, Form(typed): Form<Typed>) -> Result<Response> {
    match receipt(&desk.platform, &desk.ctx, id(&name)?, &typed.code).await {
        Ok(bytes) => Ok(web::download::named(bytes.into_response(), "application/json", "receipt.json")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(page(&desk, list, &name, typed, errors).await?))
        }
        Err(error) => Err(error.into()),
    }
}
