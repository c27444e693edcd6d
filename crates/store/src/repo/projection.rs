//! The notes of the seals: for each slice of a projection the digest of its rows, the event that holds it, and how the last
//! check ended. Rows are read here as the digest takes them: a first line that names table, slice and columns, then one
//! line a row, the array of its values as JSON, in the order of the slice's key.

use domain::Instant;
use domain::ids::{AgencyId, EventId, TaskId};
use domain::projection::Projection;

use super::{path_end, unsigned};
use crate::told::{narrowed, spec};
use crate::{Conn, Result, Row, StoreError, Tx, dump, values};

/// Slices that a search for unsealed rows names at most, for each table.
const UNSEALED_MAX: u32 = 20;

/// The note of a slice's seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The table.
    pub projection: Projection,
    /// The slice: the id of what its rows belong to.
    pub slice: String,
    /// The task it belongs to.
    pub task_id: Option<TaskId>,
    /// How often it was sealed; 0 for rows that no event holds.
    pub n: i64,
    /// SHA-256 over the canonical rows, hex.
    pub digest: String,
    /// The canonical rows themselves, unless they lie in a file.
    pub text: Option<String>,
    /// The file of the canonical rows, unless they stand here.
    pub file: Option<String>,
    /// The event that holds the digest.
    pub event: Option<EventId>,
    /// When it was last compared.
    pub checked_at: Option<Instant>,
    /// What did not agree then, as JSON.
    pub fault: Option<String>,
    /// Since when.
    pub fault_at: Option<Instant>,
}

const COLUMNS: &str =
    "projection.name, projection.slice, projection.task_id, projection.n, projection.rows_digest, projection.rows_text,
     projection.rows_file, projection.event_id, projection.checked_at, projection.fault, projection.fault_at";

fn read(row: &Row) -> Result<Sealed> {
    Ok(Sealed {
        projection: row.parse("name")?,
        slice: row.text("slice")?,
        task_id: row.opt_parse("task_id")?,
        n: row.int("n")?,
        digest: row.text("rows_digest")?,
        text: row.opt_text("rows_text")?,
        file: row.opt_text("rows_file")?,
        event: row.opt_parse("event_id")?,
        checked_at: row.opt_instant("checked_at")?,
        fault: row.opt_text("fault")?,
        fault_at: row.opt_instant("fault_at")?,
    })
}

/// Calls `each` with the canonical lines of a slice; returns how many rows there are. A slice without rows has its first
/// line all the same.
///
/// # Errors
/// See [`StoreError`].
pub async fn lines(
    conn: &mut Conn,
    projection: Projection,
    slice: &str,
    mut each: impl FnMut(&[u8]) + Send,
) -> Result<u64> {
    let spec = spec(projection);
    let broken = |detail: String| StoreError::Corrupt { column: projection.code().to_owned(), detail };
    let table = narrowed(spec).ok_or_else(|| broken("no such column".to_owned()))?;
    let first = serde_json::to_string(&("mingcha-rows-1", projection.code(), slice, spec.columns));
    each(format!("{}\n", first.map_err(|error| broken(error.to_string()))?).as_bytes());
    let sql = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {}",
        spec.columns.join(", "),
        projection.code(),
        spec.filter,
        spec.key.join(", ")
    );
    let (mut rows, mut line) = (0, Vec::new());
    conn.for_each(&sql, values![slice], |row| {
        line.clear();
        dump::write_line(&mut line, &table, &row)?;
        each(&line);
        rows += 1;
        Ok(())
    })
    .await?;
    Ok(rows)
}

/// The task that a slice belongs to.
///
/// # Errors
/// See [`StoreError`].
pub async fn task_of(conn: &mut Conn, projection: Projection, slice: &str) -> Result<Option<TaskId>> {
    let row = conn.row(spec(projection).task, values![slice]).await?;
    row.map(|row| row.parse("task")).transpose()
}

/// How often a slice was sealed before.
///
/// # Errors
/// See [`StoreError`].
pub async fn times(conn: &mut Conn, projection: Projection, slice: &str) -> Result<i64> {
    let found = get(conn, projection, slice).await?;
    Ok(found.map_or(0, |sealed| sealed.n))
}

