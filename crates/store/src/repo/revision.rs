//! Revisions: documents with a number and a life. A task pins the revisions it was sealed with.

use domain::agency::Scope;
use domain::ids::{AgencyId, RevisionId};
use domain::state::RevisionState;
use domain::time::Instant;

use super::{Page, Window, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// A revision of a document.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// Kind of document: `scheme`, `item_list` …
    pub kind: String,
    /// Number of the document, shared by its revisions.
    pub number: String,
    /// Revision, from 1.
    pub revision: i64,
    /// Title.
    pub title: String,
    /// Whose document.
    pub agency_id: AgencyId,
    /// State.
    pub state: RevisionState,
    /// Content, JSON.
    pub content: String,
    /// SHA-256 of the content's bytes, hex.
    pub digest: String,
    /// For optimistic locking.
    pub version: i64,
    /// The post that wrote it.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

const COLUMNS: &str = "revision.id, revision.kind, revision.number, revision.revision, revision.title, revision.agency_id, revision.state,
     revision.content, revision.digest, revision.version, revision.created_by, revision.created_at, revision.changed_at";

fn read(row: &Row) -> Result<Revision> {
    Ok(Revision {
        id: row.parse("id")?,
        kind: row.text("kind")?,
        number: row.text("number")?,
        revision: row.int("revision")?,
        title: row.text("title")?,
        agency_id: row.parse("agency_id")?,
        state: row.parse("state")?,
        content: row.text("content")?,
        digest: row.text("digest")?,
        version: row.int("version")?,
        created_by: row.text("created_by")?,
        created_at: row.instant("created_at")?,
        changed_at: row.instant("changed_at")?,
    })
}

/// Adds a revision.
///
/// # Errors
/// `Duplicate` if the number has this revision already.
pub async fn insert(tx: &mut Tx, r: &Revision) -> Result<()> {
    tx.execute(
        "INSERT INTO revision (id, kind, number, revision, title, agency_id, state, content, digest, created_by, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        values![
            r.id.to_string(),
            &r.kind,
            &r.number,
            r.revision,
            &r.title,
            r.agency_id.to_string(),
            r.state.to_string(),
            &r.content,
            &r.digest,
            &r.created_by,
            r.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes title, content, digest and state back.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `r.version` was read.
pub async fn update(tx: &mut Tx, r: &Revision, now: Instant) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE revision SET title = $1, content = $2, digest = $3, state = $4, changed_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
            values![&r.title, &r.content, &r.digest, r.state.to_string(), now, r.id.to_string(), r.version],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Deletes a draft. What it held stays in nobody's list; that it was, stays in the events.
///
/// # Errors
/// [`StoreError::Stale`] if it is no draft any more or changed since `version` was read.
pub async fn delete_draft(tx: &mut Tx, id: RevisionId, version: i64) -> Result<()> {
    let touched = tx
        .execute(
            "DELETE FROM revision WHERE id = $1 AND version = $2 AND state = 'draft'",
            values![id.to_string(), version],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// One revision within the scope.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(conn: &mut Conn, scope: &Scope, id: RevisionId) -> Result<Revision> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!(
                "SELECT {COLUMNS} FROM revision JOIN agency ON agency.id = revision.agency_id WHERE revision.id = $1 AND agency.path >= $2 AND agency.path < $3"
            ),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// One revision, whatever the scope: a county reads the scheme of the city's task that it works on.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: RevisionId) -> Result<Revision> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM revision WHERE revision.id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("number", "revision.number"),
    ("title", "revision.title"),
    ("state", "revision.state"),
    ("changed", "revision.changed_at"),
];

/// A window of the revisions of one kind in the scope, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope, kind: &str, window: Window) -> Result<Page<Revision>> {
    let prefix = scope.prefix();
    let from = "FROM revision JOIN agency ON agency.id = revision.agency_id
         WHERE revision.kind = $1 AND agency.path >= $2 AND agency.path < $3";
    let values = values![kind, prefix, path_end(prefix)];
    let total = conn.int(&format!("SELECT COUNT(*) {from}"), values.clone()).await?;
    let clause = window.clause(SORTS, "revision.created_at DESC, revision.id DESC");
    let rows = conn.rows(&format!("SELECT {COLUMNS} {from} {clause}"), values).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}
