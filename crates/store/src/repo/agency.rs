//! The organisation tree: bureaus of the four levels and branch bureaus of functional zones.

use domain::agency::{AgencyKind, AgencyLevel, AgencyPath, Scope};
use domain::agency_code::AgencyCode;
use domain::ids::AgencyId;
use domain::time::Instant;

use super::generation::{self, Generation};
use super::path_end;
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// An agency as it stands now.
#[derive(Clone, Debug)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// Registrar key, unique: `130302`, `1303KF`.
    pub code: AgencyCode,
    /// Full name.
    pub name: String,
    /// Name for tables.
    pub short_name: String,
    /// Level.
    pub level: AgencyLevel,
    /// Kind.
    pub kind: AgencyKind,
    /// The agency above.
    pub parent_id: Option<AgencyId>,
    /// Division code (GB/T 2260); functional zones have none.
    pub division: Option<String>,
    /// `code/code/` from the root.
    pub path: AgencyPath,
    /// Whom a firm may ask about a visit; may be empty.
    pub contact: String,
    /// That person's phone; may be empty.
    pub phone: String,
    /// For optimistic locking.
    pub version: i64,
}

const COLUMNS: &str = "id, code, name, short_name, level, kind, parent_id, division, path, contact, phone, version";

fn read(row: &Row) -> Result<Agency> {
    Ok(Agency {
        id: row.parse("id")?,
        code: row.parse("code")?,
        name: row.text("name")?,
        short_name: row.text("short_name")?,
        level: row.parse("level")?,
        kind: row.parse("kind")?,
        parent_id: row.opt_parse("parent_id")?,
        division: row.opt_text("division")?,
        path: row.parse("path")?,
        contact: row.text("contact")?,
        phone: row.text("phone")?,
        version: row.int("version")?,
    })
}

/// Adds an agency.
///
/// # Errors
/// `Duplicate("u_agency__code")` if the registrar key is taken; `Duplicate` of another index if a root stands already.
pub async fn insert(tx: &mut Tx, agency: &Agency, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO agency (id, code, name, short_name, level, kind, parent_id, division, path, contact, phone, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12)",
        values![
            agency.id.to_string(),
            agency.code.as_str(),
            &agency.name,
            &agency.short_name,
            agency.level.to_string(),
            agency.kind.to_string(),
            agency.parent_id.map(|id| id.to_string()),
            agency.division.clone(),
            agency.path.to_string(),
            &agency.contact,
            &agency.phone,
            now
        ],
    )
    .await?;
    generation::begin(tx, Generation::Subjects).await
}

/// Changes names and contact of an agency; its key and place in the tree stay.
///
/// # Errors
/// [`StoreError::Stale`] if it changed since `agency.version` was read.
pub async fn update(tx: &mut Tx, agency: &Agency) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE agency SET name = $1, short_name = $2, contact = $3, phone = $4, version = version + 1
             WHERE id = $5 AND version = $6",
            values![
                &agency.name,
                &agency.short_name,
                &agency.contact,
                &agency.phone,
                agency.id.to_string(),
                agency.version
            ],
        )
        .await?;
    if touched == 0 {
        return Err(StoreError::Stale);
    }
    generation::begin(tx, Generation::Subjects).await
}

/// One agency within the scope.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none or it lies outside.
pub async fn get(conn: &mut Conn, scope: &Scope, id: AgencyId) -> Result<Agency> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            &format!("SELECT {COLUMNS} FROM agency WHERE id = $1 AND path >= $2 AND path < $3"),
            values![id.to_string(), prefix, path_end(prefix)],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// All agencies of the scope, parents before their children. There are some hundreds in a province.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(conn: &mut Conn, scope: &Scope) -> Result<Vec<Agency>> {
    let prefix = scope.prefix();
    conn.rows(
        &format!("SELECT {COLUMNS} FROM agency WHERE path >= $1 AND path < $2 ORDER BY path LIMIT 20000"),
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// The agency with a registrar key, whatever the scope: directories name agencies by it.
///
/// # Errors
/// See [`StoreError`].
pub async fn by_code_unscoped(conn: &mut Conn, code: &AgencyCode) -> Result<Option<Agency>> {
    conn.row(&format!("SELECT {COLUMNS} FROM agency WHERE code = $1"), values![code.as_str()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The agency at the top of the tree, by whose name the installation is known. A unique index keeps it the only one.
///
/// # Errors
/// See [`StoreError`].
pub async fn root(conn: &mut Conn) -> Result<Option<Agency>> {
    conn.row(&format!("SELECT {COLUMNS} FROM agency WHERE parent_id IS NULL"), vec![])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The agency with an id, whatever the scope: for names on documents.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: AgencyId) -> Result<Agency> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM agency WHERE id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}
