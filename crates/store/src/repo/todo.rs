//! What waits for someone: the few rows behind the home page, by agency. Which of them are whose business `app` decides.

use chrono::NaiveDate;
use domain::ids::{AccountId, AgencyId};
use domain::state::PartyState;
use domain::time::Instant;

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
    /// The account that made it; for a returned share the name of the unit that sent it back.
    pub author: String,
    /// Until when, if there is a deadline.
    pub due_on: Option<NaiveDate>,
    /// Until which instant, where minutes count: a reveal.
    pub due_at: Option<Instant>,
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
        due_at: row.opt_instant("due_at")?,
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
            "SELECT id, number, title, state, created_by AS author, CAST(NULL AS TEXT) AS due_on,
             CAST(NULL AS BIGINT) AS due_at, CAST(0 AS BIGINT) AS number_of FROM revision WHERE kind = 'scheme' AND agency_id = $1 AND state = 'submitted' ORDER BY changed_at LIMIT {ROWS_MAX}"
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
             (SELECT MAX(draw.reveal_by) FROM draw WHERE draw.task_id = task.id AND draw.state = 'committed') AS due_at,
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
            "SELECT task.id, task.number, task.title, task.state, '' AS author, CAST(NULL AS TEXT) AS due_on,
             CAST(NULL AS BIGINT) AS due_at, COUNT(*) AS number_of
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

/// Approved schemes of the agency that no task was made from yet.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn unused_schemes(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Waiting>> {
    conn.rows(
        &format!(
            "SELECT id, number, title, state, created_by AS author, CAST(NULL AS TEXT) AS due_on, CAST(NULL AS BIGINT) AS due_at,
             CAST(0 AS BIGINT) AS number_of FROM revision WHERE kind = 'scheme' AND agency_id = $1 AND state IN ('approved', 'published')
             AND NOT EXISTS (SELECT 1 FROM task WHERE task.scheme_id = revision.id) ORDER BY changed_at LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// A matching that waits for its second person.
#[derive(Clone, Debug)]
pub struct OpenMatching {
    /// The matching, with its task's number and title; `author` is the account that prepared it.
    pub waiting: Waiting,
    /// The second person, if one is seated, and how far they are.
    pub second: Option<(String, PartyState)>,
}

/// Matchings of the agency whose commitments or reveals are not all there.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn open_matchings(conn: &mut Conn, agency: AgencyId) -> Result<Vec<OpenMatching>> {
    conn.rows(
        &format!(
            "SELECT matching.id, task.number, task.title, matching.state, matching.created_account AS author,
             CAST(NULL AS TEXT) AS due_on, matching.reveal_by AS due_at, matching.visits AS number_of,
             party.name AS second_name, party.state AS second_state
             FROM matching JOIN share ON share.id = matching.share_id JOIN task ON task.id = share.task_id
             LEFT JOIN party ON party.ceremony_kind = 'match' AND party.ceremony_id = matching.id AND party.role = 'witness'
             WHERE share.agency_id = $1 AND matching.state IN ('prepared', 'committed') ORDER BY matching.created_at, party.position
             LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        let second = match (row.opt_text("second_name")?, row.opt_text("second_state")?) {
            (Some(name), Some(_)) => Some((name, row.parse("second_state")?)),
            _ => None,
        };
        Ok(OpenMatching { waiting: read(row)?, second })
    })
    .collect()
}

/// A job that failed and was not begun anew since.
#[derive(Clone, Debug)]
pub struct FailedJob {
    /// Its id.
    pub id: String,
    /// What a person reads in the list.
    pub title: String,
    /// Why, JSON: `message` and `next`.
    pub error: Option<String>,
}

/// Jobs that the person asked for and that failed after `since`, the latest first; those of nobody (a draw begins by itself
/// with the last reveal) count as the agency's. What was asked for again on the same thing is left out.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn failed_jobs(
    conn: &mut Conn,
    account: AccountId,
    nobodys_of: Option<AgencyId>,
    since: Instant,
) -> Result<Vec<FailedJob>> {
    conn.rows(
        &format!(
            "SELECT job.id, job.title, job.error FROM job WHERE job.state = 'failed' AND job.finished_at > $1
             AND (EXISTS (SELECT 1 FROM post WHERE post.id = job.created_by AND post.account_id = $2)
             OR ($3 <> '' AND job.agency_id = $3 AND NOT EXISTS (SELECT 1 FROM post WHERE post.id = job.created_by)))
             AND NOT EXISTS (SELECT 1 FROM job later WHERE later.kind = job.kind AND later.subject_kind = job.subject_kind
             AND later.subject_id = job.subject_id AND later.created_at > job.created_at)
             ORDER BY job.finished_at DESC, job.id LIMIT {ROWS_MAX}"
        ),
        values![since, account.to_string(), nobodys_of.map(|id| id.to_string()).unwrap_or_default()],
    )
    .await?
    .iter()
    .map(|row| Ok(FailedJob { id: row.text("id")?, title: row.text("title")?, error: row.opt_text("error")? }))
    .collect()
}

/// Shares of the agency that are not matched yet, each with the deadline of its own next step: receipt, then matching.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn open_shares(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Waiting>> {
    conn.rows(
        &format!(
            "SELECT share.id, task.number, task.title, share.state, '' AS author,
             (SELECT MIN(due_on) FROM deadline WHERE deadline.subject_kind = 'share' AND deadline.subject_id = share.id
             AND deadline.met_on IS NULL AND deadline.kind = CASE share.state WHEN 'received' THEN 'receipt' ELSE 'matching' END) AS due_on,
             CAST(NULL AS BIGINT) AS due_at, share.visits AS number_of
             FROM share JOIN task ON task.id = share.task_id
             WHERE share.agency_id = $1 AND share.state IN ('received', 'accepted') ORDER BY share.dispatched_at LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Shares that units sent back to the agency that dispatched them, the longest returned first; `author` is the unit's name.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn returned_shares(conn: &mut Conn, agency: AgencyId) -> Result<Vec<Waiting>> {
    conn.rows(
        &format!(
            "SELECT share.id, task.number, task.title, share.state, agency.name AS author, CAST(NULL AS TEXT) AS due_on,
             CAST(NULL AS BIGINT) AS due_at, share.visits AS number_of FROM share JOIN task ON task.id = share.task_id JOIN agency ON agency.id = share.agency_id
             WHERE task.agency_id = $1 AND share.state = 'returned' ORDER BY share.dispatched_at, share.id LIMIT {ROWS_MAX}"
        ),
        values![agency.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}
