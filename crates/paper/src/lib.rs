//! Printed forms (文书): typed form data to PDF, set by typst inside the process.
//!
//! Two forms so far: [`CheckNotice`] (检查通知书) and [`RecordForm`] (市场主体综合检查随机抽查记录表). Layout lives in `templates/*.typ`;
//! data reaches a template as JSON values and is never joined into markup. Fonts are files beside the binary or of the system; none is
//! embedded, because the faces that offices prescribe (小标宋, 仿宋) are commercial and have to be configurable.
//!
//! The same forms and the same named fonts give the same bytes, on any machine and on any day: no other font is used (see [`Families`]),
//! and the file carries no time. What this crate refuses: it never prints a box or another sign for a character that no named font has
//! (its code stands there, and [`Printed::unset`] says so), never substitutes a thin face for a missing bold one, never prints a notice
//! with a hole. It neither decides what stands in a form nor stores it.
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

pub use check::{
    FORMS_MAX, INSPECTORS_MIN, ITEMS_MAX, LIST_MAX, MATERIALS_MAX, PERSONS_MAX, SPARE_ROWS_MAX, TEXT_CHARS_MAX,
    URL_BYTES_MAX,
};
pub use error::{FontRole, PaperError};
pub use fonts::{DEPTH_MAX, FONT_FILES_MAX, Families, SYSTEM_FONT_DIRS};
pub use form::{CheckNotice, Choice, Day, Item, Person, RecordForm};

use fonts::Fonts;
use std::path::PathBuf;

/// A finished PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The file.
    pub pdf: Vec<u8>,
    /// Pages of the whole file. Every form begins on a page of its own and counts its own pages in the foot.
    pub pages: usize,
    /// Pages of each form, in order; 0 for one that was left out.
    pub pages_of_form: Vec<usize>,
    /// The characters in whose place their code stands, in the order of the forms.
    pub unset: Vec<Unset>,
    /// The forms that could not be printed and are not in the file, in their order. One bad form does not stop the others.
    pub left_out: Vec<LeftOut>,
}

/// A character that no named font can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unset {
    /// The form, counted from 0.
    pub form: usize,
    /// The field, as `items[2].found`.
    pub place: String,
    /// The character.
    pub character: char,
}

/// A form that is not in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The form, counted from 0.
    pub form: usize,
    /// Why.
    pub reason: PaperError,
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
        let fonts = Fonts::search(font_dirs, &families)?;
        let families = fonts.choose(families, font_dirs)?;
        Ok(Self { fonts, families })
    }

    /// The notices as one PDF, in the order given. `progress` is called after each form that is set with the number of forms done and the
    /// number of all.
    ///
    /// # Errors
    /// [`PaperError`]: of the first form if none can be printed, else of the fonts or of the whole. A form that alone cannot be printed is
    /// told in [`Printed::left_out`].
    pub fn notices(
        &self,
        forms: &[CheckNotice],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Printed, PaperError> {
        self.print("/notice.typ", forms, check::notice, |f| &f.url, progress)
    }

    /// The record forms as one PDF, in the order given. `progress` is called after each form that is set with the number of forms done
    /// and the number of all.
    ///
    /// # Errors
    /// As [`Printer::notices`].
    pub fn record_forms(
        &self,
        forms: &[RecordForm],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Printed, PaperError> {
        self.print("/record.typ", forms, check::record, |f| &f.url, progress)
    }

    /// Whether a name with this character is printed as it was written: neither as the code of a character that no named font
    /// has, nor not at all. It is the test that printing itself makes.
    #[must_use]
    pub fn sets(&self, character: char) -> bool {
        check::sets(character, &self.fonts, &self.families)
    }

    fn print<F: serde::Serialize>(
        &self,
        template: &str,
        forms: &[F],
        sound: impl Fn(&F, usize) -> Result<(), PaperError>,
        url: impl Fn(&F) -> &str,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Printed, PaperError> {
        check::count(forms.len())?;
        let (mut unset, mut left_out) = (Vec::new(), Vec::new());
        // All forms are checked before the first is set, so that a refusal of all does not cost a minute.
        let mut sheets = Vec::with_capacity(forms.len());
        for (index, form) in forms.iter().enumerate() {
            match sound(form, index).and_then(|()| self.sheet(form, index, url(form))) {
                Ok((sheet, codes)) => {
                    sheets.push((index, sheet));
                    unset.extend(codes);
                }
                Err(reason) => left_out.push(LeftOut { form: index, reason }),
            }
        }
        let set = print::pdf(&self.fonts, template, sheets, forms.len(), progress)?;
        left_out.extend(set.left_out);
        left_out.sort_by_key(|left| left.form);
        let Some(pdf) = set.pdf else {
            return Err(left_out.into_iter().next().map_or(PaperError::NoForms, |left| left.reason));
        };
        unset.retain(|character: &Unset| left_out.iter().all(|left| left.form != character.form));
        Ok(Printed { pdf, pages: set.pages_of_form.iter().sum(), pages_of_form: set.pages_of_form, unset, left_out })
    }

    /// The data of one form as its template reads it.
    fn sheet<F: serde::Serialize>(
        &self,
        form: &F,
        index: usize,
        url: &str,
    ) -> Result<(Vec<u8>, Vec<Unset>), PaperError> {
        let mut sheet = serde_json::to_value(form).map_err(|e| PaperError::Internal(e.to_string()))?;
        let unset = check::texts(&mut sheet, index, &self.fonts, &self.families)?;
        let code = qr::svg(url).ok_or(PaperError::BadUrl { form: index })?;
        let mut codes: Vec<String> = unset.iter().map(|unset| check::coded(unset.character)).collect();
        codes.sort();
        codes.dedup();
        let data = serde_json::json!({ "families": self.families, "form": sheet, "qr": code, "unset": codes });
        Ok((data.to_string().into_bytes(), unset))
    }
}

impl std::fmt::Debug for Printer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printer").field("families", &self.families).finish_non_exhaustive()
    }
}