/// Notes a seal in the place of the one before it. What the last check found stands until the next.
///
/// # Errors
/// See [`StoreError`].
pub async fn put(tx: &mut Tx, sealed: &Sealed) -> Result<()> {
    tx.execute(
        "INSERT INTO projection (name, slice, task_id, n, rows_digest, rows_text, rows_file, event_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (name, slice) DO UPDATE SET task_id = excluded.task_id, n = excluded.n, rows_digest = excluded.rows_digest,
             rows_text = excluded.rows_text, rows_file = excluded.rows_file, event_id = excluded.event_id, checked_at = NULL",
        values![
            sealed.projection.code(),
            &sealed.slice,
            sealed.task_id.map(|id| id.to_string()),
            sealed.n,
            &sealed.digest,
            sealed.text.clone(),
            sealed.file.clone(),
            sealed.event.map(|id| id.to_string())
        ],
    )
    .await?;
    Ok(())
}

/// The note of one slice.
///
/// # Errors
/// See [`StoreError`].
pub async fn get(conn: &mut Conn, projection: Projection, slice: &str) -> Result<Option<Sealed>> {
    let sql = format!("SELECT {COLUMNS} FROM projection WHERE name = $1 AND slice = $2");
    conn.row(&sql, values![projection.code(), slice]).await?.as_ref().map(read).transpose()
}

/// The notes behind a place (`("", "")` to begin), in order of table and slice.
///
/// # Errors
/// See [`StoreError`].
pub async fn after(conn: &mut Conn, (name, slice): (&str, &str), rows_max: u32) -> Result<Vec<Sealed>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM projection WHERE name > $1 OR (name = $1 AND slice > $2) ORDER BY name, slice LIMIT {rows_max}"
    );
    conn.rows(&sql, values![name, slice]).await?.iter().map(read).collect()
}

/// The notes that were not compared since `before`, the longest ago first. What does not agree is looked at again since
/// `again`, so that the alarm goes soon after the mend.
///
/// # Errors
/// See [`StoreError`].
pub async fn due(conn: &mut Conn, before: Instant, again: Instant, rows_max: u32) -> Result<Vec<Sealed>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM projection WHERE COALESCE(checked_at, 0) < $1 OR (fault IS NOT NULL AND COALESCE(checked_at, 0) < $2)
         ORDER BY COALESCE(checked_at, 0), name, slice LIMIT {rows_max}"
    );
    conn.rows(&sql, values![before, again]).await?.iter().map(read).collect()
}

/// Slices of a table that no note stands for, at most twenty.
///
/// # Errors
/// See [`StoreError`].
pub async fn unsealed(conn: &mut Conn, projection: Projection) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT s.slice FROM ({}) AS s WHERE NOT EXISTS
             (SELECT 1 FROM projection WHERE projection.name = $1 AND projection.slice = s.slice AND projection.n > 0)
         ORDER BY s.slice LIMIT {UNSEALED_MAX}",
        spec(projection).slices
    );
    conn.rows(&sql, values![projection.code()]).await?.iter().map(|row| row.text("slice")).collect()
}

/// Writes down how a comparison ended. Says whether this is new: the fault came, changed or went since the last time, and no
/// other process has written it down. A slice without a seal that has no fault any more is forgotten.
///
/// # Errors
/// See [`StoreError`].
pub async fn checked(tx: &mut Tx, sealed: &Sealed, fault: Option<&str>, now: Instant) -> Result<bool> {
    if sealed.n == 0 && fault.is_none() {
        let sql = "DELETE FROM projection WHERE name = $1 AND slice = $2 AND n = 0";
        return Ok(tx.execute(sql, values![sealed.projection.code(), &sealed.slice]).await? > 0);
    }
    tx.execute(
        "INSERT INTO projection (name, slice, task_id, n, rows_digest) VALUES ($1, $2, $3, $4, '') ON CONFLICT (name, slice) DO NOTHING",
        values![sealed.projection.code(), &sealed.slice, sealed.task_id.map(|id| id.to_string()), sealed.n],
    )
    .await?;
    // A command that sealed the slice meanwhile has the last word: what was compared is over.
    let new = tx
        .execute(
            "UPDATE projection SET fault = $1, fault_at = $2, checked_at = $3 WHERE name = $4 AND slice = $5 AND n = $6
             AND COALESCE(fault, '') <> COALESCE($1, '')",
            values![fault, fault.map(|_| now), now, sealed.projection.code(), &sealed.slice, sealed.n],
        )
        .await?;
    if new == 0 {
        tx.execute(
            "UPDATE projection SET checked_at = $1 WHERE name = $2 AND slice = $3 AND n = $4",
            values![now, sealed.projection.code(), &sealed.slice, sealed.n],
        )
        .await?;
    }
    Ok(new > 0)
}

