//! The list of inspectors.

use app::directory::inspector::{self, InspectorLine, InspectorQuery};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use web::{Area, Cell, Choice, Column, Crumb, Html, ListQuery, Page, Result, Table};

use super::{state_tone, state_words};
use crate::{Desk, listed};

const COLUMNS: &[Column] = &[
    Column::text("name", "姓名").head(),
    Column::code("certificate", "执法证号"),
    Column::text("agency", "所属机构"),
    Column::text("section", "科室（所）"),
    Column::day("valid_to", "有效期至"),
    // Both follow from the day on which one looks.
    Column::text("state", "执法证").unsorted(),
    Column::text("qualifications", "资质").unsorted(),
    Column::number("load", "已匹配（次）").label("已匹配"),
];

fn cells(line: &InspectorLine) -> Vec<Cell> {
    let record = &line.record;
    let certificate = record.certificate();
    let held: Vec<_> = record.inspector.qualifications.iter().map(|held| held.code.as_str()).collect();
    vec![
        Cell::link(&record.inspector.name, format!("/office/inspectors/{}", record.inspector.id)),
        certificate.map_or_else(|| Cell::none("—"), |certificate| Cell::text(&certificate.number)),
        Cell::text(&record.agency_name),
        Cell::text(&record.section),
        certificate.map_or_else(|| Cell::none("—"), |certificate| Cell::day(certificate.valid_to)),
        Cell::chip(state_tone(line.state), state_words(line.state)),
        Cell::or(held.join("、"), "无"),
        Cell::number(line.load),
    ]
}

#[derive(Template)]
#[template(path = "directory/inspector/list.html")]
pub(super) struct ListPage {
    page: Page,
    query: ListQuery,
    table: Table,
    agencies: Vec<Choice>,
    qualifications: Vec<Choice>,
    states: Vec<Choice>,
    may_import: bool,
}

pub(super) async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let asked = InspectorQuery {
        q: query.filter("q").to_owned(),
        agency: query.filter("agency").to_owned(),
        qualification: query.filter("qualification").to_owned(),
        state: query.filter("state").to_owned(),
    };
    let found = inspector::list(&desk.platform, &desk.ctx, &asked, query.window(COLUMNS)).await?;
    let table = Table::paged(("执法检查人员", "人"), COLUMNS, &query, found.total, found.rows.iter().map(cells));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::InspectorList, table, format).await;
    }
    let states = [("valid", "有效"), ("soon", "60 日内到期"), ("invalid", "已过期或未生效"), ("left", "已离岗")];
    Ok(Html(ListPage {
        page: desk.page_under(Area::Directory, [Crumb::to("名录库", "/office/directory"), Crumb::here("执法检查人员")]),
        table,
        agencies: found.agencies.iter().map(|agency| Choice::new(agency.id.to_string(), &agency.short_name)).collect(),
        qualifications: found.qualifications.iter().map(|code| Choice::new(code, code)).collect(),
        states: states.iter().map(|(value, label)| Choice::new(*value, *label)).collect(),
        may_import: desk.may(UseCase::InspectorImport),
        query,
    })
    .into_response())
}
