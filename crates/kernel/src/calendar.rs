//! The working calendar: what a year holds, and adding a year by its notice. Adding one recounts every open deadline that
//! the year may move, in the same transaction, so that no deadline rests on a calendar that is no longer in force.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};
use domain::calendar::{BadCalendarYear, Calendar, CalendarYear, is_weekend};
use domain::deadline::{Due, Span, due_on};
use domain::ids::DeadlineId;
use domain::registry::UseCase;
use domain::time::Instant;
use store::repo::calendar::{CalendarDay, Notice};
use store::repo::deadline::Deadline;
use store::{Conn, repo};
use text::Explain as _;

use crate::{Ctx, Error, FieldError, Platform, Result, actor_id};

/// Characters of a notice's title and number.
const NOTICE_CHARS_MAX: usize = 100;
/// Dates and ranges in one list of a form.
const TOKENS_MAX: usize = 120;
/// Deadlines that are read at a time while recounting.
const CHUNK_ROWS: u32 = 1000;

/// A year of the calendar.
#[derive(Clone, Debug)]
pub struct YearRow {
    /// The year.
    pub year: i32,
    /// Its working days.
    pub working_days: usize,
    /// Weekdays that are days off.
    pub off: Vec<NaiveDate>,
    /// Weekend days that are working days.
    pub on: Vec<NaiveDate>,
    /// The notice that an administrator added the year by; `None` for a year that came with the product.
    pub notice: Option<String>,
    /// When it was added.
    pub added_at: Option<Instant>,
}

/// The calendar as it is in force.
#[derive(Clone, Debug)]
pub struct CalendarView {
    /// Every year with data, latest first.
    pub years: Vec<YearRow>,
    /// The days.
    pub calendar: Calendar,
}

impl CalendarView {
    /// One year; `None` without data.
    #[must_use]
    pub fn year(&self, year: i32) -> Option<&YearRow> {
        self.years.iter().find(|row| row.year == year)
    }
}

/// Input of [`extend`] and [`preview`], as typed.
#[derive(Clone, Debug, Default)]
pub struct ExtendCalendar {
    /// The year.
    pub year: i32,
    /// Title and number of the notice: the evidence.
    pub notice: String,
    /// Days off: `2027-01-01` or `1-1`, ranges as `2027-02-05~2027-02-11`, of which weekends are left out.
    pub off: String,
    /// Make-up working days: weekend days.
    pub on: String,
    /// When the year that the form showed had been added (milliseconds); `None` if it had not been.
    pub seen_ms: Option<i64>,
}

/// What [`extend`] would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The year as it would be.
    pub year: CalendarYear,
    /// Its working days.
    pub working_days: usize,
    /// Open deadlines that would be recounted.
    pub recounted: usize,
    /// Those of them whose day would move.
    pub moved: usize,
    /// Those of them that would no longer be provisional.
    pub settled: usize,
}

/// The calendar with the source of every year.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn view(platform: &Platform, ctx: &Ctx) -> Result<CalendarView> {
    ctx.require(UseCase::CalendarView)?;
    let calendar = platform.calendar().await?;
    let mut conn = platform.store().read().await?;
    let notices = repo::calendar::notices(&mut conn).await?;
    let mut years: Vec<YearRow> = calendar.years().map(|year| row(year, &calendar, &notices)).collect();
    years.reverse();
    Ok(CalendarView { years, calendar })
}

fn row(year: &CalendarYear, calendar: &Calendar, notices: &[Notice]) -> YearRow {
    let notice = notices.iter().find(|notice| notice.year == year.year());
    YearRow {
        year: year.year(),
        working_days: calendar.working_days_in(year.year()).unwrap_or(0),
        off: year.off().iter().copied().collect(),
        on: year.on().iter().copied().collect(),
        notice: notice.map(|notice| notice.notice.clone()),
        added_at: notice.map(|notice| notice.added_at),
    }
}

/// Checks a year and counts what it would move, without changing anything.
///
/// # Errors
/// As [`extend`].
pub async fn preview(platform: &Platform, ctx: &Ctx, input: &ExtendCalendar) -> Result<Preview> {
    ctx.require(UseCase::CalendarExtend)?;
    ctx.require_root()?;
    let (year, _) = checked(input)?;
    let calendar = platform.calendar().await?.with([year.clone()]);
    let mut conn = platform.store().read().await?;
    unchanged(&mut conn, input).await?;
    let changes = recounted(&mut conn, &year, &calendar).await?;
    Ok(summary(year, &calendar, &changes))
}

