//! Agencies: the tree, adding one below another, changing names and contact.

use app::agency::{ChangeAgency, NewAgency};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::AgencyId;
use domain::agency::{AgencyKind, AgencyLevel};
use domain::registry::UseCase;
use serde::Deserialize;
use text::Label as _;
use web::{
    Area, Cell, Choice, Column, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Result, Stale, Tab, Table, Tone,
    go_saying,
};

use super::{Section, indent, tabs};
use crate::late::{is_late, late};
use crate::{Desk, Routes, listed};

const LIST: &str = "/office/agencies";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(LIST, UseCase::AgencyList, list)
        .get("/office/agencies/new", UseCase::AgencySave, new_page)
        .post("/office/agencies/new", UseCase::AgencySave, add)
        .get("/office/agencies/{agency}", UseCase::AgencySave, change_page)
        .post("/office/agencies/{agency}", UseCase::AgencySave, change)
}

const COLUMNS: &[Column] = &[
    Column::text("name", "机构名称").head().wide(40.0),
    Column::text("short_name", "简称"),
    Column::code("code", "机构代码"),
    Column::text("level", "级别"),
    Column::text("kind", "类型"),
    Column::code("division", "行政区划代码"),
    Column::text("contact", "联系人和电话"),
];

#[derive(Template)]
#[template(path = "admin/agency_list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    table: Table,
    may_save: bool,
    may_import: bool,
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let agencies = app::agency::list(&desk.platform, &desk.ctx).await?;
    let top = agencies.iter().map(|agency| agency.path.segments().count()).min().unwrap_or(0);
    let may_save = desk.may(UseCase::AgencySave);
    let rows = agencies.into_iter().map(|agency| {
        let href = if may_save { format!("{LIST}/{}", agency.id) } else { String::new() };
        vec![
            Cell::link(agency.name, href).at_depth(agency.path.segments().count() - top),
            Cell::text(agency.short_name),
            Cell::text(agency.code.as_str()),
            Cell::text(agency.level.label()),
            Cell::text(agency.kind.label()),
            Cell::or(agency.division.unwrap_or_default(), "无"),
            Cell::or([agency.contact, agency.phone].join(" ").trim(), "未填"),
        ]
    });
    let table = Table::whole(("机构", "个"), COLUMNS, &query, rows);
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::AgencyList, table, format).await;
    }
    Ok(Html(ListPage {
        page: desk.page(Area::Admin),
        tabs: tabs(&desk, Section::Agencies),
        table,
        may_save,
        may_import: desk.may(UseCase::AgencyImport),
    })
    .into_response())
}

/// The form of an agency, as typed. Of an existing one only names and contact change.
#[derive(Default, Deserialize)]
#[serde(default)]
struct AgencyForm {
    parent: String,
    code: String,
    name: String,
    short_name: String,
    level: String,
    kind: String,
    division: String,
    contact: String,
    phone: String,
    version: i64,
}

#[derive(Template)]
#[template(path = "admin/agency_form.html")]
struct FormPage {
    page: Page,
    title: String,
    action: String,
    new: bool,
    form: AgencyForm,
    parents: Vec<Choice>,
    levels: Vec<Choice>,
    kinds: Vec<Choice>,
    errors: FieldErrors,
    stale: Option<Stale>,
}

async fn new_form(desk: &Desk, form: AgencyForm, errors: FieldErrors) -> Result<FormPage> {
    let agencies = app::agency::list(&desk.platform, &desk.ctx).await?;
    let top = agencies.iter().map(|agency| agency.path.segments().count()).min().unwrap_or(0);
    let parents = agencies
        .iter()
        .map(|a| Choice::new(a.code.as_str(), format!("{}{}", indent(a.path.segments().count() - top), a.name)))
        .collect();
    Ok(FormPage {
        page: desk.page_under(Area::Admin, [Crumb::to("机构", LIST), Crumb::here("添加机构")]),
        title: "添加机构".to_owned(),
        action: format!("{LIST}/new"),
        new: true,
        form,
        parents,
        levels: AgencyLevel::ALL.iter().map(|level| Choice::new(level.code(), level.label())).collect(),
        kinds: AgencyKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.label())).collect(),
        errors,
        stale: None,
    })
}

