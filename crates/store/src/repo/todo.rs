//! What waits for someone: the few rows behind the home page, by agency. Which of them are whose business `app` decides.

use chrono::NaiveDate;
use domain::ids::AgencyId;

use crate::{Conn, Result, Row, values};

/// Rows of one kind at most; who has more works from the lists.
const ROWS_MAX: u32 = 50;

/// Something that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// Its number; empty if it has none.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its state's code.
    pub state: String,
    /// The account that made it.
    pub author: String,
    /// Until when, if there is a deadline.
    pub due_on: Option<NaiveDate>,
    /// How many visits, for shares.
    pub count: i64,
}

fn read(row: &Row) -> Result<Waiting> {
    Ok(Waiting {
        id: row.text("id")?,
        number: row.text("number")?,
        title: row.text("title")?,
        state: row.text("state")?,
        author: row.text("author")?,
        due_on: row.opt_parse("due_on")?,
        count: row.int("number_of")?,
    })
}

/// Schemes of the agency that wait for approval.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn submitted_schemes(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Waiting>> {
    conn.rows(
        &format!(
            "SELECT id, number, title, state, created_by AS author, CAST(NULL AS TEXT) AS due_on, CAST(0 AS BIGINT) AS number_of
             FROM revision WHERE kind = 'scheme' AND agency_id = $1 AND state = 'submitted' ORDER BY changed_at LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Tasks of the agency that are not drawn yet, and drawn ones that are not dispatched.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn open_tasks(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Waiting>> {
    conn.rows(
        &format!(
            "SELECT task.id, task.number, task.title, task.state, task.created_account AS author, CAST(NULL AS TEXT) AS due_on,
             (SELECT COUNT(*) FROM draw WHERE draw.task_id = task.id AND draw.state = 'requested') AS number_of
             FROM task WHERE task.agency_id = $1 AND (task.state IN ('draft', 'approved', 'sealed', 'committed', 'failed')
             OR (task.state = 'drawn' AND NOT EXISTS (SELECT 1 FROM share WHERE share.task_id = task.id)))
             ORDER BY task.changed_at LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Drawn tasks of the agency with mappings of words that wait for approval.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn proposed_mappings(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Waiting>> {
    conn.rows(
        &format!(
            "SELECT task.id, task.number, task.title, task.state, '' AS author, CAST(NULL AS TEXT) AS due_on, COUNT(*) AS number_of
             FROM item_mapping JOIN task ON task.id = item_mapping.task_id
             WHERE task.agency_id = $1 AND item_mapping.state = 'proposed'
             GROUP BY task.id, task.number, task.title, task.state, task.changed_at ORDER BY task.changed_at LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Shares of the agency that are not matched yet, with their nearest deadline.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn open_shares(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Waiting>> {
    conn.rows(
        &format!(
            "SELECT share.id, task.number, task.title, share.state, '' AS author,
             (SELECT MIN(due_on) FROM deadline WHERE deadline.subject_kind = 'share' AND deadline.subject_id = share.id AND deadline.met_on IS NULL) AS due_on,
             share.visits AS number_of
             FROM share JOIN task ON task.id = share.task_id
             WHERE share.agency_id = $1 AND share.state IN ('received', 'accepted', 'grouped') ORDER BY share.dispatched_at LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}
