//! A seat at the table and the link to it.
//!
//! The token of a link is kept nowhere. One that a signed-in person makes is derived from the key of that person's session,
//! which the server does not keep either, and from a random number that it does. So the page that shows the QR code can be
//! loaded again by the session that made the invitation, and by nobody else: not by a colleague, not from the database or a
//! backup, not after signing out. Sealing the link into the session's row, or keeping it in memory for a while, would have
//! needed the same key, or have lost it at a restart.

use domain::ids::PartyId;
use domain::state::PartyState;
use store::repo::party::{self as repo, Ceremony, Party};
use store::{StoreError, Tx};

use super::{NAME_CHARS_MAX, token_hash};
use kernel::{Ctx, Error, Platform, Result, SessionKey};

/// What the secret of a link is derived for.
const PURPOSE: &str = "witness link";

/// An invitation. Only the token's hash is kept.
#[derive(Clone)]
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

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("party", &self.party).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Invitation {
    fn of(platform: &Platform, party: &Party, token: String) -> Self {
        let url = format!("{}/witness/{token}", platform.base_url());
        Self { party: party.id, name: party.name.clone(), token, url }
    }
}

/// Gives a party a secret of its own, made from fresh random bytes, and returns it.
fn link(ctx: &Ctx, fresh: [u8; 32], party: &mut Party) -> String {
    let fresh = hex::encode(fresh);
    let (token, nonce) = match &ctx.session {
        Some(key) => (derived(key, &fresh, party.id), Some(fresh)),
        None => (fresh, None),
    };
    party.token_hash = Some(token_hash(&token));
    party.link_nonce = nonce;
    token
}

fn derived(key: &SessionKey, nonce: &str, party: PartyId) -> String {
    hex::encode(key.secret(PURPOSE, &[nonce.as_bytes(), party.to_string().as_bytes()]))
}

/// The invitation of a party, if the asking session made it and its link has not served yet.
#[must_use]
pub fn link_of(platform: &Platform, ctx: &Ctx, party: &Party) -> Option<Invitation> {
    let token = derived(ctx.session.as_ref()?, party.link_nonce.as_ref()?, party.id);
    let made_here = party.token_hash.as_ref() == Some(&token_hash(&token));
    made_here.then(|| Invitation::of(platform, party, token))
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
    let fresh = ctx.entropy.bytes::<32>();
    let id = PartyId::from_parts(ctx.ms(), ctx.ten());
    let position = parties.iter().map(|party| party.position).max().unwrap_or(0) + 1;
    let mut party = Party::invited(id, ceremony, position, name, None);
    let token = link(ctx, fresh, &mut party);
    repo::insert(tx, &party).await.map_err(|error| match error {
        StoreError::Duplicate(index) if index.ends_with("__name") => {
            Error::field("name", "DRAW-002").with("name", name)
        }
        StoreError::Duplicate(_) => Error::conflict("CORE-409"),
        other => other.into(),
    })?;
    Ok(Invitation::of(platform, &party, token))
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
    let token = link(ctx, ctx.entropy.bytes(), &mut party);
    repo::update(tx, &party, from).await?;
    Ok(Invitation::of(platform, &party, token))
}
