//! The directory as a roll sees it: objects of a scope in ascending order of their codes, at one instant. One statement
//! reads everything, so that both databases give one consistent picture even while an import commits.

use chrono::NaiveDate;
use domain::agency::Scope;
use domain::subject::{SubjectKind, SubjectStatus};

use super::path_end;
use crate::{Conn, Result, Row, values};

/// One object, with tags in ascending byte order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollRow {
    /// Code, the roll's id.
    pub code: String,
    /// Own id.
    pub subject_id: String,
    /// Name, which never enters a roll.
    pub name: String,
    /// Kind.
    pub kind: SubjectKind,
    /// Finer kind, may be empty.
    pub sub_kind: String,
    /// Registrar key of the agency.
    pub organ: String,
    /// Day of establishment, or empty.
    pub registered: String,
    /// Registration state.
    pub status: SubjectStatus,
    /// Newest credit risk class of the day, or empty.
    pub risk: String,
    /// Industry code, or empty.
    pub industry: String,
    /// Division code, or empty.
    pub division: String,
    /// Tags.
    pub tags: Vec<String>,
}

/// Calls `each` for every object of the scope, ascending by code.
///
/// # Errors
/// See [`crate::StoreError`]; an error of `each` ends the reading.
pub async fn for_each(
    conn: &mut Conn,
    scope: &Scope,
    day: NaiveDate,
    mut each: impl FnMut(RollRow) -> Result<()> + Send,
) -> Result<()> {
    let prefix = scope.prefix();
    let mut waiting: Option<RollRow> = None;
    conn.for_each(
        "SELECT subject.code, subject.id, subject.name, subject.kind, subject.sub_kind, agency.code AS organ, subject.registered_on,
             subject.status, subject.industry, subject.division, subject_tag.tag,
             (SELECT r.class FROM subject_risk r WHERE r.subject_id = subject.id AND r.scale = 'credit' AND r.assessed_on <= $3
                 ORDER BY r.assessed_on DESC LIMIT 1) AS risk
         FROM subject JOIN agency ON agency.id = subject.agency_id
             LEFT JOIN subject_tag ON subject_tag.subject_id = subject.id
         WHERE agency.path >= $1 AND agency.path < $2
         ORDER BY subject.code, subject_tag.tag",
        values![prefix, path_end(prefix), day],
        |row| {
            let tag = row.opt_text("tag")?;
            let code = row.text("code")?;
            match &mut waiting {
                Some(current) if current.code == code => current.tags.extend(tag),
                _ => {
                    if let Some(done) = waiting.replace(read(&row, code, tag)?) {
                        each(done)?;
                    }
                }
            }
            Ok(())
        },
    )
    .await?;
    waiting.map_or(Ok(()), each)
}

fn read(row: &Row, code: String, tag: Option<String>) -> Result<RollRow> {
    Ok(RollRow {
        code,
        subject_id: row.text("id")?,
        name: row.text("name")?,
        kind: row.parse("kind")?,
        sub_kind: row.text("sub_kind")?,
        organ: row.text("organ")?,
        registered: row.text("registered_on")?,
        status: row.parse("status")?,
        risk: row.opt_text("risk")?.unwrap_or_default(),
        industry: row.text("industry")?,
        division: row.text("division")?,
        tags: tag.into_iter().collect(),
    })
}

/// A number that changes whenever an object of the scope is added or changed: for what is kept in memory of it.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn stamp(conn: &mut Conn, scope: &Scope) -> Result<(i64, i64, i64)> {
    let prefix = scope.prefix();
    let row = conn
        .row(
            "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(subject.version), 0) AS BIGINT) AS versions,
                 CAST(COALESCE(MAX(subject.valid_from), 0) AS BIGINT) AS newest
             FROM subject JOIN agency ON agency.id = subject.agency_id WHERE agency.path >= $1 AND agency.path < $2",
            values![prefix, path_end(prefix)],
        )
        .await?
        .ok_or(crate::StoreError::NotFound)?;
    Ok((row.int("n")?, row.int("versions")?, row.int("newest")?))
}

/// The values that a column of the directory holds within the scope, most frequent first: for the choices of a form. `column`
/// is one of `sub_kind`, `industry`, `division`, `tag` and `organ`.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn values_of(conn: &mut Conn, scope: &Scope, column: &str, rows_max: u32) -> Result<Vec<(String, i64)>> {
    let prefix = scope.prefix();
    let (expression, join) = match column {
        "sub_kind" => ("subject.sub_kind", ""),
        "industry" => ("subject.industry", ""),
        "division" => ("subject.division", ""),
        "organ" => ("agency.code", ""),
        _ => ("subject_tag.tag", "JOIN subject_tag ON subject_tag.subject_id = subject.id"),
    };
    conn.rows(
        &format!(
            "SELECT {expression} AS value, COUNT(*) AS n FROM subject JOIN agency ON agency.id = subject.agency_id {join}
             WHERE agency.path >= $1 AND agency.path < $2 AND {expression} <> '' GROUP BY {expression} ORDER BY COUNT(*) DESC, {expression} LIMIT {rows_max}"
        ),
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(|row| Ok((row.text("value")?, row.int("n")?)))
    .collect()
}
