//! Sets the pages, looks at every glyph, and only then writes the file.

use crate::fonts::Fonts;
use crate::world::Desk;
use crate::{LeftOut, PaperError};
use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::Smart;
use typst::layout::{Frame, FrameItem};
use typst::model::Document;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// After so many forms typst's memory of what it set is dropped. It speeds up the next form, which shares most of its layout; kept for
/// a whole unit it would be a gigabyte.
const REMEMBERED_FORMS: usize = 10;

/// What became of the forms.
pub(crate) struct Set {
    /// The file; `None` if no form could be set.
    pub(crate) pdf: Option<Vec<u8>>,
    /// Pages of each form, 0 for one that is not in the file.
    pub(crate) pages_of_form: Vec<usize>,
    /// Forms with a group of characters that no font can join.
    pub(crate) left_out: Vec<LeftOut>,
}

/// The PDF of a template over the data of each form; `sheets` names each with its place among all `count`.
///
/// Forms are set one by one and their pages joined. One document with all forms would be laid out several times over, until the page
/// numbers settle, with every version held in memory; and here a glyph that is missing can be told with its form.
pub(crate) fn pdf(
    fonts: &Fonts,
    template: &str,
    sheets: Vec<(usize, Vec<u8>)>,
    count: usize,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Set, PaperError> {
    let mut desk = Desk::new(fonts, template)?;
    let printed = set(&mut desk, sheets, count, progress);
    typst::comemo::evict(0);
    match fonts.unreadable() {
        Some(path) => Err(PaperError::FontUnreadable(path.to_owned())),
        None => printed,
    }
}

fn set(
    desk: &mut Desk<'_>,
    sheets: Vec<(usize, Vec<u8>)>,
    count: usize,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Set, PaperError> {
    let mut pages = EcoVec::new();
    let mut pages_of_form = vec![0; count];
    let mut left_out = Vec::new();
    let mut info = None;
    for (n, (form, data)) in sheets.into_iter().enumerate() {
        desk.lay(data);
        let document: PagedDocument = typst::compile(desk).output.map_err(|e| internal(&e))?;
        if let Some(character) = document.pages().iter().find_map(|page| missing_glyph(&page.frame)) {
            left_out.push(LeftOut { form, reason: PaperError::GlyphMissing { form, character } });
        } else {
            info.get_or_insert_with(|| document.info().clone());
            pages.extend(document.pages().iter().cloned());
            if let Some(pages_of) = pages_of_form.get_mut(form) {
                *pages_of = document.pages().len();
            }
        }
        if n % REMEMBERED_FORMS == REMEMBERED_FORMS - 1 {
            typst::comemo::evict(0);
        }
        progress(form + 1, count);
    }
    let Some(info) = info else { return Ok(Set { pdf: None, pages_of_form, left_out }) };
    let document = PagedDocument::new(pages, info);
    // Tags would make the file readable for a screen reader, but cost as much time as the pages themselves, and a form that is printed
    // and filled in by hand has no such reader; the record's page on the platform is the accessible one.
    // No time stands in the file: printed again, a form is the same bytes, which can be compared.
    let options = PdfOptions {
        creator: Smart::Custom(Some("mingcha".to_owned())),
        timestamp: None,
        tagged: false,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|e| internal(&e))?;
    Ok(Set { pdf: Some(pdf), pages_of_form, left_out })
}

fn internal(errors: &[SourceDiagnostic]) -> PaperError {
    PaperError::Internal(errors.iter().map(|e| e.message.to_string()).collect::<Vec<_>>().join("; "))
}

/// The first character that would print as a box. The fields were checked against the fonts before; this covers groups of characters that a
/// font cannot join, and the template's own words.
fn missing_glyph(frame: &Frame) -> Option<char> {
    frame.items().find_map(|(_, item)| match item {
        FrameItem::Group(group) => missing_glyph(&group.frame),
        FrameItem::Text(text) => text
            .glyphs
            .iter()
            .find(|glyph| glyph.id == 0)
            .map(|glyph| text.text.get(glyph.range()).and_then(|t| t.chars().next()).unwrap_or('\u{FFFD}')),
        _ => None,
    })
}
