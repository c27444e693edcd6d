//! Sets the pages, looks at every glyph, and only then writes the file.

use crate::fonts::Fonts;
use crate::world::Desk;
use crate::{PaperError, Printed};
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

/// The PDF of a template over its data.
pub(crate) fn pdf(fonts: &Fonts, template: &str, data: Vec<u8>, created: Timestamp) -> Result<Printed, PaperError> {
    let desk = Desk::new(fonts, template, data)?;
    let printed = set(&desk, created);
    // Typst remembers what it set, for editors that set the same text again. We do not; without this the process only grows.
    typst::comemo::evict(0);
    match fonts.unreadable() {
        Some(path) => Err(PaperError::FontUnreadable(path.to_owned())),
        None => printed,
    }
}

fn set(desk: &Desk<'_>, created: Timestamp) -> Result<Printed, PaperError> {
    let document: PagedDocument = typst::compile(desk).output.map_err(|e| internal(&e))?;
    for page in document.pages() {
        if let Some(character) = missing_glyph(&page.frame) {
            return Err(PaperError::GlyphMissing { form: 0, place: "page".to_owned(), character });
        }
    }
    // Tags would make the file readable for a screen reader, but cost as much time as the pages themselves, and a form that is printed
    // and filled in by hand has no such reader; the record's page on the platform is the accessible one.
    let options = PdfOptions {
        creator: Smart::Custom(Some("mingcha".to_owned())),
        timestamp: Some(created),
        tagged: false,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|e| internal(&e))?;
    Ok(Printed { pdf, pages: document.pages().len() })
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
