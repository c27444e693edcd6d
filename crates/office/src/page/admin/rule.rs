//! The rules in force for an agency with their levels and bases, and setting one.

use app::rule::{Layer, Level, RuleRow, SetRule, TypedValue};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::AgencyId;
use domain::registry::UseCase;
use domain::rulebook::{Rule, RuleValue};
use serde::Deserialize;
use text::Label as _;
use web::{
    Area, Cell, Choice, Column, Crumb, FieldErrors, Form, Html, ListQuery, Look, Page, Path, Query, Result, Stale, Tab,
    Table, Tone, go_saying,
};

use super::{Section, agency_choices, tabs};
use crate::late::{is_late, late};
use crate::{Desk, Routes, listed};

const LIST: &str = "/office/rules";
/// Stands for the installation where a form names a level.
const INSTALLATION: &str = "installation";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(LIST, UseCase::RulebookView, list)
        .get("/office/rules/{rule}", UseCase::RulebookSet, set_page)
        .post("/office/rules/{rule}", UseCase::RulebookSet, set)
}

const COLUMNS: &[Column] = &[
    Column::text("rule", "规则").head().wide(40.0),
    Column::text("value", "现行值"),
    Column::text("level", "来自"),
    Column::text("basis", "依据").wide(50.0),
];

#[derive(Template)]
#[template(path = "admin/rule_list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    query: ListQuery,
    agencies: Vec<Choice>,
    agency: String,
    table: Table,
    may_set: bool,
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let asked = match query.filter("agency") {
        "" => None,
        text => Some(text.parse::<AgencyId>().map_err(|_| app::Error::not_found())?),
    };
    let shown = app::rule::view(&desk.platform, &desk.ctx, asked).await?;
    let agencies = app::agency::list(&desk.platform, &desk.ctx).await?;
    let own = if desk.ctx.is_root() { Level::Installation } else { Level::Agency(shown.agency.id) };
    let level = asked.map_or(own, Level::Agency);
    let may_set = desk.may(UseCase::RulebookSet);
    let table =
        Table::whole(("规则列表", "项"), COLUMNS, &query, shown.rules.iter().map(|row| cells(row, level, may_set)));
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::RulebookView, table, format).await;
    }
    Ok(Html(ListPage {
        page: desk.page(Area::Admin),
        tabs: tabs(&desk, Section::Rules),
        query,
        agencies: agency_choices(&agencies),
        agency: shown.agency.name,
        table,
        may_set,
    })
    .into_response())
}

fn cells(row: &RuleRow, level: Level, may_set: bool) -> Vec<Cell> {
    let last = row.layers.last();
    let href = if may_set { format!("{LIST}/{}?level={}", row.rule.code(), level_code(level)) } else { String::new() };
    let (tone, from) = match last {
        Some(layer) => (Tone::Info, level_words(layer)),
        None => (Tone::Plain, "默认".to_owned()),
    };
    vec![
        Cell::link(row.rule.label(), href).and(text::rule_help(row.rule), Look::Note),
        Cell::text(text::rule_value(row.value)),
        Cell::chip(tone, from),
        Cell::text(row.basis()),
    ]
}

fn level_words(layer: &Layer) -> String {
    match layer.level {
        Level::Installation => "全平台设置".to_owned(),
        Level::Agency(_) => format!("{}设置", layer.agency),
    }
}

fn level_code(level: Level) -> String {
    match level {
        Level::Installation => INSTALLATION.to_owned(),
        Level::Agency(id) => id.to_string(),
    }
}

/// A level that sets the rule, in words.
struct LayerRow {
    level: String,
    value: String,
    basis: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "admin/rule_set.html")]
struct SetPage {
    page: Page,
    action: String,
    label: &'static str,
    help: &'static str,
    default: String,
    default_basis: &'static str,
    layers: Vec<LayerRow>,
    levels: Vec<Choice>,
    units: Vec<Choice>,
    choices: Vec<Choice>,
    is_span: bool,
    range: String,
    is_set: bool,
    form: SetForm,
    errors: FieldErrors,
    stale: Option<Stale>,
}

/// The form of a rule, as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct SetForm {
    level: String,
    /// The field is called as the errors call it; of a choice it is the code.
    value: String,
    unit: String,
    basis: String,
    seen: String,
    clear: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct At {
    level: String,
}

fn read_level(desk: &Desk, text: &str) -> Result<Level> {
    match text {
        "" if desk.ctx.is_root() => Ok(Level::Installation),
        "" => Ok(Level::Agency(desk.post.agency_id)),
        INSTALLATION => Ok(Level::Installation),
        id => Ok(Level::Agency(id.parse().map_err(|_| app::Error::not_found())?)),
    }
}

fn read_rule(text: &str) -> Result<Rule> {
    Ok(Rule::from_code(text).ok_or_else(app::Error::not_found)?)
}

