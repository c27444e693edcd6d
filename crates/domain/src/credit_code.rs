//! Codes that identify a subject: the unified social credit code (GB 32100—2015) and the older registration number.
//!
//! A code is refused, never repaired: full-width or lower-case characters are named to the user, because a silent
//! correction would hide that two lists disagree. Spaces around a cell are the importer's business.

use std::fmt;
use std::str::FromStr;

use crate::division::{BadDivision, DivisionCode};

/// The 31 symbols of GB 32100; a symbol's value is its index.
pub const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Why a text is not a credit code or registration number. Positions count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Nothing was given.
    #[error("the code is empty")]
    Empty,
    /// Full-width characters, as an input method makes them.
    #[error("the code has the full-width character {ch:?} at {pos}; half-width it reads {half_width:?}")]
    FullWidth {
        /// Position of the first.
        pos: usize,
        /// The first full-width character.
        ch: char,
        /// The whole text with half-width characters, for the user to compare.
        half_width: String,
    },
    /// Another number of characters than the code has.
    #[error("the code has {found} characters instead of {expected}")]
    WrongLength {
        /// Characters that the code must have.
        expected: usize,
        /// Characters found.
        found: usize,
    },
    /// A character outside the code's alphabet; I, O, Z, S, V and lower case are among them.
    #[error("the code has {ch:?} at {pos}")]
    BadSymbol {
        /// Position of the first.
        pos: usize,
        /// The character.
        ch: char,
    },
    /// Position 1 names no registration authority.
    #[error("no registration authority has the code {0:?}")]
    BadDepartment(char),
    /// Position 2 is not a kind of this authority.
    #[error("the authority {department:?} registers nothing of kind {kind:?}")]
    BadKind {
        /// Position 1.
        department: char,
        /// Position 2.
        kind: char,
    },
    /// Positions 3 to 8 (1 to 6 of a registration number) are no division code.
    #[error("the registrar's division is wrong: {0}")]
    BadDivision(BadDivision),
    /// Position 17 does not follow from positions 9 to 16 (GB 11714).
    #[error("the organisation code ends with {found:?} instead of {expected:?}")]
    BadOrganisationCheck {
        /// The character that fits.
        expected: char,
        /// The character found.
        found: char,
    },
    /// The last character does not follow from those before it.
    #[error("the check character is {found:?} instead of {expected:?}")]
    BadCheck {
        /// The character that fits.
        expected: char,
        /// The character found.
        found: char,
    },
}

/// A unified social credit code whose every part has been checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnifiedCreditCode(String);

impl UnifiedCreditCode {
    /// Characters of a code.
    pub const LENGTH: usize = 18;

