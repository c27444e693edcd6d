//! The pages, one folder an area: the same areas as the use cases behind them. Within an area the address names the file
//! or folder: `/office/schemes/…` is `planning/scheme.rs`, `/office/inspectors/…` is `directory/inspector/`. A page's
//! templates lie under the same area and name in `templates/`.

use std::fmt::Write as _;

pub mod admin;
pub mod assigning;
pub mod directory;
pub mod drawing;
pub mod home;
pub mod planning;
pub mod upkeep;

/// Text as part of an address or a header, percent-encoded.
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    encoded
}
