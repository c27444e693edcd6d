//! The second person: the unit's leader (or another colleague) joins with an own account, or someone from outside is
//! invited by a link. Either way salt and value are made in that person's browser.

use domain::ids::MatchingId;
use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use store::repo::matching::Matching;
use store::repo::party as repo;

use super::own_in;
use drawing::party::{Invitation, check_name, renew, seat};
use kernel::{Command, Ctx, Error, Platform, Result};

/// Joins a prepared matching as its second person. Whoever joined before, and has not committed, gets a new link.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001` for another unit's, `MATCH-005` for whoever prepared it); `MATCH-003` unless prepared;
/// `DRAW-007` if this person has committed already.
pub async fn join(platform: &Platform, ctx: &Ctx, id: MatchingId) -> Result<Invitation> {
    let mut command = platform.command(ctx, UseCase::MatchingInvite).await?;
    let (matching, _) = own_in(command.tx(), ctx, id, MatchingState::Prepared).await?;
    let post = ctx.post()?;
    if post.account_id == matching.created_account {
        return Err(Error::denied("MATCH-005").with("person", &post.person));
    }
    let name = post.person.clone();
    seat_party(platform, ctx, command, &matching, &name).await
}

/// Invites someone by name to a prepared matching; the link is for that person only. A name that was invited before, and
/// has not committed, gets a new link.
///
/// # Errors
/// As [`join`]; `Invalid` on `name` (`DRAW-001`, `DRAW-002` the platform's); `DRAW-003` above the limit of parties.
pub async fn invite(platform: &Platform, ctx: &Ctx, id: MatchingId, name: &str) -> Result<Invitation> {
    let mut command = platform.command(ctx, UseCase::MatchingInvite).await?;
    let (matching, _) = own_in(command.tx(), ctx, id, MatchingState::Prepared).await?;
    let name = check_name(name)?;
    seat_party(platform, ctx, command, &matching, name).await
}

async fn seat_party(
    platform: &Platform,
    ctx: &Ctx,
    mut command: Command<'_>,
    matching: &Matching,
    name: &str,
) -> Result<Invitation> {
    let ceremony = matching.ceremony();
    let parties = repo::of_ceremony(command.tx(), &ceremony).await?;
    let invitation = match parties.into_iter().find(|party| party.name == name && party.role == "witness") {
        Some(known) if known.state == PartyState::Invited => renew(platform, ctx, command.tx(), known).await?,
        Some(_) => return Err(Error::conflict("DRAW-007").with("name", name)),
        None => seat(platform, ctx, command.tx(), ceremony, name).await?,
    };
    command.finish("matching", matching.id, serde_json::json!({ "party": name })).await?;
    Ok(invitation)
}
