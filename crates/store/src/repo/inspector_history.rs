//! Superseded versions of inspectors: every write of one keeps what it replaces, whoever writes and by which way.

use domain::ids::InspectorId;
use domain::inspector::Qualification;
use domain::time::Instant;

use super::inspector::{InspectorRecord, read};
use crate::{Conn, Result, StoreError, Tx, values};

/// Versions of one inspector that are shown at most.
const SHOWN_ROWS_MAX: i64 = 200;

/// A version that no longer stands: [`InspectorRecord::valid_from`] to `valid_to`, without leaves.
#[derive(Clone, Debug)]
pub struct InspectorVersion {
    /// The inspector of then, with the names that agency and account have today.
    pub record: InspectorRecord,
    /// When the next version took its place.
    pub valid_to: Instant,
}

/// Keeps the version that stands, before it is written over.
///
/// # Errors
/// [`StoreError::Stale`] if another version than `version` stands.
pub(super) async fn keep(tx: &mut Tx, id: InspectorId, version: i64, now: Instant) -> Result<()> {
    let held = super::inspector::qualifications_of_one(tx, id).await?;
    let held = serde_json::to_string(&held)
        .map_err(|e| StoreError::Corrupt { column: "qualifications".to_owned(), detail: e.to_string() })?;
    let kept = tx
        .execute(
            "INSERT INTO inspector_history (inspector_id, version, staff_number, name, agency_id, section, certificate_from,
                 certificate_to, qualifications, expertise, left_on, account_id, account_confirmed_at, changed_by, valid_from, valid_to)
             SELECT id, version, staff_number, name, agency_id, section, certificate_from, certificate_to, CAST($3 AS TEXT), expertise,
                 left_on, account_id, account_confirmed_at, changed_by, valid_from, CAST($4 AS BIGINT)
             FROM inspector WHERE id = $1 AND version = $2",
            values![id.to_string(), version, held, now],
        )
        .await?;
    if kept == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// The superseded versions of one inspector, newest first. The caller has made sure that the inspector lies in its scope;
/// what the person was under another agency belongs to the same record.
///
/// # Errors
/// See [`StoreError`].
pub async fn history(conn: &mut Conn, id: InspectorId) -> Result<Vec<InspectorVersion>> {
    conn.rows(
        &format!(
            "SELECT inspector.id, inspector.certificate, h.staff_number, h.name, h.agency_id, h.section, h.certificate_from,
                 h.certificate_to, h.qualifications, h.expertise, h.left_on, h.version, h.account_id, h.account_confirmed_at,
                 h.valid_from, h.changed_by, h.valid_to,
                 (SELECT account.login FROM account WHERE account.id = h.account_id) AS account_login,
                 agency.code AS agency_code, agency.name AS agency_name
             FROM inspector_history h JOIN inspector ON inspector.id = h.inspector_id JOIN agency ON agency.id = h.agency_id
             WHERE h.inspector_id = $1 ORDER BY h.version DESC LIMIT {SHOWN_ROWS_MAX}"
        ),
        values![id.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        let mut record = read(row)?;
        record.inspector.qualifications = row.json::<Vec<Qualification>>("qualifications")?;
        Ok(InspectorVersion { record, valid_to: row.instant("valid_to")? })
    })
    .collect()
}
