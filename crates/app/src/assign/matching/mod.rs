//! The second random (随机匹配, protocol §8): the whole input is written down and sealed, the platform and at least one
//! other person commit, the document is published, all reveal, and only then is it known who visits whom.
//!
//! Nothing is matched again in place: an attempt ends with its teams, or with a failure on record that the next attempt
//! names.

mod fail;
mod input;
mod invite;
mod prepare;
mod publish;
mod reveal;
mod run;
mod view;
mod witness;

pub use fail::fail;
pub use input::{Feasibility, ShortageView, feasibility};
pub use invite::{Invitation, invite, join};
pub use prepare::prepare;
pub use publish::{PublishInput, publish};
pub use reveal::reveal;
pub use run::{MATCH_JOB, run_again};
pub use view::{AttemptView, Document, MatchingView, PartyView, document, share_of, view};
pub use witness::{commit, witness_state};

pub(crate) use run::run_matching;

use domain::ids::MatchingId;
use domain::state::MatchingState;
use sha2::{Digest as _, Sha256};
use store::repo::matching::Matching;
use store::repo::party::Party;
use store::repo::share::Share;
use store::{Conn, StoreError, Tx};

use crate::{Ctx, Error, ErrorKind, Platform, Result};

/// Characters of a party's name.
pub const NAME_CHARS_MAX: usize = 40;
/// What the commitment document calls this purpose.
const PURPOSE: &str = "match";

/// An attempt that the acting post's own unit works on, locked in `state`.
async fn own_in(tx: &mut Tx, ctx: &Ctx, id: MatchingId, state: MatchingState) -> Result<(Matching, Share)> {
    let scope = ctx.scope()?;
    let found = store::repo::matching::get(tx, &scope, id).await?;
    let share = store::repo::share::get(tx, &scope, found.share_id).await?;
    super::share::require_own(ctx, &share)?;
    lock(tx, &found, state).await?;
    Ok((store::repo::matching::by_id_unscoped(tx, id).await?, share))
}

async fn lock(tx: &mut Tx, matching: &Matching, state: MatchingState) -> Result<()> {
    use text::Label as _;
    store::repo::matching::touch(tx, matching.id, state).await.map_err(|error| match error {
        StoreError::Stale => Error::conflict("MATCH-003").with("state", matching.state.label()),
        other => other.into(),
    })
}

/// What stands behind a witness's link.
struct Seat {
    party: Party,
    matching: Matching,
    share: Share,
}

/// Whether a witness's link belongs to a matching: the witness's page serves both ceremonies.
pub(crate) async fn holds(platform: &Platform, token: &str) -> Result<bool> {
    let mut conn = platform.store().read().await?;
    match store::repo::party::by_token_unscoped(&mut conn, &token_hash(token)).await {
        Ok(party) => Ok(party.ceremony_kind == PURPOSE),
        Err(StoreError::NotFound) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The party of a token, with its attempt and share.
async fn seat(conn: &mut Conn, token: &str) -> Result<Seat> {
    let unknown = || Error::new(ErrorKind::NotFound, "MATCH-020");
    let form = token.len() == 64 && token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !form {
        return Err(unknown());
    }
    let party = match store::repo::party::by_token_unscoped(conn, &token_hash(token)).await {
        Err(StoreError::NotFound) => return Err(unknown()),
        other => other?,
    };
    if party.ceremony_kind != PURPOSE {
        return Err(unknown());
    }
    let id: MatchingId = party.ceremony_id.parse().map_err(Error::internal)?;
    let matching = store::repo::matching::by_id_unscoped(conn, id).await?;
    let share = store::repo::share::by_id_unscoped(conn, matching.share_id).await?;
    Ok(Seat { party, matching, share })
}

fn suite_of(matching: &Matching) -> Result<draw::Suite> {
    draw::Suite::from_protocol(&matching.suite).ok_or_else(|| Error::internal(format!("no suite {}", matching.suite)))
}

fn attempt_of(matching: &Matching) -> u64 {
    u64::try_from(matching.attempt).unwrap_or(1)
}