/// Adds a year, or replaces it when a notice is amended, and recounts the open deadlines that it moves.
///
/// # Errors
/// `Denied` (`ADMN-001`) unless the post's agency is the root of the installation, because the calendar is everyone's;
/// `Invalid` on `notice` (`CORE-101`), `off`, `on` (`CORE-103`, `CALR-001`), `year` (`CALR-001`); `Conflict` (`CORE-409`)
/// if another administrator changed the year meanwhile.
pub async fn extend(platform: &Platform, ctx: &Ctx, input: &ExtendCalendar) -> Result<Preview> {
    ctx.require(UseCase::CalendarExtend)?;
    ctx.require_root()?;
    let (year, notice) = checked(input)?;
    let calendar = platform.calendar().await?.with([year.clone()]);
    let mut command = platform.command(ctx, UseCase::CalendarExtend).await?;
    unchanged(command.tx(), input).await?;
    let day = |day: &NaiveDate, working| CalendarDay { day: *day, working };
    let days: Vec<CalendarDay> =
        year.off().iter().map(|d| day(d, false)).chain(year.on().iter().map(|d| day(d, true))).collect();
    repo::calendar::set_year(command.tx(), year.year(), &notice, &days, &actor_id(&ctx.actor), ctx.now).await?;
    let changes = recounted(command.tx(), &year, &calendar).await?;
    for change in &changes {
        repo::deadline::recount(command.tx(), change.deadline.id, change.due).await?;
    }
    let done = summary(year, &calendar, &changes);
    let data = serde_json::json!({
        "year": input.year, "notice": notice, "off": done.year.off().len(), "on": done.year.on().len(),
        "recounted": done.recounted, "moved": done.moved,
    });
    command.finish("calendar", input.year, data).await?;
    Ok(done)
}

/// A deadline and what the new calendar makes of it.
struct Change {
    deadline: Deadline,
    due: Due,
}

/// The deadlines that the new calendar gives another day, or makes certain.
async fn recounted(conn: &mut Conn, year: &CalendarYear, calendar: &Calendar) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut after: Option<DeadlineId> = None;
    loop {
        let chunk = repo::deadline::touched_by_year_unscoped(conn, year.year(), after, CHUNK_ROWS).await?;
        let Some(last) = chunk.last() else { return Ok(changes) };
        after = Some(last.id);
        for deadline in chunk {
            let span: Span = deadline.span.parse().map_err(Error::internal)?;
            let due = due_on(deadline.started_on, span, calendar);
            if due != (Due { on: deadline.due_on, provisional: deadline.provisional }) {
                changes.push(Change { deadline, due });
            }
        }
    }
}

fn summary(year: CalendarYear, calendar: &Calendar, changes: &[Change]) -> Preview {
    Preview {
        working_days: calendar.working_days_in(year.year()).unwrap_or(0),
        recounted: changes.len(),
        moved: changes.iter().filter(|change| change.due.on != change.deadline.due_on).count(),
        settled: changes.iter().filter(|change| change.deadline.provisional && !change.due.provisional).count(),
        year,
    }
}

/// Refuses if the year was added or replaced since the form was shown.
async fn unchanged(conn: &mut Conn, input: &ExtendCalendar) -> Result<()> {
    let notices = repo::calendar::notices(conn).await?;
    let stored = notices.iter().find(|notice| notice.year == input.year).map(|notice| notice.added_at.unix_ms());
    if stored == input.seen_ms { Ok(()) } else { Err(Error::conflict("CORE-409")) }
}

/// The year and its notice, or every field that is wrong.
fn checked(input: &ExtendCalendar) -> Result<(CalendarYear, String)> {
    let mut fields = Vec::new();
    let notice = input.notice.trim();
    if !(1..=NOTICE_CHARS_MAX).contains(&notice.chars().count()) {
        fields.push(FieldError {
            field: "notice",
            code: "CORE-101",
            args: vec![("max", NOTICE_CHARS_MAX.to_string())],
        });
    }
    let mut read = |field, list: &str, skip_weekends| match days(input.year, list, skip_weekends) {
        Ok(days) => days,
        Err(Unread(value)) => {
            fields.push(FieldError { field, code: "CORE-103", args: vec![("value", value)] });
            BTreeSet::new()
        }
    };
    let off = read("off", &input.off, true);
    let on = read("on", &input.on, false);
    let unread = fields.iter().any(|field| field.field != "notice");
    match CalendarYear::new(input.year, off, on) {
        Ok(year) if fields.is_empty() => Ok((year, notice.to_owned())),
        Ok(_) => Err(Error::invalid(fields)),
        // A list that could not be read is empty here; what follows from that is not worth saying.
        Err(bad) => {
            if !unread {
                fields.push(FieldError {
                    field: field_of(&bad, input.year, &input.on),
                    code: "CALR-001",
                    args: vec![("why", bad.explain().to_string())],
                });
            }
            Err(Error::invalid(fields))
        }
    }
}

