//! A witness reveals salt and value. One that does not fit is recorded as rejected and may be repeated until the deadline.

use domain::registry::UseCase;
use domain::state::{AttemptState, PartyState};
use draw::{Digest, Reason};
use store::StoreError;
use store::repo;
use text::Label as _;

use super::{Seat, commitment_of, draw_when_all_revealed, seat};
use crate::assign::matching;
use crate::{Actor, Ctx, Error, ErrorKind, Platform, Result};

/// Rejected reveals of one party at most; whoever guesses more often must ask the host.
const REJECTIONS_MAX: usize = 50;

/// Reveals. When nobody is left, the draw begins by itself.
///
/// # Errors
/// `DRAW-021` unknown token, `DRAW-012` before publication or after the end, `DRAW-013` after the deadline, `DRAW-015` twice,
/// `DRAW-022` malformed, `DRAW-014` if it does not fit (recorded), `CORE-429` after too many that did not.
pub async fn reveal(platform: &Platform, ctx: &Ctx, token: &str, salt: &str, value: &str) -> Result<()> {
    if matching::holds(platform, token).await? {
        return matching::reveal(platform, ctx, token, salt, value).await;
    }
    let mut conn = platform.store().read().await?;
    let Seat { party, attempt, task } = seat(&mut conn, token).await?;
    let agency = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?;
    drop(conn);
    if party.state == PartyState::Revealed {
        let again = party.salt.as_deref() == Some(salt) && party.value.as_deref() == Some(value);
        return if again { Ok(()) } else { Err(Error::conflict("DRAW-015").with("name", &party.name)) };
    }
    if attempt.state != AttemptState::Committed {
        return Err(Error::conflict("DRAW-012").with("state", task.state.label()));
    }
    let Some(reveal_by) = attempt.reveal_by.filter(|by| ctx.now <= *by) else {
        let by = attempt.reveal_by.map(text::moment).unwrap_or_default();
        return Err(Error::conflict("DRAW-013").with("reveal_by", by));
    };
    let salt = Digest::parse(salt).map_err(|_| Error::field("salt", "DRAW-022"))?;
    let fits = commitment_of(&attempt)?.check_reveal(&party.name, &salt, value);

    let ctx = Ctx { actor: Actor::Party { name: party.name.clone() }, ..ctx.clone() };
    let mut command = platform.command(&ctx, UseCase::PartyReveal).await?;
    command.on_behalf_of(agency.id, &agency.name);
    repo::attempt::touch(command.tx(), attempt.id, AttemptState::Committed).await.map_err(|error| match error {
        StoreError::Stale => Error::conflict("DRAW-013").with("reveal_by", text::moment(reveal_by)),
        other => other.into(),
    })?;
    let mut party = repo::party::by_id_unscoped(command.tx(), party.id).await?;
    let from = party.state;
    if !matches!(from, PartyState::Committed | PartyState::Rejected) {
        return Err(Error::conflict("DRAW-015").with("name", &party.name));
    }
    match fits {
        Ok(()) => {}
        Err(refused) if matches!(refused.reason, Reason::RevealMismatch { .. }) => {
            let ceremony = store::repo::party::Ceremony::draw(attempt.id);
            let so_far = repo::party::rejections(command.tx(), &ceremony).await?;
            if so_far.iter().filter(|rejection| rejection.party == party.name).count() >= REJECTIONS_MAX {
                return Err(Error::new(ErrorKind::TooMany, "CORE-429"));
            }
            let fresh = domain::ids::PartyId::from_parts(ctx.ms(), ctx.ten()).to_string();
            repo::party::reject(command.tx(), &fresh, party.id, ctx.now).await?;
            party.state = PartyState::Rejected;
            repo::party::update(command.tx(), &party, from).await?;
            command.finish_as("party.reject", "task", task.id, serde_json::json!({ "party": party.name })).await?;
            return Err(Error::conflict("DRAW-014"));
        }
        Err(_) => return Err(Error::field("value", "DRAW-022")),
    }
    party.state = PartyState::Revealed;
    party.salt = Some(salt.to_string());
    party.value = Some(value.to_owned());
    party.revealed_at = Some(ctx.now);
    repo::party::update(command.tx(), &party, from).await?;
    let last = draw_when_all_revealed(&mut command, &task, attempt.id).await?;
    command.finish("task", task.id, serde_json::json!({ "party": party.name, "last": last })).await
}
