//! Dispatch: what a dispatch would do and did, unit by unit, and the hub of shares and visits. Receipt and matching have
//! pages of their own.

use app::assigning::{self, DispatchInput, DispatchPreview, ShareView, TaskProgress};
use askama::Template;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use domain::ids::TaskId;
use domain::registry::UseCase;
use domain::state::ShareState;
use serde::Deserialize;
use text::Label as _;
use web::{
    Area, Cell, Choice, Column, Crumb, FieldErrors, Form, Html, ListQuery, Look, Page, Path, Result, Table, Tone,
    go_saying,
};

use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/dispatch", UseCase::ShareList, hub)
        .get("/office/tasks/{task}/dispatch", UseCase::TaskView, task_page)
        .post("/office/tasks/{task}/dispatch", UseCase::TaskDispatch, dispatch)
}

const COLUMNS: &[Column] = &[
    Column::text("task", "抽查任务").head().wide(40.0),
    Column::text("agency", "检查单位"),
    Column::text("state", "状态"),
    Column::number("visits", "户数"),
    // Several, and what counts is which of them is still open today.
    Column::text("deadlines", "期限").unsorted().wide(40.0),
    Column::moment("dispatched_at", "派发时间"),
];

fn cells(row: ShareView) -> Vec<Cell> {
    let over = row.window_over.then(|| text::task::window_over(row.share.window_to));
    let mut due = over.map_or_else(Cell::default, |words| Cell::default().and(words, Look::Late));
    for deadline in row.deadlines.iter().filter(|deadline| deadline.met_on.is_none()) {
        let look = if deadline.late { Look::Late } else { Look::Line };
        due = due.and(format!("{}：{}，{}", deadline.label, deadline.due, deadline.left), look);
    }
    vec![
        Cell::link(row.share.task_title, format!("/office/shares/{}", row.share.id))
            .and(row.share.task_number, Look::Note),
        Cell::text(row.share.agency_name),
        Cell::chip(tone(row.share.state), row.share.state.label()),
        Cell::number(u64::try_from(row.share.visits).unwrap_or(0)),
        if due.pieces.is_empty() { Cell::none("无待办") } else { due },
        Cell::text(web::format::instant(&row.share.dispatched_at)),
    ]
}

#[derive(Template)]
#[template(path = "assigning/dispatch/hub.html")]
struct HubPage {
    page: Page,
    states: Vec<Choice>,
    query: ListQuery,
    table: Table,
    may_loads: bool,
}

async fn hub(desk: Desk, query: ListQuery) -> Result<Response> {
    let state = ShareState::from_code(query.filter("state"));
    let found = assigning::list(&desk.platform, &desk.ctx, state, query.window(COLUMNS)).await?;
    let table = Table::paged(("派发列表", "份"), COLUMNS, &query, found.total, found.rows.into_iter().map(cells));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::ShareList, table, format).await;
    }
    let states = ShareState::ALL.iter().map(|state| Choice::new(state.code(), state.label())).collect();
    let may_loads = desk.may(UseCase::VisitList);
    Ok(Html(HubPage { page: desk.page(Area::Dispatch), states, query, table, may_loads }).into_response())
}

/// The tone of a share's state.
pub(crate) fn tone(state: ShareState) -> Tone {
    match state {
        ShareState::Matched => Tone::Good,
        ShareState::Returned => Tone::Bad,
        ShareState::Received => Tone::Warn,
        ShareState::Accepted => Tone::Info,
    }
}

#[derive(Template)]
#[template(path = "assigning/dispatch/task.html")]
struct TaskPage {
    page: Page,
    task: TaskId,
    preview: DispatchPreview,
    progress: TaskProgress,
    visits: u64,
    matched: u64,
    job: Option<web::JobView>,
    first_on: String,
    errors: FieldErrors,
    may_dispatch: bool,
    /// Units whose capacity is too small.
    short: usize,
}

impl TaskPage {
    fn over(&self, window_to: &NaiveDate) -> String {
        text::task::window_over(*window_to)
    }

    fn tone(&self, state: &ShareState) -> Tone {
        tone(*state)
    }
}

async fn task_page(desk: Desk, Path(task): Path<String>) -> Result<Response> {
    let task = parse(&task)?;
    Ok(Html(shown(&desk, task, None, FieldErrors::default()).await?).into_response())
}

async fn shown(desk: &Desk, task: TaskId, typed: Option<String>, errors: FieldErrors) -> Result<TaskPage> {
    let preview = assigning::preview(&desk.platform, &desk.ctx, task).await?;
    let progress = if desk.may(UseCase::ShareList) {
        assigning::progress(&desk.platform, &desk.ctx, task).await?
    } else {
        TaskProgress { units: Vec::new(), visits: 0, matched: 0 }
    };
    let job = match preview.job.or(preview.failed) {
        Some(id) if desk.may(UseCase::JobView) => {
            Some(crate::page::upkeep::job::component(&app::job::get(&desk.platform, &desk.ctx, id).await?))
        }
        _ => None,
    };
    let crumbs = [
        Crumb::to("抽查任务", "/office/tasks"),
        Crumb::to(preview.number.clone(), format!("/office/tasks/{task}")),
        Crumb::here("派发"),
    ];
    Ok(TaskPage {
        page: desk.page_under(Area::Task, crumbs),
        task,
        visits: u64::try_from(progress.visits).unwrap_or(0),
        matched: u64::try_from(progress.matched).unwrap_or(0),
        first_on: typed.unwrap_or_else(|| text::day(preview.first_on)),
        may_dispatch: desk.may(UseCase::TaskDispatch) && !preview.dispatched && preview.job.is_none(),
        short: preview.units.iter().filter(|unit| unit.load.is_short()).count(),
        preview,
        progress,
        job,
        errors,
    })
}

#[derive(Deserialize)]
struct DispatchForm {
    first_on: String,
}

async fn dispatch(desk: Desk, Path(task): Path<String>, Form(form): Form<DispatchForm>) -> Result<Response> {
    let task = parse(&task)?;
    let refused = match day_of("first_on", &form.first_on) {
        Ok(first_on) => {
            match assigning::dispatch(&desk.platform, &desk.ctx, DispatchInput { task, first_on: Some(first_on) }).await
            {
                Ok(_) => {
                    let here = format!("/office/tasks/{task}/dispatch");
                    return Ok(go_saying(&here, Tone::Info, "已开始派发，进度和结果显示在本页；可以离开。"));
                }
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    if refused.fields.is_empty() {
        return Err(refused.into());
    }
    Ok(Html::invalid(shown(&desk, task, Some(form.first_on), FieldErrors::from(&refused)).await?))
}

/// A day of a form.
pub(crate) fn day_of(field: &'static str, text: &str) -> Result<NaiveDate, app::Error> {
    domain::time::parse_day(text.trim()).ok_or_else(|| app::Error::field(field, "CORE-103").with("value", text))
}

/// An id of an address; anything else is "not found".
pub(crate) fn parse<T: std::str::FromStr>(text: &str) -> Result<T, app::Error> {
    text.parse().map_err(|_| app::Error::not_found())
}

/// Back with a notice.
pub(crate) fn done(to: &str, words: &str) -> Response {
    go_saying(to, Tone::Good, words)
}