/// Which field of the form a refusal belongs to.
fn field_of(bad: &BadCalendarYear, year: i32, on: &str) -> &'static str {
    match bad {
        BadCalendarYear::YearOutOfRange(_) => "year",
        BadCalendarYear::OnOnWeekday(_) => "on",
        BadCalendarYear::OtherYear { day, .. } if days(year, on, false).is_ok_and(|on| on.contains(day)) => "on",
        BadCalendarYear::TooMany(n) if days(year, on, false).is_ok_and(|on| on.len() == *n) => "on",
        BadCalendarYear::OtherYear { .. }
        | BadCalendarYear::TooMany(_)
        | BadCalendarYear::OffOnWeekend(_)
        | BadCalendarYear::Empty(_) => "off",
    }
}

/// What could not be read as a date.
struct Unread(String);

/// Reads a list of dates and ranges. In a range of days off the weekends are left out: a notice names whole spans.
fn days(year: i32, list: &str, skip_weekends: bool) -> std::result::Result<BTreeSet<NaiveDate>, Unread> {
    let separators = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；');
    let mut days = BTreeSet::new();
    for (index, token) in list.split(separators).filter(|token| !token.is_empty()).enumerate() {
        let unread = || Unread(token.chars().take(30).collect());
        if index >= TOKENS_MAX {
            return Err(unread());
        }
        match token.split_once(['~', '～', '至']) {
            None => {
                days.insert(day(year, token).ok_or_else(unread)?);
            }
            Some((from, to)) => {
                let (from, to) = (day(year, from).ok_or_else(unread)?, day(year, to).ok_or_else(unread)?);
                // A longer range is a slip of the pen: no holiday lasts two months.
                if to < from || (to - from).num_days() > 60 {
                    return Err(unread());
                }
                let range = from.iter_days().take_while(|day| *day <= to);
                days.extend(range.filter(|day| !(skip_weekends && is_weekend(*day))));
            }
        }
    }
    Ok(days)
}

/// `2027-02-05`, `02-05`, `2-5` or `2月5日`.
fn day(year: i32, text: &str) -> Option<NaiveDate> {
    if let Some(rest) = text.strip_suffix('日') {
        let (month, day) = rest.split_once('月')?;
        return NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?);
    }
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [month, day] => NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?),
        [_, _, _] => domain::time::parse_day(text).filter(|day| day.year() >= 1900),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_notices_write_them() {
        let check = |list: &str, skip: bool, expect: &str| {
            let found = match days(2027, list, skip) {
                Ok(days) => days.iter().map(|d| d.format("%m-%d").to_string()).collect::<Vec<_>>().join(" "),
                Err(Unread(token)) => format!("?{token}"),
            };
            assert_eq!(found, expect, "{list}");
        };
        check("2027-01-01、1-4 1月5日", true, "01-01 01-04 01-05");
        check("2月5日至2月11日", true, "02-05 02-08 02-09 02-10 02-11");
        check("02-05~02-11", false, "02-05 02-06 02-07 02-08 02-09 02-10 02-11");
        check("", true, "");
        check("2027-02-30", true, "?2027-02-30");
        check("2-11~2-5", true, "?2-11~2-5");
        check(
            "1-1~3-2",
            false,
            &days(2027, "1-1~3-2", false)
                .ok()
                .map(|d| d.iter().map(|d| d.format("%m-%d").to_string()).collect::<Vec<_>>().join(" "))
                .unwrap(),
        );
        check("1-1~3-3", false, "?1-1~3-3");
        check("元旦", true, "?元旦");
        let many = vec!["1-1"; TOKENS_MAX].join(" ");
        check(&many, true, "01-01");
        check(&format!("{many} 1-4"), true, "?1-4");
    }
}
