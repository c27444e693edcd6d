//! Jobs: long work, enqueued inside the business transaction and claimed by one `UPDATE … RETURNING` with a lease.

use domain::agency::Scope;
use domain::ids::{AgencyId, JobId};
use domain::state::JobState;
use domain::time::Instant;

use super::{Page, Window, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which work: the handler's name, e.g. `import`.
    pub kind: String,
    /// State.
    pub state: JobState,
    /// What a person reads in the list.
    pub title: String,
    /// The handler's input, JSON.
    pub payload: String,
    /// Kind of thing it works on.
    pub subject_kind: String,
    /// That thing's id.
    pub subject_id: String,
    /// Units done.
    pub done: i64,
    /// Units in all; 0 while unknown.
    pub total: i64,
    /// What it is doing now: a code of `text::job`.
    pub step: String,
    /// How often it was begun.
    pub attempts: i64,
    /// Someone asked it to stop.
    pub cancel_requested: bool,
    /// For which agency.
    pub agency_id: Option<AgencyId>,
    /// The post that asked for it, or `system`.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it was last begun.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// What came out, JSON.
    pub result: Option<String>,
    /// Why it failed, a code and words for a person, JSON.
    pub error: Option<String>,
}

const COLUMNS: &str = "job.id, job.kind, job.state, job.title, job.payload, job.subject_kind, job.subject_id, job.done, job.total, job.step,
     job.attempts, job.cancel_requested, job.agency_id, job.created_by, job.created_at, job.started_at, job.finished_at, job.result, job.error";

fn read(row: &Row) -> Result<Job> {
    Ok(Job {
        id: row.parse("id")?,
        kind: row.text("kind")?,
        state: row.parse("state")?,
        title: row.text("title")?,
        payload: row.text("payload")?,
        subject_kind: row.text("subject_kind")?,
        subject_id: row.text("subject_id")?,
        done: row.int("done")?,
        total: row.int("total")?,
        step: row.text("step")?,
        attempts: row.int("attempts")?,
        cancel_requested: row.flag("cancel_requested")?,
        agency_id: row.opt_parse("agency_id")?,
        created_by: row.text("created_by")?,
        created_at: row.instant("created_at")?,
        started_at: row.opt_instant("started_at")?,
        finished_at: row.opt_instant("finished_at")?,
        result: row.opt_text("result")?,
        error: row.opt_text("error")?,
    })
}

