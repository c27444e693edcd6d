//! Schemes: the list, one scheme in sentences, copying, deleting a draft, submitting and deciding. The editor lies in
//! `scheme_edit`.

use app::scheme::{LiveCounts, SchemeView};
use app::{ErrorKind, scheme as cases};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::RevisionId;
use domain::registry::UseCase;
use domain::scheme::SchemeDraft;
use domain::state::RevisionState;
use text::Label as _;
use web::{Area, Cell, Column, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Result, Table, Tone, go_saying};

use super::scheme_edit::{edit, save};
use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/schemes", UseCase::SchemeList, list)
        .get("/office/schemes/new", UseCase::SchemeDraft, new)
        .post("/office/schemes/new", UseCase::SchemeDraft, create)
        .get("/office/schemes/{scheme}", UseCase::SchemeView, view)
        .get("/office/schemes/{scheme}/edit", UseCase::SchemeDraft, edit)
        .post("/office/schemes/{scheme}/edit", UseCase::SchemeDraft, save)
        .post("/office/schemes/{scheme}/copy", UseCase::SchemeDraft, copy)
        .get("/office/schemes/{scheme}/delete", UseCase::SchemeDelete, ask_delete)
        .post("/office/schemes/{scheme}/delete", UseCase::SchemeDelete, delete)
        .post("/office/schemes/{scheme}/submit", UseCase::SchemeSubmit, submit)
        .post("/office/schemes/{scheme}/approve", UseCase::SchemeApprove, approve)
        .post("/office/schemes/{scheme}/return", UseCase::SchemeReturn, give_back)
}

/// The scheme that an address names.
pub(super) fn id(text: &str) -> Result<RevisionId> {
    Ok(text.parse().map_err(|_| app::Error::not_found())?)
}

const COLUMNS: &[Column] = &[
    Column::code("number", "方案编号"),
    Column::text("title", "名称").head().wide(40.0),
    Column::text("state", "状态"),
    Column::moment("changed", "最近修改"),
];

#[derive(Template)]
#[template(path = "planning/scheme/list.html")]
struct ListPage {
    page: Page,
    table: Table,
    may_draft: bool,
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let found = cases::list(&desk.platform, &desk.ctx, query.window(COLUMNS)).await?;
    let rows = found.rows.into_iter().map(|row| {
        vec![
            Cell::text(row.number),
            Cell::link(row.title, format!("/office/schemes/{}", row.id)),
            Cell::chip(tone(row.state), row.state.label()),
            Cell::text(text::moment(row.changed_at)),
        ]
    });
    let table = Table::paged(("抽查方案", "个"), COLUMNS, &query, found.total, rows);
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::SchemeList, table, format).await;
    }
    let may_draft = desk.may(UseCase::SchemeDraft);
    Ok(Html(ListPage { page: desk.page(Area::Scheme), table, may_draft }).into_response())
}

fn tone(state: RevisionState) -> Tone {
    match state {
        RevisionState::Draft => Tone::Plain,
        RevisionState::Submitted => Tone::Info,
        RevisionState::Approved | RevisionState::Published => Tone::Good,
        RevisionState::Superseded | RevisionState::Withdrawn => Tone::Warn,
    }
}

#[derive(Template)]
#[template(path = "planning/scheme/new.html")]
struct NewPage {
    page: Page,
    title: String,
    errors: FieldErrors,
}

async fn new(desk: Desk) -> Html<NewPage> {
    Html(new_page(&desk, String::new(), FieldErrors::none()))
}

fn new_page(desk: &Desk, title: String, errors: FieldErrors) -> NewPage {
    let crumbs = [Crumb::to("抽查方案", "/office/schemes"), Crumb::here("起草方案")];
    NewPage { page: desk.page_under(Area::Scheme, crumbs), title, errors }
}

#[derive(serde::Deserialize)]
struct NewForm {
    title: String,
}

