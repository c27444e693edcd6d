//! Uploads on their way into a directory: the file, the columns, what a dry run found.

use domain::agency::Scope;
use domain::ids::{AgencyId, ImportId};
use domain::import::{ImportKind, ImportState};
use domain::time::Instant;

use super::{Page, Window, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// An import.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Which directory it fills.
    pub kind: ImportKind,
    /// How far it has come.
    pub state: ImportState,
    /// Name of the file as uploaded.
    pub file_name: String,
    /// SHA-256 of its bytes, hex.
    pub file_digest: String,
    /// Bytes.
    pub file_size: i64,
    /// For which agency; none for the owner's command line.
    pub agency_id: Option<AgencyId>,
    /// Sheet, heading and columns, JSON of `app`; `{}` if the file cannot be read.
    pub mapping: String,
    /// What the last dry run found, JSON of `app`; `{}` before it.
    pub report: String,
    /// For optimistic locking.
    pub version: i64,
    /// The post that uploaded it, or `system`.
    pub created_by: String,
    /// That person's name.
    pub created_name: String,
    /// When.
    pub created_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

const COLUMNS: &str = "import.id, import.kind, import.state, import.file_name, import.file_digest, import.file_size, import.agency_id,
     import.mapping, import.report, import.version, import.created_by, import.created_name, import.created_at, import.changed_at";

/// The owner's imports belong to no agency and are seen by those who see everything.
const VISIBLE: &str =
    "LEFT JOIN agency ON agency.id = import.agency_id WHERE (agency.path >= $1 AND agency.path < $2 OR $1 = '')";

fn read(row: &Row) -> Result<Import> {
    Ok(Import {
        id: row.parse("id")?,
        kind: row.parse("kind")?,
        state: row.parse("state")?,
        file_name: row.text("file_name")?,
        file_digest: row.text("file_digest")?,
        file_size: row.int("file_size")?,
        agency_id: row.opt_parse("agency_id")?,
        mapping: row.text("mapping")?,
        report: row.text("report")?,
        version: row.int("version")?,
        created_by: row.text("created_by")?,
        created_name: row.text("created_name")?,
        created_at: row.instant("created_at")?,
        changed_at: row.instant("changed_at")?,
    })
}

/// Adds an import.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(tx: &mut Tx, i: &Import) -> Result<()> {
    tx.execute(
        "INSERT INTO import (id, kind, state, file_name, file_digest, file_size, agency_id, mapping, report, created_by, created_name, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        values![
            i.id.to_string(), i.kind.code(), i.state.code(), &i.file_name, &i.file_digest, i.file_size,
            i.agency_id.map(|id| id.to_string()), &i.mapping, &i.report, &i.created_by, &i.created_name, i.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes state, mapping and report back.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `i.version` was read.
pub async fn update(tx: &mut Tx, i: &Import, now: Instant) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE import SET state = $1, mapping = $2, report = $3, changed_at = $4, version = version + 1 WHERE id = $5 AND version = $6",
            values![i.state.code(), &i.mapping, &i.report, now, i.id.to_string(), i.version],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// One import within the scope.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(conn: &mut Conn, scope: &Scope, id: ImportId) -> Result<Import> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!("SELECT {COLUMNS} FROM import {VISIBLE} AND import.id = $3"),
            values![prefix, path_end(prefix), id.to_string()],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// One import, whatever the scope: for workers.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: ImportId) -> Result<Import> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM import WHERE import.id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("file", "import.file_name"),
    ("kind", "import.kind"),
    ("state", "import.state"),
    ("person", "import.created_name"),
    ("at", "import.created_at"),
];

/// A window of the imports of the scope, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, window: Window) -> Result<Page<Import>> {
    let prefix = scope.prefix();
    let values = values![prefix, path_end(prefix)];
    let total = conn.int(&format!("SELECT COUNT(*) FROM import {VISIBLE}"), values.clone()).await?;
    let clause = window.clause(SORTS, "import.created_at DESC, import.id DESC");
    let rows = conn.rows(&format!("SELECT {COLUMNS} FROM import {VISIBLE} {clause}"), values).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}
