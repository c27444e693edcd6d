//! The parties of a ceremony, whichever is decided in it: which firms are drawn, or who visits whom. A party is invited, hands
//! in a commitment, and reveals what it had committed to; the rules are the same at both tables, and stand here once.
//!
//! A witness's salt and value are made in the witness's browser; before the reveal this server sees the commitment only.
//! What happens when everybody has revealed is the table's own business; each area hands its table down ([`Tables`]).

mod hand_in;
mod invite;
mod platform;
mod table;

pub use hand_in::{WitnessState, commit, reveal, state};
pub use invite::Invitation;
pub use invite::{check_name, link_of, renew, seat};
pub use platform::{commit_platform, reveal_platform};
pub use table::{Stage, Table, TableKind, Tables, commitment_of};

use domain::state::PartyState;
use draw::Json;
use sha2::{Digest as _, Sha256};
use store::repo::party::{self as repo, Ceremony, Party};
use store::{Conn, StoreError, Tx};

use kernel::{Ctx, Error, ErrorKind, Platform, Result};

/// Characters of a party's name.
pub const NAME_CHARS_MAX: usize = 40;
/// Minutes between publication and the end of the reveals: at least a minute, at most seven days, for witnesses in other
/// places.
pub const REVEAL_MINUTES: std::ops::RangeInclusive<i64> = 1..=7 * 24 * 60;

/// A party as a view may hold it: without what is kept until the reveal.
pub fn shown(party: Party) -> Party {
    Party { kept_salt: None, kept_value: None, token_hash: None, link_nonce: None, ..party }
}

/// The hash under which a token is kept.
fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The party of a token, with its table.
///
/// # Errors
/// `DRAW-021` if nobody has this token.
async fn at_table(platform: &Platform, conn: &mut Conn, token: &str) -> Result<(Party, Box<dyn Table>)> {
    let unknown = || Error::new(ErrorKind::NotFound, "DRAW-021");
    let form = token.len() == 64 && token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !form {
        return Err(unknown());
    }
    let party = match repo::by_token_unscoped(conn, &token_hash(token)).await {
        Err(StoreError::NotFound) => return Err(unknown()),
        other => other?,
    };
    let table = platform.part::<Tables>()?.of(conn, &party).await?;
    Ok((party, table))
}

/// The party of a token.
///
/// # Errors
/// `DRAW-021` if nobody has this token.
pub(crate) async fn of_token(platform: &Platform, conn: &mut Conn, token: &str) -> Result<Party> {
    at_table(platform, conn, token).await.map(|(party, _)| party)
}

/// Whether nobody is left to reveal.
pub async fn all_revealed(tx: &mut Tx, ceremony: &Ceremony) -> Result<bool> {
    let parties = repo::of_ceremony(tx, ceremony).await?;
    Ok(parties.iter().all(|party| party.state == PartyState::Revealed))
}

/// A failure on record: the parties that did not reveal are absent, and the document of the protocol names them.
/// `missing` are their names as the reason puts them.
pub async fn record_failure(
    tx: &mut Tx,
    ctx: &Ctx,
    absent: Vec<Party>,
    (name, commitment_digest): (&str, &str),
    reason: &str,
) -> Result<String> {
    for mut party in absent {
        let from = party.state;
        party.state = PartyState::Absent;
        repo::update(tx, &party, from).await?;
    }
    let document = Json::object([
        ("draw", Json::text(name)),
        ("commitment_digest", Json::text(commitment_digest)),
        ("reason", Json::text(reason)),
        ("at", Json::text(&ctx.now.to_string())),
        ("by", Json::text(&ctx.post()?.person)),
    ]);
    String::from_utf8(document.to_jcs()).map_err(Error::internal)
}
