//! A seat at the table and the link to it.

use domain::ids::PartyId;
use domain::state::PartyState;
use store::repo::party::{self as repo, Ceremony, Party};
use store::{StoreError, Tx};

use super::{NAME_CHARS_MAX, token_hash};
use kernel::{Ctx, Error, Platform, Result};

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

/// A fresh secret and its link.
fn fresh_link(platform: &Platform, ctx: &Ctx) -> (String, String) {
    let token = hex::encode(ctx.entropy.bytes::<32>());
    let url = format!("{}/witness/{token}", platform.base_url());
    (token, url)
}

/// A witness's name as it will stand in the commitment document.
///
/// # Errors
/// `Invalid` on `name` (`DRAW-001`).
pub fn check_name(name: &str) -> Result<&str> {
    let name = name.trim();
    let form = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && draw::check_text(name).is_ok();
    if form { Ok(name) } else { Err(Error::field("name", "DRAW-001").with("max", NAME_CHARS_MAX)) }
}

/// Seats a witness.
///
/// # Errors
/// `Invalid` on `name` (`DRAW-002` taken); `DRAW-003` when there are too many.
pub async fn seat(platform: &Platform, ctx: &Ctx, tx: &mut Tx, ceremony: Ceremony, name: &str) -> Result<Invitation> {
    let parties = repo::of_ceremony(tx, &ceremony).await?;
    if parties.len() >= draw::PARTIES_MAX {
        return Err(Error::conflict("DRAW-003").with("max", draw::PARTIES_MAX));
    }
    let (token, url) = fresh_link(platform, ctx);
    let id = PartyId::from_parts(ctx.ms(), ctx.ten());
    let position = parties.iter().map(|party| party.position).max().unwrap_or(0) + 1;
    let party = Party::invited(id, ceremony, position, name, Some(token_hash(&token)));
    repo::insert(tx, &party).await.map_err(|error| match error {
        StoreError::Duplicate(index) if index.ends_with("__name") => {
            Error::field("name", "DRAW-002").with("name", name)
        }
        StoreError::Duplicate(_) => Error::conflict("CORE-409"),
        other => other.into(),
    })?;
    Ok(Invitation { party: id, name: name.to_owned(), token, url })
}

/// Issues a party's link anew; the old one stops working. A party that has committed keeps its commitment, and reveals from
/// the same browser or from paper.
///
/// # Errors
/// `DRAW-015` after the reveal.
pub async fn renew(platform: &Platform, ctx: &Ctx, tx: &mut Tx, mut party: Party) -> Result<Invitation> {
    let from = party.state;
    if matches!(from, PartyState::Revealed | PartyState::Absent) {
        return Err(Error::conflict("DRAW-015").with("name", &party.name));
    }
    let (token, url) = fresh_link(platform, ctx);
    party.token_hash = Some(token_hash(&token));
    repo::update(tx, &party, from).await?;
    Ok(Invitation { party: party.id, name: party.name, token, url })
}
