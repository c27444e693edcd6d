//! What is public: announcements, drawn lists, bundles, "was I drawn?". Written by commands of the ceremony and the draw;
//! read without sign-in from the publication tables and the published bundle only. Reading takes no post and no scope. What is
//! known not to agree with its proof is not shown.

mod announce;
mod bundle;
mod check;
mod doubt;
mod drawn;
mod list;
mod view;

pub use announce::announce;
pub(crate) use announce::publish_list;
pub use announce::{Announcement, PublicAttempt, PublicAttestation, PublicMapping, PublicParty};
pub use bundle::{BundleFile, bundle, commitment_document};
pub use check::{CHECK_ANNOUNCEMENTS_MAX, CheckAnswer, DrawnIn, NotDrawnIn, check};
pub use doubt::Doubt;
pub use drawn::{Counted, DrawnFilter, DrawnOffered, DrawnPage, EXPORT_ROWS_MAX, Export, ExportFormat, drawn, export};
pub use list::{Announced, PublicState, bureau, list};
pub use view::{AnnouncementView, SealedDigests, StratumRow, view};

pub use store::repo::publication::PublishedDrawn;

use kernel::Platform;

/// The kind of publications that draws are.
pub(crate) const DRAW: &str = "draw";

/// Where the public checks a draw; it stands in QR codes.
#[must_use]
pub fn proof_url(platform: &Platform, number: &str) -> String {
    format!("{}/proof", announcement_url(platform, number))
}

/// Where the public reads of a task; it stands in the QR code of what is handed to a firm.
#[must_use]
pub fn announcement_url(platform: &Platform, number: &str) -> String {
    format!("{}/announcements/{number}", platform.site_url())
}
