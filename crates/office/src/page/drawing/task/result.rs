//! The result: by stratum and unit, the drawn list with search, the bundles to download, who recomputed it, and receipts for
//! firms.

use app::ErrorKind;
use app::drawing::{DownloadFile, ResultView, attest, bundle, drawn_list, receipt, result, whole_bundle};
use askama::Template;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use web::{
    Area, Choice, Crumb, FieldErrors, Form, Html, ListQuery, Page, Pager, Path, Result, Tone, go_saying, qr_svg,
};

use super::{here, id};
use crate::{Desk, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/office/tasks/{task}/result", UseCase::DrawView, view)
        .get("/office/tasks/{task}/bundle", UseCase::BundleDownload, download)
        .get("/office/tasks/{task}/bundle/whole", UseCase::BundleWhole, download_whole)
        .post("/office/tasks/{task}/attest", UseCase::ResultAttest, attested)
        .post("/office/tasks/{task}/receipt", UseCase::ReceiptIssue, issue)
}

struct Row {
    stratum: String,
    rank: i64,
    code: String,
    name: String,
    unit: String,
    ticket: String,
}

#[derive(Template)]
#[template(path = "drawing/task/result.html")]
struct ResultPage {
    page: Page,
    base: String,
    view: ResultView,
    seed: String,
    commitment: String,
    list: ListQuery,
    pager: Pager,
    strata: Vec<Choice>,
    units: Vec<Choice>,
    rows: Vec<Row>,
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

async fn view(desk: Desk, list: ListQuery, Path(name): Path<String>) -> Result<Html<ResultPage>> {
    Ok(Html(page(&desk, list, &name, Typed::default(), FieldErrors::none()).await?))
}

async fn page(desk: &Desk, list: ListQuery, name: &str, typed: Typed, errors: FieldErrors) -> Result<ResultPage> {
    let task = id(name)?;
    let view = result(&desk.platform, &desk.ctx, task).await?;
    let filter = (list.filter("stratum"), list.filter("unit"), list.filter("q"));
    let found = drawn_list(&desk.platform, &desk.ctx, task, filter, list.page - 1, list.per_page).await?;
    let unit = |agency| view.units.iter().find(|unit| unit.agency == agency).map_or("", |unit| unit.name.as_str());
    let label = |code: &str| view.strata.iter().find(|one| one.code == code).map_or("", |one| one.label.as_str());
    let rows = found.rows.iter().map(|row| Row {
        stratum: format!("{} {}", row.stratum, label(&row.stratum)),
        rank: row.rank,
        code: row.code.clone(),
        name: row.name.clone(),
        unit: unit(row.agency_id).to_owned(),
        ticket: row.ticket.chars().take(16).collect(),
    });
    let rows = rows.collect();
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
        pager: list.pager(found.total),
        strata: view.strata.iter().map(|s| Choice::new(s.code.clone(), format!("{} {}", s.code, s.label))).collect(),
        units: view.units.iter().map(|u| Choice::new(u.agency.to_string(), u.name.clone())).collect(),
        rows,
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
    let bytes = tokio::fs::read(&file.path).await.map_err(web::Error::internal)?;
    Ok(attached(bytes, file.media_type, &file.name))
}

fn attached(bytes: Vec<u8>, media_type: &str, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, Body::from(bytes)).into_response()
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
        Ok(bytes) => Ok(attached(bytes, "application/json", "receipt.json")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(page(&desk, list, &name, typed, errors).await?))
        }
        Err(error) => Err(error.into()),
    }
}
