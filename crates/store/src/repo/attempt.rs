//! Attempts to draw a task: the frozen roll, the documents, what came out. A failed attempt stays; nothing is redrawn in
//! place.

use domain::agency::Scope;
use domain::ids::{DrawId, TaskId};
use domain::state::AttemptState;
use domain::time::Instant;

use super::path_end;
use crate::{Conn, Result, Row, StoreError, Tx, Value, values};

/// One attempt. What a later step fills is `None` until then.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its id.
    pub id: DrawId,
    /// Of which task.
    pub task_id: TaskId,
    /// From 1.
    pub attempt: i64,
    /// How far it came.
    pub state: AttemptState,
    /// Hash suite, `mc1-sha256`.
    pub suite: String,
    /// Rows of the roll.
    pub roll_rows: Option<i64>,
    /// The roll's digest, hex.
    pub roll_digest: Option<String>,
    /// The instant of the freeze.
    pub roll_at: Option<Instant>,
    /// What it was frozen from.
    pub roll_source: String,
    /// Digest of `roll.parquet` in the file store.
    pub roll_file: Option<String>,
    /// `roll.json`.
    pub roll_document: Option<String>,
    /// Digest of the register in the file store.
    pub register_file: Option<String>,
    /// `scheme.json`.
    pub scheme_document: String,
    /// `sizes.json`.
    pub sizes_document: Option<String>,
    /// The account that froze.
    pub frozen_account: Option<String>,
    /// The post that asked for the seal.
    pub requested_by: Option<String>,
    /// That person's name.
    pub requested_name: Option<String>,
    /// That person's account.
    pub requested_account: Option<String>,
    /// When.
    pub requested_at: Option<Instant>,
    /// Why the failed attempt is replaced; only from the second attempt on.
    pub replaces_reason: Option<String>,
    /// Who approved the seal.
    pub approved_by: Option<String>,
    /// When it was sealed.
    pub sealed_at: Option<Instant>,
    /// Until when parties reveal.
    pub reveal_by: Option<Instant>,
    /// When the commitment was published.
    pub committed_at: Option<Instant>,
    /// `commitment.json`.
    pub commitment_document: Option<String>,
    /// Its digest, hex.
    pub commitment_digest: Option<String>,
    /// `reveals.json`, closed.
    pub reveals_document: Option<String>,
    /// The seed, hex.
    pub seed: Option<String>,
    /// Digest of `result.json` in the file store.
    pub result_file: Option<String>,
    /// The result's digest by the protocol, hex.
    pub result_digest: Option<String>,
    /// Digest of the whole bundle in the file store.
    pub bundle_file: Option<String>,
    /// Digest of the bundle that the public may have: the whole one, or one without the roll.
    pub public_bundle_file: Option<String>,
    /// How many were drawn over all strata.
    pub drawn_rows: Option<i64>,
    /// When it was drawn or failed.
    pub ended_at: Option<Instant>,
    /// `failure.json`.
    pub failure: Option<String>,
    /// For optimistic locking.
    pub version: i64,
    /// When the row was made.
    pub created_at: Instant,
}

const COLUMNS: &str = "id, task_id, attempt, state, suite, roll_rows, roll_digest, roll_at, roll_source, roll_file, roll_document, register_file,
     scheme_document, sizes_document, frozen_account, requested_by, requested_name, requested_account, requested_at, replaces_reason,
     approved_by, sealed_at, reveal_by, committed_at, commitment_document, commitment_digest, reveals_document, seed, result_file,
     result_digest, bundle_file, public_bundle_file, drawn_rows, ended_at, failure, version, created_at";

