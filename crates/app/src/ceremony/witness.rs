//! What a witness does with the link: look at the state, hand in the commitment. Who holds the token is the witness.

use domain::registry::UseCase;
use domain::state::{AttemptState, PartyState};
use draw::Digest;
use store::repo;
use store::repo::party::Ceremony;
use text::Label as _;

use super::{Seat, seat};
use crate::assign::matching;
use crate::{Actor, Ctx, Error, Platform, Result};

/// What the witness's page polls. The words of `state` are those of its script.
#[derive(Clone, Debug, serde::Serialize)]
pub struct WitnessState {
    /// `invited`, `committed`, `reveal`, `revealed`, `absent`, `failed`, `drawn`.
    pub state: &'static str,
    /// The task's number.
    pub draw: String,
    /// From 1.
    pub attempt: i64,
    /// Who draws.
    pub organiser: String,
    /// The witness's name.
    pub party: String,
    /// `draw`.
    pub purpose: &'static str,
    /// Hash suite.
    pub suite: String,
    /// `who`, hex, as the server computes it: the page compares.
    pub who_hex: String,
    /// The commitment that is registered, hex.
    pub commitment: Option<String>,
    /// Until when to reveal, RFC 3339.
    pub reveal_by: Option<String>,
    /// A sentence for the witness.
    pub message: Option<&'static str>,
    /// Where the result can be checked.
    pub proof_url: Option<String>,
    /// Title of the task.
    pub title: String,
}

/// What stands behind a witness's link, now.
///
/// # Errors
/// `DRAW-021` for an unknown token.
pub async fn state(platform: &Platform, ctx: &Ctx, token: &str) -> Result<WitnessState> {
    if matching::holds(platform, token).await? {
        return matching::witness_state(platform, ctx, token).await;
    }
    let mut conn = platform.store().read().await?;
    let Seat { party, attempt, task } = seat(&mut conn, token).await?;
    let organiser = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?.name;
    let suite = crate::drawing::suite_of(&attempt)?;
    let number = u64::try_from(attempt.attempt).unwrap_or(1);
    let late = attempt.reveal_by.is_some_and(|by| ctx.now > by);
    let state = match (attempt.state, party.state) {
        (AttemptState::Drawn, _) => "drawn",
        (AttemptState::Failed, PartyState::Absent) => "absent",
        (AttemptState::Failed, _) => "failed",
        (_, PartyState::Invited) => "invited",
        (_, PartyState::Revealed) => "revealed",
        (_, PartyState::Absent) => "absent",
        (AttemptState::Committed, PartyState::Committed | PartyState::Rejected) if late => "absent",
        (AttemptState::Committed, PartyState::Committed | PartyState::Rejected) => "reveal",
        (_, PartyState::Committed | PartyState::Rejected) => "committed",
    };
    let drawn = attempt.state == AttemptState::Drawn;
    Ok(WitnessState {
        state,
        who_hex: draw::who(suite, "draw", &task.number, number, &organiser, &party.name).to_string(),
        message: text::ceremony::witness_message(state),
        proof_url: drawn.then(|| crate::public_site::proof_url(platform, &task.number)),
        draw: task.number,
        attempt: attempt.attempt,
        organiser,
        party: party.name,
        purpose: "draw",
        suite: attempt.suite,
        commitment: party.commitment,
        reveal_by: attempt.reveal_by.map(|by| by.to_string()),
        title: task.title,
    })
}

/// Hands in a commitment: once, before the document is published. The same one again is taken as the answer that got lost.
///
/// # Errors
/// `DRAW-021` unknown token, `DRAW-005` after publication, `DRAW-006` not 64 hex digits, `DRAW-007` another one is there,
/// `DRAW-008` another party has the same.
pub async fn commit(platform: &Platform, ctx: &Ctx, token: &str, commitment: &str) -> Result<()> {
    if matching::holds(platform, token).await? {
        return matching::commit(platform, ctx, token, commitment).await;
    }
    let mut conn = platform.store().read().await?;
    let Seat { party, task, attempt } = seat(&mut conn, token).await?;
    let agency = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?;
    drop(conn);
    let digest = Digest::parse(commitment).map_err(|_| Error::field("commitment", "DRAW-006"))?.to_string();
    if party.commitment.as_ref() == Some(&digest) {
        return Ok(());
    }
    let closed = || Error::conflict("DRAW-005").with("state", task.state.label());
    let ctx = Ctx { actor: Actor::Party { name: party.name.clone() }, ..ctx.clone() };
    let mut command = platform.command(&ctx, UseCase::PartyCommit).await?;
    command.on_behalf_of(agency.id, &agency.name);
    repo::attempt::touch(command.tx(), attempt.id, AttemptState::Sealed).await.map_err(|error| match error {
        store::StoreError::Stale => closed(),
        other => other.into(),
    })?;
    let parties = repo::party::of_ceremony(command.tx(), &Ceremony::draw(attempt.id)).await?;
    let mut party = parties
        .iter()
        .find(|known| known.id == party.id)
        .cloned()
        .ok_or_else(|| Error::new(crate::ErrorKind::NotFound, "DRAW-021"))?;
    if party.state != PartyState::Invited {
        return Err(Error::conflict("DRAW-007").with("name", &party.name));
    }
    if parties.iter().any(|other| other.commitment.as_ref() == Some(&digest)) {
        return Err(Error::conflict("DRAW-008"));
    }
    party.state = PartyState::Committed;
    party.commitment = Some(digest.clone());
    party.committed_at = Some(ctx.now);
    repo::party::update(command.tx(), &party, PartyState::Invited).await?;
    command.finish("task", task.id, serde_json::json!({ "party": party.name, "commitment": digest })).await
}
