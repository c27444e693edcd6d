//! Who did what when: the events of the scope, and the check of the log.

use app::audit::{AuditReport, EventQuery};
use askama::Template;
use axum::response::Response;
use domain::registry::UseCase;
use web::{Area, Crumb, Html, ListQuery, Page, Pager, Result};

use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/events", UseCase::EventList, list)
        .get("/office/events/verify", UseCase::AuditVerify, verify_page)
        .post("/office/events/verify", UseCase::AuditVerify, verify)
}

/// A row of the list, in words.
struct Row {
    at: domain::Instant,
    what: String,
    who: String,
    agency: String,
    subject: String,
    subject_id: String,
    data: String,
    request_id: String,
}

#[derive(Template)]
#[template(path = "event/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    query: ListQuery,
    pager: Pager,
}

async fn list(desk: Desk, query: ListQuery) -> Result<Html<ListPage>> {
    let filter = EventQuery {
        kind: query.filter("kind").to_owned(),
        subject_kind: query.filter("subject_kind").to_owned(),
        subject_id: query.filter("subject_id").to_owned(),
        from: query.filter("from").to_owned(),
        to: query.filter("to").to_owned(),
    };
    let found = app::audit::list(&desk.platform, &desk.ctx, &filter, query.page - 1, query.per_page).await?;
    let pager = query.pager(found.total);
    let rows = found
        .rows
        .into_iter()
        .map(|event| Row {
            at: event.at,
            what: text::event::what(&event.kind),
            who: event.actor_name,
            agency: event.agency_name,
            subject: text::event::subject(&event.subject_kind).to_owned(),
            subject_id: event.subject_id,
            data: if event.data == "{}" { String::new() } else { event.data },
            request_id: event.request_id,
        })
        .collect();
    Ok(Html(ListPage { page: desk.page(Area::Event), rows, query, pager }))
}

#[derive(Template)]
#[template(path = "event/verify.html")]
struct VerifyPage {
    page: Page,
    report: Option<AuditReport>,
}

fn page_of(desk: &Desk) -> Page {
    desk.page_under(Area::Event, [Crumb::to("事件", "/office/events"), Crumb::here("校验日志")])
}

async fn verify_page(desk: Desk) -> Html<VerifyPage> {
    Html(VerifyPage { page: page_of(&desk), report: None })
}

async fn verify(desk: Desk) -> Result<Response> {
    let report = app::audit::verify(&desk.platform, &desk.ctx, None).await?;
    Ok(axum::response::IntoResponse::into_response(Html(VerifyPage { page: page_of(&desk), report: Some(report) })))
}