/// How many slices are noted, how many of them do not agree, and the oldest comparison (`None` while one was never made).
///
/// # Errors
/// See [`StoreError`].
pub async fn state(conn: &mut Conn) -> Result<(u64, u64, Option<Instant>)> {
    let sql = "SELECT COUNT(*) AS slices, COUNT(fault) AS faults, COALESCE(MIN(COALESCE(checked_at, 0)), 0) AS oldest FROM projection";
    let row = conn.row(sql, vec![]).await?.ok_or(StoreError::NotFound)?;
    let oldest = row.int("oldest")?;
    let oldest = (oldest > 0).then(|| Instant::from_unix_ms(oldest));
    Ok((unsigned(row.int("slices")?), unsigned(row.int("faults")?), oldest))
}

/// A difference that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The table.
    pub projection: Projection,
    /// The slice.
    pub slice: String,
    /// The task.
    pub task_id: Option<TaskId>,
    /// The task's number.
    pub number: String,
    /// The task's title.
    pub title: String,
    /// What does not agree, as JSON.
    pub fault: String,
    /// Since when.
    pub since: Instant,
}

const STANDING: &str =
    "SELECT projection.name, projection.slice, projection.task_id, COALESCE(task.number, '') AS number,
         COALESCE(task.title, '') AS title, projection.fault, projection.fault_at
     FROM projection LEFT JOIN task ON task.id = projection.task_id LEFT JOIN agency ON agency.id = task.agency_id
     WHERE projection.fault IS NOT NULL";

fn standing(row: &Row) -> Result<Standing> {
    Ok(Standing {
        projection: row.parse("name")?,
        slice: row.text("slice")?,
        task_id: row.opt_parse("task_id")?,
        number: row.text("number")?,
        title: row.text("title")?,
        fault: row.text("fault")?,
        since: row.instant("fault_at")?,
    })
}

/// The differences that stand, of tasks below a path; those of no known task for everybody. At most `rows_max`, the oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn standing_below(conn: &mut Conn, path: &str, rows_max: u32) -> Result<Vec<Standing>> {
    let sql = format!(
        "{STANDING} AND (agency.path IS NULL OR (agency.path >= $1 AND agency.path < $2))
         ORDER BY projection.fault_at, projection.name, projection.slice LIMIT {rows_max}"
    );
    conn.rows(&sql, values![path, path_end(path)]).await?.iter().map(standing).collect()
}

/// The differences that stand for one task, at most a hundred.
///
/// # Errors
/// See [`StoreError`].
pub async fn standing_of(conn: &mut Conn, task: TaskId) -> Result<Vec<Standing>> {
    let sql = format!("{STANDING} AND projection.task_id = $1 ORDER BY projection.name, projection.slice LIMIT 100");
    conn.rows(&sql, values![task.to_string()]).await?.iter().map(standing).collect()
}

/// The tasks whose announcement or published list does not agree, with the table. At most `rows_max`; public pages ask this, too.
///
/// # Errors
/// See [`StoreError`].
pub async fn doubted(conn: &mut Conn, rows_max: u32) -> Result<Vec<(TaskId, Projection)>> {
    let sql = format!(
        "SELECT task_id, name FROM projection WHERE fault IS NOT NULL AND task_id IS NOT NULL
         AND name IN ('publication', 'publication_drawn') ORDER BY task_id, name LIMIT {rows_max}"
    );
    conn.rows(&sql, vec![]).await?.iter().map(|row| Ok((row.parse("task_id")?, row.parse("name")?))).collect()
}

/// The agency of a task, by which its events are found.
///
/// # Errors
/// See [`StoreError`].
pub async fn agency_of(conn: &mut Conn, task: TaskId) -> Result<Option<(AgencyId, String)>> {
    let sql = "SELECT agency.id, agency.name FROM task JOIN agency ON agency.id = task.agency_id WHERE task.id = $1";
    let row = conn.row(sql, values![task.to_string()]).await?;
    row.map(|row| Ok((row.parse("id")?, row.text("name")?))).transpose()
}
