//! Visits: one visit with its items, team and forms; and how many visits each inspector has.

use app::assigning::{self, Load, VisitView};
use app::form::{self, FormKind};
use askama::Template;
use axum::response::Response;
use domain::registry::UseCase;
use domain::state::VisitState;
use text::Label as _;
use web::{Area, Crumb, Html, Page, Path, Result, Tone};

use super::dispatch::parse;
use super::share::pdf;
use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/visits/{visit}", UseCase::VisitView, view)
        .get("/office/visits/{visit}/notice.pdf", UseCase::FormPrint, notice)
        .get("/office/visits/{visit}/record.pdf", UseCase::FormPrint, record)
        .get("/office/loads", UseCase::VisitList, loads)
}

#[derive(Template)]
#[template(path = "assigning/visit/view.html")]
struct VisitPage {
    page: Page,
    view: VisitView,
    may_print: bool,
    may_share: bool,
    /// What keeps a notice from being printed.
    lack: Option<app::Error>,
}

impl VisitPage {
    fn label(&self, state: &VisitState) -> &'static str {
        state.label()
    }

    fn tone(&self, state: &VisitState) -> Tone {
        tone(*state)
    }
}

/// The tone of a visit's state.
pub(crate) fn tone(state: VisitState) -> Tone {
    match state {
        VisitState::Waiting => Tone::Warn,
        VisitState::Matched => Tone::Info,
        VisitState::Prepared => Tone::Good,
        VisitState::Dropped => Tone::Plain,
    }
}

async fn view(desk: Desk, Path(visit): Path<String>) -> Result<Html<VisitPage>> {
    let view = assigning::visit(&desk.platform, &desk.ctx, parse(&visit)?).await?;
    let way = [
        Crumb::to("派发与匹配", "/office/dispatch"),
        Crumb::to(view.share.agency_name.clone(), format!("/office/shares/{}", view.share.id)),
    ];
    let opens = desk.may(UseCase::ShareView);
    let crumbs = way.into_iter().filter(|_| opens).chain([Crumb::here(view.row.visit.number.clone())]);
    Ok(Html(VisitPage {
        page: desk.page_under(Area::Dispatch, crumbs),
        may_print: !view.row.team.is_empty() && desk.may(UseCase::FormPrint),
        lack: form::lack_of_notice(&view.share).filter(|_| !view.row.team.is_empty() && desk.may(UseCase::FormPrint)),
        may_share: opens,
        view,
    }))
}

async fn notice(desk: Desk, Path(visit): Path<String>) -> Result<Response> {
    Ok(pdf(form::print(&desk.platform, &desk.ctx, parse(&visit)?, FormKind::Notice).await?))
}

async fn record(desk: Desk, Path(visit): Path<String>) -> Result<Response> {
    Ok(pdf(form::print(&desk.platform, &desk.ctx, parse(&visit)?, FormKind::Record).await?))
}

#[derive(Template)]
#[template(path = "assigning/visit/loads.html")]
struct LoadsPage {
    page: Page,
    loads: Vec<Load>,
}

async fn loads(desk: Desk) -> Result<Html<LoadsPage>> {
    let loads = assigning::loads(&desk.platform, &desk.ctx, None).await?;
    // An inspector's own area begins here: the list of shares is not theirs to open.
    let hub = desk.may(UseCase::ShareList).then(|| Crumb::to("派发与匹配", "/office/dispatch"));
    let crumbs = hub.into_iter().chain([Crumb::here("检查人员任务量")]);
    Ok(Html(LoadsPage { page: desk.page_under(Area::Dispatch, crumbs), loads }))
}
