//! Statements of auditors and witnesses that they recomputed a draw. They stay; nobody takes one back.

use domain::ids::DrawId;
use domain::time::Instant;

use crate::{Conn, Result, Tx, values};

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Its id.
    pub id: String,
    /// Of which draw.
    pub draw_id: DrawId,
    /// `auditor` or `witness`.
    pub role: String,
    /// The account or the party: each says it once.
    pub signer: String,
    /// The person's or the party's name of that day.
    pub name: String,
    /// The person's agency of that day; empty for a witness.
    pub unit: String,
    /// The digest of the result that was recomputed, hex.
    pub result_digest: String,
    /// When.
    pub at: Instant,
}

/// Records a statement.
///
/// # Errors
/// `Duplicate("u_attestation__draw_id__signer")` from who has made one.
pub async fn insert(tx: &mut Tx, a: &Attestation) -> Result<()> {
    tx.execute(
        "INSERT INTO attestation (id, draw_id, role, signer, name, unit, result_digest, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![&a.id, a.draw_id.to_string(), &a.role, &a.signer, &a.name, &a.unit, &a.result_digest, a.at],
    )
    .await?;
    Ok(())
}

/// The statements on a draw, oldest first. The caller has read its task within its scope.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn of_draw(conn: &mut Conn, draw: DrawId) -> Result<Vec<Attestation>> {
    conn.rows(
        "SELECT id, draw_id, role, signer, name, unit, result_digest, at FROM attestation WHERE draw_id = $1 ORDER BY at, id LIMIT 1000",
        values![draw.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Attestation {
            id: row.text("id")?,
            draw_id: row.parse("draw_id")?,
            role: row.text("role")?,
            signer: row.text("signer")?,
            name: row.text("name")?,
            unit: row.text("unit")?,
            result_digest: row.text("result_digest")?,
            at: row.instant("at")?,
        })
    })
    .collect()
}