/// Adds a queued job.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(tx: &mut Tx, job: &Job) -> Result<()> {
    tx.execute(
        "INSERT INTO job (id, kind, state, title, payload, subject_kind, subject_id, agency_id, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        values![
            job.id.to_string(),
            &job.kind,
            job.state.to_string(),
            &job.title,
            &job.payload,
            &job.subject_kind,
            &job.subject_id,
            job.agency_id.map(|id| id.to_string()),
            &job.created_by,
            job.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Takes the oldest job that is queued, or whose worker's lease ran out. Two workers never get the same one.
///
/// # Errors
/// See [`StoreError`].
pub async fn claim(tx: &mut Tx, owner: &str, now: Instant, lease_until: Instant) -> Result<Option<Job>> {
    let returning = COLUMNS.replace("job.", "");
    tx.row(
        &format!(
            "UPDATE job SET state = 'running', lease_owner = $1, lease_until = $2, started_at = $3, attempts = attempts + 1
             WHERE id = (SELECT id FROM job WHERE state = 'queued' OR (state = 'running' AND lease_until < $3) ORDER BY created_at, id LIMIT 1)
             AND (state = 'queued' OR (state = 'running' AND lease_until < $3)) RETURNING {returning}"
        ),
        values![owner, lease_until, now],
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// As [`claim`], but only this job.
///
/// # Errors
/// See [`StoreError`].
pub async fn claim_one(tx: &mut Tx, id: JobId, owner: &str, now: Instant, lease_until: Instant) -> Result<Option<Job>> {
    let returning = COLUMNS.replace("job.", "");
    tx.row(
        &format!(
            "UPDATE job SET state = 'running', lease_owner = $1, lease_until = $2, started_at = $3, attempts = attempts + 1
             WHERE id = $4 AND (state = 'queued' OR (state = 'running' AND lease_until < $3)) RETURNING {returning}"
        ),
        values![owner, lease_until, now, id.to_string()],
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// Writes progress and renews the lease. Returns whether someone asked the job to stop.
///
/// # Errors
/// [`StoreError::Stale`] if the lease was lost to another worker: the caller must stop at once.
pub async fn progress(
    tx: &mut Tx,
    id: JobId,
    owner: &str,
    done: i64,
    total: i64,
    step: &str,
    lease_until: Instant,
) -> Result<bool> {
    let row = tx
        .row(
            "UPDATE job SET done = $1, total = $2, step = $3, lease_until = $4 WHERE id = $5 AND lease_owner = $6 AND state = 'running'
             RETURNING cancel_requested",
            values![done, total, step, lease_until, id.to_string(), owner],
        )
        .await?
        .ok_or(StoreError::Stale)?;
    row.flag("cancel_requested")
}

/// Renews the lease alone. Returns whether the job is still this owner's.
///
/// # Errors
/// See [`StoreError`].
pub async fn renew(tx: &mut Tx, id: JobId, owner: &str, lease_until: Instant) -> Result<bool> {
    let sql = "UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_owner = $3 AND state = 'running'";
    Ok(tx.execute(sql, values![lease_until, id.to_string(), owner]).await? > 0)
}

/// Ends a job.
///
/// # Errors
/// [`StoreError::Stale`] if the lease was lost to another worker.
pub async fn finish(
    tx: &mut Tx,
    id: JobId,
    owner: &str,
    state: JobState,
    result: Option<&str>,
    error: Option<&str>,
    now: Instant,
) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE job SET state = $1, result = $2, error = $3, finished_at = $4, lease_owner = NULL, lease_until = NULL
             WHERE id = $5 AND lease_owner = $6 AND state = 'running'",
            values![state.to_string(), result, error, now, id.to_string(), owner],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Lets go of the leases of a process that is known to be dead, so that its jobs start again at once.
///
/// # Errors
/// See [`StoreError`].
pub async fn release_all(tx: &mut Tx) -> Result<u64> {
    tx.execute(
        "UPDATE job SET state = 'queued', lease_owner = NULL, lease_until = NULL WHERE state = 'running'",
        vec![],
    )
    .await
}

/// Asks a job to stop: a queued one is cancelled at once, a running one when its worker next looks.
///
/// # Errors
/// [`StoreError::Stale`] if it has ended already.
pub async fn request_cancel(tx: &mut Tx, id: JobId, now: Instant) -> Result<()> {
    let queued = tx
        .execute(
            "UPDATE job SET state = 'cancelled', finished_at = $1 WHERE id = $2 AND state = 'queued'",
            values![now, id.to_string()],
        )
        .await?;
    let running = tx
        .execute("UPDATE job SET cancel_requested = 1 WHERE id = $1 AND state = 'running'", values![id.to_string()])
        .await?;
    if queued + running == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// One job within the scope; jobs of the platform itself belong to no agency and are seen from the whole installation only.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(conn: &mut Conn, scope: &Scope, id: JobId) -> Result<Job> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!("SELECT {COLUMNS} FROM job LEFT JOIN agency ON agency.id = job.agency_id
                 WHERE job.id = $1 AND ((agency.path >= $2 AND agency.path < $3) OR ($2 = '' AND job.agency_id IS NULL))"),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// One job, whatever the scope: for workers.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: JobId) -> Result<Job> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM job WHERE job.id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("title", "job.title"),
    ("state", "job.state"),
    ("created_at", "job.created_at"),
    ("finished_at", "COALESCE(job.finished_at, 0)"),
];

/// A window of the jobs of the scope, newest first; `state` empty means all.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, state: &str, window: Window) -> Result<Page<Job>> {
    let prefix = scope.prefix();
    let condition = "FROM job LEFT JOIN agency ON agency.id = job.agency_id
         WHERE ((agency.path >= $1 AND agency.path < $2) OR ($1 = '' AND job.agency_id IS NULL)) AND ($3 = '' OR job.state = $3)";
    let values = values![prefix, path_end(prefix), state];
    let total = conn.int(&format!("SELECT COUNT(*) {condition}"), values.clone()).await?;
    let clause = window.clause(SORTS, "job.created_at DESC, job.id DESC");
    let rows = conn.rows(&format!("SELECT {COLUMNS} {condition} {clause}"), values).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// Jobs that work or worked on one thing, newest first, the last twenty.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_subject(conn: &mut Conn, subject_kind: &str, subject_id: &str) -> Result<Vec<Job>> {
    conn.rows(
        &format!("SELECT {COLUMNS} FROM job WHERE job.subject_kind = $1 AND job.subject_id = $2 ORDER BY job.created_at DESC, job.id DESC LIMIT 20"),
        values![subject_kind, subject_id],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Jobs that wait or run, of the whole installation.
///
/// # Errors
/// See [`StoreError`].
pub async fn open_count(conn: &mut Conn) -> Result<u64> {
    Ok(unsigned(conn.int("SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')", vec![]).await?))
}
