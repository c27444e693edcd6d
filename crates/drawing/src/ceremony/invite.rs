//! Inviting witnesses, issuing their link anew, withdrawing those who have handed in nothing.

use domain::ids::{PartyId, TaskId};
use domain::registry::UseCase;
use domain::state::AttemptState;
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::party::{Ceremony, Party};
use store::repo::task::Task;
use store::{StoreError, Tx};
use text::Label as _;

use super::latest_in;
use crate::party::{Invitation, check_name, renew, seat};
use crate::task::own;
use kernel::{Ctx, Error, Platform, Result};

/// Invites a witness to the sealed task's ceremony.
///
/// # Errors
/// `Invalid` on `name` (`DRAW-001`, `DRAW-002` taken), `DRAW-003` when there are too many, `TASK-003` in another state than
/// sealed, `TASK-015`, `Denied`, `NotFound`.
pub async fn invite(platform: &Platform, ctx: &Ctx, task: TaskId, name: &str) -> Result<Invitation> {
    let mut command = platform.command(ctx, UseCase::PartyInvite).await?;
    let task = own(command.tx(), ctx, task).await?;
    let attempt = sealed(command.tx(), &task).await?;
    let name = check_name(name)?;
    repo::attempt::touch(command.tx(), attempt.id, AttemptState::Sealed).await?;
    let invitation = seat(platform, ctx, command.tx(), Ceremony::draw(attempt.id), name).await?;
    command.finish("task", task.id, serde_json::json!({ "party": name })).await?;
    Ok(invitation)
}

/// Issues a witness's link anew; the old one stops working. A witness who has committed keeps the commitment, and reveals
/// from the same browser or from paper.
///
/// # Errors
/// `DRAW-015` after the reveal, `TASK-003`, `TASK-015`, `Denied`, `NotFound`.
pub async fn reissue(platform: &Platform, ctx: &Ctx, task: TaskId, party: PartyId) -> Result<Invitation> {
    let mut command = platform.command(ctx, UseCase::PartyInvite).await?;
    let task = own(command.tx(), ctx, task).await?;
    let states = [AttemptState::Sealed, AttemptState::Committed];
    let attempt = latest_in(command.tx(), &task, &states).await?.ok_or_else(|| not_now(&task))?;
    let party = of_attempt(command.tx(), &attempt, party).await?;
    let invitation = renew(platform, ctx, command.tx(), party).await?;
    command.finish_as("party.reissue", "task", task.id, serde_json::json!({ "party": invitation.name })).await?;
    Ok(invitation)
}

/// Takes a witness off who has not committed yet.
///
/// # Errors
/// `DRAW-004` once it has committed, `TASK-003`, `TASK-015`, `Denied`, `NotFound`.
pub async fn withdraw(platform: &Platform, ctx: &Ctx, task: TaskId, party: PartyId) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::PartyInvite).await?;
    let task = own(command.tx(), ctx, task).await?;
    let attempt = sealed(command.tx(), &task).await?;
    repo::attempt::touch(command.tx(), attempt.id, AttemptState::Sealed).await?;
    let party = of_attempt(command.tx(), &attempt, party).await?;
    repo::party::remove_invited(command.tx(), party.id).await.map_err(|error| match error {
        StoreError::Stale => Error::conflict("DRAW-004").with("name", &party.name),
        other => other.into(),
    })?;
    command.finish_as("party.withdraw", "task", task.id, serde_json::json!({ "party": party.name })).await
}

async fn sealed(tx: &mut Tx, task: &Task) -> Result<Attempt> {
    latest_in(tx, task, &[AttemptState::Sealed]).await?.ok_or_else(|| not_now(task))
}

fn not_now(task: &Task) -> Error {
    Error::conflict("TASK-003").with("state", task.state.label()).with("command", UseCase::PartyInvite.label())
}

async fn of_attempt(tx: &mut Tx, attempt: &Attempt, party: PartyId) -> Result<Party> {
    let party = repo::party::by_id_unscoped(tx, party).await?;
    let ours =
        party.ceremony_kind == Ceremony::DRAW && party.ceremony_id == attempt.id.to_string() && party.role == "witness";
    if ours { Ok(party) } else { Err(Error::not_found()) }
}
