//! Inviting witnesses, issuing their link anew, withdrawing those who have handed in nothing.

use domain::ids::{PartyId, TaskId};
use domain::registry::UseCase;
use domain::state::{AttemptState, PartyState};
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::party::{Ceremony, Party};
use store::repo::task::Task;
use store::{StoreError, Tx};
use text::Label as _;

use super::{NAME_CHARS_MAX, latest_in, token_hash};
use crate::task::own;
use crate::{Ctx, Error, Platform, Result};

/// An invitation. The token is shown once; only its hash is kept.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The party.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// The secret part of the link.
    pub token: String,
    /// The link, for the QR code.
    pub url: String,
}

/// Invites a witness to the sealed task's ceremony.
///
/// # Errors
/// `Invalid` on `name` (`DRAW-001`, `DRAW-002` taken), `DRAW-003` when there are too many, `TASK-003` in another state than
/// sealed, `TASK-015`, `Denied`, `NotFound`.
pub async fn invite(platform: &Platform, ctx: &Ctx, task: TaskId, name: &str) -> Result<Invitation> {
    let mut command = platform.command(ctx, UseCase::PartyInvite).await?;
    let task = own(command.tx(), ctx, task).await?;
    let attempt = sealed(command.tx(), &task).await?;
    let name = name.trim();
    let form = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && draw::check_text(name).is_ok();
    if !form {
        return Err(Error::field("name", "DRAW-001").with("max", NAME_CHARS_MAX));
    }
    repo::attempt::touch(command.tx(), attempt.id, AttemptState::Sealed).await?;
    let ceremony = Ceremony::draw(attempt.id);
    let parties = repo::party::of_ceremony(command.tx(), &ceremony).await?;
    if parties.len() >= draw::PARTIES_MAX {
        return Err(Error::conflict("DRAW-003").with("max", draw::PARTIES_MAX));
    }
    let (token, url) = link(platform, ctx);
    let party = Party {
        id: PartyId::from_parts(ctx.ms(), ctx.ten()),
        ceremony_kind: ceremony.kind.to_owned(),
        ceremony_id: ceremony.id,
        position: parties.iter().map(|party| party.position).max().unwrap_or(0) + 1,
        name: name.to_owned(),
        role: "witness".to_owned(),
        state: PartyState::Invited,
        token_hash: Some(token_hash(&token)),
        commitment: None,
        committed_at: None,
        kept_salt: None,
        kept_value: None,
        salt: None,
        value: None,
        revealed_at: None,
    };
    repo::party::insert(command.tx(), &party).await.map_err(|error| match error {
        StoreError::Duplicate(index) if index.ends_with("__name") => {
            Error::field("name", "DRAW-002").with("name", name)
        }
        StoreError::Duplicate(_) => Error::conflict("CORE-409"),
        other => other.into(),
    })?;
    command.finish("task", task.id, serde_json::json!({ "party": name })).await?;
    Ok(Invitation { party: party.id, name: name.to_owned(), token, url })
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
    let mut party = of_attempt(command.tx(), &attempt, party).await?;
    let from = party.state;
    if matches!(from, PartyState::Revealed | PartyState::Absent) {
        return Err(Error::conflict("DRAW-015").with("name", &party.name));
    }
    let (token, url) = link(platform, ctx);
    party.token_hash = Some(token_hash(&token));
    repo::party::update(command.tx(), &party, from).await?;
    command.finish_as("party.reissue", "task", task.id, serde_json::json!({ "party": party.name })).await?;
    Ok(Invitation { party: party.id, name: party.name, token, url })
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
    let ours = party.ceremony_kind == "draw" && party.ceremony_id == attempt.id.to_string() && party.role == "witness";
    if ours { Ok(party) } else { Err(Error::not_found()) }
}

fn link(platform: &Platform, ctx: &Ctx) -> (String, String) {
    let token = hex::encode(ctx.entropy.bytes::<32>());
    let url = format!("{}/witness/{token}", platform.base_url());
    (token, url)
}
