//! The rules of the protocol for text, codes, ratios, dates and instants. Nothing is ever normalised here: what does not
//! comply is refused.

use unicode_normalization::{IsNormalized, is_nfc, is_nfc_quick};

use crate::refused::Reason;
use crate::unassigned::EDGES;

/// Characters of a code at most.
pub const CODE_CHARS_MAX: usize = 32;
/// Characters of an id at most: with it, a ticket stays one compression of the hash.
pub const ID_CHARS_MAX: usize = 55;

/// Checks a text: NFC, no control, invisible or directional characters, nothing unassigned in Unicode 16.
///
/// # Errors
/// The first reason that applies.
pub fn check_text(text: &str) -> Result<(), Reason> {
    if text.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return Ok(());
    }
    for character in text.chars() {
        let code = u32::from(character);
        if is_banned(code) {
            return Err(Reason::BannedCodePoint { code });
        }
        if is_unassigned(code) {
            return Err(Reason::UnassignedCodePoint { code });
        }
    }
    let normal = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => true,
        IsNormalized::No => false,
        IsNormalized::Maybe => is_nfc(text),
    };
    if normal { Ok(()) } else { Err(Reason::NotNfc) }
}

fn is_banned(code: u32) -> bool {
    matches!(code, 0..=0x1F | 0x7F..=0x9F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

fn is_unassigned(code: u32) -> bool {
    // The common ideographs are assigned throughout; the search is for the rest.
    !(0x4E00..=0x9FFF).contains(&code) && EDGES.partition_point(|edge| *edge <= code) % 2 == 1
}

/// Whether `text` is a code: `[0-9A-Za-z_.-]{1,32}`.
#[must_use]
pub fn is_code(text: &str) -> bool {
    (1..=CODE_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Whether `text` is an id: `[0-9A-Za-z._-]{1,55}`.
#[must_use]
pub fn is_id(text: &str) -> bool {
    is_id_bytes(text.as_bytes())
}

/// As [`is_id`], for bytes that need not be UTF-8. Every id of a roll passes here, so the usual length is compiled by itself.
#[inline(always)]
pub(crate) fn is_id_bytes(bytes: &[u8]) -> bool {
    if let Ok([head @ .., a, b]) = <&[u8; 18]>::try_from(bytes) {
        // 16 bytes are what a processor looks at at once.
        let tail = [a, b].map(|byte| PLAIN.get(usize::from(*byte)).copied().unwrap_or(false));
        return head.iter().fold(true, |good, byte| good & is_plain(*byte)) & (tail == [true; 2]);
    }
    (1..=ID_CHARS_MAX).contains(&bytes.len()) && bytes.iter().all(|byte| is_plain(*byte))
}

/// [`is_plain`] of every byte.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    // All that is plain is ASCII.
    while byte < 128 {
        if let Some(place) = table.split_at_mut(byte as usize).1.first_mut() {
            *place = is_plain(byte);
        }
        byte += 1;
    }
    table
};

/// Whether `id` stands behind `previous`, bytewise. The usual length, once more, is compiled by itself: two comparisons of
/// numbers instead of a call.
#[inline]
pub(crate) fn follows(previous: &[u8], id: &[u8]) -> bool {
    match (<&[u8; 18]>::try_from(previous), <&[u8; 18]>::try_from(id)) {
        (Ok(previous), Ok(id)) => number_of(previous) < number_of(id),
        _ => previous < id,
    }
}

#[inline]
fn number_of(id: &[u8; 18]) -> (u128, u16) {
    let ([head, ..], [.., e, f]) = (id.as_chunks().0, id) else { return (0, 0) };
    (u128::from_be_bytes(*head), u16::from_be_bytes([*e, *f]))
}

/// Without a branch, so that many bytes are looked at at once.
#[inline(always)]
const fn is_plain(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let digit = byte.wrapping_sub(b'0') < 10;
    letter | digit | (byte == b'.') | (byte == b'_') | (byte == b'-')
}

/// Whether `text` is an integer field: `-?(0|[1-9][0-9]*)`, not `-0`, of any length.
#[must_use]
pub fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading_zero = digits.starts_with('0') && (digits.len() > 1 || text.len() > 1);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && !leading_zero
}

/// Whether `text` is a real date `YYYY-MM-DD` of the years 0001 to 9999.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let dashes = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') && bytes.len() == 10;
    let (Some(year), Some(month), Some(day)) = (number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)) else {
        return false;
    };
    dashes && year >= 1 && (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month)
}

/// The number written by the digits of `text[from..to]`, if they are digits.
pub(crate) fn number(text: &str, from: usize, to: usize) -> Option<i64> {
    let part = text.get(from..to)?;
    if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }
}

/// Days of a month of the proleptic Gregorian calendar.
pub(crate) fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether `field` is a set: members non-empty, ascending bytewise and so distinct, joined by commas; or nothing.
#[must_use]
pub fn is_set(field: &str) -> bool {
    if field.is_empty() {
        return true;
    }
    let mut previous = "";
    field.split(',').all(|member| {
        let follows = previous < member;
        previous = member;
        follows
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for good in ["", "abc", "秦皇岛", "😀区", "Ａ区", "é", "\u{E000}"] {
            assert_eq!(check_text(good), Ok(()), "{good:?}");
        }
        for (bad, code) in [
            ("e\u{301}", "not-nfc"),
            ("a\u{200B}b", "banned-code-point"),
            ("a\tb", "banned-code-point"),
            ("\u{7F}", "banned-code-point"),
            ("\u{202E}", "banned-code-point"),
            ("\u{2066}", "banned-code-point"),
            ("\u{FEFF}", "banned-code-point"),
            ("\u{378}", "unassigned-code-point"),
            ("\u{FFFE}", "unassigned-code-point"),
            ("\u{10FFFF}", "unassigned-code-point"),
            ("\u{2B73A}", "unassigned-code-point"),
        ] {
            assert_eq!(check_text(bad).map_err(|reason| reason.code()), Err(code), "{bad:?}");
        }
    }

    #[test]
    fn forms() {
        for (text, expected) in [
            ("0", true),
            ("-3", true),
            ("12", true),
            ("-0", false),
            ("00", false),
            ("01", false),
            ("-", false),
            ("+1", false),
            ("", false),
            ("-01", false),
            ("１", false),
        ] {
            assert_eq!(is_int(text), expected, "{text:?}");
        }
        for (text, expected) in [
            ("2020-02-29", true),
            ("0001-01-01", true),
            ("9999-12-31", true),
            ("2021-02-29", false),
            ("1900-02-29", false),
            ("2000-02-29", true),
            ("0000-01-01", false),
            ("2021-1-1", false),
            ("2021-04-31", false),
            ("2021-00-10", false),
            ("2021/01/01", false),
            ("10000-01-01", false),
        ] {
            assert_eq!(is_date(text), expected, "{text:?}");
        }
        for (text, expected) in [
            ("", true),
            ("a", true),
            ("a,b", true),
            ("b,a", false),
            ("a,a", false),
            ("a,", false),
            (",a", false),
            ("a,,b", false),
        ] {
            assert_eq!(is_set(text), expected, "{text:?}");
        }
        assert!(is_id(&"a".repeat(55)) && !is_id(&"a".repeat(56)) && !is_id("") && !is_id("a b"));
        assert!(is_code(&"a".repeat(32)) && !is_code(&"a".repeat(33)) && !is_code("") && !is_code("企"));
    }
}
