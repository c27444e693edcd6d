//! Printed forms (文书): typed form data to PDF, set by typst inside the process.
//!
//! Two forms so far: [`CheckNotice`] (检查通知书) and [`RecordForm`] (市场主体综合检查随机抽查记录表). Layout lives in `templates/*.typ`;
//! data reaches a template as JSON values and is never joined into markup. Fonts are files beside the binary or of the system; none is
//! embedded, because the faces that offices prescribe (小标宋, 仿宋) are commercial and have to be configurable.
//!
//! What this crate refuses: it never prints a box for a missing glyph (a character that no font has is an error before anything is
//! issued), never substitutes a thin face for a missing bold one, and never reads a clock: the creation time is a parameter, so that
//! the same input and the same fonts give the same bytes. It neither decides what stands in a form nor stores it.
//!
//! Printing is work for the processor (about 8 ms per form) and holds all pages of one PDF in memory; callers run it on a blocking
//! thread, one at a time.

mod check;
mod error;
mod fonts;
mod form;
mod print;
mod qr;
mod world;

pub use check::{FORMS_MAX, ITEMS_MAX, LIST_MAX, PERSONS_MAX, SPARE_ROWS_MAX, TEXT_CHARS_MAX, URL_BYTES_MAX};
pub use error::{FontRole, PaperError};
pub use fonts::{DEPTH_MAX, FONT_FILES_MAX, Families, SYSTEM_FONT_DIRS};
pub use form::{CheckNotice, Choice, Day, Item, Moment, Person, RecordForm};

use fonts::Fonts;
use std::path::PathBuf;

/// A finished PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The file.
    pub pdf: Vec<u8>,
    /// Pages of the whole file. Every form begins on a page of its own and counts its own pages in the foot.
    pub pages: usize,
    /// Pages of each form, in order.
    pub pages_of_form: Vec<usize>,
}

/// Prints forms with the fonts found once at start.
pub struct Printer {
    fonts: Fonts,
    families: Families,
}

impl Printer {
    /// A printer with the default families, searching `font_dirs` in order and below them; see [`SYSTEM_FONT_DIRS`].
    ///
    /// # Errors
    /// As [`Printer::with_families`].
    pub fn new(font_dirs: &[PathBuf]) -> Result<Self, PaperError> {
        Self::with_families(font_dirs, Families::default())
    }

    /// A printer with configured families. Directories that do not exist are passed over; font files are only read where needed.
    ///
    /// # Errors
    /// [`PaperError::FontMissing`] if for some role none of its families is there (the heading needs a bold face), and
    /// [`PaperError::TooMany`] above [`FONT_FILES_MAX`] font files.
    pub fn with_families(font_dirs: &[PathBuf], families: Families) -> Result<Self, PaperError> {
        let fonts = Fonts::search(font_dirs)?;
        let families = fonts.choose(families, font_dirs)?;
        Ok(Self { fonts, families })
    }

    /// The notices as one PDF, in the order given. `created` is the creation time of the file, in China Standard Time; `progress` is
    /// called after each form with the number set and the number of all.
    ///
    /// # Errors
    /// [`PaperError`]; nothing is printed unless everything can be.
    pub fn notices(
        &self,
        forms: &[CheckNotice],
        created: Moment,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Printed, PaperError> {
        check::notices(forms)?;
        self.print("/notice.typ", forms, |f| &f.url, created, progress)
    }

    /// The record forms as one PDF, in the order given. `created` is the creation time of the file, in China Standard Time; `progress`
    /// is called after each form with the number set and the number of all.
    ///
    /// # Errors
    /// [`PaperError`]; nothing is printed unless everything can be.
    pub fn record_forms(
        &self,
        forms: &[RecordForm],
        created: Moment,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Printed, PaperError> {
        check::records(forms)?;
        self.print("/record.typ", forms, |f| &f.url, created, progress)
    }

    fn print<F: serde::Serialize>(
        &self,
        template: &str,
        forms: &[F],
        url: impl Fn(&F) -> &str,
        created: Moment,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Printed, PaperError> {
        let created = created.timestamp().ok_or(PaperError::BadMoment)?;
        // All forms are checked before the first is set, so that a bad one at the end does not cost a minute.
        let mut sheets = Vec::with_capacity(forms.len());
        for (index, form) in forms.iter().enumerate() {
            let mut sheet = serde_json::to_value(form).map_err(|e| PaperError::Internal(e.to_string()))?;
            check::texts(&mut sheet, index, &self.fonts)?;
            let code = qr::svg(url(form)).ok_or(PaperError::BadUrl { form: index })?;
            let data = serde_json::json!({ "families": self.families, "form": sheet, "qr": code });
            sheets.push(data.to_string().into_bytes());
        }
        print::pdf(&self.fonts, template, sheets.into_iter(), created, progress)
    }
}

impl std::fmt::Debug for Printer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printer").field("families", &self.families).finish_non_exhaustive()
    }
}
