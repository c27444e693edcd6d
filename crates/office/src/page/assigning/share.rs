//! One share: receipt or return, deadlines, visits with their planned day, forms.

use app::assigning::{self, Filter, PlanInput, ShareView, VisitRow};
use app::form::{self, FormFile, FormKind};
use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::ids::{AgencyId, ShareId, VisitId};
use domain::registry::UseCase;
use domain::state::{ShareCommand, ShareState, VisitState};
use serde::Deserialize;
use text::Label as _;
use web::{Area, Cell, Choice, Column, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Result, Table, Tone, go};

use super::dispatch::{day_of, done, parse, tone};
use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/shares/{share}", UseCase::ShareView, view)
        .post("/office/shares/{share}/accept", UseCase::ShareAccept, accept)
        .post("/office/shares/{share}/return", UseCase::ShareReturn, give_back)
        .post("/office/shares/{share}/redispatch", UseCase::ShareRedispatch, redispatch)
        .post("/office/shares/{share}/plan", UseCase::VisitPlan, plan)
        .post("/office/shares/{share}/spread", UseCase::VisitSpread, spread)
        .post("/office/shares/{share}/forms", UseCase::FormPrintBatch, print_batch)
        .get("/office/shares/{share}/forms/{file}", UseCase::FormPrint, file)
}

const COLUMNS: &[Column] = &[
    Column::code("number", "编号"),
    Column::text("name", "检查对象").head().wide(40.0),
    Column::code("code", "统一社会信用代码").label("代码"),
    Column::text("strata", "抽查类别"),
    Column::day("planned_on", "计划检查日"),
    Column::text("team", "检查人员").unsorted(),
    Column::text("state", "状态"),
    Column::text("legal_person", "法定代表人（负责人）").in_file(),
    Column::text("address", "住所").in_file().wide(50.0),
];

#[derive(Template)]
#[template(path = "assigning/share/view.html")]
struct SharePage {
    page: Page,
    view: ShareView,
    table: Table,
    states: Vec<Choice>,
    days: Vec<Choice>,
    files: Vec<FormFile>,
    query: ListQuery,
    reason: String,
    planned_on: String,
    why: String,
    waiting: bool,
    errors: FieldErrors,
    agencies: Vec<Choice>,
    may_accept: bool,
    may_return: bool,
    may_redispatch: bool,
    may_plan: bool,
    may_print: bool,
    may_download: bool,
    matchable: bool,
    /// What keeps a notice from being printed.
    lack: Option<app::Error>,
}

impl SharePage {
    fn tone(&self, state: &ShareState) -> Tone {
        tone(*state)
    }

    fn label(&self, state: &ShareState) -> &'static str {
        state.label()
    }

    fn size(&self, bytes: &i64) -> String {
        web::format::bytes(u64::try_from(*bytes).unwrap_or_default())
    }
}

#[derive(Default)]
struct Typed {
    reason: String,
    planned_on: String,
    why: String,
    errors: FieldErrors,
}

async fn view(desk: Desk, Path(share): Path<String>, query: ListQuery) -> Result<Response> {
    let id = parse(&share)?;
    if let Some(format) = query.file {
        let view = assigning::view(&desk.platform, &desk.ctx, id).await?;
        return listed::file(&desk, UseCase::VisitList, visits(&desk, &view, &query).await?, format).await;
    }
    Ok(Html(shown(&desk, id, query, Typed::default()).await?).into_response())
}

/// The share's visits, as the query narrows and orders them.
async fn visits(desk: &Desk, view: &ShareView, query: &ListQuery) -> Result<Table> {
    let filter = Filter {
        share: Some(view.share.id),
        state: VisitState::from_code(query.filter("state")).map_or(String::new(), |state| state.to_string()),
        search: query.filter("q").to_owned(),
        inspector: query.filter("inspector").parse().ok(),
        day: domain::time::parse_day(query.filter("day")),
    };
    let found = if desk.may(UseCase::VisitList) {
        assigning::visits(&desk.platform, &desk.ctx, &filter, query.window(COLUMNS)).await?
    } else {
        app::Page { rows: Vec::new(), total: 0 }
    };
    let (picks, opens) = (view.own && desk.may(UseCase::VisitPlan), desk.may(UseCase::VisitView));
    let rows = found.rows.into_iter().map(|row| cells(view, row, picks, opens));
    Ok(Table::paged(("入户检查列表", "户"), COLUMNS, query, found.total, rows))
}

