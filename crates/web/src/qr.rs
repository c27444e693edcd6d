//! QR codes as inline SVG without styles, so that they pass the content security policy and print sharply.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::error::Error;

/// Most bytes of what a code may say; longer ones are too fine for a phone at arm's length.
pub const BYTES_MAX: usize = 300;

/// Draws `text` (an address) as an `<svg>` element; print it with `|safe` inside `<span class="qr">`.
///
/// # Errors
/// [`crate::Category::Internal`] if `text` is longer than [`BYTES_MAX`]: our own addresses never are.
pub fn qr_svg(text: &str) -> Result<String, Error> {
    if text.len() > BYTES_MAX {
        return Err(Error::internal(format!("a QR code of {} bytes, at most {BYTES_MAX}", text.len())));
    }
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)?;
    let drawing = code
        .render::<svg::Color<'_>>()
        .min_dimensions(160, 160)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build();
    // The crate writes an XML declaration first, which has no place inside a page.
    let start = drawing.find("<svg").unwrap_or(0);
    let element = drawing.get(start..).unwrap_or_default();
    Ok(element.replacen("<svg", "<svg role=\"img\" aria-label=\"二维码\"", 1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_and_the_drawing_has_no_style() {
        let drawn = qr_svg(&"a".repeat(BYTES_MAX)).unwrap();
        assert!(drawn.starts_with("<svg role=\"img\""));
        assert!(!drawn.contains("style=") && !drawn.contains("<?xml"));
        assert!(qr_svg(&"a".repeat(BYTES_MAX + 1)).is_err());
    }
}
