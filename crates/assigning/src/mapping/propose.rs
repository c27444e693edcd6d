//! Proposing what a word of the scheme stands for.

use domain::approval::MAPPING;
use domain::ids::{ItemMappingId, TaskId};
use domain::registry::UseCase;
use domain::state::MappingState;
use store::repo::dispatch;
use store::repo::item_mapping::{self, ItemMapping};
use store::{StoreError, repo};

use super::view::stuck;
use super::{ITEMS_MAX, REASON_CHARS_MAX, digest, list_for};
use crate::dispatch::drawn_attempt;
use kernel::approval::{self, Over};
use kernel::{Ctx, Error, Platform, Result};

/// What is proposed.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// Code of the class.
    pub stratum: String,
    /// The word or category, as the scheme has it.
    pub entry: String,
    /// Codes of the items that it stands for.
    pub items: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Proposes what a word of a drawn task's scheme stands for, for a whole class.
///
/// # Errors
/// `NotFound`; `Denied` (`DISP-008`) for another agency's task; `DISP-001` if it is not drawn; `DISP-004` without an item
/// list; `Invalid` on `entry` (`MAP-001` no such word, `MAP-002` nothing is missing there, `MAP-006` proposed already), on
/// `items` (`MAP-003` none or too many, `MAP-004` not in force), on `reason` (`MAP-005`).
pub async fn propose(platform: &Platform, ctx: &Ctx, task: TaskId, input: &Proposal) -> Result<ItemMappingId> {
    let mut command = platform.command(ctx, UseCase::MappingPropose).await?;
    let source = dispatch::source(command.tx(), &ctx.scope()?, task).await?;
    let post = ctx.post()?;
    if post.agency_id != source.agency_id {
        return Err(Error::denied("DISP-008").with("agency", &source.agency_name));
    }
    drawn_attempt(&source)?;
    let reason = input.reason.trim();
    if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(Error::field("reason", "MAP-005").with("max", REASON_CHARS_MAX));
    }
    let (list, items) = list_for(command.tx(), &source).await?;
    let stuck = stuck(command.tx(), &source, ctx.today()).await?;
    let class = stuck
        .iter()
        .find(|class| class.code == input.stratum && class.entries.iter().any(|entry| entry.name == input.entry.trim()))
        .ok_or_else(|| Error::field("entry", "MAP-001").with("entry", input.entry.trim()))?;
    let entry = class.entries.iter().find(|entry| entry.name == input.entry.trim());
    if !entry.is_some_and(|entry| entry.missing) {
        return Err(Error::field("entry", "MAP-002").with("entry", input.entry.trim()).with("class", &class.label));
    }
    let mut codes = Vec::new();
    for item in items.iter().filter(|item| input.items.iter().any(|code| code.trim() == item.code)) {
        if !item.executable_on(ctx.today()) {
            return Err(Error::field("items", "MAP-004").with("item", &item.name));
        }
        codes.push(item.code.clone());
    }
    if let Some(unknown) = input.items.iter().find(|code| !codes.iter().any(|known| known == code.trim())) {
        return Err(Error::field("items", "MAP-004").with("item", unknown));
    }
    if !(1..=ITEMS_MAX).contains(&codes.len()) {
        return Err(Error::field("items", "MAP-003").with("max", ITEMS_MAX));
    }
    let mapping = ItemMapping {
        id: ItemMappingId::from_parts(ctx.ms(), ctx.ten()),
        task_id: task,
        stratum: input.stratum.clone(),
        entry: input.entry.trim().to_owned(),
        list_id: list,
        items: codes,
        reason: reason.to_owned(),
        state: MappingState::Proposed,
        proposed_by: post.id,
        proposed_name: post.person.clone(),
        proposed_account: post.account_id,
        proposed_at: ctx.now,
        decided_name: None,
        decided_at: None,
        return_reason: None,
        version: 1,
    };
    item_mapping::insert(command.tx(), &mapping).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::field("entry", "MAP-006").with("entry", &mapping.entry),
        other => other.into(),
    })?;
    let (key, digest) = (mapping.id.to_string(), digest(&mapping)?);
    let over = Over { procedure: &MAPPING, id: &key, digest: &digest };
    approval::ask(command.tx(), ctx, over, &mapping.reason).await?;
    let list = repo::revision::by_id_unscoped(command.tx(), list).await?;
    let data = serde_json::json!({
        "number": source.number, "class": mapping.stratum, "entry": mapping.entry, "items": mapping.items,
        "list": list.number, "revision": list.revision, "reason": mapping.reason,
    });
    command.finish("task", task, data).await?;
    Ok(mapping.id)
}
