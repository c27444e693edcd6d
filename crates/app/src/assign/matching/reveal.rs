//! The second person reveals salt and value. One that does not fit is recorded as rejected and may be repeated until the
//! deadline. When nobody is left, the matching runs by itself.

use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use draw::{Digest, Reason};
use store::repo::party as repo;

use super::publish::commitment_of;
use super::{Seat, lock, run, seat};
use crate::{Actor, Ctx, Error, ErrorKind, Platform, Result};

/// Rejected reveals of one party at most.
const REJECTIONS_MAX: usize = 50;

/// Reveals.
///
/// # Errors
/// `MATCH-020` unknown token, `MATCH-003` before publication or after the end, `MATCH-008` after the deadline, `MATCH-007`
/// twice, `Invalid` on `salt` or `value` (`MATCH-018`), `MATCH-013` if it does not fit (recorded), `CORE-429` after too many
/// that did not.
pub async fn reveal(platform: &Platform, ctx: &Ctx, token: &str, salt: &str, value: &str) -> Result<()> {
    let mut conn = platform.store().read().await?;
    let Seat { party, matching, share } = seat(&mut conn, token).await?;
    drop(conn);
    if party.state == PartyState::Revealed {
        let again = party.salt.as_deref() == Some(salt) && party.value.as_deref() == Some(value);
        return if again { Ok(()) } else { Err(Error::conflict("MATCH-007").with("name", &party.name)) };
    }
    let salt = Digest::parse(salt).map_err(|_| Error::field("salt", "MATCH-018"))?;
    let ctx = Ctx { actor: Actor::Party { name: party.name.clone() }, ..ctx.clone() };
    let mut command = platform.command(&ctx, UseCase::PartyReveal).await?;
    command.on_behalf_of(share.agency_id, &share.agency_name);
    lock(command.tx(), &matching, MatchingState::Committed).await?;
    if matching.reveal_by.is_none_or(|by| ctx.now > by) {
        let by = matching.reveal_by.map(text::moment).unwrap_or_default();
        return Err(Error::conflict("MATCH-008").with("reveal_by", by));
    }
    let mut party = repo::by_id_unscoped(command.tx(), party.id).await?;
    let from = party.state;
    if !matches!(from, PartyState::Committed | PartyState::Rejected) {
        return Err(Error::conflict("MATCH-007").with("name", &party.name));
    }
    match commitment_of(&matching)?.check_reveal(&party.name, &salt, value) {
        Ok(()) => {}
        Err(refused) if matches!(refused.reason, Reason::RevealMismatch { .. }) => {
            let so_far = repo::rejections(command.tx(), &matching.ceremony()).await?;
            if so_far.iter().filter(|rejection| rejection.party == party.name).count() >= REJECTIONS_MAX {
                return Err(Error::new(ErrorKind::TooMany, "CORE-429"));
            }
            let fresh = domain::ids::PartyId::from_parts(ctx.ms(), ctx.ten()).to_string();
            repo::reject(command.tx(), &fresh, party.id, ctx.now).await?;
            party.state = PartyState::Rejected;
            repo::update(command.tx(), &party, from).await?;
            let data = serde_json::json!({ "party": party.name });
            command.finish_as("party.reject", "matching", matching.id, data).await?;
            return Err(Error::conflict("MATCH-013"));
        }
        Err(_) => return Err(Error::field("value", "MATCH-018")),
    }
    party.state = PartyState::Revealed;
    party.salt = Some(salt.to_string());
    party.value = Some(value.to_owned());
    party.revealed_at = Some(ctx.now);
    repo::update(command.tx(), &party, from).await?;
    let parties = repo::of_ceremony(command.tx(), &matching.ceremony()).await?;
    let last = parties.iter().all(|party| party.state == PartyState::Revealed);
    if last {
        run::enqueue(&mut command, &matching, &share).await?;
    }
    command.finish("matching", matching.id, serde_json::json!({ "party": party.name, "last": last })).await
}
