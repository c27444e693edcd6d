//! The working calendar: a year by months, and adding a year by its notice in two steps: type, check, confirm.

use app::calendar::{ExtendCalendar, Preview, YearRow};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike as _, NaiveDate};
use domain::registry::UseCase;
use serde::Deserialize;
use web::{Area, Choice, Crumb, FieldErrors, Form, Html, ListQuery, Page, Path, Result, Stale, Tab, Tone, go_saying};

use super::{Section, tabs};
use crate::late::{is_late, late};
use crate::{Desk, Routes};

const VIEW: &str = "/office/calendar";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(VIEW, UseCase::CalendarView, view)
        .get("/office/calendar/{year}", UseCase::CalendarExtend, extend_page)
        .post("/office/calendar/{year}", UseCase::CalendarExtend, extend)
}

/// A month of the year that is shown.
struct Month {
    month: u32,
    working_days: usize,
    off: String,
    on: String,
}

#[derive(Template)]
#[template(path = "admin/calendar.html")]
struct ViewPage {
    page: Page,
    tabs: Vec<Tab>,
    years: Vec<Choice>,
    year: i32,
    known: bool,
    working_days: usize,
    off: usize,
    on: usize,
    source: String,
    added: String,
    months: Vec<Month>,
    /// The first year without data.
    next: i32,
    may_extend: bool,
}

async fn view(desk: Desk, query: ListQuery) -> Result<Html<ViewPage>> {
    let shown = app::calendar::view(&desk.platform, &desk.ctx).await?;
    let year = query.filter("year").parse().unwrap_or_else(|_| desk.ctx.today().year());
    let row = shown.year(year);
    let months = (1..=12)
        .map(|month| {
            let in_month = |days: &[NaiveDate]| words(days.iter().filter(|day| day.month() == month));
            Month {
                month,
                working_days: working_days(&shown.calendar, year, month),
                off: row.map(|row| in_month(&row.off)).unwrap_or_default(),
                on: row.map(|row| in_month(&row.on)).unwrap_or_default(),
            }
        })
        .collect();
    let latest = shown.years.first().map_or(year, |row| row.year);
    Ok(Html(ViewPage {
        page: desk.page(Area::Admin),
        tabs: tabs(&desk, Section::Calendar),
        years: shown.years.iter().map(|row| Choice::new(row.year.to_string(), format!("{}年", row.year))).collect(),
        year,
        known: row.is_some(),
        working_days: row.map_or(0, |row| row.working_days),
        off: row.map_or(0, |row| row.off.len()),
        on: row.map_or(0, |row| row.on.len()),
        source: row.map_or_else(String::new, |row| source(year, row)),
        added: row.and_then(|row| row.added_at).map_or_else(String::new, text::moment),
        months,
        next: latest + 1,
        may_extend: desk.may(UseCase::CalendarExtend) && desk.ctx.is_root(),
    }))
}

fn source(year: i32, row: &YearRow) -> String {
    row.notice.clone().unwrap_or_else(|| format!("国务院办公厅关于{year}年部分节假日安排的通知（随系统提供）"))
}

fn working_days(calendar: &domain::calendar::Calendar, year: i32, month: u32) -> usize {
    let first = NaiveDate::from_ymd_opt(year, month, 1);
    first.map_or(0, |first| {
        let days = first.iter_days().take_while(|day| day.month() == month);
        days.filter(|day| calendar.presumed_working_day(*day).0).count()
    })
}

/// `1日（周五）、4日（周一）`.
fn words<'a>(days: impl Iterator<Item = &'a NaiveDate>) -> String {
    days.map(|day| format!("{}日（{}）", day.day(), text::weekday(*day))).collect::<Vec<_>>().join("、")
}

/// The form of a year, as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct YearForm {
    notice: String,
    off: String,
    on: String,
    seen: String,
    confirmed: String,
}

#[derive(Template)]
#[template(path = "admin/calendar_year.html")]
struct FormPage {
    page: Page,
    year: i32,
    form: YearForm,
    known: bool,
    root: bool,
    errors: FieldErrors,
    stale: Option<Stale>,
}

