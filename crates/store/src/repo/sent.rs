//! What one person sent off and others have in hand: the few rows behind 我发起的 on the home page.

use domain::ids::AccountId;
use domain::time::Instant;

use crate::{Conn, Result, Row, values};

/// Rows of one kind at most; who has sent off more works from the lists.
const ROWS_MAX: u32 = 50;

/// Something that was sent off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRow {
    /// Its id.
    pub id: String,
    /// Its number; empty if it has none.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The agency that has it now.
    pub agency: String,
    /// The person who has it now, if one was named.
    pub person: String,
    /// Since when.
    pub since: Instant,
}

fn read(row: &Row) -> Result<SentRow> {
    Ok(SentRow {
        id: row.text("id")?,
        number: row.text("number")?,
        title: row.text("title")?,
        agency: row.text("agency")?,
        person: row.text("person")?,
        since: row.instant("since")?,
    })
}

async fn rows(conn: &mut Conn, account: AccountId, sql: &str) -> Result<Vec<SentRow>> {
    let found = conn.rows(&format!("{sql} ORDER BY since, 1 LIMIT {ROWS_MAX}"), values![account.to_string()]).await?;
    found.iter().map(read).collect()
}

/// Schemes that the person submitted and nobody has decided on.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn schemes(conn: &mut Conn, account: AccountId) -> Result<Vec<SentRow>> {
    let sql = "SELECT revision.id, revision.number, revision.title, agency.name AS agency, '' AS person, asked.at AS since
         FROM revision JOIN agency ON agency.id = revision.agency_id
         JOIN approval asked ON asked.subject_kind = 'scheme' AND asked.subject_id = revision.id AND asked.step = 'submit'
         WHERE revision.kind = 'scheme' AND revision.state = 'submitted' AND asked.account_id = $1
         AND NOT EXISTS (SELECT 1 FROM approval later WHERE later.subject_kind = 'scheme' AND later.subject_id = revision.id
         AND later.step = 'submit' AND later.at > asked.at)";
    rows(conn, account, sql).await
}

/// Tasks that the person made and nobody has approved.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn tasks(conn: &mut Conn, account: AccountId) -> Result<Vec<SentRow>> {
    let sql = "SELECT task.id, task.number, task.title, agency.name AS agency, '' AS person, task.created_at AS since
         FROM task JOIN agency ON agency.id = task.agency_id WHERE task.state = 'draft' AND task.created_account = $1";
    rows(conn, account, sql).await
}

/// Tasks whose seal the person asked for and nobody has approved.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn seals(conn: &mut Conn, account: AccountId) -> Result<Vec<SentRow>> {
    let sql = "SELECT task.id, task.number, task.title, agency.name AS agency, '' AS person, draw.requested_at AS since
         FROM draw JOIN task ON task.id = draw.task_id JOIN agency ON agency.id = task.agency_id
         WHERE draw.state = 'requested' AND task.state IN ('approved', 'failed') AND draw.requested_account = $1";
    rows(conn, account, sql).await
}

/// Shares of dispatches that the person asked for, which their unit has not received.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn shares(conn: &mut Conn, account: AccountId) -> Result<Vec<SentRow>> {
    let sql = "SELECT share.id, task.number, task.title, agency.name AS agency, '' AS person, share.dispatched_at AS since
         FROM share JOIN task ON task.id = share.task_id JOIN agency ON agency.id = share.agency_id
         WHERE share.state = 'received' AND task.state <> 'voided' AND EXISTS (SELECT 1 FROM job JOIN post ON post.id = job.created_by
         WHERE job.kind = 'dispatch' AND job.subject_kind = 'task' AND job.subject_id = task.id AND post.account_id = $1)";
    rows(conn, account, sql).await
}

/// Matchings that the person prepared and whose second person has not answered.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn matchings(conn: &mut Conn, account: AccountId) -> Result<Vec<SentRow>> {
    let sql = "SELECT matching.id, task.number, task.title, agency.name AS agency,
         COALESCE((SELECT MIN(party.name) FROM party WHERE party.ceremony_kind = 'match' AND party.ceremony_id = matching.id
         AND party.role = 'witness' AND party.state = 'invited'), '') AS person, matching.created_at AS since
         FROM matching JOIN share ON share.id = matching.share_id JOIN task ON task.id = share.task_id
         JOIN agency ON agency.id = share.agency_id WHERE matching.state = 'prepared' AND matching.created_account = $1
         AND NOT EXISTS (SELECT 1 FROM party WHERE party.ceremony_kind = 'match' AND party.ceremony_id = matching.id
         AND party.role = 'witness' AND party.state <> 'invited')";
    rows(conn, account, sql).await
}
