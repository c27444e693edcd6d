//! Reads the forms in which dates stand in bureaus' files. It guesses nothing: `5/8/21` is refused, since two readings are possible.

use crate::Cell;
use chrono::{Days, NaiveDate};

/// Why a text or cell is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateProblem {
    /// Nothing is there.
    #[error("there is no date")]
    Empty,
    /// In none of the known forms.
    #[error("not in the form 2021-05-08")]
    Unrecognised,
    /// Right form, but the calendar has no such day.
    #[error("the calendar has no {month}-{day} in {year}")]
    NoSuchDay {
        /// Year as written.
        year: i32,
        /// Month as written.
        month: u32,
        /// Day as written.
        day: u32,
    },
    /// A real day outside [`YEAR_MIN`] to [`YEAR_MAX`]: a typing error, or a code taken for a date.
    #[error("the year {year} lies outside 1900 to 2199")]
    OutOfRange {
        /// The year.
        year: i32,
    },
}

impl DateProblem {
    /// A stable code for tables of messages.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "date_empty",
            Self::Unrecognised => "date_unrecognised",
            Self::NoSuchDay { .. } => "date_no_such_day",
            Self::OutOfRange { .. } => "date_out_of_range",
        }
    }
}

/// First year taken for a real one.
pub const YEAR_MIN: i32 = 1900;
/// Last year taken for a real one. Licences without end are written as 2099 or 2199.
pub const YEAR_MAX: i32 = 2199;

/// Reads a cell: a date cell, a number that is a serial day or `YYYYMMDD`, or text as [`parse_date`].
///
/// # Errors
/// [`DateProblem`] if it is none of these.
pub fn parse_date_cell(cell: &Cell) -> Result<NaiveDate, DateProblem> {
    match cell {
        Cell::Empty => Err(DateProblem::Empty),
        Cell::Bool(_) | Cell::Error(_) => Err(DateProblem::Unrecognised),
        Cell::Number(_) | Cell::Date { .. } | Cell::Text(_) => parse_date(&cell.text()),
    }
}

/// Reads `2021-05-08`, `2021/5/8`, `2021.05.08`, `20210508`, `2021年5月8日`, each also with a time behind it, which is left
/// away, and a serial day of five digits as spreadsheets keep it (`44324`). Full-width digits are refused.
///
/// # Errors
/// [`DateProblem`] if the text is in none of these forms or names no real day between [`YEAR_MIN`] and [`YEAR_MAX`].
pub fn parse_date(text: &str) -> Result<NaiveDate, DateProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DateProblem::Empty);
    }
    let date_part = without_time(text).ok_or(DateProblem::Unrecognised)?;
    if date_part.bytes().all(|byte| byte.is_ascii_digit()) {
        return from_digits(date_part);
    }
    for (first, second, last) in [("-", "-", ""), ("/", "/", ""), (".", ".", ""), ("年", "月", "日")] {
        if let Some(parts) = split(date_part, first, second, last) {
            return from_parts(parts);
        }
    }
    Err(DateProblem::Unrecognised)
}

/// Cuts a time of day off, after a space or `T`; `None` if what stands there is no time.
fn without_time(text: &str) -> Option<&str> {
    let Some((date, time)) = text.split_once([' ', 'T']) else {
        // A serial day with a fraction is a date with a time.
        return match text.split_once('.') {
            Some((days, fraction)) if days.len() == 5 && !fraction.contains('.') => Some(days),
            _ => Some(text),
        };
    };
    let is_time =
        time.contains(':') && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'Z'));
    is_time.then_some(date)
}

fn split<'a>(text: &'a str, first: &str, second: &str, last: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (year, rest) = text.split_once(first)?;
    let (month, rest) = rest.split_once(second)?;
    let day = rest.strip_suffix(last)?;
    let digits = |part: &str, lengths: [usize; 2]| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    (digits(year, [4, 4]) && digits(month, [1, 2]) && digits(day, [1, 2])).then_some((year, month, day))
}

