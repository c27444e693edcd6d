//! When something is due: so many days or working days after a start day, which itself does not count.
//!
//! A deadline that reaches into a year without calendar data is provisional and is recounted when the year is added. A
//! relative deadline and a fixed date may collide (R53, R97): the earlier binds, and both are kept to be shown.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;

coded_enum! {
    /// What a span counts.
    SpanUnit {
        /// Calendar days (日).
        Day = "day",
        /// Working days (工作日).
        WorkingDay = "working_day",
    }
}

/// So many days or working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// How many, at most [`Span::N_MAX`] where a rule is set by hand.
    pub n: u16,
    /// Of which.
    pub unit: SpanUnit,
}

impl Span {
    /// The longest span that a rule may set.
    pub const N_MAX: u16 = 366;

    /// A span of calendar days.
    pub const fn days(n: u16) -> Self {
        Self { n, unit: SpanUnit::Day }
    }

    /// A span of working days.
    pub const fn working_days(n: u16) -> Self {
        Self { n, unit: SpanUnit::WorkingDay }
    }
}

/// As it is kept beside a deadline: `5 working_day`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.n, self.unit)
    }
}

/// A text that is not a span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a span like `5 working_day`")]
pub struct BadSpan(pub String);

impl FromStr for Span {
    type Err = BadSpan;

    fn from_str(text: &str) -> Result<Self, BadSpan> {
        let read = || {
            let (n, unit) = text.split_once(' ')?;
            Some(Self { n: n.parse().ok()?, unit: SpanUnit::from_code(unit)? })
        };
        read().ok_or_else(|| BadSpan(text.to_owned()))
    }
}

/// A day on which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Due {
    /// The last day in time.
    pub on: NaiveDate,
    /// Whether a year without calendar data was counted through, so that the day may still move.
    pub provisional: bool,
}

/// The last day in time for something that starts on `start`; counting begins on the next day.
///
/// A span of working days ends on a working day; a span of days ends where it ends, also on a weekend (R76 says 日). A span
/// that would leave chrono's calendar ends on its last day.
pub fn due_on(start: NaiveDate, span: Span, calendar: &Calendar) -> Due {
    match span.unit {
        SpanUnit::Day => {
            let on = start.checked_add_days(Days::new(u64::from(span.n))).unwrap_or(NaiveDate::MAX);
            Due { on, provisional: false }
        }
        SpanUnit::WorkingDay => {
            let mut due = Due { on: start, provisional: false };
            let mut left = span.n;
            while left > 0 {
                let Some(next) = due.on.succ_opt() else { break };
                let (working, presumed) = calendar.presumed_working_day(next);
                left -= u16::from(working);
                due = Due { on: next, provisional: due.provisional || presumed };
            }
            due
        }
    }
}

/// How much time is left on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Remaining {
    /// Days of `unit` from tomorrow to the due day; 0 on the due day itself; negative when overdue.
    pub n: i64,
    /// What is counted.
    pub unit: SpanUnit,
    /// Whether a presumed day was counted.
    pub provisional: bool,
    /// The due day has passed. In working days this may hold while `n` is 0: due on Friday, seen on Saturday.
    pub overdue: bool,
}

/// How much time is left from `today` until `due`, in days or working days.
pub fn remaining(due: NaiveDate, today: NaiveDate, unit: SpanUnit, calendar: &Calendar) -> Remaining {
    let overdue = today > due;
    let (from, to) = if overdue { (due, today) } else { (today, due) };
    let (count, provisional) = match unit {
        SpanUnit::Day => ((to - from).num_days(), false),
        SpanUnit::WorkingDay => {
            let (count, presumed) = calendar.working_days_between(from, to);
            (i64::try_from(count).unwrap_or(i64::MAX), presumed)
        }
    };
    Remaining { n: if overdue { -count } else { count }, unit, provisional, overdue }
}

/// Which of two deadlines binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binding {
    /// Only a relative deadline was given, or it is earlier.
    Relative,
    /// The fixed date is earlier.
    Fixed,
    /// Both fall on the same day.
    Both,
}

/// A relative deadline beside the fixed date of its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Effective {
    /// The day that counts: the earlier one.
    pub on: NaiveDate,
    /// The relative deadline, to be shown.
    pub relative: Due,
    /// The fixed date, to be shown.
    pub fixed: Option<NaiveDate>,
    /// Which binds.
    pub binding: Binding,
}

impl Effective {
    /// The earlier of both; without a fixed date the relative one.
    pub fn of(relative: Due, fixed: Option<NaiveDate>) -> Self {
        let (on, binding) = match fixed {
            Some(day) if day < relative.on => (day, Binding::Fixed),
            Some(day) if day == relative.on => (day, Binding::Both),
            _ => (relative.on, Binding::Relative),
        };
        Self { on, relative, fixed, binding }
    }