async fn form_page(
    desk: &Desk,
    rule: Rule,
    level: Level,
    form: Option<SetForm>,
    (errors, stale): (FieldErrors, Option<Stale>),
) -> Result<SetPage> {
    let agency = match level {
        Level::Installation => None,
        Level::Agency(id) => Some(id),
    };
    let shown = app::rule::view(&desk.platform, &desk.ctx, agency).await?;
    let row = shown.rules.iter().find(|row| row.rule == rule).ok_or_else(app::Error::not_found)?;
    let here = row.at(level);
    let typed = app::rule::typed(rule, here.map_or(row.value, |layer| layer.value));
    let seen = here.map_or_else(String::new, |layer| layer.at.unix_ms().to_string());
    // Somebody else set it meanwhile: what was typed stands over the latest.
    let form = form.map(|form| if stale.is_some() { SetForm { seen: seen.clone(), ..form } } else { form });
    let form = form.unwrap_or_else(|| SetForm {
        level: level_code(level),
        value: if typed.choice.is_empty() { typed.n } else { typed.choice },
        unit: typed.unit,
        basis: here.map(|layer| layer.basis.clone()).unwrap_or_default(),
        seen: seen.clone(),
        clear: String::new(),
    });
    let agencies = app::agency::list(&desk.platform, &desk.ctx).await?;
    let mut levels = if desk.ctx.is_root() { vec![Choice::new(INSTALLATION, "全平台")] } else { Vec::new() };
    levels.extend(agency_choices(&agencies));
    let (min, max) = rule.range();
    Ok(SetPage {
        page: desk.page_under(Area::Admin, [Crumb::to("规则参数", LIST), Crumb::here(rule.label())]),
        action: format!("{LIST}/{}", rule.code()),
        label: rule.label(),
        help: text::rule_help(rule),
        default: text::rule_value(rule.default_value()),
        default_basis: text::rule_basis(rule),
        layers: row.layers.iter().map(layer_row).collect(),
        levels,
        units: domain::deadline::SpanUnit::ALL.iter().map(|unit| Choice::new(unit.code(), unit.label())).collect(),
        choices: choices(rule),
        is_span: matches!(rule.default_value(), RuleValue::Span(_)),
        range: if max == 0 { String::new() } else { format!("{min} 至 {max}。") },
        is_set: here.is_some(),
        form,
        errors,
        stale,
    })
}

fn layer_row(layer: &Layer) -> LayerRow {
    LayerRow {
        level: level_words(layer),
        value: text::rule_value(layer.value),
        basis: layer.basis.clone(),
        by: layer.by.clone(),
        at: text::moment(layer.at),
    }
}

fn choices(rule: Rule) -> Vec<Choice> {
    app::rule::choices(rule).into_iter().map(|(code, value)| Choice::new(code, text::rule_value(value))).collect()
}

async fn set_page(desk: Desk, Path(rule): Path<String>, Query(at): Query<At>) -> Result<Html<SetPage>> {
    let (rule, level) = (read_rule(&rule)?, read_level(&desk, &at.level)?);
    Ok(Html(form_page(&desk, rule, level, None, (FieldErrors::none(), None)).await?))
}

async fn set(desk: Desk, Path(rule): Path<String>, Form(typed): Form<SetForm>) -> Result<Response> {
    let (rule, level) = (read_rule(&rule)?, read_level(&desk, &typed.level)?);
    let value = TypedValue { n: typed.value.clone(), unit: typed.unit.clone(), choice: typed.value.clone() };
    let value = if typed.clear == "1" { Ok(None) } else { app::rule::read(rule, &value).map(Some) };
    let done = match value {
        Err(error) => Err(error),
        Ok(value) => {
            let input = SetRule { rule, level, value, basis: typed.basis.clone(), seen_ms: typed.seen.parse().ok() };
            app::rule::set(&desk.platform, &desk.ctx, input).await
        }
    };
    match done {
        Ok(()) => {
            let to = match level {
                Level::Installation => LIST.to_owned(),
                Level::Agency(id) => format!("{LIST}?agency={id}"),
            };
            let said = if typed.clear == "1" {
                "已恢复为上一级的设置。"
            } else {
                "已设置，此后派发和抽查的任务按新值执行。"
            };
            Ok(go_saying(&to, Tone::Good, said))
        }
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(form_page(&desk, rule, level, Some(typed), (errors, None)).await?))
        }
        Err(error) if is_late(&error) => {
            let stale = late(&desk, &error, UseCase::RulebookSet, ("rule", rule.code()), 1).await?;
            let page = form_page(&desk, rule, level, Some(typed), (FieldErrors::none(), Some(stale))).await?;
            Ok(Html(page).with_status(StatusCode::CONFLICT))
        }
        Err(error) => Err(error.into()),
    }
}
