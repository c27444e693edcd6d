//! The result: by stratum and unit, the drawn list with search, the bundle to download.

use app::drawing::{ResultView, bundle, drawn_list, result};
use askama::Template;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use web::{Area, Choice, Crumb, Html, ListQuery, Page, Pager, Path, Result, qr_svg};

use super::{here, id};
use crate::{Desk, Routes};

pub(super) fn routes() -> Routes {
    Routes::new().get("/office/tasks/{task}/result", UseCase::DrawView, view).get(
        "/office/tasks/{task}/bundle",
        UseCase::BundleDownload,
        download,
    )
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
}

async fn view(desk: Desk, list: ListQuery, Path(name): Path<String>) -> Result<Html<ResultPage>> {
    let task = id(&name)?;
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
    Ok(Html(ResultPage {
        page: desk.page_under(Area::Task, crumbs),
        base,
        seed: attempt.as_ref().and_then(|a| a.seed.clone()).unwrap_or_default(),
        commitment: attempt.and_then(|a| a.commitment_digest).unwrap_or_default(),
        pager: list.pager(found.total),
        strata: view.strata.iter().map(|s| Choice::new(s.code.clone(), format!("{} {}", s.code, s.label))).collect(),
        units: view.units.iter().map(|u| Choice::new(u.agency.to_string(), u.name.clone())).collect(),
        rows,
        qr: qr_svg(&view.proof_url)?,
        list,
        view,
    }))
}

async fn download(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let file = bundle(&desk.platform, &desk.ctx, id(&name)?).await?;
    let bytes = tokio::fs::read(&file.path).await.map_err(web::Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, file.media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}
