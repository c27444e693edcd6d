//! What was drawn: objects by stratum and cell in ticket order, with name and agency of the roll's day.

use domain::ids::{AgencyId, DrawId, SubjectId};

use super::{Page, Window, like, path_end, unsigned};
use crate::{Conn, Result, Row, Tx, insert_rows, values};

/// One drawn object, or one held in reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Code of the stratum.
    pub stratum: String,
    /// Value of the cell; empty for a stratum that is one cell.
    pub cell: String,
    /// Place within the cell in ticket order, from 1; reserves go on counting.
    pub rank: i64,
    /// Held in reserve, not drawn.
    pub reserve: bool,
    /// The object.
    pub subject_id: SubjectId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The agency that registers it.
    pub agency_id: AgencyId,
    /// Its ticket, hex.
    pub ticket: String,
}

const COLUMNS: &str = "drawn.stratum, drawn.cell, drawn.rank, drawn.reserve, drawn.subject_id, drawn.code, drawn.name, drawn.agency_id, drawn.ticket";

fn read(row: &Row) -> Result<Drawn> {
    Ok(Drawn {
        stratum: row.text("stratum")?,
        cell: row.text("cell")?,
        rank: row.int("rank")?,
        reserve: row.flag("reserve")?,
        subject_id: row.parse("subject_id")?,
        code: row.text("code")?,
        name: row.text("name")?,
        agency_id: row.parse("agency_id")?,
        ticket: row.text("ticket")?,
    })
}

/// Writes the rows of a draw.
///
/// # Errors
/// `Duplicate` if the draw has rows already.
pub async fn insert_all(tx: &mut Tx, draw: DrawId, rows: &[Drawn]) -> Result<u64> {
    let columns =
        &["draw_id", "stratum", "cell", "rank", "reserve", "subject_id", "code", "name", "agency_id", "ticket"];
    let draw = draw.to_string();
    let rows = rows.iter().map(|row| {
        values![
            &draw,
            &row.stratum,
            &row.cell,
            row.rank,
            row.reserve,
            row.subject_id.to_string(),
            &row.code,
            &row.name,
            row.agency_id.to_string(),
            &row.ticket
        ]
    });
    insert_rows(tx, "drawn", columns, rows.collect()).await
}

/// How the drawn rows of a draw (without reserves) lie over strata and agencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnCount {
    /// Code of the stratum.
    pub stratum: String,
    /// The agency.
    pub agency_id: AgencyId,
    /// Its name for tables.
    pub agency: String,
    /// How many.
    pub rows: i64,
}

/// Counts by stratum and agency, agencies in the order of their paths.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn counts(conn: &mut Conn, draw: DrawId) -> Result<Vec<DrawnCount>> {
    conn.rows(
        "SELECT drawn.stratum, drawn.agency_id, agency.short_name, COUNT(*) AS n FROM drawn JOIN agency ON agency.id = drawn.agency_id
         WHERE drawn.draw_id = $1 AND drawn.reserve = 0 GROUP BY drawn.stratum, drawn.agency_id, agency.short_name, agency.path
         ORDER BY agency.path, drawn.stratum LIMIT 100000",
        values![draw.to_string()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(DrawnCount {
            stratum: row.text("stratum")?,
            agency_id: row.parse("agency_id")?,
            agency: row.text("short_name")?,
            rows: row.int("n")?,
        })
    })
    .collect()
}

/// How many different objects were drawn, by agency. An object belongs to one agency, so the sum counts none twice; where
/// classes overlap it is smaller than the number of drawn rows.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn objects(conn: &mut Conn, draw: DrawId) -> Result<Vec<(AgencyId, i64)>> {
    conn.rows(
        "SELECT agency_id, COUNT(DISTINCT subject_id) AS n FROM drawn WHERE draw_id = $1 AND reserve = 0
         GROUP BY agency_id ORDER BY agency_id LIMIT 100000",
        values![draw.to_string()],
    )
    .await?
    .iter()
    .map(|row| Ok((row.parse("agency_id")?, row.int("n")?)))
    .collect()
}

/// What a list of drawn objects is narrowed to. Empty means all.
#[derive(Clone, Debug, Default)]
pub struct DrawnFilter {
    /// Code of a stratum.
    pub stratum: String,
    /// Path of an agency, itself and below.
    pub agency_path: String,
    /// Part of a name or code.
    pub text: String,
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("stratum", "drawn.stratum"),
    ("rank", "drawn.rank"),
    ("code", "drawn.code"),
    ("name", "drawn.name"),
    ("unit", "agency.path"),
    ("ticket", "drawn.ticket"),
];

/// A window of a draw's list, without reserves, in the order of stratum, cell and rank. The caller has read the task within
/// its scope.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn list(conn: &mut Conn, draw: DrawId, filter: &DrawnFilter, window: Window) -> Result<Page<Drawn>> {
    let from = r"FROM drawn JOIN agency ON agency.id = drawn.agency_id WHERE drawn.draw_id = $1 AND drawn.reserve = 0
        AND ($2 = '' OR drawn.stratum = $2) AND agency.path >= $3 AND agency.path < $4
        AND ($5 = '%%' OR drawn.name LIKE $5 ESCAPE '\' OR drawn.code LIKE $5 ESCAPE '\')";
    let filters = || {
        values![
            draw.to_string(),
            &filter.stratum,
            &filter.agency_path,
            path_end(&filter.agency_path),
            like(&filter.text)
        ]
    };
    let total = conn.int(&format!("SELECT COUNT(*) {from}"), filters()).await?;
    let clause = window.clause(SORTS, "drawn.stratum, drawn.cell, drawn.rank");
    let rows = conn.rows(&format!("SELECT {COLUMNS} {from} {clause}"), filters()).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}

/// All drawn rows of a draw without reserves, at most `rows_max`, in the order of stratum, cell and rank: for dispatch.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn all(conn: &mut Conn, draw: DrawId, rows_max: u32) -> Result<Vec<Drawn>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM drawn WHERE drawn.draw_id = $1 AND drawn.reserve = 0 ORDER BY drawn.stratum, drawn.cell, drawn.rank LIMIT {rows_max}"
        ),
        values![draw.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}

/// All rows of a draw, reserves included, in the order of their key: for holding them against the recomputed result.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn all_with_reserves(conn: &mut Conn, draw: DrawId) -> Result<Vec<Drawn>> {
    let mut drawn = Vec::new();
    let sql =
        format!("SELECT {COLUMNS} FROM drawn WHERE drawn.draw_id = $1 ORDER BY drawn.stratum, drawn.cell, drawn.rank");
    conn.for_each(&sql, values![draw.to_string()], |row| {
        drawn.push(read(&row)?);
        Ok(())
    })
    .await?;
    Ok(drawn)
}

/// The drawn rows with the smallest tickets over all strata.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn first(conn: &mut Conn, draw: DrawId, rows_max: u32) -> Result<Vec<Drawn>> {
    conn.rows(
        &format!(
            "SELECT {COLUMNS} FROM drawn WHERE drawn.draw_id = $1 AND drawn.reserve = 0 ORDER BY drawn.ticket, drawn.code LIMIT {rows_max}"
        ),
        values![draw.to_string()],
    )
    .await?
    .iter()
    .map(read)
    .collect()
}
