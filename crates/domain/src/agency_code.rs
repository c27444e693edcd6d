//! The registrar key of an agency: the grammar of the one text by which files, forms and commands name it.
//!
//! A key is also a segment of the agency's path ([`crate::agency::AgencyPath`]), and a path decides whose data a post sees.
//! So a key is parsed at the edge and carried as a type: nothing that could be read as a piece of a path becomes one.

use std::fmt;
use std::str::FromStr;

/// A registrar key: 1 to [`AgencyCode::CHARS_MAX`] capital letters and digits, with single hyphens between them, as in
/// `130302`, `1303KF`, `130302S01` or `130300-GA`.
///
/// Small letters are refused rather than raised: two keys that differ in nothing else would be one agency to a reader.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgencyCode(String);

/// Why a text is not a registrar key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAgencyCode {
    /// Empty, or longer than [`AgencyCode::CHARS_MAX`].
    #[error("the registrar key {0:?} has not 1 to 16 characters")]
    Length(String),
    /// A character that is no capital letter, digit or hyphen.
    #[error("the registrar key {text:?} contains {found:?}")]
    Character {
        /// The whole text.
        text: String,
        /// The first such character.
        found: char,
    },
    /// A hyphen at an end, or two side by side.
    #[error("the registrar key {0:?} has a hyphen at an end or two side by side")]
    Hyphen(String),
}

impl AgencyCode {
    /// Characters of a registrar key.
    pub const CHARS_MAX: usize = 16;

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AgencyCode {
    type Err = BadAgencyCode;

    fn from_str(text: &str) -> Result<Self, BadAgencyCode> {
        let strange = |c: &char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '-');
        if let Some(found) = text.chars().find(strange) {
            return Err(BadAgencyCode::Character { text: text.to_owned(), found });
        }
        if !(1..=Self::CHARS_MAX).contains(&text.len()) {
            return Err(BadAgencyCode::Length(text.to_owned()));
        }
        if text.split('-').any(str::is_empty) {
            return Err(BadAgencyCode::Hyphen(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AgencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<AgencyCode> for String {
    fn from(code: AgencyCode) -> Self {
        code.0
    }
}

impl PartialEq<str> for AgencyCode {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for AgencyCode {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<String> for AgencyCode {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

serde_as_text!(AgencyCode);

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_is() {
        for text in ["130302", "1303KF", "130302S01", "130300-GA", "A", &"9".repeat(AgencyCode::CHARS_MAX)] {
            assert_eq!(text.parse::<AgencyCode>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_it_is_not() {
        let strange = |text: &str, found: char| {
            let expect = BadAgencyCode::Character { text: text.to_owned(), found };
            assert_eq!(text.parse::<AgencyCode>(), Err(expect));
        };
        // A piece of a path, the sign that ends ranges of paths, wildcards, blanks, small letters, look-alikes.
        strange("130300/130303", '/');
        strange("../130303", '.');
        strange("130303~", '~');
        strange("1303_3", '_');
        strange("1303%", '%');
        strange("130 303", ' ');
        strange("x9", 'x');
        strange("１３０３０３", '１');
        strange("13\0", '\0');
        strange("局", '局');
        let length = |text: &str| assert_eq!(text.parse::<AgencyCode>(), Err(BadAgencyCode::Length(text.to_owned())));
        length("");
        length(&"9".repeat(AgencyCode::CHARS_MAX + 1));
        for text in ["-", "-A", "A-", "A--B"] {
            assert_eq!(text.parse::<AgencyCode>(), Err(BadAgencyCode::Hyphen(text.to_owned())));
        }
    }
}
