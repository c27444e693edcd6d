//! The chain of an organiser's commitments: published, in order, whatever became of them.

use domain::ids::AgencyId;
use domain::time::Instant;

use super::counter;
use crate::{Conn, Result, Tx, values};

/// A link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// From 1.
    pub seq: i64,
    /// The commitment's digest, hex.
    pub digest: String,
    /// `draw` or `match`.
    pub ceremony_kind: String,
    /// Id of the attempt or matching.
    pub ceremony_id: String,
    /// When.
    pub published_at: Instant,
}

/// Takes the next place in the chain: its number, and the digest before it. Until the transaction ends nobody else gets
/// one, because the counter's row is locked.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn next(tx: &mut Tx, agency: AgencyId) -> Result<(i64, Option<String>)> {
    let seq = counter::next(tx, &format!("chain:{agency}")).await?;
    let previous = tx
        .row(
            "SELECT digest FROM commitment_chain WHERE agency_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT 1",
            values![agency.to_string(), seq],
        )
        .await?
        .map(|row| row.text("digest"))
        .transpose()?;
    Ok((seq, previous))
}

/// Adds a link.
///
/// # Errors
/// `Duplicate` if the digest or the number is there already.
pub async fn insert(tx: &mut Tx, agency: AgencyId, link: &Link) -> Result<()> {
    tx.execute(
        "INSERT INTO commitment_chain (agency_id, seq, digest, ceremony_kind, ceremony_id, published_at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![agency.to_string(), link.seq, &link.digest, &link.ceremony_kind, &link.ceremony_id, link.published_at],
    )
    .await?;
    Ok(())
}

/// The chain of an organiser, first to last.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn of_agency(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Link>> {
    conn.rows(
        "SELECT seq, digest, ceremony_kind, ceremony_id, published_at FROM commitment_chain WHERE agency_id = $1 ORDER BY seq LIMIT 10000",
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Link {
            seq: row.int("seq")?,
            digest: row.text("digest")?,
            ceremony_kind: row.text("ceremony_kind")?,
            ceremony_id: row.text("ceremony_id")?,
            published_at: row.instant("published_at")?,
        })
    })
    .collect()
}
