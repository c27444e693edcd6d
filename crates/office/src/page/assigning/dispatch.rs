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
use web::{Area, Choice, Crumb, FieldErrors, Form, Html, ListQuery, Page, Pager, Path, Result, Tone, go_saying};

use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/dispatch", UseCase::ShareList, hub)
        .get("/office/tasks/{task}/dispatch", UseCase::TaskView, task_page)
        .post("/office/tasks/{task}/dispatch", UseCase::TaskDispatch, dispatch)
}

#[derive(Template)]
#[template(path = "assigning/dispatch/hub.html")]
struct HubPage {
    page: Page,
    shares: Vec<ShareView>,
    states: Vec<Choice>,
    query: ListQuery,
    pager: Pager,
    may_loads: bool,
}

impl HubPage {
    fn over(&self, window_to: &NaiveDate) -> String {
        text::task::window_over(*window_to)
    }

    /// Has the share met all its deadlines?
    fn is_idle(&self, share: &ShareView) -> bool {
        share.deadlines.iter().all(|deadline| deadline.met_on.is_some())
    }

    fn tone(&self, state: &ShareState) -> Tone {
        tone(*state)
    }

    fn label(&self, state: &ShareState) -> &'static str {
        state.label()
    }
}

async fn hub(desk: Desk, query: ListQuery) -> Result<Html<HubPage>> {
    let state = ShareState::from_code(query.filter("state"));
    let found = assigning::list(&desk.platform, &desk.ctx, state, query.page - 1, query.per_page).await?;
    let pager = query.pager(found.total);
    let states = ShareState::ALL.iter().map(|state| Choice::new(state.code(), state.label())).collect();
    let may_loads = desk.may(UseCase::VisitList);
    Ok(Html(HubPage { page: desk.page(Area::Dispatch), shares: found.rows, states, query, pager, may_loads }))
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
