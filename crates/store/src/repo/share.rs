//! Shares: what of a dispatched draw belongs to which agency, from dispatch over receipt to matching.

use chrono::NaiveDate;
use domain::agency::{AgencyPath, Scope};
use domain::ids::{AgencyId, DrawId, ShareId, TaskId};
use domain::state::ShareState;
use domain::time::Instant;

use super::{Page, Window, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// A share with what its pages say about task and agency.
#[derive(Clone, Debug)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// The task.
    pub task_id: TaskId,
    /// The attempt that drew its objects.
    pub draw_id: DrawId,
    /// Who carries out the visits.
    pub agency_id: AgencyId,
    /// That agency's name of today.
    pub agency_name: String,
    /// That agency's registrar key.
    pub agency_code: String,
    /// That agency's place in the tree.
    pub agency_path: AgencyPath,
    /// Whom firms may ask there; may be empty.
    pub agency_contact: String,
    /// That person's phone; may be empty.
    pub agency_phone: String,
    /// Number of the task.
    pub task_number: String,
    /// Title of the task.
    pub task_title: String,
    /// Who dispatched it.
    pub organiser_id: AgencyId,
    /// That agency's name of today.
    pub organiser_name: String,
    /// First day on which visits may be made.
    pub window_from: NaiveDate,
    /// Last day on which visits may be made.
    pub window_to: NaiveDate,
    /// Whom firms may call.
    pub contact: String,
    /// The revision of the item list that the task pins.
    pub item_list_id: String,
    /// State.
    pub state: ShareState,
    /// Number of its visits.
    pub visits: i64,
    /// When it was dispatched, the last time if it was returned before.
    pub dispatched_at: Instant,
    /// When receipt was signed.
    pub accepted_at: Option<Instant>,
    /// By which post.
    pub accepted_by: Option<String>,
    /// By whom.
    pub accepted_name: Option<String>,
    /// Why it was returned.
    pub return_reason: Option<String>,
    /// For optimistic locking.
    pub version: i64,
}

const COLUMNS: &str = "share.id, share.task_id, share.draw_id, share.agency_id, agency.name AS agency_name, agency.code AS agency_code,
     agency.path AS agency_path, agency.contact AS agency_contact, agency.phone AS agency_phone, task.number AS task_number, task.title AS task_title, task.agency_id AS organiser_id,
     organiser.name AS organiser_name, task.window_from, task.window_to, task.contact, COALESCE(task.item_list_id, '') AS item_list_id, share.state, share.visits,
     share.dispatched_at, share.accepted_at, share.accepted_by, share.accepted_name, share.return_reason, share.version";
const FROM: &str = "FROM share JOIN agency ON agency.id = share.agency_id JOIN task ON task.id = share.task_id
     JOIN agency organiser ON organiser.id = task.agency_id";

fn read(row: &Row) -> Result<Share> {
    Ok(Share {
        id: row.parse("id")?,
        task_id: row.parse("task_id")?,
        draw_id: row.parse("draw_id")?,
        agency_id: row.parse("agency_id")?,
        agency_name: row.text("agency_name")?,
        agency_code: row.text("agency_code")?,
        agency_path: row.parse("agency_path")?,
        agency_contact: row.text("agency_contact")?,
        agency_phone: row.text("agency_phone")?,
        task_number: row.text("task_number")?,
        task_title: row.text("task_title")?,
        organiser_id: row.parse("organiser_id")?,
        organiser_name: row.text("organiser_name")?,
        window_from: row.parse("window_from")?,
        window_to: row.parse("window_to")?,
        contact: row.text("contact")?,
        item_list_id: row.text("item_list_id")?,
        state: row.parse("state")?,
        visits: row.int("visits")?,
        dispatched_at: row.instant("dispatched_at")?,
        accepted_at: row.opt_instant("accepted_at")?,
        accepted_by: row.opt_text("accepted_by")?,
        accepted_name: row.opt_text("accepted_name")?,
        return_reason: row.opt_text("return_reason")?,
        version: row.int("version")?,
    })
}

