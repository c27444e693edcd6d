//! What the doctor asks the database about itself. Nothing here changes anything.

use domain::time::Instant;

use crate::{Conn, Engine, Result, values};

/// The oldest PostgreSQL that is supported.
pub const POSTGRES_VERSION_MIN: i64 = 13;
/// Lines that an engine's own check reports at most.
const LINES_MAX: usize = 20;

/// What is wrong with a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseFault {
    /// SQLite's `quick_check` found a damaged page or index.
    Damaged(String),
    /// A row refers to one that is not there.
    Dangling {
        /// The table of the row.
        table: String,
        /// The table that it refers to.
        parent: String,
    },
    /// The server is too old.
    OldServer(i64),
    /// The database does not keep text as UTF-8.
    Encoding(String),
    /// A text column that sorts by a language: lists and paths would come in another order.
    Collation(String),
}

/// Looks for faults of the database as such; empty if all is well.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn database_faults(conn: &mut Conn) -> Result<Vec<DatabaseFault>> {
    let mut faults = Vec::new();
    match conn.engine() {
        Engine::Sqlite => {
            for row in conn.rows(&format!("PRAGMA quick_check({LINES_MAX})"), vec![]).await? {
                let line = row.text("quick_check")?;
                if line != "ok" {
                    faults.push(DatabaseFault::Damaged(line));
                }
            }
            let dangling = conn.rows("SELECT \"table\", parent FROM pragma_foreign_key_check", vec![]).await?;
            for row in dangling.iter().take(LINES_MAX) {
                faults.push(DatabaseFault::Dangling { table: row.text("table")?, parent: row.text("parent")? });
            }
        }
        Engine::Postgres => {
            let version =
                conn.int("SELECT CAST(current_setting('server_version_num') AS BIGINT)", vec![]).await? / 10_000;
            if version < POSTGRES_VERSION_MIN {
                faults.push(DatabaseFault::OldServer(version));
            }
            let encoding = conn.row("SELECT CAST(current_setting('server_encoding') AS TEXT) AS name", vec![]).await?;
            if let Some(row) = encoding
                && row.text("name")? != "UTF8"
            {
                faults.push(DatabaseFault::Encoding(row.text("name")?));
            }
            let sorted_by_language = conn
                .rows(
                    "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.columns
                     WHERE table_schema = current_schema() AND data_type = 'text' AND COALESCE(CAST(collation_name AS TEXT), '') <> 'C'
                     ORDER BY 1 LIMIT 20",
                    vec![],
                )
                .await?;
            for row in sorted_by_language {
                faults.push(DatabaseFault::Collation(row.text("name")?));
            }
        }
    }
    Ok(faults)
}

/// The time of the newest event.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn newest_event(conn: &mut Conn) -> Result<Option<Instant>> {
    match conn.row("SELECT at FROM event ORDER BY at DESC LIMIT 1", vec![]).await? {
        None => Ok(None),
        Some(row) => row.instant("at").map(Some),
    }
}

/// Titles of jobs that run without a living worker (their lease ended before `now`), and of those that have waited since
/// before `since` without being begun. The oldest twenty.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn stuck_jobs(conn: &mut Conn, now: Instant, since: Instant) -> Result<Vec<String>> {
    conn.rows(
        "SELECT title FROM job WHERE (state = 'running' AND COALESCE(lease_until, 0) < $1) OR (state = 'queued' AND created_at < $2)
         ORDER BY created_at, id LIMIT 20",
        values![now, since],
    )
    .await?
    .iter()
    .map(|row| row.text("title"))
    .collect()
}
