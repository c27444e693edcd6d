//! Which days are working days: Monday to Friday, changed by the yearly notice of the State Council's General Office.
//!
//! The notice cannot be computed, so years are data: 2004 to 2026 are vendored, an administrator adds further ones at run
//! time and the caller keeps them. A day of a year without data is presumed by its weekday and everything that rests on it
//! is provisional; nothing is silently taken for certain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// Exceptions in one list of a year; real notices have at most 23.
pub const EXCEPTIONS_MAX: usize = 60;

/// One year of the notice: what differs from Monday to Friday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    year: i32,
    off: BTreeSet<NaiveDate>,
    on: BTreeSet<NaiveDate>,
}

/// Why a year's exceptions are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCalendarYear {
    /// Years 2000 to 2099 are taken.
    #[error("the year {0} is out of range")]
    YearOutOfRange(i32),
    /// A date of another year.
    #[error("{day} is not in {year}")]
    OtherYear {
        /// The year being set.
        year: i32,
        /// The date that does not belong to it.
        day: NaiveDate,
    },
    /// A Saturday or Sunday among the days off: it is one already.
    #[error("{0} is a weekend day and needs no day off")]
    OffOnWeekend(NaiveDate),
    /// A Monday to Friday among the make-up working days: it is one already.
    #[error("{0} is a weekday and needs no make-up")]
    OnOnWeekday(NaiveDate),
    /// More than [`EXCEPTIONS_MAX`] days in one list.
    #[error("{0} days are more than a notice ever has")]
    TooMany(usize),
    /// No day at all: every year has public holidays, so that an empty list is a mistake.
    #[error("{0} has no day off")]
    Empty(i32),
}

impl CalendarYear {
    /// Checks a year's days off (weekdays) and make-up working days (weekend days).
    ///
    /// # Errors
    /// [`BadCalendarYear`] for the first date that does not fit.
    pub fn new(
        year: i32,
        off: impl IntoIterator<Item = NaiveDate>,
        on: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Self, BadCalendarYear> {
        if !(2000..=2099).contains(&year) {
            return Err(BadCalendarYear::YearOutOfRange(year));
        }
        let off: BTreeSet<_> = off.into_iter().collect();
        let on: BTreeSet<_> = on.into_iter().collect();
        for count in [off.len(), on.len()] {
            if count > EXCEPTIONS_MAX {
                return Err(BadCalendarYear::TooMany(count));
            }
        }
        if off.is_empty() {
            return Err(BadCalendarYear::Empty(year));
        }
        if let Some(&day) = off.iter().chain(&on).find(|day| day.year() != year) {
            return Err(BadCalendarYear::OtherYear { year, day });
        }
        if let Some(&day) = off.iter().find(|day| is_weekend(**day)) {
            return Err(BadCalendarYear::OffOnWeekend(day));
        }
        if let Some(&day) = on.iter().find(|day| !is_weekend(**day)) {
            return Err(BadCalendarYear::OnOnWeekday(day));
        }
        Ok(Self { year, off, on })
    }

    /// The year.
    pub fn year(&self) -> i32 {
        self.year
    }

    /// Weekdays that are days off.
    pub fn off(&self) -> &BTreeSet<NaiveDate> {
        &self.off
    }

    /// Weekend days that are working days.
    pub fn on(&self) -> &BTreeSet<NaiveDate> {
        &self.on
    }
}

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// Monday to Friday, worked.
    Workday,
    /// Saturday or Sunday, worked to make up for a holiday.
    MakeUpWorkday,
    /// Saturday or Sunday, off.
    Weekend,
    /// Monday to Friday, off.
    Holiday,
}

impl DayKind {
    /// Whether people work on it.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Workday | Self::MakeUpWorkday)
    }
}

/// The calendar: the vendored years and those that were added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i32, CalendarYear>,
}

