//! Sets the pages, looks at every glyph, and only then writes the file.

use crate::fonts::Fonts;
use crate::world::Desk;
use crate::{PaperError, Printed};
use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::Smart;
use typst::layout::{Frame, FrameItem};
use typst::model::Document;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

/// After so many forms typst's memory of what it set is dropped. It speeds up the next form, which shares most of its layout; kept for
/// a whole unit it would be a gigabyte.
const REMEMBERED_FORMS: usize = 10;

/// The PDF of a template over the data of each form.
///
/// Forms are set one by one and their pages joined. One document with all forms would be laid out several times over, until the page
/// numbers settle, with every version held in memory; and here a glyph that is missing can be told with its form.
pub(crate) fn pdf(
    fonts: &Fonts,
    template: &str,
    forms: impl ExactSizeIterator<Item = Vec<u8>>,
    created: Timestamp,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Printed, PaperError> {
    let mut desk = Desk::new(fonts, template)?;
    let printed = set(&mut desk, forms, created, progress);
    typst::comemo::evict(0);
    match fonts.unreadable() {
        Some(path) => Err(PaperError::FontUnreadable(path.to_owned())),
        None => printed,
    }
}

fn set(
    desk: &mut Desk<'_>,
    forms: impl ExactSizeIterator<Item = Vec<u8>>,
    created: Timestamp,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Printed, PaperError> {
    let count = forms.len();
    let mut pages = EcoVec::new();
    let mut pages_of_form = Vec::with_capacity(count);
    let mut info = None;
    for (index, data) in forms.enumerate() {
        desk.lay(data);
        let document: PagedDocument = typst::compile(desk).output.map_err(|e| internal(&e))?;
        if let Some(character) = document.pages().iter().find_map(|page| missing_glyph(&page.frame)) {
            return Err(PaperError::GlyphMissing { form: index, place: "page".to_owned(), character });
        }
        info.get_or_insert_with(|| document.info().clone());
        pages.extend(document.pages().iter().cloned());
        pages_of_form.push(document.pages().len());
        if index % REMEMBERED_FORMS == REMEMBERED_FORMS - 1 {
            typst::comemo::evict(0);
        }
        progress(index + 1, count);
    }
    let document = PagedDocument::new(pages, info.unwrap_or_default());
    // Tags would make the file readable for a screen reader, but cost as much time as the pages themselves, and a form that is printed
    // and filled in by hand has no such reader; the record's page on the platform is the accessible one.
    let options = PdfOptions {
        creator: Smart::Custom(Some("mingcha".to_owned())),
        timestamp: Some(created),
        tagged: false,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|e| internal(&e))?;
    Ok(Printed { pdf, pages: document.pages().len(), pages_of_form })
}

fn internal(errors: &[SourceDiagnostic]) -> PaperError {
    PaperError::Internal(errors.iter().map(|e| e.message.to_string()).collect::<Vec<_>>().join("; "))
}

/// The first character that would print as a box. The fields were checked against the fonts before; this also covers the template's
/// own words and clusters that a font cannot shape.
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