fn read(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        id: row.parse("id")?,
        task_id: row.parse("task_id")?,
        attempt: row.int("attempt")?,
        state: row.parse("state")?,
        suite: row.text("suite")?,
        roll_rows: row.opt_int("roll_rows")?,
        roll_digest: row.opt_text("roll_digest")?,
        roll_at: row.opt_instant("roll_at")?,
        roll_source: row.text("roll_source")?,
        roll_file: row.opt_text("roll_file")?,
        roll_document: row.opt_text("roll_document")?,
        register_file: row.opt_text("register_file")?,
        scheme_document: row.text("scheme_document")?,
        sizes_document: row.opt_text("sizes_document")?,
        frozen_account: row.opt_text("frozen_account")?,
        requested_by: row.opt_text("requested_by")?,
        requested_name: row.opt_text("requested_name")?,
        requested_account: row.opt_text("requested_account")?,
        requested_at: row.opt_instant("requested_at")?,
        replaces_reason: row.opt_text("replaces_reason")?,
        approved_by: row.opt_text("approved_by")?,
        sealed_at: row.opt_instant("sealed_at")?,
        reveal_by: row.opt_instant("reveal_by")?,
        committed_at: row.opt_instant("committed_at")?,
        commitment_document: row.opt_text("commitment_document")?,
        commitment_digest: row.opt_text("commitment_digest")?,
        reveals_document: row.opt_text("reveals_document")?,
        seed: row.opt_text("seed")?,
        result_file: row.opt_text("result_file")?,
        result_digest: row.opt_text("result_digest")?,
        bundle_file: row.opt_text("bundle_file")?,
        public_bundle_file: row.opt_text("public_bundle_file")?,
        drawn_rows: row.opt_int("drawn_rows")?,
        ended_at: row.opt_instant("ended_at")?,
        failure: row.opt_text("failure")?,
        version: row.int("version")?,
        created_at: row.instant("created_at")?,
    })
}

fn written(a: &Attempt) -> Vec<Value> {
    values![
        a.state.to_string(),
        a.roll_rows,
        a.roll_digest.clone(),
        a.roll_at,
        &a.roll_source,
        a.roll_file.clone(),
        a.roll_document.clone(),
        a.register_file.clone(),
        &a.scheme_document,
        a.sizes_document.clone(),
        a.frozen_account.clone(),
        a.requested_by.clone(),
        a.requested_name.clone(),
        a.requested_account.clone(),
        a.requested_at,
        a.replaces_reason.clone(),
        a.approved_by.clone(),
        a.sealed_at,
        a.reveal_by,
        a.committed_at,
        a.commitment_document.clone(),
        a.commitment_digest.clone(),
        a.reveals_document.clone(),
        a.seed.clone(),
        a.result_file.clone(),
        a.result_digest.clone(),
        a.bundle_file.clone(),
        a.public_bundle_file.clone(),
        a.drawn_rows,
        a.ended_at,
        a.failure.clone()
    ]
}

/// Adds an attempt.
///
/// # Errors
/// `Duplicate("u_draw__task_id__attempt")` if the task has this attempt already.
pub async fn insert(tx: &mut Tx, a: &Attempt) -> Result<()> {
    let mut all = written(a);
    all.extend(values![a.id.to_string(), a.task_id.to_string(), a.attempt, &a.suite, a.created_at]);
    tx.execute(
        "INSERT INTO draw (state, roll_rows, roll_digest, roll_at, roll_source, roll_file, roll_document, register_file, scheme_document,
             sizes_document, frozen_account, requested_by, requested_name, requested_account, requested_at, replaces_reason, approved_by,
             sealed_at, reveal_by, committed_at, commitment_document, commitment_digest, reveals_document, seed, result_file, result_digest,
             bundle_file, public_bundle_file, drawn_rows, ended_at, failure, id, task_id, attempt, suite, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
             $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)",
        all,
    )
    .await?;
    Ok(())
}