#[derive(Template)]
#[template(path = "admin/calendar_check.html")]
struct CheckPage {
    page: Page,
    year: i32,
    form: YearForm,
    preview: Preview,
    off: String,
    on: String,
}

fn page_of(desk: &Desk, year: i32) -> Page {
    desk.page_under(Area::Admin, [Crumb::to("工作日历", VIEW), Crumb::here(format!("录入{year}年放假安排"))])
}

/// The form; over the latest version if somebody else changed the year meanwhile.
async fn form_page(
    desk: &Desk,
    year: i32,
    form: Option<YearForm>,
    (errors, stale): (FieldErrors, Option<Stale>),
) -> Result<FormPage> {
    if !(2000..=2099).contains(&year) {
        return Err(app::Error::not_found().into());
    }
    let shown = app::calendar::view(&desk.platform, &desk.ctx).await?;
    let row = shown.year(year);
    let seen = row.and_then(|row| row.added_at).map_or_else(String::new, |at| at.unix_ms().to_string());
    let list = |days: &[NaiveDate]| days.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let form = form.map(|form| if stale.is_some() { YearForm { seen: seen.clone(), ..form } } else { form });
    let form = form.unwrap_or_else(|| YearForm {
        notice: row.and_then(|row| row.notice.clone()).unwrap_or_default(),
        off: row.map(|row| list(&row.off)).unwrap_or_default(),
        on: row.map(|row| list(&row.on)).unwrap_or_default(),
        seen: seen.clone(),
        confirmed: String::new(),
    });
    Ok(FormPage {
        page: page_of(desk, year),
        year,
        form,
        known: row.is_some(),
        root: desk.ctx.is_root(),
        errors,
        stale,
    })
}

async fn extend_page(desk: Desk, Path(year): Path<i32>) -> Result<Html<FormPage>> {
    Ok(Html(form_page(&desk, year, None, (FieldErrors::none(), None)).await?))
}

async fn extend(desk: Desk, Path(year): Path<i32>, Form(typed): Form<YearForm>) -> Result<Response> {
    let input = ExtendCalendar {
        year,
        notice: typed.notice.clone(),
        off: typed.off.clone(),
        on: typed.on.clone(),
        seen_ms: typed.seen.parse().ok(),
    };
    let done = if typed.confirmed == "1" {
        app::calendar::extend(&desk.platform, &desk.ctx, &input).await
    } else {
        app::calendar::preview(&desk.platform, &desk.ctx, &input).await
    };
    match done {
        Ok(done) if typed.confirmed == "1" => {
            let said = format!(
                "{year}年放假安排已生效，重新计算期限 {} 件，其中 {} 件到期日有变动。",
                done.recounted, done.moved
            );
            Ok(go_saying(&format!("{VIEW}?year={year}"), Tone::Good, &said))
        }
        Ok(preview) => Ok(Html(CheckPage {
            page: page_of(&desk, year),
            year,
            form: typed,
            off: by_month(preview.year.off().iter()),
            on: by_month(preview.year.on().iter()),
            preview,
        })
        .into_response()),
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(form_page(&desk, year, Some(typed), (errors, None)).await?))
        }
        Err(error) if is_late(&error) => {
            let stale = late(&desk, &error, UseCase::CalendarExtend, ("calendar", &year.to_string()), 1).await?;
            let page = form_page(&desk, year, Some(typed), (FieldErrors::none(), Some(stale))).await?;
            Ok(Html(page).with_status(StatusCode::CONFLICT))
        }
        Err(error) => Err(error.into()),
    }
}

/// `1月1日（周五）、2月5日（周五）`.
fn by_month<'a>(days: impl Iterator<Item = &'a NaiveDate>) -> String {
    days.map(|day| format!("{}月{}日（{}）", day.month(), day.day(), text::weekday(*day)))
        .collect::<Vec<_>>()
        .join("、")
}
