//! Tasks: the list, making one, and the task page with its stepper as the spine. What belongs to sealing, ceremony and
//! result has files of its own.

mod ceremony;
mod result;
mod seal;
mod witness;

use app::task::{NewTask, StepKind, StepMark, StepView, TaskView};
use app::{ErrorKind, task as cases};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::TaskId;
use domain::registry::UseCase;
use domain::state::{RevisionState, TaskCommand, TaskState};
use domain::time::parse_day;
use domain::work::WorkState;
use text::Label as _;
use web::{
    Area, Cell, Choice, Column, Crumb, FieldErrors, Form, Html, ListQuery, Look, Page, Path, Query, Result, Table,
    Tone, go_saying,
};

use crate::page::upkeep::job::component;
use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/tasks", UseCase::TaskList, list)
        .get("/office/tasks/new", UseCase::TaskCreate, new)
        .post("/office/tasks/new", UseCase::TaskCreate, create)
        .get("/office/tasks/{task}", UseCase::TaskView, view)
        .post("/office/tasks/{task}/approve", UseCase::TaskApprove, approve)
        .post("/office/tasks/{task}/freeze", UseCase::TaskFreeze, freeze)
        .post("/office/tasks/{task}/void", UseCase::TaskVoid, void)
        .merge(seal::routes())
        .merge(ceremony::routes())
        .merge(witness::routes())
        .merge(result::routes())
}

pub(super) fn id(text: &str) -> Result<TaskId> {
    Ok(text.parse().map_err(|_| app::Error::not_found())?)
}

pub(super) fn here(id: impl std::fmt::Display) -> String {
    format!("/office/tasks/{id}")
}

/// The tone of where the work is; what is late is a chip of its own.
pub(super) fn tone(work: WorkState) -> Tone {
    match work {
        WorkState::Draft => Tone::Plain,
        WorkState::Approved | WorkState::Committed | WorkState::Dispatching | WorkState::Matching => Tone::Info,
        WorkState::Sealed => Tone::Seal,
        WorkState::ToDispatch => Tone::Warn,
        WorkState::ToInspect => Tone::Good,
        WorkState::Failed => Tone::Bad,
        WorkState::Voided => Tone::Warn,
    }
}

const COLUMNS: &[Column] = &[
    Column::code("number", "任务编号"),
    Column::text("title", "名称").head().wide(40.0),
    Column::text("organiser", "组织单位"),
    // Where the work is follows from several tables.
    Column::text("state", "状态").unsorted(),
    Column::text("window", "检查时间").wide(26.0),
    Column::number("drawn", "抽中户数").unsorted(),
];

fn cells(row: cases::TaskRow) -> Vec<Cell> {
    let state = Cell::chip(tone(row.work), row.work.label());
    vec![
        Cell::text(row.task.number),
        Cell::link(row.task.title, here(row.task.id)),
        Cell::text(row.organiser),
        if row.late { state.and("检查期已过", Look::Chip(Tone::Bad)) } else { state },
        Cell::text(format!("{} 至 {}", row.task.window_from, row.task.window_to)),
        row.drawn.map_or_else(|| Cell::none("未摇号"), |n| Cell::number(u64::try_from(n).unwrap_or(0))),
    ]
}

#[derive(Template)]
#[template(path = "drawing/task/list.html")]
struct ListPage {
    page: Page,
    list: ListQuery,
    table: Table,
    states: Vec<Choice>,
    may_create: bool,
    may_count: bool,
}

