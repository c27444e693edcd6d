//! Schemes of random inspections: drafting, counting against the directory, submitting, approving, returning.
//!
//! A scheme is a revision of kind `scheme` whose content is a `domain::scheme::SchemeDraft`. The document of the draw
//! protocol is compiled from it ([`compile`]) and is never edited by itself.

mod capacity;
mod census;
mod choices;
mod compile;
mod count;
mod decide;
mod delete;
mod demands;
mod draft;
mod items;
mod list;
mod roll;
mod todo;

pub use census::{Facts, census};
pub use choices::{Choices, ValueChoice, choices};
pub use compile::compile;
pub use count::{LiveCounts, RuleCount, SchemeProblemView, StratumCount, Warning, counts};
pub use count::{internal_labels, refusal, sentences, warnings};
pub use decide::{approve, expect_columns_allowed, give_back, submit};
pub use delete::{deletable, delete};
pub use demands::{FindingView, UNIT_INSPECTORS_MAX};
pub use demands::{Subject as DemandsOf, blocking, findings};
pub use draft::own;
pub use draft::{copy, draft, update};
pub use items::items_of;
pub use items::{CategoryChoice, ItemChoice, ItemChoices, ItemListName, item_choices};
pub use list::{SchemeView, last_saved, list, view};
pub use roll::{COLUMNS, RollCache, columns_of, field_texts, header, is_internal, read_frozen, told};

pub use store::repo::approval::Approval as Decision;

/// The kind of revisions that schemes are.
pub const KIND: &str = "scheme";
pub use kernel::approval::REASON_CHARS_MAX;

pub(crate) use todo::{sent, todos};
