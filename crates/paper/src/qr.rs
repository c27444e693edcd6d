//! QR codes as vector images, so that they stay sharp at any printer.

use qrcode::{EcLevel, QrCode, render::svg};

/// The code of a link as SVG; `None` if it is too long for a code. Level M survives a stamp or a fold over an eighth of the code.
pub(crate) fn svg(url: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M).ok()?;
    Some(code.render::<svg::Color<'_>>().quiet_zone(false).module_dimensions(1, 1).build())
}
