//! The list of inspected objects.

use app::directory::subject::{self, EXPORT_ROWS_MAX, SubjectLine};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use domain::subject::{RiskLevel, SubjectKind, SubjectStatus};
use text::Label as _;
use web::{Area, Cell, Choice, Column, Crumb, Html, ListQuery, Page, Result, Table};

use super::{choices, query_of, risk_tone, status_tone};
use crate::{Desk, listed};

const COLUMNS: &[Column] = &[
    Column::text("name", "名称").head(),
    Column::code("code", "统一社会信用代码或注册号").label("代码"),
    Column::text("agency", "登记机关"),
    Column::text("kind", "主体类别").label("类别"),
    Column::day("registered_on", "成立日期"),
    Column::text("status", "登记状态").label("状态"),
    Column::text("credit_class", "信用风险等级").label("信用风险"),
    Column::text("tags", "标签"),
];

fn cells(line: &SubjectLine) -> Vec<Cell> {
    vec![
        Cell::link(&line.name, format!("/office/subjects/{}", line.id)),
        Cell::text(&line.code),
        Cell::text(&line.agency_name),
        Cell::text(line.kind.label()),
        line.registered_on.map_or_else(|| Cell::none("未登记"), Cell::day),
        Cell::chip(status_tone(line.status), line.status.label()),
        line.credit_class.map_or_else(|| Cell::none("未评"), |class| Cell::chip(risk_tone(class), class.label())),
        Cell::or(line.tags.join("、"), "无"),
    ]
}

#[derive(Template)]
#[template(path = "directory/subject/list.html")]
pub(super) struct ListPage {
    page: Page,
    query: ListQuery,
    table: Table,
    agencies: Vec<Choice>,
    kinds: Vec<Choice>,
    statuses: Vec<Choice>,
    levels: Vec<Choice>,
    tags: Vec<Choice>,
    may_import: bool,
}

pub(super) async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let (asked, window) = (query_of(&query), query.window(COLUMNS));
    if let Some(format) = query.file {
        // The register's file holds more than the page and is written as it is read.
        let export = subject::export(&desk.platform, &desk.ctx, &asked, window.sort(), format.into()).await?;
        return Ok(listed::send(export));
    }
    let found = subject::list(&desk.platform, &desk.ctx, &asked, window).await?;
    let table = Table::paged(("检查对象", "户"), COLUMNS, &query, found.total, found.rows.iter().map(cells));
    let tag = |(tag, count): &(String, u64)| Choice::new(tag, format!("{tag}（{}）", web::format::thousands(count)));
    Ok(Html(ListPage {
        page: desk.page_under(Area::Directory, [Crumb::to("名录库", "/office/directory"), Crumb::here("检查对象")]),
        table: table.with_file_rows_max(EXPORT_ROWS_MAX),
        agencies: found
            .offered
            .agencies
            .iter()
            .map(|agency| Choice::new(agency.id.to_string(), &agency.short_name))
            .collect(),
        kinds: choices::<SubjectKind>(),
        statuses: choices::<SubjectStatus>(),
        levels: choices::<RiskLevel>(),
        tags: found.offered.tags.iter().map(tag).collect(),
        may_import: desk.may(UseCase::SubjectImport),
        query,
    })
    .into_response())
}
