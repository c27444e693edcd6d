//! On which working days the visits of a unit are planned: as many on each as the unit can carry out, from nothing that
//! anybody chooses.
//!
//! The order of the visits comes from the draw (territory, then ticket); capacity is counted from heads, never from named
//! persons. Days are shared out over the whole window in proportion to capacity instead of filling the first days to the
//! brim: who goes is matched at random, so a day at full capacity would overload every second inspector. ADR 0012.

use chrono::NaiveDate;

use crate::calendar::Calendar;

/// Days of a window that are looked at, at most; a window of two years has 731.
pub const WINDOW_DAYS_MAX: usize = 800;

/// A working day and how many visits the unit can make on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCapacity {
    /// The day.
    pub on: NaiveDate,
    /// Visits that its able inspectors can make.
    pub visits: u32,
}

/// Visits that `able` inspectors can make on one day: each visit takes two of them, each of them makes `per_day` at most.
///
/// A single inspector makes none.
#[must_use]
pub fn capacity(able: usize, per_day: u16) -> u32 {
    if able < 2 {
        return 0;
    }
    let seats = u32::try_from(able).unwrap_or(u32::MAX).saturating_mul(u32::from(per_day));
    seats / 2
}

/// When an inspector may go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available {
    /// First day of the enforcement certificate.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// First and last days of leave.
    pub leaves: Vec<(NaiveDate, NaiveDate)>,
}

impl Available {
    /// Whether this inspector may go on a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day) && !self.leaves.iter().any(|(from, to)| (*from..=*to).contains(&day))
    }
}

/// Visits that these inspectors can make on all the days together.
#[must_use]
pub fn capacity_of(people: &[&Available], days: &[NaiveDate], per_day: u16) -> u64 {
    let able = |day: &NaiveDate| people.iter().filter(|person| person.on(*day)).count();
    days.iter().map(|day| u64::from(capacity(able(day), per_day))).sum()
}

/// The days on which visits are planned: the working days from `first` to `last`, both included.
///
/// Where there is none (the window has passed, or holds holidays only) the last day of the window alone stands there, so
/// that every visit has a day; pages then say that it is none to work on. A year without calendar data is presumed.
#[must_use]
pub fn working_days(first: NaiveDate, last: NaiveDate, calendar: &Calendar) -> Vec<NaiveDate> {
    let all = first.iter_days().take_while(|day| *day <= last).take(WINDOW_DAYS_MAX);
    let days: Vec<NaiveDate> = all.filter(|day| calendar.presumed_working_day(*day).0).collect();
    if days.is_empty() { vec![last] } else { days }
}

/// How many of `visits` fall on each day, in the order of the days: in proportion to capacity, and never above it while the
/// sum suffices. Where it does not, or nobody is able on any day, each day takes its share of the excess.
///
/// The counts always add up to `visits` (unless there is no day at all).
#[must_use]
pub fn spread(visits: usize, days: &[DayCapacity]) -> Vec<usize> {
    let total: u64 = days.iter().map(|day| u64::from(day.visits)).sum();
    let weight = |day: &DayCapacity| if total == 0 { 1 } else { u64::from(day.visits) };
    let sum = if total == 0 { u64::try_from(days.len()).unwrap_or(u64::MAX) } else { total };
    let visits = u64::try_from(visits).unwrap_or(u64::MAX);
    let mut before = 0;
    let mut weights = 0_u64;
    days.iter()
        .map(|day| {
            weights = weights.saturating_add(weight(day));
            // Rounded to the nearest, so that a few visits lie in the middle of their stretch and not at the window's end.
            let upto = (u128::from(visits) * u128::from(weights) * 2 + u128::from(sum)) / (u128::from(sum).max(1) * 2);
            let upto = usize::try_from(upto).unwrap_or(usize::MAX);
            let here = upto.saturating_sub(before);
            before = upto;
            here
        })
        .collect()
}