async fn create(desk: Desk, Form(form): Form<NewForm>) -> Result<Response> {
    match cases::draft(&desk.platform, &desk.ctx, &SchemeDraft::empty(form.title.clone())).await {
        Ok(id) => {
            Ok(go_saying(&format!("/office/schemes/{id}/edit"), Tone::Good, "方案已建立，请添加排除规则和抽查类别。"))
        }
        Err(error) if error.kind == ErrorKind::Invalid => {
            Ok(Html::invalid(new_page(&desk, form.title, FieldErrors::from(&error))))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "planning/scheme/view.html")]
struct ViewPage {
    page: Page,
    scheme: SchemeView,
    counts: LiveCounts,
    state: &'static str,
    tone: Tone,
    editable: bool,
    may_submit: bool,
    may_decide: bool,
    may_copy: bool,
    may_delete: bool,
    may_task: bool,
    membership: &'static str,
    /// First and last day of the visits, in words.
    window: String,
    decisions: Vec<web::TimelineEntry>,
    errors: FieldErrors,
}

async fn view(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let scheme = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    Ok(Html(view_page(&desk, scheme, FieldErrors::none()).await?).into_response())
}

async fn view_page(desk: &Desk, scheme: SchemeView, errors: FieldErrors) -> Result<ViewPage> {
    let counts = cases::counts(&desk.platform, &desk.ctx, &scheme.draft).await?;
    let state = scheme.revision.state;
    let crumbs = [Crumb::to("抽查方案", "/office/schemes"), Crumb::here(scheme.revision.title.clone())];
    Ok(ViewPage {
        page: desk.page_under(Area::Scheme, crumbs),
        state: state.label(),
        tone: tone(state),
        editable: scheme.own && state == RevisionState::Draft && desk.may(UseCase::SchemeDraft),
        may_submit: scheme.own && state == RevisionState::Draft && desk.may(UseCase::SchemeSubmit),
        may_decide: scheme.own && state == RevisionState::Submitted && desk.may(UseCase::SchemeApprove),
        may_copy: desk.may(UseCase::SchemeDraft),
        may_delete: may_delete(desk, &scheme),
        may_task: scheme.own && state == RevisionState::Approved && desk.may(UseCase::TaskCreate),
        membership: scheme.draft.membership.label(),
        window: text::scheme::window(scheme.draft.window_from, scheme.draft.window_to),
        decisions: crate::page::drawing::task::decisions(&scheme.decisions),
        counts,
        errors,
        scheme,
    })
}

async fn copy(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let copy = cases::copy(&desk.platform, &desk.ctx, id(&name)?).await?;
    Ok(go_saying(&format!("/office/schemes/{copy}/edit"), Tone::Good, "已复制为新方案。"))
}

fn may_delete(desk: &Desk, scheme: &SchemeView) -> bool {
    scheme.own && desk.may(UseCase::SchemeDelete) && cases::deletable(&scheme.revision, &scheme.decisions)
}

#[derive(Template)]
#[template(path = "planning/scheme/delete.html")]
struct DeletePage {
    page: Page,
    scheme: SchemeView,
}

/// Asks before a draft is deleted; whoever cannot delete it is led back to it.
async fn ask_delete(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let scheme = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    let here = format!("/office/schemes/{name}");
    if !may_delete(&desk, &scheme) {
        return Ok(go_saying(&here, Tone::Warn, "只能删除本单位从未提交审批的草稿。"));
    }
    let title = scheme.revision.title.clone();
    let crumbs = [Crumb::to("抽查方案", "/office/schemes"), Crumb::to(title, here), Crumb::here("删除草稿")];
    Ok(Html(DeletePage { page: desk.page_under(Area::Scheme, crumbs), scheme }).into_response())
}

#[derive(serde::Deserialize)]
struct Seen {
    version: i64,
}

async fn delete(desk: Desk, Path(name): Path<String>, Form(form): Form<Seen>) -> Result<Response> {
    cases::delete(&desk.platform, &desk.ctx, id(&name)?, form.version).await?;
    Ok(go_saying("/office/schemes", Tone::Good, "草稿已删除。"))
}

#[derive(serde::Deserialize)]
struct Decision {
    version: i64,
    #[serde(default)]
    reason: String,
}

async fn submit(desk: Desk, Path(name): Path<String>, Form(form): Form<Decision>) -> Result<Response> {
    cases::submit(&desk.platform, &desk.ctx, id(&name)?, form.version).await?;
    Ok(go_saying(&format!("/office/schemes/{name}"), Tone::Good, "已提交，等待分管领导审批。"))
}

async fn approve(desk: Desk, Path(name): Path<String>, Form(form): Form<Decision>) -> Result<Response> {
    cases::approve(&desk.platform, &desk.ctx, id(&name)?, form.version).await?;
    Ok(go_saying(&format!("/office/schemes/{name}"), Tone::Good, "方案已批准，可以据此建立任务。"))
}

async fn give_back(desk: Desk, Path(name): Path<String>, Form(form): Form<Decision>) -> Result<Response> {
    match cases::give_back(&desk.platform, &desk.ctx, id(&name)?, form.version, &form.reason).await {
        Ok(()) => Ok(go_saying(&format!("/office/schemes/{name}"), Tone::Info, "已退回起草人修改。")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let scheme = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
            Ok(Html::invalid(view_page(&desk, scheme, FieldErrors::from(&error)).await?))
        }
        Err(error) => Err(error.into()),
    }
}
