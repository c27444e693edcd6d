//! Who did what when: the events of the scope, and the check of the log.

use app::audit::{AuditReport, EventQuery};
use app::form::FormKind;
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::import::ImportKind;
use domain::registry::UseCase;
use domain::role::Role;
use domain::rulebook::Rule;
use text::Label as _;
use web::{Area, Cell, Choice, Column, Crumb, Html, ListQuery, Look, Page, Result, Table};

use crate::{Desk, Routes, listed};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/events", UseCase::EventList, list)
        .get("/office/events/verify", UseCase::AuditVerify, verify_page)
        .post_heavy("/office/events/verify", UseCase::AuditVerify, verify)
}

/// Characters of a digest in hex, and how many of them the list shows.
const DIGEST_CHARS: usize = 64;
const DIGEST_SHOWN: usize = 16;

const COLUMNS: &[Column] = &[
    Column::moment("at", "时间").wide(20.0),
    Column::text("kind", "事件"),
    Column::text("actor", "人员"),
    Column::text("agency", "单位"),
    Column::text("subject", "对象"),
    Column::text("facts", "内容").unsorted().wide(60.0),
];

fn cells(event: app::audit::Event) -> Vec<Cell> {
    let facts: Vec<_> = facts(&event.data).into_iter().map(|(name, words)| format!("{name} {words}")).collect();
    let data = if event.data == "{}" { "（无附加内容）" } else { event.data.as_str() };
    let subject = text::event::subject(&event.subject_kind);
    vec![
        Cell::text(web::format::instant_seconds(&event.at)),
        Cell::text(text::event::what(&event.kind)),
        Cell::text(event.actor_name),
        Cell::text(event.agency_name),
        Cell::text(format!("{subject} "))
            .and("同一对象", Look::Aside(format!("/office/events?subject_id={}", event.subject_id))),
        Cell::text(facts.join("；")).and(format!("{data}，请求编号 {}", event.request_id), Look::Folded("原始记录")),
    ]
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
        "list" => UseCase::ALL.iter().find(|case| case.row().name == text).map(|case| case.label().to_owned()),
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
    table: Table,
    query: ListQuery,
    kinds: Vec<Choice>,
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let filter = EventQuery {
        kind: query.filter("kind").to_owned(),
        subject_kind: query.filter("subject_kind").to_owned(),
        subject_id: query.filter("subject_id").to_owned(),
        from: query.filter("from").to_owned(),
        to: query.filter("to").to_owned(),
    };
    let found = app::audit::list(&desk.platform, &desk.ctx, &filter, query.window(COLUMNS)).await?;
    let table = Table::paged(("事件", "条"), COLUMNS, &query, found.total, found.rows.into_iter().map(cells));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::EventList, table, format).await;
    }
    let kinds = text::event::kinds().into_iter().map(|(kind, label)| Choice::new(kind, label)).collect();
    Ok(Html(ListPage { page: desk.page(Area::Event), table, query, kinds }).into_response())
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
    Ok(Html(VerifyPage { page: page_of(&desk), report: Some(report) }).into_response())
}