/// `picks`: days of ticked visits can be changed; `opens`: a visit has a page for this post.
fn cells(view: &ShareView, row: VisitRow, picks: bool, opens: bool) -> Vec<Cell> {
    let visit = row.visit;
    let href = if opens { format!("/office/visits/{}", visit.id) } else { String::new() };
    let day = view.visits_by_day.iter().find(|day| day.on == visit.planned_on).map(|day| day.day.clone());
    let team: Vec<_> = row.team.into_iter().map(|seat| seat.name).collect();
    let (legal_person, address) = row.place.map_or_else(Default::default, |place| (place.legal_person, place.address));
    let number = Cell::text(visit.number);
    let number = if picks {
        number.picked(format!("选择{}", visit.name), "plan", "visit", visit.id.to_string())
    } else {
        number
    };
    vec![
        number,
        Cell::link(visit.name, href),
        Cell::text(visit.code),
        Cell::text(row.strata.join("、")),
        Cell::text(day.unwrap_or_else(|| text::day(visit.planned_on))),
        Cell::or(team.join("、"), "待匹配"),
        Cell::chip(super::visit::tone(visit.state), visit.state.label()),
        Cell::text(legal_person),
        Cell::text(address),
    ]
}

async fn shown(desk: &Desk, id: ShareId, query: ListQuery, typed: Typed) -> Result<SharePage> {
    let view = assigning::view(&desk.platform, &desk.ctx, id).await?;
    let table = visits(desk, &view, &query).await?;
    let can = |command: ShareCommand| view.commands.contains(&command);
    let may_redispatch = view.organised && can(ShareCommand::Redispatch) && desk.may(UseCase::ShareRedispatch);
    let agencies = if may_redispatch {
        let all = app::agency::list(&desk.platform, &desk.ctx).await?;
        all.into_iter().map(|agency| Choice::new(agency.id.to_string(), agency.name)).collect()
    } else {
        Vec::new()
    };
    let waiting = view.visits_by_state.iter().any(|(state, _)| state == "waiting");
    let crumbs = [
        Crumb::to("派发与匹配", "/office/dispatch"),
        Crumb::here(format!("{} {}", view.share.task_number, view.share.agency_name)),
    ];
    Ok(SharePage {
        page: desk.page_under(Area::Dispatch, crumbs),
        may_accept: view.own && can(ShareCommand::Accept) && desk.may(UseCase::ShareAccept),
        may_return: view.own && can(ShareCommand::Return) && desk.may(UseCase::ShareReturn),
        may_plan: view.own && desk.may(UseCase::VisitPlan),
        may_print: view.own && can_print(&view) && desk.may(UseCase::FormPrintBatch),
        lack: form::lack_of_notice(&view.share).filter(|_| view.own && can_print(&view)),
        may_download: desk.may(UseCase::FormPrint),
        matchable: desk.may(UseCase::MatchingView)
            && (can(ShareCommand::Match) || view.share.state == ShareState::Matched),
        may_redispatch,
        agencies,
        files: form::files(&desk.platform, &desk.ctx, id).await?,
        days: view.visits_by_day.iter().map(|day| Choice::new(text::day(day.on), day.day.clone())).collect(),
        states: VisitState::ALL.iter().map(|state| Choice::new(state.code(), state.label())).collect(),
        table,
        query,
        reason: typed.reason,
        planned_on: typed.planned_on,
        why: typed.why,
        waiting,
        errors: typed.errors,
        view,
    })
}

fn can_print(view: &ShareView) -> bool {
    view.visits_by_state.iter().any(|(state, _)| state == "matched" || state == "prepared")
}

#[derive(Deserialize)]
struct Versioned {
    version: i64,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    to: String,
}

fn of(id: ShareId) -> String {
    format!("/office/shares/{id}")
}

async fn accept(desk: Desk, Path(share): Path<String>, Form(form): Form<Versioned>) -> Result<Response> {
    let id = parse(&share)?;
    assigning::accept(&desk.platform, &desk.ctx, id, form.version).await?;
    Ok(done(&of(id), "已签收，签收人和时间已记录。下一步：准备随机匹配。"))
}

