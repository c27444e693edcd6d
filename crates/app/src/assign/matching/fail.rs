//! A matching that fails: somebody did not reveal in time. The failure is a document and stays; only then may a new attempt
//! be prepared, and it names this one.
//!
//! A matching whose parties have all revealed cannot be failed: its seed is fixed, and giving up would be a way to match
//! until a friend meets a friend.

use domain::ids::MatchingId;
use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use draw::Json;
use store::repo::party as repo;

use super::own_in;
use crate::{Ctx, Error, Platform, Result};

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
    for mut party in missing {
        let from = party.state;
        party.state = PartyState::Absent;
        repo::update(command.tx(), &party, from).await?;
    }
    let reason = text::assign::missing(&names);
    let document = Json::object([
        ("draw", Json::text(&matching.name)),
        ("commitment_digest", Json::text(matching.commitment_digest.as_deref().unwrap_or_default())),
        ("reason", Json::text(&reason)),
        ("at", Json::text(&ctx.now.rfc3339())),
        ("by", Json::text(&ctx.post()?.person)),
    ]);
    let document = String::from_utf8(document.to_jcs()).map_err(Error::internal)?;
    store::repo::matching::fail(command.tx(), &matching, &document, ctx.now).await?;
    let data = serde_json::json!({
        "matching": matching.name, "attempt": matching.attempt, "unit": share.agency_name, "reason": reason,
    });
    command.finish("matching", id, data).await
}
