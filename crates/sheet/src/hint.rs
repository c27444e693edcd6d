//! Points at what looks odd in a text. It never changes the text: whether a full-width digit is an error is the caller's rule.

use crate::cell::is_scientific;

/// What looks odd in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hint {
    /// White space before or after, the ideographic space included.
    OuterSpace,
    /// Full-width digits, letters or ASCII punctuation such as `９１１３` where narrow ones are usual in codes.
    FullWidth,
    /// A line break or tab inside.
    LineBreak,
    /// A control character other than line breaks and tabs.
    Control,
    /// A character without width or a mark of direction: two texts look equal and are not.
    Invisible,
    /// The replacement character: the text was garbled before it came here.
    Garbled,
    /// A long number shown as `1.23457E+17`: its last digits are lost.
    LostDigits,
    /// Begins like a formula.
    Formula,
}

impl Hint {
    /// A stable code for tables of messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OuterSpace => "outer_space",
            Self::FullWidth => "full_width",
            Self::LineBreak => "line_break",
            Self::Control => "control",
            Self::Invisible => "invisible",
            Self::Garbled => "garbled",
            Self::LostDigits => "lost_digits",
            Self::Formula => "formula",
        }
    }
}

/// Everything that looks odd in `text`, each kind once, in the order of [`Hint`].
#[must_use]
pub fn hints(text: &str) -> Vec<Hint> {
    // Nearly all cells are free of all this: one pass over the bytes settles them.
    let mut found = Vec::new();
    let mut note = |present: bool, hint: Hint| {
        if present {
            found.push(hint);
        }
    };
    note(text.trim().len() != text.len(), Hint::OuterSpace);
    let plain = text.bytes().all(|byte| (0x20..0x7F).contains(&byte));
    if !plain {
        note(text.contains(is_full_width_alphanumeric), Hint::FullWidth);
        note(text.trim().contains(['\n', '\r', '\t']), Hint::LineBreak);
        note(text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')), Hint::Control);
        note(text.contains(is_invisible), Hint::Invisible);
        note(text.contains('\u{FFFD}'), Hint::Garbled);
    }
    note(is_scientific(text.trim()), Hint::LostDigits);
    note(crate::guard(text.trim_start_matches(' ')).len() != text.trim_start_matches(' ').len(), Hint::Formula);
    found
}

/// Full-width digits and letters. Full-width punctuation is ordinary in Chinese text and is no hint.
fn is_full_width_alphanumeric(c: char) -> bool {
    matches!(c, '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// `text` with full-width ASCII forms and the ideographic space narrowed, for a suggestion beside a problem or for comparing headings.
#[must_use]
pub fn to_half_width(text: &str) -> String {
    text.chars().map(narrow).collect()
}

fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn oddities_are_named_and_ordinary_text_is_not() {
        for (text, expected) in [
            ("秦皇岛市海港区（开发区）河北大街1号，2层", vec![]),
            ("91130302MA07X00010", vec![]),
            (" 甲", vec![Hint::OuterSpace]),
            ("甲\u{3000}", vec![Hint::OuterSpace]),
            ("９１130302", vec![Hint::FullWidth]),
            ("甲\n乙", vec![Hint::LineBreak]),
            ("甲\u{1}乙", vec![Hint::Control]),
            ("甲\u{200B}乙", vec![Hint::Invisible]),
            ("甲\u{FFFD}", vec![Hint::Garbled]),
            ("1.23457E+17", vec![Hint::LostDigits]),
            ("=cmd|' /C calc'!A0", vec![Hint::Formula]),
        ] {
            assert_eq!(hints(text), expected, "{text:?}");
        }
    }

    #[test]
    fn narrowing_touches_full_width_forms_only() {
        assert_eq!(to_half_width("９１１３（Ａ）\u{3000}甲、乙"), "9113(A) 甲、乙");
    }
}