/// Writes everything but id, task, attempt and suite back, if the row still stands in one of the states `from`, and has no more
/// behind it than they may: no commitment before it is committed, and no end, so that a state that was set back behind the
/// product's back opens nothing that is final.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `a.version` was read, or is in another state.
pub async fn update(tx: &mut Tx, a: &Attempt, from: &[AttemptState]) -> Result<()> {
    let mut all = written(a);
    all.extend(values![a.id.to_string(), a.version]);
    // The codes are the program's own words, never anybody's input.
    let states = from.iter().map(|state| format!("'{}'", state.code())).collect::<Vec<_>>().join(", ");
    let uncommitted = if from.contains(&AttemptState::Committed) { "" } else { " AND commitment_digest IS NULL" };
    let touched = tx
        .execute(
            &format!(
                "UPDATE draw SET state = $1, roll_rows = $2, roll_digest = $3, roll_at = $4, roll_source = $5, roll_file = $6,
                 roll_document = $7, register_file = $8, scheme_document = $9, sizes_document = $10, frozen_account = $11,
                 requested_by = $12, requested_name = $13, requested_account = $14, requested_at = $15, replaces_reason = $16,
                 approved_by = $17, sealed_at = $18, reveal_by = $19, committed_at = $20, commitment_document = $21,
                 commitment_digest = $22, reveals_document = $23, seed = $24, result_file = $25, result_digest = $26, bundle_file = $27,
                 public_bundle_file = $28, drawn_rows = $29, ended_at = $30, failure = $31, version = version + 1
             WHERE id = $32 AND version = $33 AND ended_at IS NULL AND state IN ({states}){uncommitted}"
            ),
            all,
        )
        .await?;
    if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Locks an attempt that is in `state` until the transaction ends, so that an invitation, a commitment and the publication
/// come one after the other.
///
/// # Errors
/// [`StoreError::Stale`] if it is in another state by now.
pub async fn touch(tx: &mut Tx, id: DrawId, state: AttemptState) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE draw SET version = version + 1 WHERE id = $1 AND state = $2",
            values![id.to_string(), state.to_string()],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// One attempt. Its task's scope is the caller's business.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: DrawId) -> Result<Attempt> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM draw WHERE id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// The attempts of a task, first to last. The caller has read the task within its scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_task(conn: &mut Conn, task: TaskId) -> Result<Vec<Attempt>> {
    conn.rows(
        &format!("SELECT {COLUMNS} FROM draw WHERE task_id = $1 ORDER BY attempt LIMIT 1000"),
        values![task.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Attempts with a result, by id behind `after` (empty to begin): for recomputing all of them.
///
/// # Errors
/// See [`StoreError`].
pub async fn drawn_after_unscoped(conn: &mut Conn, after: &str, rows_max: u32) -> Result<Vec<DrawId>> {
    let sql = format!("SELECT id FROM draw WHERE result_digest IS NOT NULL AND id > $1 ORDER BY id LIMIT {rows_max}");
    conn.rows(&sql, values![after]).await?.iter().map(|row| row.parse("id")).collect()
}

/// The latest attempt of a task, if there is one.
///
/// # Errors
/// See [`StoreError`].
pub async fn latest(conn: &mut Conn, task: TaskId) -> Result<Option<Attempt>> {
    conn.row(
        &format!("SELECT {COLUMNS} FROM draw WHERE task_id = $1 ORDER BY attempt DESC LIMIT 1"),
        values![task.to_string()],
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// A drawn attempt, as those need it who count over many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnAttempt {
    /// The task's number.
    pub number: String,
    /// The task's title.
    pub title: String,
    /// The task may be drawn without witnesses and is never official.
    pub rehearsal: bool,
    /// Digest of the whole bundle in the file store.
    pub bundle_file: String,
    /// Digest of the register in the file store.
    pub register_file: String,
    /// What the roll was frozen from.
    pub roll_source: String,
    /// When the commitment was published.
    pub committed_at: Instant,
}

/// The drawn attempts of the tasks of the scope whose commitment was published in `[from, until)`, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn drawn_between(
    conn: &mut Conn,
    scope: &Scope,
    from: Instant,
    until: Instant,
    rows_max: u32,
) -> Result<Vec<DrawnAttempt>> {
    let prefix = scope.prefix();
    let rows = conn
        .rows(
            "SELECT task.number, task.title, task.rehearsal, draw.bundle_file, draw.register_file, draw.roll_source, draw.committed_at
             FROM draw JOIN task ON task.id = draw.task_id JOIN agency ON agency.id = task.agency_id
             WHERE agency.path >= $1 AND agency.path < $2 AND draw.bundle_file IS NOT NULL
             AND draw.committed_at >= $3 AND draw.committed_at < $4 ORDER BY draw.committed_at, draw.id LIMIT $5",
            values![prefix, path_end(prefix), from, until, i64::from(rows_max)],
        )
        .await?;
    let read = |row: &Row| {
        Ok(DrawnAttempt {
            number: row.text("number")?,
            title: row.text("title")?,
            rehearsal: row.flag("rehearsal")?,
            bundle_file: row.text("bundle_file")?,
            register_file: row.text("register_file")?,
            roll_source: row.text("roll_source")?,
            committed_at: row.instant("committed_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Numbers of other tasks that were drawn from the same roll: a roll drawn before under another name is flagged.
///
/// # Errors
/// See [`StoreError`].
pub async fn tasks_with_roll_unscoped(conn: &mut Conn, roll_digest: &str, but: TaskId) -> Result<Vec<String>> {
    conn.rows(
        "SELECT DISTINCT task.number FROM draw JOIN task ON task.id = draw.task_id
         WHERE draw.roll_digest = $1 AND draw.task_id <> $2 AND draw.commitment_digest IS NOT NULL ORDER BY task.number LIMIT 20",
        values![roll_digest, but.to_string()],
    )
    .await?
    .iter()
    .map(|row| row.text("number"))
    .collect()
}