    /// Builds a code from its parts and computes both check characters.
    ///
    /// `department` and `kind` are positions 1 and 2, `division` is the registrar's, `body` the first eight characters of
    /// the organisation code.
    ///
    /// # Errors
    /// As parsing; [`BadCode::WrongLength`] (of 8) if `body` has another length.
    pub fn compose(department: char, kind: char, division: DivisionCode, body: &str) -> Result<Self, BadCode> {
        let found = body.chars().count();
        if found != 8 {
            return Err(BadCode::WrongLength { expected: 8, found });
        }
        let mut code = format!("{department}{kind}{division}{body}");
        code.push(organisation_check(body).ok_or_else(|| first_bad_symbol(body))?);
        code.push(check_character(&code).ok_or_else(|| first_bad_symbol(&code))?);
        code.parse()
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Position 1: who registers.
    pub fn department(&self) -> char {
        self.0.chars().next().unwrap_or('Y')
    }

    /// Position 2: what is registered, to be read with the department.
    pub fn kind(&self) -> char {
        self.0.chars().nth(1).unwrap_or('1')
    }

    /// The registrar's division (not that of the premises). `None` never occurs in a checked code.
    pub fn registrar_division(&self) -> Option<DivisionCode> {
        self.0.get(2..8).and_then(|digits| digits.parse().ok())
    }

    /// The nine characters of the organisation code (GB 11714).
    pub fn organisation_code(&self) -> &str {
        self.0.get(8..17).unwrap_or_default()
    }
}

impl FromStr for UnifiedCreditCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        check_form(text, Self::LENGTH, |ch| ALPHABET.contains(ch))?;
        let chars: Vec<char> = text.chars().collect();
        let at = |index: usize| chars.get(index).copied().unwrap_or_default();
        check_kind(at(0), at(1))?;
        let division: Result<DivisionCode, _> = text.get(2..8).unwrap_or_default().parse();
        division.map_err(BadCode::BadDivision)?;
        let body = text.get(8..16).unwrap_or_default();
        let expected = organisation_check(body).ok_or_else(|| first_bad_symbol(body))?;
        if expected != at(16) {
            return Err(BadCode::BadOrganisationCheck { expected, found: at(16) });
        }
        let expected = check_character(text).ok_or_else(|| first_bad_symbol(text))?;
        if expected != at(17) {
            return Err(BadCode::BadCheck { expected, found: at(17) });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for UnifiedCreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(UnifiedCreditCode);

/// A registration number of 15 digits: the registrar's division, eight digits, and a check digit by ISO 7064 MOD 11,10.
/// Subjects that were never given a credit code still have one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationNumber(String);

impl RegistrationNumber {
    /// Digits of a number.
    pub const LENGTH: usize = 15;

    /// Builds a number from the registrar's division and eight digits, and computes the check digit.
    ///
    /// # Errors
    /// [`BadCode::WrongLength`] or [`BadCode::BadSymbol`] if `serial` is not eight digits.
    pub fn compose(division: DivisionCode, serial: &str) -> Result<Self, BadCode> {
        check_form(serial, 8, |ch| ch.is_ascii_digit())?;
        let mut number = format!("{division}{serial}");
        number.push(mod_11_10(&number).ok_or_else(|| first_bad_symbol(&number))?);
        number.parse()
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The registrar's division. `None` never occurs in a checked number.
    pub fn registrar_division(&self) -> Option<DivisionCode> {
        self.0.get(..6).and_then(|digits| digits.parse().ok())
    }
}

impl FromStr for RegistrationNumber {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        check_form(text, Self::LENGTH, |ch| ch.is_ascii_digit())?;
        let division: Result<DivisionCode, _> = text.get(..6).unwrap_or_default().parse();
        division.map_err(BadCode::BadDivision)?;
        let expected = mod_11_10(text.get(..14).unwrap_or_default()).unwrap_or_default();
        match text.chars().last() {
            Some(found) if found != expected => Err(BadCode::BadCheck { expected, found }),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for RegistrationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(RegistrationNumber);

/// What a list gives under 统一社会信用代码/注册号: one or the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectCode {
    /// 18 characters.
    Credit(UnifiedCreditCode),
    /// 15 digits.
    Registration(RegistrationNumber),
}

impl SubjectCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Credit(code) => code.as_str(),
            Self::Registration(number) => number.as_str(),
        }
    }

    /// The registrar's division.
    pub fn registrar_division(&self) -> Option<DivisionCode> {
        match self {
            Self::Credit(code) => code.registrar_division(),
            Self::Registration(number) => number.registrar_division(),
        }
    }
}

impl FromStr for SubjectCode {
    type Err = BadCode;

