//! The checked text: what a person or a program may write into a field, a filter, an address, an argument or a cell.
//!
//! One rule for every door, so that what one database takes the other takes too, what is stored can be sealed into a roll
//! (the protocol's own rule is part of it), printed on a form and found again by typing it. Words for the refusals live in
//! the crate `text`.
//!
//! What is decided here:
//! - NUL and the other control characters are refused. A text of several lines may hold line breaks and tabs; every kind of
//!   line break becomes a line feed.
//! - Characters without width and marks of direction are refused inside a text, joiners and tags among them: two names would
//!   look alike and be two. Around a text, where pasting leaves them, they fall away with the white space.
//! - Private-use letters are refused: they mean a different sign on each machine, and no font of the forms can know which.
//! - What Unicode 16 has not assigned is refused, noncharacters among it: the protocol's roll cannot hold it.
//! - The replacement character is refused: the text was broken before it came here.
//! - Everything else passes, emoji, variation selectors (the Mongolian script's too) and rare ideographs included; whether they can be printed is asked
//!   of the fonts.
//! - A text is kept in the normal form NFC. Nothing else about it is changed.

use std::borrow::Cow;
use std::fmt;

use draw::Reason;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Characters of one line at most, where its field sets no lower limit.
pub const LINE_CHARS_MAX: usize = 2_000;
/// Characters of a text of several lines at most, where its field sets no lower limit.
pub const LINES_CHARS_MAX: usize = 20_000;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One line.
    Line,
    /// Several lines, with tabs.
    Lines,
}

impl Shape {
    /// Characters at most, where the field sets no lower limit.
    #[must_use]
    pub const fn chars_max(self) -> usize {
        match self {
            Self::Line => LINE_CHARS_MAX,
            Self::Lines => LINES_CHARS_MAX,
        }
    }
}

/// What makes a character unfit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadChar {
    /// U+0000, which one of the databases would take and the other not.
    Nul,
    /// Another control character.
    Control,
    /// A line break or tab where one line is wanted.
    LineBreak,
    /// A character without width.
    Invisible,
    /// A mark that turns the direction of writing.
    Direction,
    /// A private-use letter.
    PrivateUse,
    /// A code that Unicode 16 has not assigned, or never will.
    Unassigned,
    /// U+FFFD: the text was broken before.
    Garbled,
}

impl BadChar {
    /// Every kind, for tables.
    pub const ALL: [Self; 8] = [
        Self::Nul,
        Self::Control,
        Self::LineBreak,
        Self::Invisible,
        Self::Direction,
        Self::PrivateUse,
        Self::Unassigned,
        Self::Garbled,
    ];

    /// Whether a reader sees something there. What nobody sees is simply to be taken out.
    #[must_use]
    pub const fn is_seen(self) -> bool {
        matches!(self, Self::PrivateUse | Self::Unassigned | Self::Garbled)
    }
}

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadText {
    /// A character that may not stand there.
    Character {
        /// Which.
        character: char,
        /// What is wrong with it.
        bad: BadChar,
        /// Its place, counted in characters from 1, without the white space before the text.
        at: usize,
    },
    /// Longer than allowed.
    TooLong {
        /// Its characters.
        chars: usize,
        /// How many are allowed.
        max: usize,
    },
}

