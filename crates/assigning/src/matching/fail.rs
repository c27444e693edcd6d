//! A matching that fails: somebody did not reveal in time. The failure is a document and stays; only then may a new attempt
//! be prepared, and it names this one.
//!
//! A matching whose parties have all revealed cannot be failed: its seed is fixed, and giving up would be a way to match
//! until a friend meets a friend.

use domain::ids::MatchingId;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use store::repo::party as repo;

use super::own_in;
use drawing::party::record_failure;
use kernel::{Ctx, Error, Platform, Result};

/// Puts on record that a party did not reveal in time.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `MATCH-003` unless published; `MATCH-010` before the deadline or when everybody has
/// revealed.
pub async fn fail(platform: &Platform, ctx: &Ctx, id: MatchingId) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::MatchingFail).await?;
    let (matching, share) = own_in(command.tx(), ctx, id, MatchingState::Committed).await?;
    let parties = repo::of_ceremony(command.tx(), &matching.ceremony()).await?;
    let missing: Vec<_> = parties.into_iter().filter(|party| party.state != PartyState::Revealed).collect();
    if missing.is_empty() || matching.reveal_by.is_none_or(|by| ctx.now <= by) {
        let by = matching.reveal_by.map(text::moment).unwrap_or_default();
        return Err(Error::conflict("MATCH-010").with("reveal_by", by));
    }
    let names: Vec<String> = missing.iter().map(|party| party.name.clone()).collect();
    let reason = text::assign::missing(&names);
    let digest = matching.commitment_digest.as_deref().unwrap_or_default();
    let document = record_failure(command.tx(), ctx, missing, (&matching.name, digest), &reason).await?;
    store::repo::matching::fail(command.tx(), &matching, &document, ctx.now).await?;
    let data = serde_json::json!({
        "matching": matching.name, "attempt": matching.attempt, "unit": share.agency_name, "reason": reason,
    });
    command.seal(Projection::Matching, id).await?;
    command.finish("matching", id, data).await
}
