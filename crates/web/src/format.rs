//! Numbers, moments and sizes as people here read them. No clock is read, and which days are working days is not known
//! here: `domain` decides that and `text` says it.

use std::borrow::Borrow;
use std::fmt::Display;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Weekday};

use crate::component::Moment;

/// Seconds that Beijing is ahead of UTC.
const BEIJING_SECONDS: i32 = 8 * 3600;

/// Groups the digits of a whole number: `240256` → `240,256`. Anything that is not a whole number comes back as it is.
#[must_use]
pub fn thousands(number: impl Display) -> String {
    let text = number.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    let mut grouped = String::with_capacity(text.len() + digits.len() / 3);
    grouped.push_str(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1,200 / 3,344（35%）`; only what is done while the total is not known.
#[must_use]
pub fn progress(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) if total > 0 => {
            let percent = u128::from(done.min(total)) * 100 / u128::from(total);
            format!("{} / {}（{percent}%）", thousands(done), thousands(total))
        }
        _ if done > 0 => thousands(done),
        _ => String::new(),
    }
}

/// `2021-05-08 09:00`, Beijing time.
#[must_use]
pub fn instant(at: &impl Moment) -> String {
    beijing(at, "%Y-%m-%d %H:%M")
}

/// `2021-05-08 09:00:07`, Beijing time.
#[must_use]
pub fn instant_seconds(at: &impl Moment) -> String {
    beijing(at, "%Y-%m-%d %H:%M:%S")
}

/// `2021-05-08T09:00:07+08:00`.
#[must_use]
pub fn rfc3339(at: &impl Moment) -> String {
    beijing(at, "%Y-%m-%dT%H:%M:%S+08:00")
}

fn beijing(at: &impl Moment, form: &str) -> String {
    let moment = DateTime::from_timestamp_millis(at.unix_ms());
    match (moment, FixedOffset::east_opt(BEIJING_SECONDS)) {
        (Some(moment), Some(zone)) => moment.with_timezone(&zone).format(form).to_string(),
        _ => String::new(),
    }
}

/// `2021-05-08（周六）`.
#[must_use]
pub fn day(day: NaiveDate) -> String {
    let weekday = match day.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    };
    format!("{}（{weekday}）", day.format("%Y-%m-%d"))
}

/// `1536` → `1.5 KB`, in units of 1024, one decimal below ten.
#[must_use]
pub fn bytes(size: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
    for (name, unit) in UNITS {
        if size >= unit {
            let tenths = (u128::from(size) * 10 + u128::from(unit) / 2) / u128::from(unit);
            return match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole} {name}"),
                (whole, _) if whole >= 10 => format!("{} {name}", (tenths + 5) / 10),
                (whole, tenth) => format!("{whole}.{tenth} {name}"),
            };
        }
    }
    format!("{size} 字节")
}

/// Hex (or any ASCII text) in groups of four characters.
#[must_use]
pub fn grouped(hex: &str) -> String {
    let mut text = String::with_capacity(hex.len() + hex.len() / 4);
    for (index, character) in hex.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}

/// The first eight digits of a digest, grouped, and the rest: people compare the first across a hall, machines the whole.
#[must_use]
pub fn fingerprint(hex: &str) -> (String, String) {
    let at = hex.char_indices().nth(8).map_or(hex.len(), |(at, _)| at);
    let (head, tail) = hex.split_at(at);
    (grouped(head), grouped(tail))
}

/// What was drawn, in its two figures: different objects (户), and where classes overlap the drawn rows (户次) as well.
#[must_use]
pub fn drawn(objects: impl Borrow<u64>, rows: impl Borrow<u64>) -> String {
    let (objects, rows) = (*objects.borrow(), *rows.borrow());
    if objects == rows {
        format!("{} 户", thousands(objects))
    } else {
        format!("{} 户（{} 户次）", thousands(objects), thousands(rows))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_has_its_units() {
        assert_eq!(drawn(3_344, 3_344), "3,344 户");
        assert_eq!(drawn(47, 59), "47 户（59 户次）");
    }

    #[test]
    fn numbers_are_grouped() {
        let check = |number: i64, expect: &str| assert_eq!(thousands(number), expect);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(240_256, "240,256");
        check(1_234_567, "1,234,567");
        check(-100, "-100");
        check(-1000, "-1,000");
        assert_eq!(thousands("1.5"), "1.5");
        assert_eq!(thousands("-"), "-");
        assert_eq!(thousands(""), "");
    }

    #[test]
    fn progress_never_passes_a_hundred() {
        let check = |done, total, expect: &str| assert_eq!(progress(done, total), expect);
        check(0, None, "");
        check(12, None, "12");
        check(0, Some(3344), "0 / 3,344（0%）");
        check(3343, Some(3344), "3,343 / 3,344（99%）");
        check(3344, Some(3344), "3,344 / 3,344（100%）");
        check(4000, Some(3344), "4,000 / 3,344（100%）");
        check(5, Some(0), "5");
    }

    #[test]
    fn moments_are_said_in_beijing_time() {
        let at = 1_620_435_607_999_i64;
        assert_eq!(instant(&at), "2021-05-08 09:00");
        assert_eq!(instant_seconds(&at), "2021-05-08 09:00:07");
        assert_eq!(rfc3339(&at), "2021-05-08T09:00:07+08:00");
        // 16:00 UTC is already the next day in Beijing.
        assert_eq!(instant(&1_620_403_200_000_i64), "2021-05-08 00:00");
        assert_eq!(instant(&i64::MAX), "");
    }

    #[test]
    fn days_carry_their_weekday() {
        let check = |text: &str, expect: &str| assert_eq!(day(text.parse().unwrap()), expect);
        check("2021-05-08", "2021-05-08（周六）");
        check("2021-05-09", "2021-05-09（周日）");
        check("2024-02-29", "2024-02-29（周四）");
    }

    #[test]
    fn sizes() {
        let check = |size, expect: &str| assert_eq!(bytes(size), expect);
        check(0, "0 字节");
        check(1023, "1023 字节");
        check(1024, "1 KB");
        check(1536, "1.5 KB");
        check(10 * 1024 * 1024, "10 MB");
        check(15 * 1024 * 1024 + 700 * 1024, "16 MB");
        check(5 * 1024 * 1024 * 1024, "5 GB");
    }

    #[test]
    fn hex_is_grouped() {
        assert_eq!(grouped("0011223344"), "0011 2233 44");
        assert_eq!(grouped("0011"), "0011");
        assert_eq!(grouped(""), "");
        assert_eq!(fingerprint("001122334455"), ("0011 2233".to_owned(), "4455".to_owned()));
        assert_eq!(fingerprint("0011"), ("0011".to_owned(), String::new()));
    }
}