/// A text that has been checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    /// One line of at most `chars_max` characters, tidied (see [`tidy`]); it may be empty.
    ///
    /// # Errors
    /// [`BadText`] for the first bad character, or for the length.
    pub fn line(typed: &str, chars_max: usize) -> Result<Self, BadText> {
        Self::new(typed, Shape::Line, chars_max)
    }

    /// Several lines of together at most `chars_max` characters, tidied (see [`tidy`]); they may be empty.
    ///
    /// # Errors
    /// [`BadText`] for the first bad character, or for the length.
    pub fn lines(typed: &str, chars_max: usize) -> Result<Self, BadText> {
        Self::new(typed, Shape::Lines, chars_max)
    }

    fn new(typed: &str, shape: Shape, chars_max: usize) -> Result<Self, BadText> {
        let tidied = tidy(typed, shape);
        check(&tidied, shape, chars_max)?;
        Ok(Self(tidied.into_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, to keep.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text in NFC, without white space and invisible characters around it, its line breaks as line feeds where it may have
/// several lines.
#[must_use]
pub fn tidy(typed: &str, shape: Shape) -> Cow<'_, str> {
    let around = |c: char| c.is_whitespace() || matches!(of(c), Some(BadChar::Invisible | BadChar::Direction));
    let text = typed.trim_matches(around);
    let text = match shape {
        Shape::Lines => one_kind_of_break(text),
        Shape::Line => Cow::Borrowed(text),
    };
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text,
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// Checks a text as it stands; see [`tidy`] for what is done to a typed one before.
///
/// # Errors
/// [`BadText`] for the first bad character, or for the length.
pub fn check(text: &str, shape: Shape, chars_max: usize) -> Result<(), BadText> {
    // Nearly everything is either plain or a text that the protocol takes, without private-use letters.
    let plain = text.bytes().all(|byte| (0x20..0x7F).contains(&byte));
    if !plain {
        for (place, character) in text.chars().enumerate() {
            if let Some(bad) = in_place(character, shape) {
                return Err(BadText::Character { character, bad, at: place + 1 });
            }
        }
    }
    // A character has at most four bytes: only long texts need counting.
    if text.len() > chars_max {
        let chars = text.chars().count();
        if chars > chars_max {
            return Err(BadText::TooLong { chars, max: chars_max });
        }
    }
    Ok(())
}

/// What a person gets back to go on with: tidied, without what nobody sees, and with the code of what is seen but cannot
/// stay, as `〔U+E123〕`. It is for showing in a field; nothing of it is stored unless it is sent again.
#[must_use]
pub fn proposal(typed: &str, shape: Shape) -> String {
    let mut out = String::with_capacity(typed.len());
    for character in tidy(typed, shape).chars() {
        match in_place(character, shape) {
            None => out.push(character),
            Some(BadChar::LineBreak) => out.push(' '),
            Some(bad) if bad.is_seen() => out.push_str(&code_of(character)),
            Some(_) => {}
        }
    }
    out
}

/// A character by its code, for where it cannot be shown itself: `〔U+31350〕`.
#[must_use]
pub fn code_of(character: char) -> String {
    format!("〔U+{:04X}〕", u32::from(character))
}

fn in_place(character: char, shape: Shape) -> Option<BadChar> {
    match (character, shape) {
        ('\n' | '\t', Shape::Lines) => None,
        _ => of(character),
    }
}

/// What is wrong with a character that stands in one line.
fn of(character: char) -> Option<BadChar> {
    match character {
        ' '..='~' | '\u{4E00}'..='\u{9FFF}' => None,
        '\0' => Some(BadChar::Nul),
        '\t' | '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(BadChar::LineBreak),
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(BadChar::Direction)
        }
        // Soft hyphen, joiners, fillers that take no room or look like a space, annotation marks, tags.
        '\u{AD}'
        | '\u{34F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{206F}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E007F}' => Some(BadChar::Invisible),
        '\u{FFFD}' => Some(BadChar::Garbled),
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}' => Some(BadChar::PrivateUse),
        other if other.is_control() => Some(BadChar::Control),
        other => match draw::check_text(other.encode_utf8(&mut [0; 4])) {
            // By itself a character may be another in NFC; the whole text is put into that form by `tidy`.
            Ok(()) | Err(Reason::NotNfc) => None,
            Err(Reason::UnassignedCodePoint { .. }) => Some(BadChar::Unassigned),
            Err(_) => Some(BadChar::Control),
        },
    }
}

/// CR LF, CR, the line and paragraph separators and the vertical tab of word processors become LF.
fn one_kind_of_break(text: &str) -> Cow<'_, str> {
    let other = |c: char| matches!(c, '\r' | '\u{B}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !text.contains(other) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace(other, "\n"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bad_in(typed: &str) -> Option<(BadChar, usize)> {
        match Text::line(typed, LINE_CHARS_MAX) {
            Ok(_) => None,
            Err(BadText::Character { bad, at, .. }) => Some((bad, at)),
            Err(other) => panic!("{typed:?}: {other:?}"),
        }
    }

    #[test]
    fn what_may_not_stand_in_a_line_is_named_with_its_place() {
        for (typed, expected) in [
            ("", None),
            ("秦皇岛市海港区（开发区）河北大街1号，2层", None),
            ("𫗋𬭁\u{31350}🫨", None),
            ("葛\u{E0100}", None),
            ("阿卜杜拉·买买提", None),
            (" 　甲\u{A0}", None),
            ("\u{202D}0335-1234567\u{202C}", None),
            ("a\0b", Some((BadChar::Nul, 2))),
            ("甲\u{1}乙", Some((BadChar::Control, 2))),
            ("甲\u{7F}", Some((BadChar::Control, 2))),
            ("甲\u{9F}乙", Some((BadChar::Control, 2))),
            ("甲\n乙", Some((BadChar::LineBreak, 2))),
            ("甲\t乙", Some((BadChar::LineBreak, 2))),
            ("甲\u{2028}乙", Some((BadChar::LineBreak, 2))),
            ("  张\u{200B}三", Some((BadChar::Invisible, 2))),
            ("张\u{AD}三", Some((BadChar::Invisible, 2))),
            ("张\u{3164}三", Some((BadChar::Invisible, 2))),
            ("张\u{E0041}三", Some((BadChar::Invisible, 2))),
            ("张\u{202E}三", Some((BadChar::Direction, 2))),
            ("\u{E123}", Some((BadChar::PrivateUse, 1))),
            ("\u{F8FF}", Some((BadChar::PrivateUse, 1))),
            ("\u{F0000}", Some((BadChar::PrivateUse, 1))),
            ("\u{10FFFD}", Some((BadChar::PrivateUse, 1))),
            ("\u{378}", Some((BadChar::Unassigned, 1))),
            // Assigned in Unicode 17 only: a roll cannot hold it.
            ("\u{323B0}", Some((BadChar::Unassigned, 1))),
            ("\u{FDD0}", Some((BadChar::Unassigned, 1))),
            ("\u{10FFFF}", Some((BadChar::Unassigned, 1))),
            ("甲\u{FFFD}", Some((BadChar::Garbled, 2))),
        ] {
            assert_eq!(bad_in(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_text_of_lines_keeps_them_and_knows_one_kind_of_break() {
        let lines = |typed: &str| Text::lines(typed, LINES_CHARS_MAX).map(Text::into_string);
        assert_eq!(lines("甲\r\n乙\r丙\u{B}丁\u{2028}戊\n\t己\r\n"), Ok("甲\n乙\n丙\n丁\n戊\n\t己".to_owned()));
        assert!(lines("甲\u{200B}乙").is_err() && lines("甲\0").is_err() && lines("甲\u{C}乙").is_err());
    }

    #[test]
    fn a_text_is_kept_in_its_normal_form() {
        assert_eq!(Text::line("e\u{301}", 1).unwrap().as_str(), "é");
        assert_eq!(Text::line("\u{F9D1}", 1).unwrap().as_str(), "六");
        assert_eq!(Text::line("Ａ区", 2).unwrap().as_str(), "Ａ区", "full-width letters are others' to judge");
    }

    #[test]
    fn the_length_counts_characters_and_is_inclusive() {
        assert!(Text::line(&"字".repeat(60), 60).is_ok());
        assert_eq!(Text::line(&"字".repeat(61), 60), Err(BadText::TooLong { chars: 61, max: 60 }));
        assert!(Text::line(&format!("  {}  ", "字".repeat(60)), 60).is_ok());
    }

    #[test]
    fn what_is_given_back_can_be_sent_again() {
        assert_eq!(proposal("张\u{200B}三\0\u{E123}\u{FFFD}", Shape::Line), "张三〔U+E123〕〔U+FFFD〕");
        assert_eq!(proposal("甲\n乙", Shape::Line), "甲 乙");
        assert_eq!(proposal("甲\r\n乙\u{1}", Shape::Lines), "甲\n乙");
    }

    /// Whatever passes here can be sealed into a roll: both say so of every character there is.
    #[test]
    fn a_roll_can_hold_what_a_line_can() {
        let mut passed = 0;
        for character in (0..=0x10_FFFF).filter_map(char::from_u32) {
            if let Ok(text) = Text::line(&format!("甲{character}乙"), 10) {
                assert_eq!(draw::check_text(text.as_str()), Ok(()), "U+{:04X}", u32::from(character));
                passed += 1;
            }
        }
        // Unicode 16 has 154 998 characters; controls, what is not seen and what has another normal form are not among them.
        assert!((150_000..155_000).contains(&passed), "{passed}");
    }

    proptest! {
        #[test]
        fn checking_twice_changes_nothing_more(typed in "\\PC{0,20}|[\\x00-\\u{2FFF}]{0,20}") {
            for shape in [Shape::Line, Shape::Lines] {
                let once = tidy(&typed, shape).into_owned();
                prop_assert_eq!(tidy(&once, shape).into_owned(), once.clone());
                let proposed = proposal(&typed, shape);
                prop_assert_eq!(check(&proposed, shape, usize::MAX), Ok(()));
            }
        }
    }
}
