//! Why nothing was printed. Each variant says what to do; the Chinese wording is made from this data elsewhere.

use std::path::PathBuf;

/// What a font is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FontRole {
    /// Titles (小标宋, or a bold face).
    Heading,
    /// Running text (仿宋).
    Body,
    /// Table labels (黑体).
    Label,
}

/// A refusal to print. Forms are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// None of the wanted families lies in the font directories.
    #[error(
        "no {role:?} font: none of {wanted:?} lies under {dirs:?}; install the package fonts-noto-cjk, or put the font files beside the program, or name another family"
    )]
    FontMissing {
        /// What it is for.
        role: FontRole,
        /// The families that would do, best first.
        wanted: Vec<String>,
        /// Where was searched.
        dirs: Vec<PathBuf>,
    },
    /// A group of characters that no font can join, seen in the finished page. A single character without a glyph is no error: it is
    /// printed as its code and reported in [`crate::Printed::unset`].
    #[error("form {form}: the fonts cannot set the group of characters around {character:?} (U+{:04X}); write it otherwise", u32::from(*.character))]
    GlyphMissing {
        /// The form.
        form: usize,
        /// The first character of the group.
        character: char,
    },
    /// What a form cannot do without is absent.
    #[error("form {form}: {place} is empty; fill it in and print again")]
    Incomplete {
        /// The form.
        form: usize,
        /// The field.
        place: &'static str,
    },
    /// A text holds a control character.
    #[error("form {form}, {place}: the text holds the control character U+{:04X}; remove it", u32::from(*.character))]
    BadText {
        /// The form.
        form: usize,
        /// The field.
        place: String,
        /// The character.
        character: char,
    },
    /// More forms or font files than the limit.
    #[error("{what}: {count}, at most {max}; print in several parts or search fewer directories")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A list or text of a form is longer than its limit.
    #[error("form {form}, {place}: {count}, at most {max}; shorten it")]
    TooLong {
        /// The form.
        form: usize,
        /// The field.
        place: String,
        /// Its length.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// There is no form to print.
    #[error("there is no form to print; choose at least one")]
    NoForms,
    /// The address behind the QR code is empty, too long, or not a link.
    #[error(
        "form {form}: the address for the QR code must begin with https:// or http:// and have at most 500 bytes; correct the platform's public address"
    )]
    BadUrl {
        /// The form.
        form: usize,
    },
    /// A day that does not exist.
    #[error("form {form}, {place}: this day does not exist; correct it")]
    BadDay {
        /// The form.
        form: usize,
        /// The field.
        place: String,
    },
    /// A font file that was there at start cannot be read any more.
    #[error("the font file {0} cannot be read; restore it and restart")]
    FontUnreadable(PathBuf),
    /// A defect of a template or of this crate.
    #[error("the form could not be set ({0}); report this as a defect")]
    Internal(String),
}
