//! What the second person does with the link before the reveal: look at the state, hand in the commitment.

use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use draw::Digest;
use store::repo::party as repo;

use super::{PURPOSE, Seat, attempt_of, lock, seat, suite_of};
use crate::ceremony::WitnessState;
use crate::{Actor, Ctx, Error, Platform, Result};

/// What stands behind a party's link, now.
///
/// # Errors
/// `MATCH-020` for an unknown token.
pub async fn witness_state(platform: &Platform, ctx: &Ctx, token: &str) -> Result<WitnessState> {
    let mut conn = platform.store().read().await?;
    let Seat { party, matching, share } = seat(&mut conn, token).await?;
    let suite = suite_of(&matching)?;
    let late = matching.reveal_by.is_some_and(|by| ctx.now > by);
    let state = match (matching.state, party.state) {
        (MatchingState::Matched, _) => "drawn",
        (MatchingState::Failed, PartyState::Absent) => "absent",
        (MatchingState::Failed, _) => "failed",
        (_, PartyState::Invited) => "invited",
        (_, PartyState::Revealed) => "revealed",
        (_, PartyState::Absent) => "absent",
        (MatchingState::Committed, _) if late => "absent",
        (MatchingState::Committed, _) => "reveal",
        (MatchingState::Prepared, _) => "committed",
    };
    let organiser = share.agency_name;
    Ok(WitnessState {
        state,
        who_hex: draw::who(suite, PURPOSE, &matching.name, attempt_of(&matching), &organiser, &party.name).to_string(),
        message: text::assign::witness_message(state),
        proof_url: None,
        draw: matching.name,
        attempt: matching.attempt,
        organiser,
        party: party.name,
        purpose: PURPOSE,
        suite: matching.suite,
        commitment: party.commitment,
        reveal_by: matching.reveal_by.map(|by| by.rfc3339()),
        title: share.task_title,
    })
}

/// Hands in a commitment: once, before the document is published. The same one again is taken as the answer that got lost.
///
/// # Errors
/// `MATCH-020` unknown token, `MATCH-003` after publication, `Invalid` on `commitment` (`MATCH-018`), `MATCH-007` another one
/// is there, `MATCH-019` another party has the same.
pub async fn commit(platform: &Platform, ctx: &Ctx, token: &str, commitment: &str) -> Result<()> {
    let mut conn = platform.store().read().await?;
    let Seat { party, matching, share } = seat(&mut conn, token).await?;
    drop(conn);
    let digest = Digest::parse(commitment).map_err(|_| Error::field("commitment", "MATCH-018"))?.to_string();
    if party.commitment.as_ref() == Some(&digest) {
        return Ok(());
    }
    let ctx = Ctx { actor: Actor::Party { name: party.name.clone() }, ..ctx.clone() };
    let mut command = platform.command(&ctx, UseCase::PartyCommit).await?;
    command.on_behalf_of(share.agency_id, &share.agency_name);
    lock(command.tx(), &matching, MatchingState::Prepared).await?;
    let parties = repo::of_ceremony(command.tx(), &matching.ceremony()).await?;
    let found = parties.iter().find(|known| known.id == party.id).cloned();
    let mut party = found.ok_or_else(|| Error::new(crate::ErrorKind::NotFound, "MATCH-020"))?;
    if party.state != PartyState::Invited {
        return Err(Error::conflict("MATCH-007").with("name", &party.name));
    }
    if parties.iter().any(|other| other.commitment.as_ref() == Some(&digest)) {
        return Err(Error::conflict("MATCH-019"));
    }
    party.state = PartyState::Committed;
    party.commitment = Some(digest.clone());
    party.committed_at = Some(ctx.now);
    repo::update(command.tx(), &party, PartyState::Invited).await?;
    command.finish("matching", matching.id, serde_json::json!({ "party": party.name, "commitment": digest })).await
}