    /// Whether the day that counts may still move.
    pub fn provisional(&self) -> bool {
        self.relative.provisional && self.binding != Binding::Fixed
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn due_days_of_the_seeds() {
        let check = |start: &str, span: Span, expect: &str| {
            let due = due_on(day(start), span, Calendar::statutory());
            assert_eq!(due, Due { on: day(expect), provisional: false }, "{start} + {span:?}");
        };
        check("2021-05-08", Span::days(5), "2021-05-13");
        check("2021-05-08", Span::working_days(5), "2021-05-14");
        check("2021-05-10", Span::days(5), "2021-05-15");
        check("2021-05-10", Span::working_days(5), "2021-05-17");
        check("2021-06-10", Span::working_days(20), "2021-07-09");
        check("2021-07-30", Span::working_days(20), "2021-08-27");
        check("2021-07-31", Span::working_days(20), "2021-08-27");
        check("2021-07-30", Span::working_days(7), "2021-08-10");
        check("2021-09-17", Span::working_days(20), "2021-10-21");
        check("2021-09-17", Span::working_days(7), "2021-09-28");
        check("2020-10-23", Span::working_days(5), "2020-10-30");
        check("2020-10-30", Span::working_days(5), "2020-11-06");
        check("2026-02-13", Span::working_days(5), "2026-02-27");
        check("2026-02-13", Span::working_days(7), "2026-03-02");
        check("2026-02-13", Span::working_days(20), "2026-03-19");
        check("2021-11-05", Span::working_days(20), "2021-12-03");
        check("2021-10-28", Span::working_days(20), "2021-11-25");
        check("2021-10-29", Span::working_days(20), "2021-11-26");
        check("2021-07-25", Span::working_days(20), "2021-08-20");
        check("2021-07-26", Span::working_days(20), "2021-08-23");
        check("2021-05-10", Span::working_days(0), "2021-05-10");
    }

    #[test]
    fn a_year_without_data_makes_it_provisional() {
        let calendar = Calendar::statutory();
        assert!(!due_on(day("2026-12-24"), Span::working_days(5), calendar).provisional);
        let due = due_on(day("2026-12-25"), Span::working_days(5), calendar);
        assert_eq!(due, Due { on: day("2027-01-01"), provisional: true });
        let year = crate::calendar::CalendarYear::new(2027, [day("2027-01-01")], []).unwrap();
        let due = due_on(day("2026-12-25"), Span::working_days(5), &calendar.clone().with([year]));
        assert_eq!(due, Due { on: day("2027-01-04"), provisional: false });
        assert!(!due_on(day("2030-01-01"), Span::days(5), calendar).provisional);
    }

    #[test]
    fn a_span_is_kept_as_text() {
        for span in [Span::days(5), Span::working_days(20), Span::days(0), Span::working_days(u16::MAX)] {
            assert_eq!(span.to_string().parse(), Ok(span));
        }
        for text in ["", "5", "5working_day", "5 weeks", "-1 day", "65536 day", "5  day"] {
            assert_eq!(text.parse::<Span>(), Err(BadSpan(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_left() {
        let check = |due: &str, today: &str, unit: SpanUnit, n: i64, overdue: bool| {
            let left = remaining(day(due), day(today), unit, Calendar::statutory());
            assert_eq!((left.n, left.overdue), (n, overdue), "{due} seen on {today}");
        };
        check("2021-05-17", "2021-05-10", SpanUnit::WorkingDay, 5, false);
        check("2021-05-17", "2021-05-10", SpanUnit::Day, 7, false);
        check("2021-05-17", "2021-05-17", SpanUnit::WorkingDay, 0, false);
        check("2021-05-08", "2021-05-07", SpanUnit::WorkingDay, 1, false);
        check("2021-07-09", "2021-07-12", SpanUnit::WorkingDay, -1, true);
        check("2021-07-09", "2021-07-12", SpanUnit::Day, -3, true);
        check("2021-07-09", "2021-07-10", SpanUnit::WorkingDay, 0, true);
        assert!(
            remaining(day("2027-01-05"), day("2026-12-30"), SpanUnit::WorkingDay, Calendar::statutory()).provisional
        );
    }

    #[test]
    fn the_earlier_of_two_deadlines_binds() {
        let check = |relative: &str, fixed: Option<&str>, on: &str, binding: Binding| {
            let relative = Due { on: day(relative), provisional: true };
            let effective = Effective::of(relative, fixed.map(day));
            assert_eq!((effective.on, effective.binding), (day(on), binding));
            assert_eq!(effective.provisional(), binding != Binding::Fixed);
        };
        check("2021-08-27", Some("2021-08-20"), "2021-08-20", Binding::Fixed);
        check("2021-08-19", Some("2021-08-20"), "2021-08-19", Binding::Relative);
        check("2021-08-20", Some("2021-08-20"), "2021-08-20", Binding::Both);
        check("2021-08-27", None, "2021-08-27", Binding::Relative);
    }

    proptest! {
        /// Counting forward and counting what is left are two pieces of code; they must agree.
        #[test]
        fn what_is_due_in_n_has_n_left(offset in 0u64..8000, n in 0u16..120) {
            let start = day("2004-06-01") + Days::new(offset);
            let due = due_on(start, Span::working_days(n), Calendar::statutory());
            let left = remaining(due.on, start, SpanUnit::WorkingDay, Calendar::statutory());
            prop_assert_eq!(left.n, i64::from(n));
            prop_assert_eq!(left.provisional, due.provisional);
            if n > 0 && !due.provisional {
                prop_assert_eq!(Calendar::statutory().is_working_day(due.on), Some(true));
            }
        }
    }
}
