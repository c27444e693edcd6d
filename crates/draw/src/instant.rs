//! RFC 3339 instants, compared as points in time. It reads no clock and formats nothing: the text stays what it was.

use crate::text::{days_in, number};

/// A point in time. Ordering is by time, whatever offset the text used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
    /// Digits of the second's fraction without trailing zeros, so that text order is number order.
    fraction: String,
}

impl Instant {
    /// Reads `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`. Years are 0001 to 9999, as in a roll; a leap
    /// second is not accepted, since instants are compared by counting seconds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at = |index: usize, one_of: &[u8]| text.as_bytes().get(index).is_some_and(|byte| one_of.contains(byte));
        let separators = at(4, b"-") && at(7, b"-") && at(10, b"Tt") && at(13, b":") && at(16, b":");
        let (year, month, day) = (number(text, 0, 4)?, number(text, 5, 7)?, number(text, 8, 10)?);
        let (hour, minute, second) = (number(text, 11, 13)?, number(text, 14, 16)?, number(text, 17, 19)?);
        let real = year >= 1
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        if !separators || !real {
            return None;
        }
        let (fraction, offset) = split_fraction(text.get(19..)?)?;
        let seconds = ((days_from_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
        Some(Self { seconds: seconds - offset_seconds(offset)?, fraction: fraction.trim_end_matches('0').to_owned() })
    }

    /// Whether it is this instant exactly, without a fraction of a second.
    #[must_use]
    pub fn is_at(&self, unix_seconds: i64) -> bool {
        self.seconds == unix_seconds && self.fraction.is_empty()
    }

    /// Seconds since 1970-01-01T00:00:00Z, the fraction cut off.
    #[must_use]
    pub const fn unix_seconds(&self) -> i64 {
        self.seconds
    }
}

/// Splits `.123Z` into digits and offset; a point without digits is refused.
fn split_fraction(rest: &str) -> Option<(&str, &str)> {
    let Some(digits) = rest.strip_prefix('.') else {
        return Some(("", rest));
    };
    let end = digits.find(|character: char| !character.is_ascii_digit())?;
    if end == 0 { None } else { digits.split_at_checked(end) }
}

fn offset_seconds(offset: &str) -> Option<i64> {
    let sign = match offset.as_bytes() {
        [b'Z' | b'z'] => return Some(0),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let (hours, minutes) = (number(offset, 1, 3)?, number(offset, 4, 6)?);
    if hours < 24 && minutes < 60 { Some(sign * (hours * 60 + minutes) * 60) } else { None }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    // Counted from March, so that the leap day is the last of its year.
    let shifted = if month <= 2 { year - 1 } else { year };
    let month_index = (month + 9) % 12;
    let day_of_year = (153 * month_index + 2) / 5 + day - 1;
    shifted * 365 + shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn instants_compare_as_time() {
        assert_eq!(Instant::parse("1970-01-01T00:00:00Z").unwrap().unix_seconds(), 0);
        assert_eq!(Instant::parse("2021-05-08T09:00:00+08:00").unwrap().unix_seconds(), 1_620_435_600);
        assert_eq!(Instant::parse("2000-02-29T23:59:59-01:30").unwrap().unix_seconds(), 951_874_199);
        assert!(Instant::parse("0001-01-01T00:00:00+14:00") < Instant::parse("0001-01-01T00:00:00Z"));
        assert!(Instant::parse("1970-01-01T00:00:09.0Z").unwrap().is_at(9));
        assert!(!Instant::parse("1970-01-01T00:00:09.1Z").unwrap().is_at(9));
        assert!(Instant::parse("2021-05-08T09:00:00.10Z") == Instant::parse("2021-05-08T09:00:00.1Z"));
        assert!(Instant::parse("2021-05-08T09:00:00.09Z") < Instant::parse("2021-05-08T09:00:00.1Z"));
        assert!(Instant::parse("2021-05-08T09:00:00+08:00") < Instant::parse("2021-05-08T01:00:01Z"));
        for bad in [
            "2021-05-08",
            "2021-05-08T09:00:00",
            "2021-05-08 09:00:00Z",
            "2021-02-30T09:00:00Z",
            "2021-05-08T24:00:00Z",
            "2021-05-08T09:00:00.Z",
            "2021-05-08T09:00:00+0800",
            "2021-05-08T09:00:60Z",
            "0000-05-08T09:00:00Z",
            "２021-05-08T09:00:00Z",
            "",
        ] {
            assert_eq!(Instant::parse(bad), None, "{bad:?}");
        }
    }
}
