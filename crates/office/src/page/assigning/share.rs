//! One share: receipt or return, deadlines, visits with their planned day, forms.

use app::assigning::{self, Filter, ShareView, VisitRow};
use app::form::{self, FormFile, FormKind};
use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ids::{AgencyId, ShareId};
use domain::registry::UseCase;
use domain::state::{ShareCommand, ShareState, VisitState};
use serde::Deserialize;
use text::Label as _;
use web::{Area, Choice, Crumb, FieldErrors, Form, Html, ListQuery, Page, Pager, Path, Result, Tone, go};

use super::dispatch::{day_of, done, parse, tone};
use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/shares/{share}", UseCase::ShareView, view)
        .post("/office/shares/{share}/accept", UseCase::ShareAccept, accept)
        .post("/office/shares/{share}/return", UseCase::ShareReturn, give_back)
        .post("/office/shares/{share}/redispatch", UseCase::ShareRedispatch, redispatch)
        .post("/office/shares/{share}/plan", UseCase::VisitPlan, plan)
        .post("/office/shares/{share}/forms", UseCase::FormPrintBatch, print_batch)
        .get("/office/shares/{share}/forms/{file}", UseCase::FormPrint, file)
}

#[derive(Template)]
#[template(path = "assigning/share/view.html")]
struct SharePage {
    page: Page,
    view: ShareView,
    visits: Vec<VisitRow>,
    states: Vec<Choice>,
    files: Vec<FormFile>,
    query: ListQuery,
    pager: Pager,
    reason: String,
    planned_on: String,
    errors: FieldErrors,
    agencies: Vec<Choice>,
    may_accept: bool,
    may_return: bool,
    may_redispatch: bool,
    may_plan: bool,
    may_print: bool,
    may_download: bool,
    matchable: bool,
    may_visit: bool,
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

    fn visit_label(&self, state: &VisitState) -> &'static str {
        state.label()
    }

    fn visit_tone(&self, state: &VisitState) -> Tone {
        super::visit::tone(*state)
    }

    fn size(&self, bytes: &i64) -> String {
        web::format::bytes(u64::try_from(*bytes).unwrap_or_default())
    }
}

#[derive(Default)]
struct Typed {
    reason: String,
    planned_on: Option<String>,
    errors: FieldErrors,
}

async fn view(desk: Desk, Path(share): Path<String>, query: ListQuery) -> Result<Response> {
    Ok(Html(shown(&desk, parse(&share)?, query, Typed::default()).await?).into_response())
}

async fn shown(desk: &Desk, id: ShareId, query: ListQuery, typed: Typed) -> Result<SharePage> {
    let view = assigning::view(&desk.platform, &desk.ctx, id).await?;
    let filter = Filter {
        share: Some(id),
        state: VisitState::from_code(query.filter("state")).map_or(String::new(), |state| state.to_string()),
        search: query.filter("q").to_owned(),
        inspector: query.filter("inspector").parse().ok(),
    };
    let found = if desk.may(UseCase::VisitList) {
        assigning::visits(&desk.platform, &desk.ctx, &filter, query.page - 1, query.per_page).await?
    } else {
        app::Page { rows: Vec::new(), total: 0 }
    };
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
    let planned = found.rows.first().map(|row| text::day(row.visit.planned_on)).unwrap_or_default();
    Ok(SharePage {
        page: desk.page_under(Area::Dispatch, crumbs),
        may_accept: view.own && can(ShareCommand::Accept) && desk.may(UseCase::ShareAccept),
        may_return: view.own && can(ShareCommand::Return) && desk.may(UseCase::ShareReturn),
        may_plan: view.own && waiting && desk.may(UseCase::VisitPlan),
        may_print: view.own && can_print(&view) && desk.may(UseCase::FormPrintBatch),
        lack: form::lack_of_notice(&view.share).filter(|_| view.own && can_print(&view)),
        may_download: desk.may(UseCase::FormPrint),
        matchable: desk.may(UseCase::MatchingView)
            && (can(ShareCommand::Match) || view.share.state == ShareState::Matched),
        may_visit: desk.may(UseCase::VisitView),
        may_redispatch,
        agencies,
        files: form::files(&desk.platform, &desk.ctx, id).await?,
        states: VisitState::ALL.iter().map(|state| Choice::new(state.code(), state.label())).collect(),
        pager: query.pager(found.total),
        visits: found.rows,
        query,
        reason: typed.reason,
        planned_on: typed.planned_on.unwrap_or(planned),
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
        Ok(()) => Ok(done(&of(id), "已退回，原因已告知下达单位。")),
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

#[derive(Deserialize)]
struct PlanForm {
    planned_on: String,
}

async fn plan(desk: Desk, Path(share): Path<String>, Form(form): Form<PlanForm>) -> Result<Response> {
    let id = parse(&share)?;
    let moved = match day_of(&form.planned_on) {
        Ok(day) => assigning::plan(&desk.platform, &desk.ctx, id, &[], day).await,
        Err(error) => Err(error),
    };
    match moved {
        Ok(count) => Ok(done(&of(id), &format!("已将 {count} 户的计划检查日调整为 {}。", form.planned_on))),
        Err(error) if error.fields.is_empty() => Err(error.into()),
        Err(error) => {
            let typed =
                Typed { planned_on: Some(form.planned_on), errors: FieldErrors::from(&error), ..Typed::default() };
            Ok(Html::invalid(shown(&desk, id, ListQuery::parse(&of(id), ""), typed).await?))
        }
    }
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
    Ok(pdf(form::read_file(&desk.platform, &desk.ctx, parse(&share)?, parse(&file)?).await?))
}

/// A PDF under its Chinese name.
pub(crate) fn pdf(printed: form::Printed) -> Response {
    let encoded: String = form_urlencoded::byte_serialize(printed.name.as_bytes()).collect();
    let disposition = format!("inline; filename=\"form.pdf\"; filename*=UTF-8''{}", encoded.replace('+', "%20"));
    ([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, disposition)], printed.pdf)
        .into_response()
}