async fn list(desk: Desk, list: ListQuery) -> Result<Response> {
    let (work, search) = (WorkState::from_code(list.filter("state")), list.filter("q").to_owned());
    let found = cases::list(&desk.platform, &desk.ctx, work, &search, list.window(COLUMNS)).await?;
    let table = Table::paged(("抽查任务", "项"), COLUMNS, &list, found.total, found.rows.into_iter().map(cells));
    if let Some(format) = list.file {
        return listed::file(&desk, UseCase::TaskList, table, format).await;
    }
    Ok(Html(ListPage {
        page: desk.page(Area::Task),
        table,
        states: WorkState::ALL.iter().map(|state| Choice::new(state.code(), state.label())).collect(),
        may_create: desk.may(UseCase::TaskCreate),
        may_count: desk.may(UseCase::FairnessView),
        list,
    })
    .into_response())
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct TaskForm {
    scheme: String,
    title: String,
    window_from: String,
    window_to: String,
    contact: String,
    rehearsal: String,
}

#[derive(Template)]
#[template(path = "drawing/task/new.html")]
struct NewPage {
    page: Page,
    form: TaskForm,
    schemes: Vec<Choice>,
    errors: FieldErrors,
}

async fn new(desk: Desk, Query(mut form): Query<TaskForm>) -> Result<Response> {
    // What the scheme says already is not asked a second time.
    if let Ok(scheme) = form.scheme.parse() {
        let draft = app::scheme::view(&desk.platform, &desk.ctx, scheme).await?.draft;
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let answers = [
            (&mut form.title, text::task::name_of(&draft.title).to_owned()),
            (&mut form.window_from, day(draft.window_from)),
            (&mut form.window_to, day(draft.window_to)),
            (&mut form.contact, draft.contact),
        ];
        for (field, answer) in answers {
            if field.is_empty() {
                *field = answer;
            }
        }
    }
    Ok(Html(new_page(&desk, form, FieldErrors::none()).await?).into_response())
}

/// Schemes among which the approved ones are looked for, newest first.
const SCHEMES_MAX: u32 = 500;

async fn new_page(desk: &Desk, form: TaskForm, errors: FieldErrors) -> Result<NewPage> {
    let schemes = app::scheme::list(&desk.platform, &desk.ctx, app::Window::first(SCHEMES_MAX)).await?;
    let usable = schemes.rows.into_iter().filter(|scheme| {
        scheme.agency_id == desk.post.agency_id
            && matches!(scheme.state, RevisionState::Approved | RevisionState::Published)
    });
    let choices =
        usable.map(|scheme| Choice::new(scheme.id.to_string(), format!("{} {}", scheme.number, scheme.title)));
    let schemes = choices.collect();
    let crumbs = [Crumb::to("抽查任务", "/office/tasks"), Crumb::here("建立任务")];
    Ok(NewPage { page: desk.page_under(Area::Task, crumbs), form, schemes, errors })
}

async fn create(desk: Desk, Form(form): Form<TaskForm>) -> Result<Response> {
    let mut errors = FieldErrors::none();
    let scheme = form.scheme.parse().ok();
    if scheme.is_none() {
        errors.push("scheme", "请选择一份已批准的方案。");
    }
    let mut day = |name: &str, label: &str, value: &str| {
        let day = parse_day(value.trim());
        if day.is_none() {
            errors.push(name, format!("{label}请按“2021-05-08”的格式填写。"));
        }
        day
    };
    let days =
        (day("window_from", "检查开始日期", &form.window_from), day("window_to", "检查结束日期", &form.window_to));
    if let (Some(scheme), (Some(window_from), Some(window_to))) = (scheme, days) {
        let (title, contact) = (form.title.clone(), form.contact.clone());
        let rehearsal = !form.rehearsal.is_empty();
        let input = NewTask { scheme, title, window_from, window_to, contact, rehearsal };
        match cases::create(&desk.platform, &desk.ctx, input).await {
            Ok(id) => return Ok(go_saying(&here(id), Tone::Good, "任务已建立，等待分管领导批准。")),
            Err(error) if error.kind == ErrorKind::Invalid => errors = FieldErrors::from(&error),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Html::invalid(new_page(&desk, form, errors).await?))
}

/// What may be done on the task page now, by this post.
#[derive(Clone, Copy, Default)]
struct May {
    approve: bool,
    freeze: bool,
    request_seal: bool,
    approve_seal: bool,
    ceremony: bool,
    result: bool,
    dispatch: bool,
    mapping: bool,
    void: bool,
}

#[derive(Template)]
#[template(path = "drawing/task/view.html")]
struct ViewPage {
    page: Page,
    view: TaskView,
    state: &'static str,
    tone: Tone,
    steps: Vec<web::Step>,
    /// The steps under way, which the page names before everything else.
    nows: Vec<web::Step>,
    late: bool,
    job: Option<web::JobView>,
    may: May,
    attempts: Vec<AttemptRow>,
    decisions: Vec<web::TimelineEntry>,
    errors: FieldErrors,
}

struct AttemptRow {
    number: i64,
    state: &'static str,
    rows: String,
    frozen: String,
    digest: String,
    note: String,
}

async fn view(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let view = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    Ok(Html(view_page(&desk, view, FieldErrors::none())).into_response())
}

fn view_page(desk: &Desk, view: TaskView, errors: FieldErrors) -> ViewPage {
    use domain::state::AttemptState::{Failed, Frozen, Requested};
    let attempt = view.latest().map(|latest| latest.attempt.state);
    let may = |case: UseCase, now: bool| view.own && now && desk.may(case);
    let sealed = matches!(view.task.state, TaskState::Sealed | TaskState::Committed | TaskState::Failed);
    let drawn = view.task.state == TaskState::Drawn;
    let can_seal = view.can(TaskCommand::Seal) && attempt.is_some() && !view.freezing;
    let may = May {
        approve: may(UseCase::TaskApprove, view.can(TaskCommand::Approve)),
        freeze: may(UseCase::TaskFreeze, view.can(TaskCommand::Freeze) && !view.freezing),
        request_seal: may(UseCase::TaskRequestSeal, can_seal && matches!(attempt, Some(Frozen | Failed))),
        approve_seal: may(UseCase::TaskApproveSeal, can_seal && attempt == Some(Requested)),
        ceremony: (sealed || drawn) && desk.may(UseCase::DrawCeremony),
        result: drawn && desk.may(UseCase::DrawView),
        dispatch: may(UseCase::TaskDispatch, drawn),
        mapping: drawn && desk.may(UseCase::MappingView),
        void: may(UseCase::TaskVoid, view.can(TaskCommand::Void)),
    };
    let attempts = view.attempts.iter().map(|attempt| AttemptRow {
        number: attempt.attempt.attempt,
        state: attempt.attempt.state.label(),
        rows: web::format::thousands(attempt.attempt.roll_rows.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)),
        frozen: attempt.attempt.roll_at.map(text::moment).unwrap_or_default(),
        digest: attempt.attempt.roll_digest.clone().unwrap_or_default(),
        note: attempt.failure.clone().or_else(|| attempt.attempt.replaces_reason.clone()).unwrap_or_default(),
    });
    let attempts = attempts.collect();
    let crumbs = [Crumb::to("抽查任务", "/office/tasks"), Crumb::here(view.task.number.clone())];
    ViewPage {
        page: desk.page_under(Area::Task, crumbs),
        state: view.work.label(),
        tone: tone(view.work),
        steps: view
            .steps
            .iter()
            .map(|step| web::Step {
                owner: String::new(),
                waits_for: String::new(),
                deadline: String::new(),
                ..step_of(step, &view)
            })
            .collect(),
        late: view.steps.iter().any(|step| step.mark == StepMark::Late),
        nows: view.steps.iter().filter(|step| now(step)).map(|step| step_of(step, &view)).collect(),
        // A running job, or the last one if it failed: success shows in the state.
        job: view.jobs.first().filter(|job| !job.ended || job.error.is_some()).map(component),
        may,
        attempts,
        decisions: decisions(&view.decisions),
        errors,
        view,
    }
}

/// Is the step under way? One that failed is a fact; what is due after it is another step.
fn now(step: &StepView) -> bool {
    matches!(step.mark, StepMark::Current | StepMark::Late)
}

fn step_of(step: &StepView, view: &TaskView) -> web::Step {
    let task = view.task.id;
    let href = match step.kind {
        // There is nothing to check before the roll is frozen.
        StepKind::Seal if step.mark != StepMark::Waiting && view.latest().is_some() => format!("{}/seal", here(task)),
        StepKind::Dispatch | StepKind::Match if step.mark != StepMark::Waiting => format!("{}/dispatch", here(task)),
        StepKind::Commit | StepKind::Draw if step.mark != StepMark::Waiting => format!("{}/ceremony", here(task)),
        _ => String::new(),
    };
    web::Step {
        label: step.kind.label().to_owned(),
        state: match step.mark {
            StepMark::Done => web::StepState::Done,
            StepMark::Current => web::StepState::Current,
            StepMark::Late => web::StepState::Late,
            StepMark::Failed => web::StepState::Failed,
            StepMark::Waiting => web::StepState::Waiting,
            StepMark::Closed => web::StepState::Closed,
        },
        owner: step.owner.clone(),
        deadline: step.deadline.clone(),
        waits_for: step.waits_for.clone(),
        href,
    }
}

/// Decisions as a timeline, for schemes and tasks.
pub(crate) fn decisions(rows: &[app::scheme::Decision]) -> Vec<web::TimelineEntry> {
    let entry = |row: &app::scheme::Decision| web::TimelineEntry {
        at: text::moment(row.at),
        title: text::task::decision(&row.step, &row.decision).to_owned(),
        detail: if row.reason.is_empty() { row.person.clone() } else { format!("{}：{}", row.person, row.reason) },
        tone: if row.decision == "returned" { Tone::Warn } else { Tone::Info },
        href: String::new(),
    };
    rows.iter().map(entry).collect()
}

async fn approve(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    cases::approve(&desk.platform, &desk.ctx, id(&name)?).await?;
    Ok(go_saying(&here(name), Tone::Good, "任务已批准，可以冻结底册。"))
}

async fn freeze(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    cases::freeze(&desk.platform, &desk.ctx, id(&name)?).await?;
    Ok(go_saying(&here(name), Tone::Info, "正在冻结底册，可以离开本页。"))
}

#[derive(serde::Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

async fn void(desk: Desk, Path(name): Path<String>, Form(form): Form<Reason>) -> Result<Response> {
    match cases::void(&desk.platform, &desk.ctx, id(&name)?, &form.reason).await {
        Ok(()) => Ok(go_saying(&here(name), Tone::Info, "任务已作废，理由留在记录中。")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let view = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
            Ok(Html::invalid(view_page(&desk, view, FieldErrors::from(&error))))
        }
        Err(error) => Err(error.into()),
    }
}
