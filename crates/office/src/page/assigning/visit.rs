//! Visits: one visit with its items, team and forms; and how many visits each inspector has.

use app::assigning::{self, Load, VisitView};
use app::form::{self, FormKind};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use domain::state::VisitState;
use text::Label as _;
use web::{Area, Cell, Column, Crumb, Html, ListQuery, Page, Path, Result, Table, Tone};

use super::dispatch::parse;
use super::share::pdf;
use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/visits/{visit}", UseCase::VisitView, view)
        .get_heavy("/office/visits/{visit}/notice.pdf", UseCase::FormPrint, notice)
        .get_heavy("/office/visits/{visit}/record.pdf", UseCase::FormPrint, record)
        .get("/office/loads", UseCase::VisitList, loads)
}

#[derive(Template)]
#[template(path = "assigning/visit/view.html")]
struct VisitPage {
    page: Page,
    view: VisitView,
    planned_on: String,
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
    }
}

async fn view(desk: Desk, Path(visit): Path<String>) -> Result<Html<VisitPage>> {
    let view = assigning::visit(&desk.platform, &desk.ctx, parse(&visit)?).await?;
    let way = [
        Crumb::to("派发与匹配", "/office/dispatch"),
        Crumb::to(view.share.agency_name.clone(), format!("/office/shares/{}", view.share.id)),
    ];
    let opens = desk.may(UseCase::ShareView);
    let calendar = desk.platform.calendar().await?;
    let crumbs = way.into_iter().filter(|_| opens).chain([Crumb::here(view.row.visit.number.clone())]);
    Ok(Html(VisitPage {
        page: desk.page_under(Area::Dispatch, crumbs),
        may_print: !view.row.team.is_empty() && desk.may(UseCase::FormPrint),
        lack: form::lack_of_notice(&view.share).filter(|_| !view.row.team.is_empty() && desk.may(UseCase::FormPrint)),
        may_share: opens,
        planned_on: text::day_with_kind(view.row.visit.planned_on, &calendar),
        view,
    }))
}

async fn notice(desk: Desk, Path(visit): Path<String>) -> Result<Response> {
    Ok(pdf(form::print(&desk.platform, &desk.ctx, parse(&visit)?, FormKind::Notice).await?))
}

async fn record(desk: Desk, Path(visit): Path<String>) -> Result<Response> {
    Ok(pdf(form::print(&desk.platform, &desk.ctx, parse(&visit)?, FormKind::Record).await?))
}

const LOADS: &[Column] = &[
    Column::text("name", "检查人员").head(),
    Column::code("certificate", "执法证号"),
    Column::text("agency", "单位"),
    Column::number("visits", "户数"),
    Column::number("leads", "其中任组长").label("任组长"),
];

fn load_cells(load: Load) -> Vec<Cell> {
    let count = |n: i64| Cell::number(u64::try_from(n).unwrap_or(0));
    vec![
        Cell::text(load.name),
        Cell::text(load.certificate),
        Cell::text(load.agency_name),
        count(load.visits),
        count(load.leads),
    ]
}

#[derive(Template)]
#[template(path = "assigning/visit/loads.html")]
struct LoadsPage {
    page: Page,
    table: Table,
}

async fn loads(desk: Desk, query: ListQuery) -> Result<Response> {
    let loads = assigning::loads(&desk.platform, &desk.ctx, None).await?;
    let table = Table::whole(("检查人员任务量", "人"), LOADS, &query, loads.into_iter().map(load_cells));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::VisitList, table, format).await;
    }
    // An inspector's own area begins here: the list of shares is not theirs to open.
    let hub = desk.may(UseCase::ShareList).then(|| Crumb::to("派发与匹配", "/office/dispatch"));
    let crumbs = hub.into_iter().chain([Crumb::here("检查人员任务量")]);
    Ok(Html(LoadsPage { page: desk.page_under(Area::Dispatch, crumbs), table }).into_response())
}
