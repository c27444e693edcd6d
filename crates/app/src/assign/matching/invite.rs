//! The second person: the unit's leader (or another colleague) joins with an own account, or someone from outside is
//! invited by a link. Either way salt and value are made in that person's browser.

use domain::ids::{MatchingId, PartyId};
use domain::registry::UseCase;
use domain::state::{MatchingState, PartyState};
use store::StoreError;
use store::repo::matching::Matching;
use store::repo::party::{self as repo, Party};

use super::{NAME_CHARS_MAX, PURPOSE, own_in, token_hash};
use crate::{Command, Ctx, Error, Platform, Result};

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

/// Joins a prepared matching as its second person. Whoever joined before, and has not committed, gets a new link.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001` for another unit's, `MATCH-005` for whoever prepared it); `MATCH-003` unless prepared;
/// `MATCH-007` if this person has committed already.
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
/// As [`join`]; `Invalid` on `name` (`MATCH-016`); `MATCH-017` above the limit of parties.
pub async fn invite(platform: &Platform, ctx: &Ctx, id: MatchingId, name: &str) -> Result<Invitation> {
    let mut command = platform.command(ctx, UseCase::MatchingInvite).await?;
    let (matching, _) = own_in(command.tx(), ctx, id, MatchingState::Prepared).await?;
    let name = name.trim();
    let form = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && draw::check_text(name).is_ok();
    if !form || name == text::assign::platform_party() {
        return Err(Error::field("name", "MATCH-016").with("max", NAME_CHARS_MAX));
    }
    seat_party(platform, ctx, command, &matching, name).await
}

async fn seat_party(
    platform: &Platform,
    ctx: &Ctx,
    mut command: Command<'_>,
    matching: &Matching,
    name: &str,
) -> Result<Invitation> {
    let token = hex::encode(ctx.entropy.bytes::<32>());
    let url = format!("{}/witness/{token}", platform.base_url());
    let ceremony = matching.ceremony();
    let parties = repo::of_ceremony(command.tx(), &ceremony).await?;
    let id = if let Some(known) = parties.iter().find(|party| party.name == name) {
        if known.state != PartyState::Invited {
            return Err(Error::conflict("MATCH-007").with("name", name));
        }
        let renewed = Party { token_hash: Some(token_hash(&token)), ..known.clone() };
        repo::update(command.tx(), &renewed, PartyState::Invited).await?;
        known.id
    } else {
        if parties.len() >= draw::PARTIES_MAX {
            return Err(Error::conflict("MATCH-017").with("max", draw::PARTIES_MAX));
        }
        let party = Party {
            id: PartyId::from_parts(ctx.ms(), ctx.ten()),
            ceremony_kind: PURPOSE.to_owned(),
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
        repo::insert(command.tx(), &party).await.map_err(|error| match error {
            StoreError::Duplicate(_) => Error::conflict("CORE-409"),
            other => other.into(),
        })?;
        party.id
    };
    command.finish("matching", matching.id, serde_json::json!({ "party": name })).await?;
    Ok(Invitation { party: id, name: name.to_owned(), token, url })
}