async fn give_back(desk: Desk, Path(share): Path<String>, Form(form): Form<Versioned>) -> Result<Response> {
    let id = parse(&share)?;
    match assigning::give_back(&desk.platform, &desk.ctx, id, form.version, &form.reason).await {
        Ok(()) => Ok(done(&of(id), "已退回。下达单位的待办中已列出本份和退回原因。")),
        Err(error) if error.fields.is_empty() => Err(error.into()),
        Err(error) => {
            let typed = Typed { reason: form.reason, errors: FieldErrors::from(&error), ..Typed::default() };
            Ok(Html::invalid(shown(&desk, id, ListQuery::parse(&of(id), ""), typed).await?))
        }
    }
}

async fn redispatch(desk: Desk, Path(share): Path<String>, Form(form): Form<Versioned>) -> Result<Response> {
    let id = parse(&share)?;
    let to = form.to.parse::<AgencyId>().map_err(|_| app::Error::field("to", "SHARE-006"));
    let moved = match to {
        Ok(to) => assigning::redispatch(&desk.platform, &desk.ctx, id, form.version, to).await,
        Err(error) => Err(error),
    };
    match moved {
        Ok(()) => Ok(done(&of(id), "已重新派发，期限重新起算。")),
        Err(error) if error.fields.is_empty() => Err(error.into()),
        Err(error) => {
            let typed = Typed { errors: FieldErrors::from(&error), ..Typed::default() };
            Ok(Html::invalid(shown(&desk, id, ListQuery::parse(&of(id), ""), typed).await?))
        }
    }
}

/// Days of one visit or of many: `visit` may stand several times.
async fn plan(desk: Desk, Path(share): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response> {
    let id = parse(&share)?;
    let typed =
        |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let chosen = pairs.iter().filter(|(key, _)| key == "visit").map(|(_, value)| parse::<VisitId>(value));
    let only = chosen.collect::<Result<Vec<_>, _>>()?;
    let moved = match day_of("planned_on", &typed("planned_on")) {
        // All that wait on one day is seldom meant, and never by forgetting to tick.
        Ok(_) if only.is_empty() && typed("all").is_empty() => Err(app::Error::field("planned_on", "VISIT-007")),
        Ok(planned_on) => {
            let input = PlanInput { share: id, only, planned_on, reason: typed("why") };
            assigning::plan(&desk.platform, &desk.ctx, input).await
        }
        Err(error) => Err(error),
    };
    match moved {
        Ok(moved) => Ok(done(&of(id), &text::assign::planned(moved.visits, &typed("planned_on"), moved.to_print))),
        Err(error) if error.fields.is_empty() => Err(error.into()),
        Err(error) => {
            let typed = Typed {
                why: typed("why"),
                planned_on: typed("planned_on"),
                errors: FieldErrors::from(&error),
                ..Typed::default()
            };
            Ok(Html::invalid(shown(&desk, id, ListQuery::parse(&of(id), ""), typed).await?))
        }
    }
}

async fn spread(desk: Desk, Path(share): Path<String>) -> Result<Response> {
    let id = parse(&share)?;
    let moved = assigning::spread(&desk.platform, &desk.ctx, id).await?;
    Ok(done(&of(id), &text::assign::spread_done(moved)))
}

#[derive(Deserialize)]
struct BatchForm {
    form: String,
}

async fn print_batch(desk: Desk, Path(share): Path<String>, Form(form): Form<BatchForm>) -> Result<Response> {
    let kind = FormKind::from_code(&form.form).ok_or_else(app::Error::not_found)?;
    let job = form::print_batch(&desk.platform, &desk.ctx, parse(&share)?, kind, None).await?;
    Ok(go(&format!("/office/jobs/{job}")))
}

async fn file(desk: Desk, Path((share, file)): Path<(String, String)>) -> Result<Response> {
    let kept = form::kept_file(&desk.platform, &desk.ctx, parse(&share)?, parse(&file)?).await?;
    Ok(inline(web::download::of_path(&kept.path).await?, &kept.name))
}

/// A PDF under its Chinese name.
pub(crate) fn pdf(printed: form::Printed) -> Response {
    inline(printed.pdf.into_response(), &printed.name)
}

/// In the browser rather than beside it.
fn inline(mut pdf: Response, name: &str) -> Response {
    let headers = pdf.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    if let Ok(disposition) = HeaderValue::from_str(&web::download::disposition("inline", name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    pdf
}
