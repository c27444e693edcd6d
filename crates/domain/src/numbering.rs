//! Numbers of plans and tasks by a configurable pattern, as provinces write them: `{区划6}{年4}{序4}` for a plan,
//! `{区划6}{日期8}{序4}` for a task.
//!
//! The serial comes from the caller, who keeps a counter; a serial that no longer fits its digits is refused rather than
//! written wider or wrapped round, because the number's parts are read by position.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::division::DivisionCode;

/// Characters of a pattern's text.
pub const PATTERN_CHARS_MAX: usize = 64;

/// One part of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The same text in every number: ASCII letters, digits and hyphens.
    Literal(String),
    /// `{区划6}`: the agency's division.
    Division,
    /// `{年4}`: the year.
    Year,
    /// `{日期8}`: the day as `YYYYMMDD`.
    Day,
    /// `{序n}`: the serial with `n` digits, 1 to 9.
    Serial(u8),
}

/// A pattern, checked: it has exactly one serial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// Longer than [`PATTERN_CHARS_MAX`] characters.
    #[error("the pattern has {0} characters")]
    TooLong(usize),
    /// `{…}` with something unknown in it.
    #[error("{{{0}}} is not a part of a number")]
    UnknownPart(String),
    /// A brace without its partner.
    #[error("a brace is not closed or not opened")]
    Brace,
    /// A character that numbers must not hold.
    #[error("{0:?} cannot stand in a number")]
    BadLiteral(char),
    /// None or several serials.
    #[error("the pattern has {0} serials instead of one")]
    Serials(usize),
}

/// Why no number was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberRefused {
    /// Serials count from 1.
    #[error("serials count from 1")]
    Zero,
    /// The digits are used up.
    #[error("serial {serial} is above {max}")]
    SerialTooLarge {
        /// The serial given.
        serial: u32,
        /// The largest that fits.
        max: u32,
    },
    /// A year that does not have four digits.
    #[error("the year {0} does not have four digits")]
    Year(i32),
}

impl Pattern {
    /// The default for plans: 14 digits.
    pub fn plan() -> Self {
        Self(vec![Piece::Division, Piece::Year, Piece::Serial(4)])
    }

    /// The default for tasks: 18 digits.
    pub fn task() -> Self {
        Self(vec![Piece::Division, Piece::Day, Piece::Serial(4)])
    }

    /// The parts, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The largest serial that fits.
    pub fn serial_max(&self) -> u32 {
        let digits =
            self.0.iter().find_map(|piece| if let Piece::Serial(digits) = piece { Some(*digits) } else { None });
        10u32.saturating_pow(digits.unwrap_or(0).into()) - 1
    }

    /// What a serial counts within: the number without its serial. Keep one counter per text that this returns.
    pub fn series(&self, division: DivisionCode, day: NaiveDate) -> String {
        self.write(division, day, "")
    }

    /// The number with this serial.
    ///
    /// # Errors
    /// [`NumberRefused`] if the serial is 0 or above [`Self::serial_max`], or the year does not have four digits.
    pub fn number(&self, division: DivisionCode, day: NaiveDate, serial: u32) -> Result<String, NumberRefused> {
        let max = self.serial_max();
        if serial == 0 {
            return Err(NumberRefused::Zero);
        }
        if serial > max {
            return Err(NumberRefused::SerialTooLarge { serial, max });
        }
        if !(1000..=9999).contains(&day.year()) {
            return Err(NumberRefused::Year(day.year()));
        }
        let width = max.to_string().len();
        Ok(self.write(division, day, &format!("{serial:0width$}")))
    }

    fn write(&self, division: DivisionCode, day: NaiveDate, serial: &str) -> String {
        let part = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Division => division.to_string(),
            Piece::Year => format!("{:04}", day.year()),
            Piece::Day => day.format("%Y%m%d").to_string(),
            Piece::Serial(_) => serial.to_owned(),
        };
        self.0.iter().map(part).collect()
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let chars = text.chars().count();
        if chars > PATTERN_CHARS_MAX {
            return Err(BadPattern::TooLong(chars));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('{') {
                let (name, after) = inner.split_once('}').ok_or(BadPattern::Brace)?;
                pieces.push(part(name)?);
                rest = after;
            } else {
                let (literal, after) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
                if let Some(ch) = literal.chars().find(|ch| !ch.is_ascii_alphanumeric() && *ch != '-') {
                    return Err(if ch == '}' { BadPattern::Brace } else { BadPattern::BadLiteral(ch) });
                }
                pieces.push(Piece::Literal(literal.to_owned()));
                rest = after;
            }
        }
        match pieces.iter().filter(|piece| matches!(piece, Piece::Serial(_))).count() {
            1 => Ok(Self(pieces)),
            serials => Err(BadPattern::Serials(serials)),
        }
    }
}

