//! What a content-addressed file is to whom. The bytes live in the crate `files`, written before the row that names them.

use domain::agency::Scope;
use domain::ids::{AgencyId, FileId};
use domain::time::Instant;

use super::path_end;
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// A file as one thing's attachment.
#[derive(Clone, Debug)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// SHA-256 of the bytes, hex.
    pub digest: String,
    /// Bytes.
    pub size: i64,
    /// Media type.
    pub media_type: String,
    /// Name for download.
    pub name: String,
    /// What it is to the thing: `upload`, `problems`, `roll`, `bundle`, `forms` …
    pub purpose: String,
    /// Kind of thing.
    pub subject_kind: String,
    /// That thing's id.
    pub subject_id: String,
    /// Whose.
    pub agency_id: Option<AgencyId>,
    /// The post that made it, or `system`.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
}

const COLUMNS: &str = "file.id, file.digest, file.size, file.media_type, file.name, file.purpose, file.subject_kind, file.subject_id, file.agency_id, file.created_by, file.created_at";

fn read(row: &Row) -> Result<File> {
    Ok(File {
        id: row.parse("id")?,
        digest: row.text("digest")?,
        size: row.int("size")?,
        media_type: row.text("media_type")?,
        name: row.text("name")?,
        purpose: row.text("purpose")?,
        subject_kind: row.text("subject_kind")?,
        subject_id: row.text("subject_id")?,
        agency_id: row.opt_parse("agency_id")?,
        created_by: row.text("created_by")?,
        created_at: row.instant("created_at")?,
    })
}

/// Adds a row.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(tx: &mut Tx, file: &File) -> Result<()> {
    tx.execute(
        "INSERT INTO file (id, digest, size, media_type, name, purpose, subject_kind, subject_id, agency_id, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values![
            file.id.to_string(),
            &file.digest,
            file.size,
            &file.media_type,
            &file.name,
            &file.purpose,
            &file.subject_kind,
            &file.subject_id,
            file.agency_id.map(|id| id.to_string()),
            &file.created_by,
            file.created_at
        ],
    )
    .await?;
    Ok(())
}

/// One file within the scope.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(conn: &mut Conn, scope: &Scope, id: FileId) -> Result<File> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!("SELECT {COLUMNS} FROM file JOIN agency ON agency.id = file.agency_id WHERE file.id = $1 AND agency.path >= $2 AND agency.path < $3"),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// The files of one thing with one purpose (empty: all), oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_subject(conn: &mut Conn, subject_kind: &str, subject_id: &str, purpose: &str) -> Result<Vec<File>> {
    conn.rows(
        &format!("SELECT {COLUMNS} FROM file WHERE file.subject_kind = $1 AND file.subject_id = $2 AND ($3 = '' OR file.purpose = $3) ORDER BY file.created_at, file.id LIMIT 1000"),
        values![subject_kind, subject_id, purpose],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// Every digest that a row names, each once, in order; for the doctor and for backup.
///
/// # Errors
/// See [`StoreError`].
pub async fn digests_unscoped(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    conn.rows("SELECT DISTINCT digest, size FROM file ORDER BY digest", vec![])
        .await?
        .iter()
        .map(|r| Ok((r.text("digest")?, r.int("size")?)))
        .collect()
}
