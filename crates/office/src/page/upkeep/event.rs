//! Who did what when: the events of the scope, and the check of the log.

use app::audit::{AuditReport, EventQuery};
use app::form::FormKind;
use askama::Template;
use axum::response::Response;
use domain::import::ImportKind;
use domain::registry::UseCase;
use domain::role::Role;
use domain::rulebook::Rule;
use text::Label as _;
use web::{Area, Choice, Crumb, Html, ListQuery, Page, Pager, Result};

use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/events", UseCase::EventList, list)
        .get("/office/events/verify", UseCase::AuditVerify, verify_page)
        .post("/office/events/verify", UseCase::AuditVerify, verify)
}

/// Characters of a digest in hex, and how many of them the list shows.
const DIGEST_CHARS: usize = 64;
const DIGEST_SHOWN: usize = 16;

/// A row of the list, in words.
struct Row {
    at: domain::Instant,
    what: String,
    who: String,
    agency: String,
    subject: String,
    subject_id: String,
    facts: Vec<(&'static str, String)>,
    data: String,
    request_id: String,
}

/// What an event holds, in words: the facts that have a name, with codes, digests and switches put into words. Ids are
/// left out; the original is on the page as well.
pub(crate) fn facts(data: &str) -> Vec<(&'static str, String)> {
    let Ok(serde_json::Value::Object(map)) = serde_json::from_str(data) else { return Vec::new() };
    let fact = |(key, value): (&String, &serde_json::Value)| Some((text::event::fact(key)?, words(key, value)?));
    map.iter().filter_map(fact).collect()
}

fn words(key: &str, value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    let text = match value {
        Value::Null | Value::Object(_) => return None,
        Value::Array(list) => return Some(format!("{} 项", list.len())),
        Value::Bool(true) => return Some("是".to_owned()),
        Value::Bool(false) => return Some("否".to_owned()),
        Value::Number(number) if key == "year" => return Some(number.to_string()),
        Value::Number(number) => {
            return Some(number.as_u64().map_or_else(|| number.to_string(), web::format::thousands));
        }
        Value::String(text) => text.as_str(),
    };
    let coded = match key {
        "role" => Role::from_code(text).map(|role| role.label().to_owned()),
        "rule" => Rule::from_code(text).map(|rule| rule.label().to_owned()),
        "kind" => ImportKind::from_code(text).map(|kind| kind.label().to_owned()),
        "form" => FormKind::from_code(text).map(|kind| kind.label().to_owned()),
        "reveal_by" => text.parse::<domain::Instant>().ok().map(text::moment),
        _ => None,
    };
    let digest = text.len() == DIGEST_CHARS && text.bytes().all(|b| b.is_ascii_hexdigit());
    let short = || text.get(..DIGEST_SHOWN).map(|head| format!("{head}…"));
    if text.is_empty() {
        None
    } else {
        coded.or_else(|| digest.then(short).flatten()).or_else(|| Some(text.to_owned()))
    }
}

#[derive(Template)]
#[template(path = "upkeep/event/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    query: ListQuery,
    pager: Pager,
    kinds: Vec<Choice>,
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
            facts: facts(&event.data),
            data: if event.data == "{}" { String::new() } else { event.data },
            request_id: event.request_id,
        })
        .collect();
    let kinds = text::event::kinds().into_iter().map(|(kind, label)| Choice::new(kind, label)).collect();
    Ok(Html(ListPage { page: desk.page(Area::Event), rows, query, pager, kinds }))
}

#[derive(Template)]
#[template(path = "upkeep/event/verify.html")]
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
