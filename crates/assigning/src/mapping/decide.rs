//! Approving or returning a mapping, by another person than the one who proposed it.

use std::collections::BTreeSet;

use domain::approval::MAPPING;
use domain::ids::{ItemMappingId, TaskId, VisitId};
use domain::item::CheckItem;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{MappingCommand, next};
use store::repo;
use store::repo::dispatch::{self, Source};
use store::repo::item_mapping::{self, ItemMapping};
use text::Label as _;

use super::{digest, list_for, open};
use crate::items::{Class, classes, on_form};
use kernel::approval::{self, Over};
use kernel::{Command, Ctx, Error, Platform, Result};

/// Puts a mapping in force: the task's announcement says so in the same transaction, and dispatch uses it. Visits that were
/// dispatched without items get theirs.
///
/// # Errors
/// `NotFound`; `Denied` (`DISP-008` for another agency's task, `APPR-003` for the person who proposed it); `MAP-008` in another
/// state; `MAP-009` if another list is in force since then; `CORE-409` if someone decided meanwhile.
pub async fn approve(platform: &Platform, ctx: &Ctx, task: TaskId, id: ItemMappingId, seen: i64) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::MappingApprove).await?;
    let (source, mapping) = proposed(&mut command, ctx, task, id, MappingCommand::Approve).await?;
    let (key, digest) = (id.to_string(), digest(&mapping)?);
    approval::approve(command.tx(), ctx, Over { procedure: &MAPPING, id: &key, digest: &digest }, "approve", &[])
        .await?;
    let (list, items) = list_for(command.tx(), &source).await?;
    if list != mapping.list_id {
        return Err(Error::conflict("MAP-009"));
    }
    let mapping = ItemMapping {
        state: next(mapping.state, MappingCommand::Approve).map_err(Error::internal)?,
        decided_name: Some(ctx.post()?.person.clone()),
        decided_at: Some(ctx.now),
        version: seen,
        ..mapping
    };
    item_mapping::decide(command.tx(), &mapping).await?;
    let mut row = repo::task::by_id_unscoped(command.tx(), task).await?;
    if row.item_list_id != Some(list) {
        row.item_list_id = Some(list);
        repo::task::update(command.tx(), &row, ctx.now).await?;
    }
    let filled = fill(&mut command, ctx, &source, &items).await?;
    drawing::public_site::announce(platform, command.tx(), ctx, &row).await?;
    command.seal(Projection::Mapping, task).await?;
    command.seal(Projection::MappingItem, task).await?;
    command.seal(Projection::Publication, task).await?;
    if filled > 0 {
        command.seal(Projection::VisitItem, task).await?;
    }
    let data = serde_json::json!({
        "number": source.number, "class": mapping.stratum, "entry": mapping.entry, "items": mapping.items, "filled": filled,
    });
    command.finish("task", task, data).await
}

/// Sends a mapping back with a reason.
///
/// # Errors
/// As [`approve`]; `Invalid` on `reason` (`APPR-004`).
pub async fn give_back(
    platform: &Platform,
    ctx: &Ctx,
    task: TaskId,
    id: ItemMappingId,
    seen: i64,
    reason: &str,
) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::MappingReturn).await?;
    let (source, mapping) = proposed(&mut command, ctx, task, id, MappingCommand::Return).await?;
    let (key, digest) = (id.to_string(), digest(&mapping)?);
    let over = Over { procedure: &MAPPING, id: &key, digest: &digest };
    approval::give_back(command.tx(), ctx, over, ("approve", "propose"), reason).await?;
    let mapping = ItemMapping {
        state: next(mapping.state, MappingCommand::Return).map_err(Error::internal)?,
        decided_name: Some(ctx.post()?.person.clone()),
        decided_at: Some(ctx.now),
        return_reason: Some(reason.trim().to_owned()),
        version: seen,
        ..mapping
    };
    item_mapping::decide(command.tx(), &mapping).await?;
    let data = serde_json::json!({
        "number": source.number, "class": mapping.stratum, "entry": mapping.entry, "reason": reason,
    });
    command.finish("task", task, data).await
}

/// A mapping of the acting post's own task that waits for a decision.
async fn proposed(
    command: &mut Command<'_>,
    ctx: &Ctx,
    task: TaskId,
    id: ItemMappingId,
    what: MappingCommand,
) -> Result<(Source, ItemMapping)> {
    let source = dispatch::source(command.tx(), &ctx.scope()?, task).await?;
    if ctx.post()?.agency_id != source.agency_id {
        return Err(Error::denied("DISP-008").with("agency", &source.agency_name));
    }
    let mappings = item_mapping::of_task(command.tx(), task).await?;
    let mapping = mappings.into_iter().find(|mapping| mapping.id == id).ok_or_else(Error::not_found)?;
    if !open(&mapping) {
        return Err(Error::conflict("MAP-008").with("state", mapping.state.label()).with("command", what.label()));
    }
    Ok((source, mapping))
}

/// Gives the visits that wait for items theirs, now that the mapping is in force.
async fn fill(command: &mut Command<'_>, ctx: &Ctx, source: &Source, items: &[CheckItem]) -> Result<usize> {
    let waiting = repo::visit::with_problem(command.tx(), source.task_id).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mappings = item_mapping::of_task(command.tx(), source.task_id).await?;
    let classes = classes(&source.scheme, items, &mappings)?;
    let executable: Vec<CheckItem> = items.iter().filter(|item| item.executable_on(ctx.today())).cloned().collect();
    let mut filled: Vec<(VisitId, Vec<String>)> = Vec::new();
    for visit in waiting {
        let of: Vec<&Class> = classes.iter().filter(|class| visit.strata.contains(&class.code)).collect();
        // Tags were looked at by the dispatch and brought nothing.
        let found = on_form(&of, visit.kind, &BTreeSet::new(), &executable);
        if !found.is_empty() {
            filled.push((visit.id, found.iter().map(|item| item.code.clone()).collect()));
        }
    }
    repo::visit::fill(command.tx(), &filled).await?;
    Ok(filled.len())
}
