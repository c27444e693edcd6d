//! Two small questions about the directory that come up before a roll is frozen: has it changed, and which values occur.
//! The walk over its rows is `subject::for_each_in_scope`.

use domain::agency::Scope;

use super::path_end;
use crate::{Conn, Result, values};

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
/// is one of `kind`, `sub_kind`, `industry`, `division`, `tag`, `licence` and `organ`.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn values_of(conn: &mut Conn, scope: &Scope, column: &str, rows_max: u32) -> Result<Vec<(String, i64)>> {
    let prefix = scope.prefix();
    // An object may hold several licences of a kind; of everything else it has one, or each once.
    let n = if column == "licence" { "COUNT(DISTINCT subject.id)" } else { "COUNT(*)" };
    let (expression, join) = match column {
        "licence" => (
            "subject_licence.kind",
            "JOIN subject_licence ON subject_licence.subject_id = subject.id AND subject_licence.state = 'valid'",
        ),
        "kind" => ("subject.kind", ""),
        "sub_kind" => ("subject.sub_kind", ""),
        "industry" => ("subject.industry", ""),
        "division" => ("subject.division", ""),
        "organ" => ("agency.code", ""),
        _ => ("subject_tag.tag", "JOIN subject_tag ON subject_tag.subject_id = subject.id"),
    };
    conn.rows(
        &format!(
            "SELECT {expression} AS value, {n} AS n FROM subject JOIN agency ON agency.id = subject.agency_id {join}
             WHERE agency.path >= $1 AND agency.path < $2 AND {expression} <> '' GROUP BY {expression} ORDER BY {n} DESC, {expression} LIMIT {rows_max}"
        ),
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(|row| Ok((row.text("value")?, row.int("n")?)))
    .collect()
}