fn from_digits(digits: &str) -> Result<NaiveDate, DateProblem> {
    if digits.len() == 8
        && let (Some(year), Some(month), Some(day)) = (digits.get(0..4), digits.get(4..6), digits.get(6..8))
    {
        return from_parts((year, month, day));
    }
    if digits.len() == 5 {
        // 1899-12-30 makes serial days from 1900-03-01 on right; the days before belong to no living register.
        let days = digits.parse::<u64>().map_err(|_| DateProblem::Unrecognised)?;
        let epoch = NaiveDate::from_ymd_opt(1899, 12, 30);
        let date = epoch.and_then(|epoch| epoch.checked_add_days(Days::new(days)));
        return in_range(date.ok_or(DateProblem::Unrecognised)?);
    }
    Err(DateProblem::Unrecognised)
}

fn from_parts((year, month, day): (&str, &str, &str)) -> Result<NaiveDate, DateProblem> {
    let year = year.parse::<i32>().map_err(|_| DateProblem::Unrecognised)?;
    let month = month.parse::<u32>().map_err(|_| DateProblem::Unrecognised)?;
    let day = day.parse::<u32>().map_err(|_| DateProblem::Unrecognised)?;
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(DateProblem::NoSuchDay { year, month, day })?;
    in_range(date)
}

fn in_range(date: NaiveDate) -> Result<NaiveDate, DateProblem> {
    use chrono::Datelike;
    let year = date.year();
    if (YEAR_MIN..=YEAR_MAX).contains(&year) { Ok(date) } else { Err(DateProblem::OutOfRange { year }) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, DateProblem>) {
        let found = parse_date(text).map(|date| date.to_string());
        assert_eq!(found, expect.map(ToOwned::to_owned), "{text:?}");
    }

    #[test]
    fn every_form_in_use_is_read() {
        for text in [
            "2021-05-08",
            "2021-5-8",
            "2021/05/08",
            "2021/5/8",
            "2021.05.08",
            "20210508",
            "2021年5月8日",
            "2021年05月08日",
            " 2021-05-08 ",
            "2021-05-08 10:22:33",
            "2021-05-08T00:00:00Z",
            "2021/5/8 0:00",
            "44324",
            "44324.5",
        ] {
            check(text, Ok("2021-05-08"));
        }
        check("1900-01-01", Ok("1900-01-01"));
        check("2199-12-31", Ok("2199-12-31"));
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        check("", Err(DateProblem::Empty));
        check("\u{3000}", Err(DateProblem::Empty));
        for text in [
            "5/8/21",
            "21-05-08",
            "2021-05",
            "2021年5月",
            "２０２１-05-08",
            "2021-05-08 上午",
            "May 8, 2021",
            "长期",
            "202105",
            "2021-05/08",
            "123456789",
            "1.5",
        ] {
            check(text, Err(DateProblem::Unrecognised));
        }
        check("2021-02-29", Err(DateProblem::NoSuchDay { year: 2021, month: 2, day: 29 }));
        check("20211301", Err(DateProblem::NoSuchDay { year: 2021, month: 13, day: 1 }));
        check("1899-12-31", Err(DateProblem::OutOfRange { year: 1899 }));
        check("2200-01-01", Err(DateProblem::OutOfRange { year: 2200 }));
    }

    #[test]
    fn cells_are_read_by_their_kind() {
        let day = |cell: Cell| parse_date_cell(&cell).map(|date| date.to_string());
        assert_eq!(day(Cell::Number(44_324.0)), Ok("2021-05-08".into()));
        assert_eq!(day(Cell::Number(44_324.75)), Ok("2021-05-08".into()));
        assert_eq!(day(Cell::Number(20_210_508.0)), Ok("2021-05-08".into()));
        assert_eq!(day(Cell::Date { serial: 44_324.0, text: "2021-05-08".into() }), Ok("2021-05-08".into()));
        assert_eq!(day(Cell::Bool(true)), Err(DateProblem::Unrecognised));
        assert_eq!(day(Cell::Empty), Err(DateProblem::Empty));
    }
}
