//! A draw that fails: a party did not reveal in time. The failure is a document and is published; the attempt stays.
//!
//! A draw whose parties have all revealed cannot be failed, whatever its result: its seed is fixed, and giving up would be
//! a way to draw until the list suits.

use domain::ids::TaskId;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{AttemptState, PartyState, TaskCommand};
use store::repo;
use store::repo::party::Ceremony;

use super::{announce, latest_in};
use crate::party::record_failure;
use crate::task::{change, own, step};
use kernel::{Ctx, Error, Platform, Result};

/// Declares the attempt failed, because parties are missing after the deadline.
///
/// # Errors
/// `DRAW-017` before the deadline or when everybody has revealed, `TASK-003`, `TASK-015`, `Denied`, `NotFound`.
pub async fn fail(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::DrawFail).await?;
    let mut task = own(command.tx(), ctx, id).await?;
    let state = step(&task, TaskCommand::Fail)?;
    let committed = [AttemptState::Committed];
    let mut attempt = latest_in(command.tx(), &task, &committed).await?.ok_or_else(|| Error::conflict("CORE-409"))?;
    repo::attempt::touch(command.tx(), attempt.id, AttemptState::Committed).await?;
    attempt.version += 1;
    let parties = repo::party::of_ceremony(command.tx(), &Ceremony::draw(attempt.id)).await?;
    let missing: Vec<_> = parties.into_iter().filter(|party| party.state != PartyState::Revealed).collect();
    let refused = |why: String| Error::conflict("DRAW-017").with("why", why);
    if missing.is_empty() {
        return Err(refused(text::ceremony::all_revealed().to_owned()));
    }
    if let Some(reveal_by) = attempt.reveal_by.filter(|by| ctx.now <= *by) {
        return Err(refused(text::ceremony::deadline_not_passed(reveal_by)));
    }
    let names: Vec<_> = missing.iter().map(|party| party.name.clone()).collect();
    let digest = attempt.commitment_digest.clone().unwrap_or_default();
    let reason = text::ceremony::missing(&names);
    let document = record_failure(command.tx(), ctx, missing, (&task.number, &digest), &reason).await?;
    attempt.state = AttemptState::Failed;
    attempt.failure = Some(document);
    attempt.ended_at = Some(ctx.now);
    repo::attempt::update(command.tx(), &attempt, &[AttemptState::Committed]).await?;
    change(command.tx(), ctx, &mut task, state).await?;
    announce(platform, command.tx(), ctx, &task).await?;
    command.seal(Projection::Draw, attempt.id).await?;
    command.seal(Projection::Publication, id).await?;
    command.finish("task", id, serde_json::json!({ "attempt": attempt.attempt, "reason": reason })).await
}