async fn new_page(desk: Desk) -> Result<Html<FormPage>> {
    Ok(Html(new_form(&desk, AgencyForm::default(), FieldErrors::none()).await?))
}

async fn add(desk: Desk, Form(typed): Form<AgencyForm>) -> Result<Response> {
    let (level, kind) = (AgencyLevel::from_code(&typed.level), AgencyKind::from_code(&typed.kind));
    let division = typed.division.trim();
    let good_division = division.is_empty() || (division.len() == 6 && division.bytes().all(|b| b.is_ascii_digit()));
    let (Some(level), Some(kind), true) = (level, kind, good_division) else {
        let mut errors = FieldErrors::none();
        if level.is_none() {
            errors.push("level", "请选择级别。");
        }
        if kind.is_none() {
            errors.push("kind", "请选择类型。");
        }
        if !good_division {
            errors.push("division", "行政区划代码是6位数字；功能区没有的，留空。");
        }
        return Ok(Html::invalid(new_form(&desk, typed, errors).await?));
    };
    let input = NewAgency {
        code: typed.code.trim().to_owned(),
        name: typed.name.clone(),
        short_name: typed.short_name.clone(),
        level,
        kind,
        parent_code: Some(typed.parent.clone()).filter(|code| !code.is_empty()),
        division: Some(division.to_owned()).filter(|code| !code.is_empty()),
        contact: typed.contact.clone(),
        phone: typed.phone.clone(),
    };
    match app::agency::add(&desk.platform, &desk.ctx, input).await {
        Ok(_) => Ok(go_saying(LIST, Tone::Good, "机构已添加。")),
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(new_form(&desk, typed, errors).await?))
        }
        Err(error) => Err(error.into()),
    }
}

async fn change_form(desk: &Desk, id: AgencyId, form: Option<AgencyForm>, errors: FieldErrors) -> Result<FormPage> {
    let agency = app::agency::get(&desk.platform, &desk.ctx, id).await?;
    let stored = AgencyForm {
        code: agency.code.to_string(),
        name: agency.name.clone(),
        short_name: agency.short_name.clone(),
        contact: agency.contact.clone(),
        phone: agency.phone.clone(),
        version: agency.version,
        ..AgencyForm::default()
    };
    let form = form.map_or(stored, |form| AgencyForm { code: agency.code.to_string(), ..form });
    Ok(FormPage {
        page: desk.page_under(Area::Admin, [Crumb::to("机构", LIST), Crumb::here(agency.name.clone())]),
        title: format!("更改机构：{}", agency.name),
        action: format!("{LIST}/{id}"),
        new: false,
        form,
        parents: Vec::new(),
        levels: Vec::new(),
        kinds: Vec::new(),
        errors,
        stale: None,
    })
}

async fn change_page(desk: Desk, Path(id): Path<AgencyId>) -> Result<Html<FormPage>> {
    Ok(Html(change_form(&desk, id, None, FieldErrors::none()).await?))
}

async fn change(desk: Desk, Path(id): Path<AgencyId>, Form(typed): Form<AgencyForm>) -> Result<Response> {
    let input = ChangeAgency {
        id,
        version: typed.version,
        name: typed.name.clone(),
        short_name: typed.short_name.clone(),
        contact: typed.contact.clone(),
        phone: typed.phone.clone(),
    };
    match app::agency::change(&desk.platform, &desk.ctx, input).await {
        Ok(()) => Ok(go_saying(LIST, Tone::Good, "已保存。联系人和联系电话印在此后打印的检查通知书上。")),
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(change_form(&desk, id, Some(typed), errors).await?))
        }
        Err(error) if is_late(&error) => {
            let latest = app::agency::get(&desk.platform, &desk.ctx, id).await?;
            let (id_text, missed) = (id.to_string(), latest.version - typed.version);
            let stale = late(&desk, &error, UseCase::AgencySave, ("agency", &id_text), missed).await?;
            let typed = AgencyForm { version: latest.version, ..typed };
            let mut page = change_form(&desk, id, Some(typed), FieldErrors::none()).await?;
            page.stale = Some(stale);
            Ok(Html(page).with_status(StatusCode::CONFLICT))
        }
        Err(error) => Err(error.into()),
    }
}