impl Calendar {
    /// The vendored years, 2004 to 2026.
    pub fn statutory() -> &'static Self {
        static STATUTORY: LazyLock<Calendar> = LazyLock::new(|| Calendar::parse(include_str!("../data/calendar.tsv")));
        &STATUTORY
    }

    /// A calendar without any year: every day is presumed.
    pub const fn empty() -> Self {
        Self { years: BTreeMap::new() }
    }

    /// Adds a year, or replaces it (a notice was once amended within its year: 2020). Deadlines that reach into the year
    /// must be recounted by the caller.
    pub fn extend(&mut self, year: CalendarYear) {
        self.years.insert(year.year, year);
    }

    /// The calendar with further years.
    #[must_use]
    pub fn with(mut self, years: impl IntoIterator<Item = CalendarYear>) -> Self {
        years.into_iter().for_each(|year| self.extend(year));
        self
    }

    /// The years that have data.
    pub fn years(&self) -> impl Iterator<Item = &CalendarYear> {
        self.years.values()
    }

    /// What this day is, or `None` in a year without data.
    pub fn day_kind(&self, day: NaiveDate) -> Option<DayKind> {
        let year = self.years.get(&day.year())?;
        Some(match (is_weekend(day), year.off.contains(&day), year.on.contains(&day)) {
            (true, _, true) => DayKind::MakeUpWorkday,
            (true, _, false) => DayKind::Weekend,
            (false, true, _) => DayKind::Holiday,
            (false, false, _) => DayKind::Workday,
        })
    }

    /// Whether people work on this day, or `None` in a year without data.
    pub fn is_working_day(&self, day: NaiveDate) -> Option<bool> {
        self.day_kind(day).map(DayKind::is_working)
    }

    /// As [`Self::is_working_day`], presumed from the weekday where there is no data. The second value says that it is
    /// presumed.
    pub fn presumed_working_day(&self, day: NaiveDate) -> (bool, bool) {
        self.is_working_day(day).map_or((!is_weekend(day), true), |working| (working, false))
    }

    /// The number of working days of a year, or `None` without data.
    pub fn working_days_in(&self, year: i32) -> Option<usize> {
        self.years.get(&year)?;
        let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
        let days = first.iter_days().take_while(|day| day.year() == year);
        Some(days.filter(|day| self.is_working_day(*day) == Some(true)).count())
    }

    /// Working days after `from` up to and including `to`, and whether one of them is presumed. Zero if `to` is not later.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> (usize, bool) {
        let mut count = 0;
        let mut provisional = false;
        let mut day = from;
        while let Some(next) = day.checked_add_days(Days::new(1)).filter(|next| *next <= to) {
            let (working, presumed) = self.presumed_working_day(next);
            count += usize::from(working);
            provisional |= presumed;
            day = next;
        }
        (count, provisional)
    }

    // A year that does not parse is skipped, because a static table has nobody to tell; a test compares years and counts.
    fn parse(tsv: &str) -> Self {
        let lines = tsv.lines().filter(|line| !line.starts_with('#'));
        Self::empty().with(lines.filter_map(parse_line))
    }
}

fn parse_line(line: &str) -> Option<CalendarYear> {
    let mut cells = line.split('\t');
    let year = cells.next()?.parse().ok()?;
    let mut days = || -> Option<Vec<NaiveDate>> {
        let list = cells.next()?.split(',').filter(|cell| !cell.is_empty());
        list.map(|cell| format!("{year}-{cell}").parse().ok()).collect()
    };
    CalendarYear::new(year, days()?, days()?).ok()
}

