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
    /// A character that none of the fonts has.
    #[error("form {form}, {place}: no font has the character {character:?} (U+{:04X}); add a font that has it to the font directories and print again", u32::from(*.character))]
    GlyphMissing {
        /// The form.
        form: usize,
        /// The field, as `items[2].found`; `page` where the character came up only in the finished page.
        place: String,
        /// The character.
        character: char,
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
    /// A list or text is longer than its limit.
    #[error("{what}: {count}, at most {max}; print in several parts or shorten the text")]
    TooMany {
        /// What is too long.
        what: String,
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
    /// The creation time does not exist.
    #[error("the creation time does not exist; correct the clock")]
    BadMoment,
    /// A font file that was there at start cannot be read any more.
    #[error("the font file {0} cannot be read; restore it and restart")]
    FontUnreadable(PathBuf),
    /// A defect of a template or of this crate.
    #[error("the form could not be set ({0}); report this as a defect")]
    Internal(String),
}
