//! Schemes: the list, one scheme in sentences, the editor with live counts, submitting and deciding. The editor is one
//! form; every button in it saves what was typed first.

use app::scheme::{LiveCounts, SchemeView};
use app::{ErrorKind, scheme as cases};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::RevisionId;
use domain::registry::UseCase;
use domain::scheme::{ConditionTest, SchemeColumn, SchemeDraft, SeatMethod, SizeRounding, StratumMembership};
use domain::state::RevisionState;
use text::Label as _;
use web::{Area, Choice, Crumb, FieldErrors, Form, Html, Page, Path, Result, Tone, go_saying};

use super::scheme_form::{self, Read, RuleForm, Typed};
use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/schemes", UseCase::SchemeList, list)
        .get("/office/schemes/new", UseCase::SchemeDraft, new)
        .post("/office/schemes/new", UseCase::SchemeDraft, create)
        .get("/office/schemes/{scheme}", UseCase::SchemeView, view)
        .get("/office/schemes/{scheme}/edit", UseCase::SchemeDraft, edit)
        .post("/office/schemes/{scheme}/edit", UseCase::SchemeDraft, save)
        .post("/office/schemes/{scheme}/copy", UseCase::SchemeDraft, copy)
        .post("/office/schemes/{scheme}/submit", UseCase::SchemeSubmit, submit)
        .post("/office/schemes/{scheme}/approve", UseCase::SchemeApprove, approve)
        .post("/office/schemes/{scheme}/return", UseCase::SchemeReturn, give_back)
}

fn id(text: &str) -> Result<RevisionId> {
    Ok(text.parse().map_err(|_| app::Error::not_found())?)
}

struct Row {
    href: String,
    number: String,
    title: String,
    state: &'static str,
    tone: Tone,
    changed: String,
}

#[derive(Template)]
#[template(path = "planning/scheme/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    may_draft: bool,
}

async fn list(desk: Desk) -> Result<Html<ListPage>> {
    let rows = cases::list(&desk.platform, &desk.ctx).await?;
    let rows = rows.into_iter().map(|row| Row {
        href: format!("/office/schemes/{}", row.id),
        state: row.state.label(),
        tone: tone(row.state),
        changed: text::moment(row.changed_at),
        number: row.number,
        title: row.title,
    });
    let rows = rows.collect();
    Ok(Html(ListPage { page: desk.page(Area::Scheme), rows, may_draft: desk.may(UseCase::SchemeDraft) }))
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
        may_task: scheme.own && state == RevisionState::Approved && desk.may(UseCase::TaskCreate),
        membership: scheme.draft.membership.label(),
        window: text::scheme::window(scheme.draft.window_from, scheme.draft.window_to),
        decisions: crate::page::drawing::task::decisions(&scheme.decisions),
        counts,
        errors,
        scheme,
    })
}

#[derive(Template)]
#[template(path = "planning/scheme/edit.html")]
struct EditPage {
    page: Page,
    id: String,
    version: i64,
    draft: SchemeDraft,
    from: String,
    to: String,
    reserves: String,
    exclusions: Vec<RuleForm>,
    strata: Vec<RuleForm>,
    counts: LiveCounts,
    columns: Vec<Choice>,
    tests: Vec<Choice>,
    roundings: Vec<Choice>,
    memberships: Vec<Choice>,
    cells: Vec<Choice>,
    seats: Vec<Choice>,
    lists: Vec<(SchemeColumn, Vec<(String, String)>)>,
    errors: FieldErrors,
}

async fn edit(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let scheme = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    let version = scheme.revision.version;
    let page = edit_page(&desk, name, version, scheme.draft, None, FieldErrors::none()).await?;
    Ok(Html(page).into_response())
}

async fn edit_page(
    desk: &Desk,
    name: String,
    version: i64,
    draft: SchemeDraft,
    typed: Option<Typed>,
    errors: FieldErrors,
) -> Result<EditPage> {
    let counts = cases::counts(&desk.platform, &desk.ctx, &draft).await?;
    let choices = cases::choices(&desk.platform, &desk.ctx).await?;
    let here = format!("/office/schemes/{name}");
    let crumbs = [Crumb::to("抽查方案", "/office/schemes"), Crumb::to(draft.title.clone(), here), Crumb::here("编辑")];
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let Typed { head: [from, to, reserves], sizes } = typed.unwrap_or_else(|| Typed {
        head: [day(draft.window_from), day(draft.window_to), draft.reserves.to_string()],
        sizes: Vec::new(),
    });
    Ok(EditPage {
        page: desk.page_under(Area::Scheme, crumbs),
        id: name,
        version,
        exclusions: scheme_form::exclusions(&draft, &counts),
        strata: scheme_form::strata(&draft, &counts, &sizes),
        columns: SchemeColumn::ALL.iter().map(|c| Choice::new(c.code(), c.label())).collect(),
        tests: ConditionTest::ALL.iter().map(|t| Choice::new(t.code(), t.label())).collect(),
        roundings: SizeRounding::ALL.iter().map(|r| Choice::new(r.code(), r.label())).collect(),
        memberships: StratumMembership::ALL.iter().map(|m| Choice::new(m.code(), m.label())).collect(),
        // A firm carries many tags, so they make no cells.
        cells: SchemeColumn::ALL
            .iter()
            .filter(|column| !column.is_set())
            .map(|c| Choice::new(c.code(), c.label()))
            .collect(),
        seats: SeatMethod::ALL.iter().map(|m| Choice::new(m.code(), m.label())).collect(),
        lists: choices.columns,
        from,
        to,
        reserves,
        counts,
        draft,
        errors,
    })
}

async fn save(desk: Desk, Path(name): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response> {
    let posted = scheme_form::Posted::new(pairs);
    let seen = posted.get("version").parse().unwrap_or(0);
    let Read { draft, typed, mut errors } = posted.draft();
    if errors.is_empty() {
        match cases::update(&desk.platform, &desk.ctx, id(&name)?, seen, &draft).await {
            Ok(()) if posted.get("then") == "done" => {
                return Ok(go_saying(&format!("/office/schemes/{name}"), Tone::Good, "方案已保存。"));
            }
            Ok(()) => {
                return Ok(go_saying(&format!("/office/schemes/{name}/edit"), Tone::Good, "已保存，统计已更新。"));
            }
            Err(error) if error.kind == ErrorKind::Invalid => errors = FieldErrors::from(&error),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Html::invalid(edit_page(&desk, name, seen, draft, Some(typed), errors).await?))
}

async fn copy(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let copy = cases::copy(&desk.platform, &desk.ctx, id(&name)?).await?;
    Ok(go_saying(&format!("/office/schemes/{copy}/edit"), Tone::Good, "已复制为新方案。"))
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
