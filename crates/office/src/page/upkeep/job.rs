//! Long work: the list, one job with its progress, its JSON for the browser, cancelling.

use app::ErrorKind;
use app::job::JobView;
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::JobId;
use domain::registry::UseCase;
use web::{Area, Cell, Column, Crumb, Html, ListQuery, Look, Page, Path, Result, Table, Tone, go_saying};

use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/office/jobs", UseCase::JobList, list).get("/office/jobs/{job}", UseCase::JobView, view).post(
        "/office/jobs/{job}/cancel",
        UseCase::JobCancel,
        cancel,
    )
}

/// A job as the component shows it.
#[must_use]
pub fn component(job: &JobView) -> web::JobView {
    let ended = match (job.ended, job.state.as_str()) {
        (false, _) => None,
        (true, "done") => Some(Tone::Good),
        (true, "cancelled") => Some(Tone::Plain),
        (true, _) => Some(Tone::Bad),
    };
    let part =
        |name: &str| job.error.as_ref().and_then(|error| error.get(name)?.as_str()).unwrap_or_default().to_owned();
    let words = match (&job.error, job.ended) {
        (Some(_), _) => format!("{}：{}", job.state_label, part("message")),
        (None, true) => job.state_label.to_owned(),
        (None, false) => String::new(),
    };
    web::JobView {
        json_url: format!("/office/jobs/{}.json", job.id),
        title: job.title.clone(),
        done: u64::try_from(job.done).unwrap_or(0),
        total: u64::try_from(job.total).ok().filter(|total| *total > 0),
        phase: if job.ended { String::new() } else { job.step.to_owned() },
        words,
        next: part("next"),
        ended,
    }
}

const COLUMNS: &[Column] = &[
    Column::text("title", "作业").head().wide(40.0),
    Column::text("state", "状态"),
    // It moves while one looks.
    Column::number("percent", "进度").unsorted(),
    Column::moment("created_at", "提交时间"),
    Column::moment("finished_at", "结束时间"),
];

fn cells(job: &JobView) -> Vec<Cell> {
    let state = Cell::chip(component(job).ended.unwrap_or(Tone::Info), job.state_label);
    let step = if job.ended || job.step.is_empty() { String::new() } else { format!("（{}）", job.step) };
    vec![
        Cell::link(&job.title, format!("/office/jobs/{}", job.id)),
        state.and(step, Look::Plain),
        Cell::text(format!("{}%", job.percent)),
        Cell::text(&job.created_at),
        Cell::text(job.finished_at.clone().unwrap_or_default()),
    ]
}

#[derive(Template)]
#[template(path = "upkeep/job/list.html")]
struct ListPage {
    page: Page,
    table: Table,
    query: ListQuery,
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let window = query.window(COLUMNS);
    let found = app::job::list(&desk.platform, &desk.ctx, query.filter("state"), window).await?;
    let table = Table::paged(("作业", "个"), COLUMNS, &query, found.total, found.rows.iter().map(cells));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::JobList, table, format).await;
    }
    Ok(Html(ListPage { page: desk.page(Area::Job), table, query }).into_response())
}

#[derive(Template)]
#[template(path = "upkeep/job/view.html")]
struct ViewPage {
    page: Page,
    words: String,
    job: JobView,
    component: web::JobView,
    may_cancel: bool,
    /// It ended well: there is a result to look at.
    good: bool,
    back: String,
}

/// `/office/jobs/{id}` is the page, `/office/jobs/{id}.json` what its script reads.
async fn view(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let (id, json) = match name.strip_suffix(".json") {
        Some(id) => (id, true),
        None => (name.as_str(), false),
    };
    let id: JobId = id.parse().map_err(|_| app::Error::not_found())?;
    let job = app::job::get(&desk.platform, &desk.ctx, id).await?;
    let back = way_back(&desk, &job).await?;
    if json {
        return Ok(axum::Json(progress(&job, &back)).into_response());
    }
    let page = ViewPage {
        page: desk.page_under(Area::Job, [Crumb::to("作业", "/office/jobs"), Crumb::here(job.title.clone())]),
        component: component(&job),
        may_cancel: !job.ended && !job.cancel_requested && desk.may(UseCase::JobCancel),
        good: job.ended && job.error.is_none(),
        words: match job.finished_at.as_ref() {
            Some(at) => format!("{}，{at} 结束。", job.state_label),
            None => "可以离开本页，作业会继续进行。".to_owned(),
        },
        back,
        job,
    };
    Ok(Html(page).into_response())
}

/// What the browser's script reads; its shape is that of `client/src/islands/jobs.ts`.
fn progress(job: &JobView, back: &str) -> serde_json::Value {
    let message = job.error.as_ref().and_then(|e| e.get("message")).and_then(|m| m.as_str());
    serde_json::json!({
        "state": job.state, "done": job.done, "total": (job.total > 0).then_some(job.total), "phase": job.step,
        "remaining_seconds": job.seconds_left, "message": message,
        "next": job.error.as_ref().and_then(|e| e.get("next")), "result_url": (!back.is_empty()).then_some(back),
    })
}

/// Where the thing lies that a job worked on, if the post may open it: an auditor sees every job, but not every import.
async fn way_back(desk: &Desk, job: &JobView) -> Result<String> {
    let open = match job.subject_kind.as_str() {
        // Imports are opened by kind, which the import itself knows.
        "import" => match job.subject_id.parse() {
            Ok(id) => match app::directory::import::get(&desk.platform, &desk.ctx, id).await {
                Ok(_) => true,
                Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::NotFound) => false,
                Err(error) => return Err(error.into()),
            },
            Err(_) => false,
        },
        "task" => desk.may(UseCase::TaskView),
        "share" => desk.may(UseCase::ShareView),
        "matching" => desk.may(UseCase::MatchingView),
        "fairness" => desk.may(UseCase::FairnessView),
        _ => false,
    };
    Ok(if open { back_of(job) } else { String::new() })
}

/// Where the thing lies that a job worked on.
fn back_of(job: &JobView) -> String {
    let id = &job.subject_id;
    match job.subject_kind.as_str() {
        "import" => format!("/office/imports/{id}"),
        "task" => format!("/office/tasks/{id}"),
        "share" => format!("/office/shares/{id}"),
        "matching" => format!("/office/matchings/{id}"),
        "fairness" => {
            app::fairness::year_of(id).map(|year| format!("/office/fairness?year={year}")).unwrap_or_default()
        }
        _ => String::new(),
    }
}

async fn cancel(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let id: JobId = name.parse().map_err(|_| app::Error::not_found())?;
    app::job::cancel(&desk.platform, &desk.ctx, id).await?;
    Ok(go_saying(&format!("/office/jobs/{id}"), Tone::Info, "已要求取消；已准备的内容会被丢弃，原有数据不变。"))
}