fn part(name: &str) -> Result<Piece, BadPattern> {
    let unknown = || BadPattern::UnknownPart(name.to_owned());
    match name {
        "区划6" => Ok(Piece::Division),
        "年4" => Ok(Piece::Year),
        "日期8" => Ok(Piece::Day),
        _ => match name.strip_prefix('序').map(str::parse::<u8>) {
            Some(Ok(digits @ 1..=9)) => Ok(Piece::Serial(digits)),
            _ => Err(unknown()),
        },
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => f.write_str(text)?,
                Piece::Division => f.write_str("{区划6}")?,
                Piece::Year => f.write_str("{年4}")?,
                Piece::Day => f.write_str("{日期8}")?,
                Piece::Serial(digits) => write!(f, "{{序{digits}}}")?,
            }
        }
        Ok(())
    }
}

serde_as_text!(Pattern);

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_provinces_write_them() {
        let check = |pattern: &str, division: &str, day: &str, serial: u32, expect: &str| {
            let pattern: Pattern = pattern.parse().unwrap();
            let number = pattern.number(division.parse().unwrap(), day.parse().unwrap(), serial);
            assert_eq!(number.as_deref(), Ok(expect));
            assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern);
        };
        check("{区划6}{年4}{序4}", "340000", "2017-03-01", 1000, "34000020171000");
        check("{区划6}{年4}{序3}", "440000", "2021-01-15", 1, "4400002021001");
        check("{区划6}{日期8}{序4}", "340000", "2017-09-04", 1000, "340000201709041000");
        check("HB-{年4}-{序4}", "130300", "2021-05-08", 7, "HB-2021-0007");
        assert_eq!("{区划6}{年4}{序4}".parse::<Pattern>(), Ok(Pattern::plan()));
        assert_eq!("{区划6}{日期8}{序4}".parse::<Pattern>(), Ok(Pattern::task()));
    }

    #[test]
    fn serials_end_where_their_digits_end() {
        let (division, day) = ("130300".parse().unwrap(), "2021-05-08".parse().unwrap());
        assert_eq!(Pattern::plan().number(division, day, 9999).as_deref(), Ok("13030020219999"));
        assert_eq!(
            Pattern::plan().number(division, day, 10_000),
            Err(NumberRefused::SerialTooLarge { serial: 10_000, max: 9999 })
        );
        assert_eq!(Pattern::plan().number(division, day, 0), Err(NumberRefused::Zero));
        assert_eq!("{序9}".parse::<Pattern>().unwrap().serial_max(), 999_999_999);
        assert_eq!(Pattern::task().series(division, day), "13030020210508");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let check = |text: &str, expect: BadPattern| assert_eq!(text.parse::<Pattern>(), Err(expect), "{text}");
        check("", BadPattern::Serials(0));
        check("{区划6}{年4}", BadPattern::Serials(0));
        check("{序4}{序4}", BadPattern::Serials(2));
        check("{区划}{序4}", BadPattern::UnknownPart("区划".into()));
        check("{序0}", BadPattern::UnknownPart("序0".into()));
        check("{序10}", BadPattern::UnknownPart("序10".into()));
        check("{序4", BadPattern::Brace);
        check("序4}{序4}", BadPattern::BadLiteral('序'));
        check("a}{序4}", BadPattern::Brace);
        let long = |n: usize| format!("{}{{序4}}", "a".repeat(n - 4));
        assert!(long(PATTERN_CHARS_MAX).parse::<Pattern>().is_ok());
        check(&long(PATTERN_CHARS_MAX + 1), BadPattern::TooLong(PATTERN_CHARS_MAX + 1));
    }
}
