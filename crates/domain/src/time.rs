//! Moments, and the one place that decides which day a moment belongs to: China's civil day, UTC+8 without exception.
//!
//! No clock is read. Words for weekdays and dates live in `text`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

const MS_PER_DAY: i64 = 86_400_000;
const CHINA_OFFSET_MS: i64 = 8 * 3_600_000;
/// Days from 0001-01-01 (day 1) to 1970-01-01 in chrono's count.
const EPOCH_FROM_CE: i64 = 719_163;

/// A moment: milliseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999 of China's calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The earliest moment, 0001-01-01T00:00:00+08:00.
    pub const MIN: Self = Self((1 - EPOCH_FROM_CE) * MS_PER_DAY - CHINA_OFFSET_MS);
    /// The last millisecond of 9999-12-31 in China.
    pub const MAX: Self = Self((3_652_060 - EPOCH_FROM_CE) * MS_PER_DAY - CHINA_OFFSET_MS - 1);

    /// The moment so many milliseconds after 1970 (UTC). What lies beyond [`Self::MIN`] or [`Self::MAX`] is moved to them.
    pub const fn from_unix_ms(ms: i64) -> Self {
        if ms < Self::MIN.0 {
            Self::MIN
        } else if ms > Self::MAX.0 {
            Self::MAX
        } else {
            Self(ms)
        }
    }

    /// Milliseconds since 1970 (UTC).
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The moment so many milliseconds later (or earlier, if negative).
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self::from_unix_ms(self.0.saturating_add(ms))
    }

    /// The moment so many seconds later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_ms(seconds.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this moment; negative if it lies before.
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 with the offset +08:00; milliseconds only where there are any.
    pub fn rfc3339(self) -> String {
        self.to_string()
    }

    /// Hour, minute, second and millisecond on China's clock.
    pub const fn china_time(self) -> (i64, i64, i64, i64) {
        let ms = (self.0 + CHINA_OFFSET_MS).rem_euclid(MS_PER_DAY);
        (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
    }
}

/// The day of this moment in China. Every "which day" of the product is decided here.
pub fn china_day(at: Instant) -> NaiveDate {
    let days = (at.0 + CHINA_OFFSET_MS).div_euclid(MS_PER_DAY) + EPOCH_FROM_CE;
    // The bounds of `Instant` keep the count within chrono's range, so that the fallback is never met.
    i32::try_from(days).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MAX)
}

/// The first moment of a day in China.
pub fn start_of_china_day(day: NaiveDate) -> Instant {
    let days = i64::from(day.num_days_from_ce()) - EPOCH_FROM_CE;
    Instant::from_unix_ms(days * MS_PER_DAY - CHINA_OFFSET_MS)
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second, ms) = self.china_time();
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", china_day(*self).format("%Y-%m-%d"))?;
        if ms != 0 {
            write!(f, ".{ms:03}")?;
        }
        f.write_str("+08:00")
    }
}

/// A text that is not an RFC 3339 moment between the years 1 and 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an RFC 3339 moment")]
pub struct BadInstant(pub String);

impl FromStr for Instant {
    type Err = BadInstant;

    /// Reads RFC 3339 with any offset; what is finer than a millisecond is cut off, a leap second is refused.
    fn from_str(text: &str) -> Result<Self, BadInstant> {
        parse_rfc3339(text).ok_or_else(|| BadInstant(text.to_owned()))
    }
}

fn parse_rfc3339(text: &str) -> Option<Instant> {
    let (date, rest) = text.split_at_checked(10)?;
    let day = parse_day(date)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let mut parts = clock.split(':');
    let (hour, minute, second) = (two(parts.next()?)?, two(parts.next()?)?, two(parts.next()?)?);
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (ms, offset) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, offset) = rest.split_at_checked(end)?;
            let padded: String = digits.chars().chain("00".chars()).take(3).collect();
            (if digits.is_empty() { None } else { padded.parse::<i64>().ok() }?, offset)
        }
        None => (0, rest),
    };
    let offset_minutes = parse_offset(offset)?;
    let days = i64::from(day.num_days_from_ce()) - EPOCH_FROM_CE;
    let unix_ms = days * MS_PER_DAY + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + ms;
    (Instant::MIN.0..=Instant::MAX.0).contains(&unix_ms).then_some(Instant(unix_ms))
}

/// Reads `YYYY-MM-DD` with exactly these digits; other ways of writing a date are for the importer.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !form {
        return None;
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (day.year() >= 1).then_some(day)
}

fn parse_offset(text: &str) -> Option<i64> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn two(text: &str) -> Option<i64> {
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

serde_as_text!(Instant);

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    #[test]
    fn the_day_turns_at_sixteen_hours_utc() {
        let check = |utc: &str, expect: &str| {
            assert_eq!(china_day(utc.parse().unwrap()), day(expect), "{utc}");
        };
        check("2021-05-09T15:59:59.999Z", "2021-05-09");
        check("2021-05-09T16:00:00Z", "2021-05-10");
        check("1969-12-31T15:59:59Z", "1969-12-31");
        check("1969-12-31T16:00:00Z", "1970-01-01");
        check("2021-05-10T00:00:00+08:00", "2021-05-10");
    }

    #[test]
    fn moments_are_written_with_china_time() {
        let check = |text: &str, ms: i64, expect: &str| {
            let at: Instant = text.parse().unwrap();
            assert_eq!((at.unix_ms(), at.rfc3339().as_str()), (ms, expect), "{text}");
        };
        check("1970-01-01T00:00:00Z", 0, "1970-01-01T08:00:00+08:00");
        check("2021-05-10T01:30:00.123Z", 1_620_610_200_123, "2021-05-10T09:30:00.123+08:00");
        check("2021-05-10T09:30:00.1239+08:00", 1_620_610_200_123, "2021-05-10T09:30:00.123+08:00");
        check("2021-05-09T20:30:00.5-05:00", 1_620_610_200_500, "2021-05-10T09:30:00.500+08:00");
        assert_eq!(Instant::MIN.rfc3339(), "0001-01-01T00:00:00+08:00");
        assert_eq!(Instant::MAX.rfc3339(), "9999-12-31T23:59:59.999+08:00");
        assert_eq!(Instant::from_unix_ms(i64::MAX), Instant::MAX);
        assert_eq!(start_of_china_day(day("2021-05-10")).rfc3339(), "2021-05-10T00:00:00+08:00");
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in [
            "",
            "2021-05-10",
            "2021-05-10 09:30:00Z",
            "2021-05-10T09:30:00",
            "2021-02-30T09:30:00Z",
            "2021-05-10T24:00:00Z",
            "2021-05-10T09:60:00Z",
            "2021-05-10T09:30:60Z",
            "2021-05-10T09:30:00.Z",
            "2021-05-10T09:30:00+0800",
            "2021-05-10T09:30:00.1",
            "2021-5-10T09:30:000Z",
            "二〇二一年五月十日九时",
            "10000-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Instant>(), Err(BadInstant(text.to_owned())), "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_and_read_again_is_the_same(ms in Instant::MIN.0..=Instant::MAX.0) {
            let at = Instant::from_unix_ms(ms);
            prop_assert_eq!(at.rfc3339().parse::<Instant>().unwrap(), at);
            let start = start_of_china_day(china_day(at));
            prop_assert!(start <= at && at.since_ms(start) < MS_PER_DAY);
        }
    }
}