/// Saturday or Sunday.
pub fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn working_days_per_year() {
        let calendar = Calendar::statutory();
        assert_eq!(calendar.years().map(CalendarYear::year).collect::<Vec<_>>(), (2004..=2026).collect::<Vec<_>>());
        for (year, expect) in
            [(2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
        {
            assert_eq!(calendar.working_days_in(year), Some(expect), "{year}");
        }
        assert_eq!(calendar.working_days_in(2027), None);
    }

    /// The table of the domain research, typed in by hand from the notices: an independent check of the vendored data.
    #[test]
    fn exceptions_of_2021_to_2026() {
        let check = |year: i32, off: &str, on: &str| {
            let expand = |list: &str| -> BTreeSet<NaiveDate> {
                list.split(' ').map(|cell| day(&format!("{year}-{cell}"))).collect()
            };
            let found = Calendar::statutory().years.get(&year).unwrap();
            assert_eq!((found.off(), found.on()), (&expand(off), &expand(on)), "{year}");
        };
        check(
            2021,
            "01-01 02-11 02-12 02-15 02-16 02-17 04-05 05-03 05-04 05-05 06-14 09-20 09-21 10-01 10-04 10-05 10-06 10-07",
            "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
        );
        check(
            2022,
            "01-03 01-31 02-01 02-02 02-03 02-04 04-04 04-05 05-02 05-03 05-04 06-03 09-12 10-03 10-04 10-05 10-06 10-07",
            "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
        );
        check(
            2023,
            "01-02 01-23 01-24 01-25 01-26 01-27 04-05 05-01 05-02 05-03 06-22 06-23 09-29 10-02 10-03 10-04 10-05 10-06",
            "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
        );
        check(
            2024,
            "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 10-01 10-02 10-03 10-04 10-07",
            "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
        );
        check(
            2025,
            "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08",
            "01-26 02-08 04-27 09-28 10-11",
        );
        check(
            2026,
            "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07",
            "01-04 02-14 02-28 05-09 09-20 10-10",
        );
    }

    #[test]
    fn kinds_of_days() {
        let check = |text: &str, expect: Option<DayKind>| {
            assert_eq!(Calendar::statutory().day_kind(day(text)), expect, "{text}")
        };
        check("2021-05-08", Some(DayKind::MakeUpWorkday));
        check("2021-05-10", Some(DayKind::Workday));
        check("2021-06-14", Some(DayKind::Holiday));
        check("2021-02-28", Some(DayKind::Weekend));
        check("2026-02-28", Some(DayKind::MakeUpWorkday));
        check("2020-02-03", Some(DayKind::Workday));
        check("2027-01-04", None);
        check("2003-12-31", None);
    }

    #[test]
    fn a_year_is_added_at_run_time() {
        let mut calendar = Calendar::statutory().clone();
        assert_eq!(calendar.presumed_working_day(day("2027-01-01")), (true, true));
        calendar.extend(CalendarYear::new(2027, [day("2027-01-01")], [day("2027-01-03")]).unwrap());
        assert_eq!(calendar.presumed_working_day(day("2027-01-01")), (false, false));
        assert_eq!(calendar.is_working_day(day("2027-01-03")), Some(true));
    }

    #[test]
    fn a_wrong_year_is_refused() {
        let check = |year: i32, off: &[&str], on: &[&str], expect: BadCalendarYear| {
            let days = |list: &[&str]| list.iter().map(|text| day(text)).collect::<Vec<_>>();
            assert_eq!(CalendarYear::new(year, days(off), days(on)), Err(expect));
        };
        check(1999, &["1999-01-01"], &[], BadCalendarYear::YearOutOfRange(1999));
        check(2100, &["2100-01-01"], &[], BadCalendarYear::YearOutOfRange(2100));
        check(2027, &["2026-12-31"], &[], BadCalendarYear::OtherYear { year: 2027, day: day("2026-12-31") });
        check(2027, &["2027-01-02"], &[], BadCalendarYear::OffOnWeekend(day("2027-01-02")));
        check(2027, &["2027-01-01"], &["2027-01-04"], BadCalendarYear::OnOnWeekday(day("2027-01-04")));
        check(2027, &[], &["2027-01-02"], BadCalendarYear::Empty(2027));
        let weekdays = |n: usize| day("2027-01-01").iter_days().filter(|day| !is_weekend(*day)).take(n);
        assert!(CalendarYear::new(2027, weekdays(EXCEPTIONS_MAX), []).is_ok());
        assert_eq!(
            CalendarYear::new(2027, weekdays(EXCEPTIONS_MAX + 1), []),
            Err(BadCalendarYear::TooMany(EXCEPTIONS_MAX + 1))
        );
    }
}
