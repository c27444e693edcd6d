//! What is public: announcements, drawn lists, bundles, "was I drawn?". Written by commands of the ceremony and the draw;
//! read without sign-in from the publication tables only.

mod announce;
mod lookup;
mod read;

pub(crate) use announce::{announce, publish_list};
pub use announce::{Announcement, PublicAttempt, PublicParty};
pub use lookup::{Lookup, lookup};
pub use read::{AnnouncementRow, bundle, drawn, get, list, units};

use crate::Platform;

/// The kind of publications that draws are.
pub(crate) const DRAW: &str = "draw";

/// Where the public checks a draw; it stands in QR codes.
#[must_use]
pub fn proof_url(platform: &Platform, number: &str) -> String {
    format!("{}/draws/{number}/proof", platform.base_url())
}
