//! Mapping of a scheme's words to items (事项对应): the lawful way out of a drawn task that could not be dispatched, or whose
//! visits lack items. One person proposes, another approves; it holds for a whole class, never for one firm; scheme, roll,
//! sizes and drawn list stay; and it is published with the task before it is used.

mod decide;
mod propose;
mod view;

pub use decide::{approve, give_back};
pub use propose::{Proposal, propose};
pub use view::{MappingClass, MappingEntry, MappingRow, MappingView, view};

use domain::agency::AgencyPath;
use domain::ids::RevisionId;
use domain::item::CheckItem;
use domain::state::MappingState;
use store::repo::dispatch::Source;
use store::repo::item_mapping::ItemMapping;
use store::{Conn, repo};

use crate::items::{Class, classes};
use kernel::{Error, Result};
use planning::scheme::items_of;

/// Items of one mapping.
pub const ITEMS_MAX: usize = 50;
/// Characters of a reason.
pub const REASON_CHARS_MAX: usize = 500;

/// The list from which a task's words are mapped: before the dispatch the one in force, unless a word that is known now would
/// become unknown by it; else the one that the task is pinned to.
pub(super) async fn list_for(conn: &mut Conn, source: &Source) -> Result<(RevisionId, Vec<CheckItem>)> {
    let pinned: RevisionId =
        source.item_list_id.parse().map_err(|_| Error::conflict("DISP-004").with("number", &source.number))?;
    let old = items_of(conn, pinned).await?;
    if source.shares > 0 {
        return Ok((pinned, old));
    }
    let Some(list) = newest(conn, &source.agency_path).await?.filter(|list| *list != pinned) else {
        return Ok((pinned, old));
    };
    let new = items_of(conn, list).await?;
    let before = classes(&source.scheme, &old, &[])?;
    let after = classes(&source.scheme, &new, &[])?;
    let lost = |(was, is): (&Class, &Class)| is.unknown.iter().any(|entry| !was.unknown.contains(entry));
    if before.iter().zip(&after).any(lost) { Ok((pinned, old)) } else { Ok((list, new)) }
}

async fn newest(conn: &mut Conn, path: &AgencyPath) -> Result<Option<RevisionId>> {
    Ok(repo::check_item::published_for(conn, path).await?.map(|list| list.id))
}

/// A mapping that waits for its decision.
fn open(mapping: &ItemMapping) -> bool {
    mapping.state == MappingState::Proposed
}

/// Digest of what is approved: SHA-256 of the mapping's content as JSON.
fn digest(mapping: &ItemMapping) -> Result<String> {
    let content = serde_json::json!({
        "task": mapping.task_id, "class": mapping.stratum, "entry": mapping.entry, "list": mapping.list_id,
        "items": mapping.items, "reason": mapping.reason,
    });
    Ok(draw::Suite::Sha256.hash(&[&serde_json::to_vec(&content)?]).to_string())
}