/// The days of the visits, in the order of the visits.
#[must_use]
pub fn assign(visits: usize, days: &[DayCapacity]) -> Vec<NaiveDate> {
    let counts = spread(visits, days);
    days.iter().zip(counts).flat_map(|(day, count)| std::iter::repeat_n(day.on, count)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(capacities: &[u32]) -> Vec<DayCapacity> {
        let start = day("2021-05-10");
        start.iter_days().zip(capacities).map(|(on, visits)| DayCapacity { on, visits: *visits }).collect()
    }

    #[test]
    fn two_make_a_team_and_one_makes_none() {
        let check = |able: usize, per_day: u16, expect: u32| assert_eq!(capacity(able, per_day), expect);
        check(0, 4, 0);
        check(1, 4, 0);
        check(2, 4, 4);
        check(3, 4, 6);
        check(3, 1, 1);
        check(96, 4, 192);
    }

    #[test]
    fn who_may_go_is_counted_day_by_day() {
        let person = |from: &str, to: &str, leaves: &[(&str, &str)]| Available {
            from: day(from),
            to: day(to),
            leaves: leaves.iter().map(|(from, to)| (day(from), day(to))).collect(),
        };
        let always = person("2020-01-01", "2022-01-01", &[]);
        let ends = person("2020-01-01", "2021-05-11", &[]);
        let away = person("2020-01-01", "2022-01-01", &[("2021-05-10", "2021-05-10")]);
        let days = ["2021-05-10", "2021-05-11", "2021-05-12"].map(day);
        // Two, three, two of them.
        assert_eq!(capacity_of(&[&always, &ends, &away], &days, 4), 4 + 6 + 4);
        // One alone makes no visit.
        assert_eq!(capacity_of(&[&always, &ends], &days, 4), 4 + 4);
        assert_eq!(capacity_of(&[], &days, 4), 0);
    }

    #[test]
    fn only_working_days_of_the_window() {
        // The make-up Saturday of May 2021 is one, the Sunday after it is not.
        let found = working_days(day("2021-05-07"), day("2021-05-11"), Calendar::statutory());
        assert_eq!(found, [day("2021-05-07"), day("2021-05-08"), day("2021-05-10"), day("2021-05-11")]);
        // Nothing to work on: the window's last day stands for all.
        assert_eq!(working_days(day("2021-05-09"), day("2021-05-09"), Calendar::statutory()), [day("2021-05-09")]);
        assert_eq!(working_days(day("2021-05-12"), day("2021-05-09"), Calendar::statutory()), [day("2021-05-09")]);
    }

    #[test]
    fn the_window_is_bounded() {
        let first = day("2021-01-01");
        let within = |n: u64| {
            let last = first + chrono::Days::new(n - 1);
            working_days(first, last, Calendar::statutory()).last().copied().unwrap()
        };
        // 2023-03-11 is day 800, a Saturday; 2023-03-13, day 802, is a Monday that is no longer looked at.
        assert_eq!((within(800), within(802)), (day("2023-03-10"), day("2023-03-10")));
    }

    #[test]
    fn visits_follow_capacity() {
        let check = |visits: usize, capacities: &[u32], expect: &[usize]| {
            assert_eq!(spread(visits, &days(capacities)), expect, "{visits} over {capacities:?}");
        };
        check(6, &[4, 4, 4], &[2, 2, 2]);
        check(1, &[4, 4, 4], &[0, 1, 0]);
        check(12, &[4, 4, 4], &[4, 4, 4]);
        // Somebody is away on the second day, everybody on the third.
        check(6, &[4, 2, 0], &[4, 2, 0]);
        // More than the window can carry: the excess lies evenly.
        check(18, &[4, 4, 4], &[6, 6, 6]);
        // Nobody at all: evenly too, and the page says that nobody can go.
        check(5, &[0, 0], &[3, 2]);
        check(5, &[], &[]);
        check(0, &[4], &[0]);
    }

    #[test]
    fn each_visit_has_its_day() {
        let days = days(&[2, 0, 2]);
        assert_eq!(assign(3, &days), [days[0].on, days[0].on, days[2].on]);
    }

    proptest! {
        #[test]
        fn all_are_placed_and_none_above_capacity(visits in 0_usize..5000, capacities in prop::collection::vec(0_u32..200, 1..90)) {
            let counts = spread(visits, &days(&capacities));
            prop_assert_eq!(counts.iter().sum::<usize>(), visits);
            let total: usize = capacities.iter().map(|c| *c as usize).sum();
            for (count, capacity) in counts.iter().zip(&capacities) {
                let capacity = *capacity as usize;
                if visits <= total {
                    prop_assert!(*count <= capacity, "{count} of {capacity}");
                } else if total > 0 {
                    // One visit of rounding above the same share for everybody.
                    prop_assert!(*count <= (visits * capacity).div_ceil(total));
                }
            }
        }
    }
}