    /// Fifteen characters are read as a registration number, everything else as a credit code.
    fn from_str(text: &str) -> Result<Self, BadCode> {
        if text.chars().count() == RegistrationNumber::LENGTH {
            text.parse().map(Self::Registration)
        } else {
            text.parse().map(Self::Credit)
        }
    }
}

impl fmt::Display for SubjectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(SubjectCode);

/// Length and alphabet; full width is named first, since it also breaks both.
fn check_form(text: &str, expected: usize, allowed: impl Fn(char) -> bool) -> Result<(), BadCode> {
    if text.is_empty() {
        return Err(BadCode::Empty);
    }
    if let Some((index, ch)) = text.chars().enumerate().find(|(_, ch)| half_width(*ch) != *ch) {
        return Err(BadCode::FullWidth { pos: index + 1, ch, half_width: text.chars().map(half_width).collect() });
    }
    let found = text.chars().count();
    if found != expected {
        return Err(BadCode::WrongLength { expected, found });
    }
    match text.chars().enumerate().find(|(_, ch)| !allowed(*ch)) {
        Some((index, ch)) => Err(BadCode::BadSymbol { pos: index + 1, ch }),
        None => Ok(()),
    }
}

fn half_width(ch: char) -> char {
    match u32::from(ch) {
        full @ 0xFF01..=0xFF5E => char::from_u32(full - 0xFEE0).unwrap_or(ch),
        0x3000 => ' ',
        _ => ch,
    }
}

/// The kinds that each registration authority may give (GB 32100, table 2).
fn check_kind(department: char, kind: char) -> Result<(), BadCode> {
    let kinds = match department {
        '1' | '5' => "1239",
        '2' | '4' | '8' | 'A' => "19",
        '3' => "123459",
        '6' | '7' => "129",
        '9' => "123",
        'N' => "1239",
        'Y' => "1",
        _ => return Err(BadCode::BadDepartment(department)),
    };
    if kinds.contains(kind) { Ok(()) } else { Err(BadCode::BadKind { department, kind }) }
}

fn value(ch: char) -> Option<u32> {
    ALPHABET.find(ch).and_then(|index| u32::try_from(index).ok())
}

/// Position 18 over the first 17 characters of `code`; `None` if there are fewer or one is not in the alphabet.
fn check_character(code: &str) -> Option<char> {
    let mut sum = 0;
    let mut chars = code.chars();
    for weight in WEIGHTS {
        sum += value(chars.next()?)? * weight;
    }
    let check = (31 - sum % 31) % 31;
    ALPHABET.chars().nth(usize::try_from(check).ok()?)
}

/// The check character of GB 11714 over eight characters, whose letters count from A = 10 to Z = 35.
fn organisation_check(body: &str) -> Option<char> {
    let mut sum = 0;
    let mut chars = body.chars();
    for weight in ORGANISATION_WEIGHTS {
        let ch = chars.next().filter(|ch| ALPHABET.contains(*ch))?;
        sum += ch.to_digit(36)? * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

/// The check digit of ISO 7064 MOD 11,10 over a text of digits.
fn mod_11_10(digits: &str) -> Option<char> {
    let mut product = 10;
    for ch in digits.chars() {
        let sum = (product + ch.to_digit(10)?) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    char::from_digit((11 - product) % 10, 10)
}

fn first_bad_symbol(text: &str) -> BadCode {
    text.chars()
        .enumerate()
        .find(|(_, ch)| !ALPHABET.contains(*ch))
        .map_or(BadCode::Empty, |(index, ch)| BadCode::BadSymbol { pos: index + 1, ch })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str, expect: &BadCode) {
        assert_eq!(text.parse::<UnifiedCreditCode>().as_ref(), Err(expect), "{text}");
    }

    #[test]
    fn codes_of_known_companies_are_taken() {
        for (text, division) in [
            ("914403001922038216", "440300"),
            ("9144030071526726XG", "440300"),
            ("91330100799655058B", "330100"),
            ("91110000802100433B", "110000"),
            ("91110108551385082Q", "110108"),
            ("91350100M000100Y43", "350100"),
        ] {
            let code: UnifiedCreditCode = text.parse().unwrap();
            assert_eq!(code.registrar_division().unwrap().to_string(), division);
            assert_eq!((code.department(), code.kind(), code.organisation_code()), ('9', '1', &text[8..17]));
            assert_eq!(UnifiedCreditCode::compose('9', '1', division.parse().unwrap(), &text[8..16]).unwrap(), code);
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn the_often_quoted_example_is_wrong() {
        refused("91350100M000100Y4Z", &BadCode::BadSymbol { pos: 18, ch: 'Z' });
        refused("91350100M000100Y44", &BadCode::BadCheck { expected: '3', found: '4' });
    }

    #[test]
    fn each_part_is_refused_by_name() {
        refused("", &BadCode::Empty);
        refused("9144030019220382", &BadCode::WrongLength { expected: 18, found: 16 });
        refused("9144030019220382160", &BadCode::WrongLength { expected: 18, found: 19 });
        refused(
            "９１440300192203821６",
            &BadCode::FullWidth { pos: 1, ch: '９', half_width: "914403001922038216".into() },
        );
        refused(
            "91440300192203821\u{3000}",
            &BadCode::FullWidth { pos: 18, ch: '\u{3000}', half_width: "91440300192203821 ".into() },
        );
        refused("91440300192203821 ", &BadCode::BadSymbol { pos: 18, ch: ' ' });
        refused("9144030071526726xG", &BadCode::BadSymbol { pos: 17, ch: 'x' });
        refused("91440300O92203821I", &BadCode::BadSymbol { pos: 9, ch: 'O' });
        refused("B14403001922038216", &BadCode::BadDepartment('B'));
        refused("94440300192203821X", &BadCode::BadKind { department: '9', kind: '4' });
        refused("Y2440300192203821X", &BadCode::BadKind { department: 'Y', kind: '2' });
        refused("91A40300192203821X", &BadCode::BadDivision(BadDivision::NotSixDigits("A40300".into())));
        refused("919903001922038216", &BadCode::BadDivision(BadDivision::NoProvince("990300".into())));
        refused("914403001922038316", &BadCode::BadOrganisationCheck { expected: 'X', found: '1' });
        refused("914403001922038217", &BadCode::BadCheck { expected: '6', found: '7' });
    }

    #[test]
    fn every_department_has_its_kinds() {
        let all: Vec<(char, &str)> = vec![
            ('1', "1239"),
            ('2', "19"),
            ('3', "123459"),
            ('4', "19"),
            ('5', "1239"),
            ('6', "129"),
            ('7', "129"),
            ('8', "19"),
            ('9', "123"),
            ('A', "19"),
            ('N', "1239"),
            ('Y', "1"),
        ];
        for department in ALPHABET.chars() {
            for kind in ALPHABET.chars() {
                let expect = all.iter().any(|(d, kinds)| *d == department && kinds.contains(kind));
                let division = "130302".parse().unwrap();
                assert_eq!(
                    UnifiedCreditCode::compose(department, kind, division, "MA0AAAA1").is_ok(),
                    expect,
                    "{department}{kind}"
                );
            }
        }
    }

    #[test]
    fn the_published_example_of_iso_7064() {
        assert_eq!(mod_11_10("0794"), Some('5'));
    }

    #[test]
    fn registration_numbers() {
        let number = RegistrationNumber::compose("130302".parse().unwrap(), "00001234").unwrap();
        assert_eq!(number.as_str().len(), 15);
        assert_eq!(number.registrar_division().unwrap().to_string(), "130302");
        assert_eq!(number.as_str().parse::<SubjectCode>().unwrap(), SubjectCode::Registration(number.clone()));
        let check = number.as_str().chars().last().unwrap();
        for digit in ('0'..='9').filter(|digit| *digit != check) {
            let wrong = format!("{}{digit}", &number.as_str()[..14]);
            assert_eq!(wrong.parse::<RegistrationNumber>(), Err(BadCode::BadCheck { expected: check, found: digit }));
        }
        assert_eq!("13030200001234A".parse::<SubjectCode>(), Err(BadCode::BadSymbol { pos: 15, ch: 'A' }));
        assert_eq!(
            "1303020000123".parse::<RegistrationNumber>(),
            Err(BadCode::WrongLength { expected: 15, found: 13 })
        );
        assert_eq!("1303020000123".parse::<SubjectCode>(), Err(BadCode::WrongLength { expected: 18, found: 13 }));
        assert!(matches!("990302000012341".parse::<SubjectCode>(), Err(BadCode::BadDivision(_))));
    }

    proptest! {
        /// Both checks together find every single wrong character, which is what a typist produces.
        #[test]
        fn one_wrong_character_is_always_found(body in "[0-9A-HJ-NP-RT-UW-Y]{8}", pos in 0usize..18, other in "[0-9A-HJ-NP-RT-UW-Y]") {
            let code = UnifiedCreditCode::compose('9', '1', "130302".parse().unwrap(), &body).unwrap();
            let mut wrong: Vec<char> = code.as_str().chars().collect();
            let other = other.chars().next().unwrap();
            prop_assume!(wrong[pos] != other);
            wrong[pos] = other;
            let wrong: String = wrong.into_iter().collect();
            prop_assert!(wrong.parse::<UnifiedCreditCode>().is_err(), "{}", wrong);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            prop_assert!(text.parse::<SubjectCode>().is_ok() || text.parse::<SubjectCode>().is_err());
        }
    }
}