/// One share within the scope.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none or its agency lies outside.
pub async fn get(conn: &mut Conn, scope: &Scope, id: ShareId) -> Result<Share> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!("SELECT {COLUMNS} {FROM} WHERE share.id = $1 AND agency.path >= $2 AND agency.path < $3"),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// One share, whatever the scope: for jobs and for parties, who are known by a token.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: ShareId) -> Result<Share> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} {FROM} WHERE share.id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// The shares of one task within the scope, in the order of the agencies.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_task(conn: &mut Conn, scope: &Scope, task: TaskId) -> Result<Vec<Share>> {
    let prefix = scope.prefix();
    conn.rows(
        &format!(
            "SELECT {COLUMNS} {FROM} WHERE share.task_id = $1 AND agency.path >= $2 AND agency.path < $3
             ORDER BY agency.path LIMIT 2000"
        ),
        values![task.to_string(), prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("task", "task.number"),
    ("agency", "agency.path"),
    ("state", "share.state"),
    ("visits", "share.visits"),
    ("dispatched_at", "share.dispatched_at"),
];

/// A window of the shares of the scope, the newest dispatch first; `state` empty means all.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, state: &str, window: Window) -> Result<Page<Share>> {
    let prefix = scope.prefix();
    let condition = format!("{FROM} WHERE agency.path >= $1 AND agency.path < $2 AND ($3 = '' OR share.state = $3)");
    let values = values![prefix, path_end(prefix), state];
    let total = conn.int(&format!("SELECT COUNT(*) {condition}"), values.clone()).await?;
    let clause = window.clause(SORTS, "share.dispatched_at DESC, agency.path");
    let rows = conn.rows(&format!("SELECT {COLUMNS} {condition} {clause}"), values).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// Visits of each share of a task by their state: (share, state, visits).
///
/// # Errors
/// See [`StoreError`].
pub async fn visit_counts(conn: &mut Conn, scope: &Scope, task: TaskId) -> Result<Vec<(ShareId, String, i64)>> {
    let prefix = scope.prefix();
    conn.rows(
        "SELECT visit.share_id, visit.state, COUNT(*) AS visits FROM visit JOIN agency ON agency.id = visit.agency_id
         WHERE visit.task_id = $1 AND agency.path >= $2 AND agency.path < $3
         GROUP BY visit.share_id, visit.state ORDER BY visit.share_id, visit.state LIMIT 10000",
        values![task.to_string(), prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("share_id")?, row.text("state")?, row.int("visits")?)))
    .collect()
}

/// Visits of one share by their state; the caller has read the share within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn visit_counts_of_share(conn: &mut Conn, share: ShareId) -> Result<Vec<(String, i64)>> {
    conn.rows(
        "SELECT state, COUNT(*) AS visits FROM visit WHERE share_id = $1 GROUP BY state ORDER BY state LIMIT 100",
        values![share.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.text("state")?, row.int("visits")?)))
    .collect()
}

/// How many visits of a share have a problem; the caller has read the share within a scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn problems_of_share(conn: &mut Conn, share: ShareId) -> Result<i64> {
    conn.int("SELECT COUNT(*) FROM visit WHERE share_id = $1 AND problem IS NOT NULL", values![share.to_string()]).await
}

/// `scheme.json` of the attempt that drew a share's objects; the caller has read the share within a scope.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn scheme_document(conn: &mut Conn, share: ShareId) -> Result<String> {
    conn.row(
        "SELECT draw.scheme_document FROM share JOIN draw ON draw.id = share.draw_id WHERE share.id = $1",
        values![share.to_string()],
    )
    .await?
    .ok_or(StoreError::NotFound)?
    .text("scheme_document")
}

/// Signs the receipt.
///
/// # Errors
/// [`StoreError::Stale`] if the share changed since `share.version` was read.
pub async fn accept(tx: &mut Tx, share: &Share, by: &str, name: &str, now: Instant) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE share SET state = 'accepted', accepted_at = $1, accepted_by = $2, accepted_name = $3, return_reason = NULL,
             version = version + 1 WHERE id = $4 AND version = $5",
            values![now, by, name, share.id.to_string(), share.version],
        )
        .await?,
    )
}

/// Sends it back.
///
/// # Errors
/// [`StoreError::Stale`] if the share changed since `share.version` was read.
pub async fn give_back(tx: &mut Tx, share: &Share, reason: &str) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE share SET state = 'returned', return_reason = $1, version = version + 1 WHERE id = $2 AND version = $3",
            values![reason, share.id.to_string(), share.version],
        )
        .await?,
    )
}

/// Dispatches it again, to `agency`, with all its visits.
///
/// # Errors
/// [`StoreError::Stale`] if the share changed since `share.version` was read; `Duplicate("u_share__task_id__agency_id")`
/// if the agency has a share of the task already.
pub async fn redispatch(tx: &mut Tx, share: &Share, agency: AgencyId, now: Instant) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE share SET state = 'received', agency_id = $1, dispatched_at = $2, accepted_at = NULL, accepted_by = NULL,
             accepted_name = NULL, version = version + 1 WHERE id = $3 AND version = $4",
            values![agency.to_string(), now, share.id.to_string(), share.version],
        )
        .await?,
    )?;
    tx.execute(
        "UPDATE visit SET agency_id = $1 WHERE share_id = $2",
        values![agency.to_string(), share.id.to_string()],
    )
    .await?;
    Ok(())
}

/// Marks the share matched.
///
/// # Errors
/// [`StoreError::Stale`] if it is not in a state that can be matched.
pub async fn set_matched(tx: &mut Tx, id: ShareId) -> Result<()> {
    touched(
        tx.execute(
            "UPDATE share SET state = 'matched', version = version + 1 WHERE id = $1 AND state = 'accepted'",
            values![id.to_string()],
        )
        .await?,
    )
}

fn touched(rows: u64) -> Result<()> {
    if rows == 0 { Err(StoreError::Stale) } else { Ok(()) }
}
