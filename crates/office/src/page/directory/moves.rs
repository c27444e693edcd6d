//! Moves of inspectors between agencies: the list, one with its answer, the request.

use app::ErrorKind;
use app::directory::moves::{self as cases, Move, MoveInput, MoveView};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::InspectorMoveId;
use domain::registry::UseCase;
use domain::state::MoveState;
use serde::Deserialize;
use text::Label as _;
use web::{
    Area, Cell, Column, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Query, Result, Table, Tone, go_saying,
};

use crate::{Desk, Routes, listed};

const LIST: &str = "/office/moves";

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/moves", UseCase::MoveList, list)
        .get("/office/moves/new", UseCase::MoveRequest, new)
        .post("/office/moves/new", UseCase::MoveRequest, request)
        .get("/office/moves/{move}", UseCase::MoveView, view)
        .post("/office/moves/{move}/consent", UseCase::MoveConsent, consent)
        .post("/office/moves/{move}/refuse", UseCase::MoveRefuse, refuse)
        .post("/office/moves/{move}/withdraw", UseCase::MoveWithdraw, withdraw)
}

fn crumbs(here: &str) -> Vec<Crumb> {
    vec![
        Crumb::to("名录库", "/office/directory"),
        Crumb::to("执法检查人员", "/office/inspectors"),
        Crumb::to("人员调动", LIST),
        Crumb::here(here),
    ]
}

fn id_of(name: &str) -> Result<InspectorMoveId> {
    Ok(name.parse().map_err(|_| app::Error::not_found())?)
}

fn tone(state: MoveState) -> Tone {
    match state {
        MoveState::Requested => Tone::Warn,
        MoveState::Moved => Tone::Good,
        MoveState::Refused => Tone::Bad,
        MoveState::Withdrawn => Tone::Plain,
    }
}

const COLUMNS: &[Column] = &[
    Column::text("name", "姓名").head(),
    Column::code("certificate", "执法证号"),
    Column::text("from", "调出单位"),
    Column::text("to", "调入单位"),
    Column::text("state", "状态"),
    Column::moment("asked_at", "申请时间"),
    Column::text("asked_name", "申请人").unsorted(),
];

#[derive(Template)]
#[template(path = "directory/moves/list.html")]
struct ListPage {
    page: Page,
    table: Table,
    may_request: bool,
}

fn cells(m: &Move) -> Vec<Cell> {
    vec![
        Cell::link(&m.name, format!("{LIST}/{}", m.id)),
        Cell::text(&m.certificate),
        Cell::text(&m.from.name),
        Cell::text(&m.to.name),
        Cell::chip(tone(m.state), m.state.label()),
        Cell::text(web::format::instant(&m.asked_at)),
        Cell::text(&m.asked_name),
    ]
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let found = cases::list(&desk.platform, &desk.ctx, query.window(COLUMNS)).await?;
    let table = Table::paged(("人员调动", "项"), COLUMNS, &query, found.total, found.rows.iter().map(cells));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::MoveList, table, format).await;
    }
    let crumbs = [
        Crumb::to("名录库", "/office/directory"),
        Crumb::to("执法检查人员", "/office/inspectors"),
        Crumb::here("人员调动"),
    ];
    Ok(Html(ListPage {
        page: desk.page_under(Area::Directory, crumbs),
        table,
        may_request: desk.may(UseCase::MoveRequest),
    })
    .into_response())
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct RequestForm {
    certificate: String,
    name: String,
    receiving: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "directory/moves/request.html")]
struct RequestPage {
    page: Page,
    form: RequestForm,
    errors: FieldErrors,
    refusal: Option<(String, String)>,
}

impl RequestPage {
    fn new(desk: &Desk, form: RequestForm) -> Self {
        let page = desk.page_under(Area::Directory, crumbs("申请调动"));
        Self { page, form, errors: FieldErrors::none(), refusal: None }
    }
}

/// `?certificate=…&name=…` fills in the person, for the link from their page.
async fn new(desk: Desk, Query(form): Query<RequestForm>) -> Html<RequestPage> {
    Html(RequestPage::new(&desk, form))
}

async fn request(desk: Desk, Form(form): Form<RequestForm>) -> Result<Response> {
    let input = MoveInput {
        certificate: form.certificate.clone(),
        name: form.name.clone(),
        to: form.receiving.clone(),
        reason: form.reason.clone(),
    };
    match cases::request(&desk.platform, &desk.ctx, &input).await {
        Ok(id) => {
            Ok(go_saying(&format!("{LIST}/{id}"), Tone::Good, "已申请调动，等待对方单位答复；此前人员仍在原单位。"))
        }
        Err(error) if error.kind == ErrorKind::Invalid => {
            let mut page = RequestPage::new(&desk, form);
            page.errors = FieldErrors::from(&error);
            Ok(Html::invalid(page))
        }
        Err(error) if error.kind == ErrorKind::Conflict => {
            let mut page = RequestPage::new(&desk, form);
            page.refusal = Some((error.message(), error.next_step()));
            Ok(Html(page).with_status(StatusCode::CONFLICT).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "directory/moves/view.html")]
struct ViewPage {
    page: Page,
    base: String,
    view: MoveView,
    tone: Tone,
    answer: String,
    errors: FieldErrors,
}

impl ViewPage {
    fn state(&self) -> &'static str {
        self.view.record.state.label()
    }

    /// Which side asked.
    fn side(&self) -> &'static str {
        self.view.record.side.label()
    }
}

async fn shown(desk: &Desk, id: InspectorMoveId) -> Result<ViewPage> {
    let view = cases::view(&desk.platform, &desk.ctx, id).await?;
    Ok(ViewPage {
        page: desk.page_under(Area::Directory, crumbs(&view.record.name)),
        base: format!("{LIST}/{id}"),
        tone: tone(view.record.state),
        answer: String::new(),
        errors: FieldErrors::none(),
        view,
    })
}

async fn view(desk: Desk, Path(name): Path<String>) -> Result<Html<ViewPage>> {
    Ok(Html(shown(&desk, id_of(&name)?).await?))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct AnswerForm {
    version: i64,
    answer: String,
}

async fn consent(desk: Desk, Path(name): Path<String>, Form(form): Form<AnswerForm>) -> Result<Response> {
    let id = id_of(&name)?;
    cases::consent(&desk.platform, &desk.ctx, id, form.version).await?;
    Ok(go_saying(&format!("{LIST}/{id}"), Tone::Good, "已同意，人员即刻转入调入单位；原单位的情况保留在变更记录中。"))
}

async fn refuse(desk: Desk, Path(name): Path<String>, Form(form): Form<AnswerForm>) -> Result<Response> {
    let id = id_of(&name)?;
    match cases::refuse(&desk.platform, &desk.ctx, id, form.version, &form.answer).await {
        Ok(()) => Ok(go_saying(&format!("{LIST}/{id}"), Tone::Good, "已答复不同意，人员仍在原单位。")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let mut page = shown(&desk, id).await?;
            page.errors = FieldErrors::from(&error);
            page.answer = form.answer;
            Ok(Html::invalid(page))
        }
        Err(error) => Err(error.into()),
    }
}

async fn withdraw(desk: Desk, Path(name): Path<String>, Form(form): Form<AnswerForm>) -> Result<Response> {
    let id = id_of(&name)?;
    cases::withdraw(&desk.platform, &desk.ctx, id, form.version).await?;
    Ok(go_saying(&format!("{LIST}/{id}"), Tone::Good, "已撤回申请，人员仍在原单位。"))
}
