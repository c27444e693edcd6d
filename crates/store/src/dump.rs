//! Whole tables as lines of JSON, out of one engine and into either. A line is the array of a row's values in the order
//! of the table's columns: text as a string, an integer as a number, bytes as hex, NULL as null. Rows come in the order
//! of the primary key, which both engines sort alike, so the same rows make the same bytes.

use std::io;

use serde_json::Value as Json;

use crate::{ColumnKind, Conn, Result, Row, StoreError, Table, Tx, Value, insert_rows, values};

/// Tables that a backup leaves out: who is signed in, from where, and who tries to. People sign in again.
pub const LEFT_OUT: &[&str] = &["session", "password_try", "known_address"];

/// Tables that refer to themselves, and the column in whose order parents stand before their children.
const PARENTS_FIRST: &[(&str, &str)] = &[("agency", "path")];

/// Why a table could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lines could not be written where they go.
    #[error(transparent)]
    Sink(#[from] io::Error),
}

fn select(table: &Table) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let order = PARENTS_FIRST
        .iter()
        .find(|(name, _)| *name == table.name)
        .map_or_else(|| table.key.join(", "), |(_, column)| (*column).to_owned());
    format!("SELECT {} FROM {} ORDER BY {order}", columns.join(", "), table.name)
}

/// Calls `each` with every row of a table as a line that ends with a line feed; returns how many rows there were.
///
/// # Errors
/// [`DumpError`]; an error of `each` ends the reading.
pub async fn table_lines(
    conn: &mut Conn,
    table: &Table,
    mut each: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> std::result::Result<u64, DumpError> {
    let mut rows = 0;
    let mut sink_error = None;
    let mut line = Vec::new();
    let read = conn
        .for_each(&select(table), vec![], |row| {
            line.clear();
            write_line(&mut line, table, &row)?;
            if let Err(error) = each(&line) {
                sink_error = Some(error);
                // Ends the reading; the cause is handed on below.
                return Err(StoreError::Stale);
            }
            rows += 1;
            Ok(())
        })
        .await;
    match (sink_error, read) {
        (Some(error), _) => Err(error.into()),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(rows),
    }
}

pub(crate) fn write_line(line: &mut Vec<u8>, table: &Table, row: &Row) -> Result<()> {
    line.push(b'[');
    for (at, column) in table.columns.iter().enumerate() {
        if at > 0 {
            line.push(b',');
        }
        let value = match column.kind {
            ColumnKind::Text => row.opt_text(column.name)?.map(Json::from),
            ColumnKind::Int => row.opt_int(column.name)?.map(Json::from),
            ColumnKind::Bytes => row.opt_bytes(column.name)?.map(|bytes| Json::from(hex::encode(bytes))),
        };
        serde_json::to_writer(&mut *line, &value.unwrap_or(Json::Null))
            .map_err(|error| corrupt(table, column.name, &error))?;
    }
    line.extend_from_slice(b"]\n");
    Ok(())
}

/// Reads a line of [`table_lines`] back.
///
/// # Errors
/// [`StoreError::Corrupt`] if it is not a row of this table.
pub fn read_line(table: &Table, line: &[u8]) -> Result<Vec<Value>> {
    let cells: Vec<Json> = serde_json::from_slice(line).map_err(|error| corrupt(table, "", &error))?;
    if cells.len() != table.columns.len() {
        let detail = format!("{} values for {} columns", cells.len(), table.columns.len());
        return Err(corrupt(table, "", &detail));
    }
    let mut values = Vec::with_capacity(cells.len());
    for (cell, column) in cells.into_iter().zip(&table.columns) {
        values.push(match (column.kind, cell) {
            (ColumnKind::Text, Json::Null) => Value::Text(None),
            (ColumnKind::Int, Json::Null) => Value::Int(None),
            (ColumnKind::Bytes, Json::Null) => Value::Bytes(None),
            (ColumnKind::Text, Json::String(text)) => Value::Text(Some(text)),
            (ColumnKind::Int, Json::Number(n)) => {
                Value::Int(Some(n.as_i64().ok_or_else(|| corrupt(table, column.name, &n))?))
            }
            (ColumnKind::Bytes, Json::String(text)) => {
                Value::Bytes(Some(hex::decode(text).map_err(|error| corrupt(table, column.name, &error))?))
            }
            (_, other) => return Err(corrupt(table, column.name, &other)),
        });
    }
    Ok(values)
}

fn corrupt(table: &Table, column: &str, detail: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { column: format!("{}.{column}", table.name), detail: detail.to_string() }
}

/// Adds rows of [`read_line`].
///
/// # Errors
/// [`StoreError`] of the first row that the database refuses.
pub async fn load(tx: &mut Tx, table: &Table, rows: Vec<Vec<Value>>) -> Result<u64> {
    let columns: Vec<&'static str> = table.columns.iter().map(|column| column.name).collect();
    insert_rows(tx, table.name, &columns, rows).await
}

/// Rows of a table.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(conn: &mut Conn, table: &Table) -> Result<u64> {
    let rows = conn.int(&format!("SELECT COUNT(*) FROM {}", table.name), vec![]).await?;
    Ok(u64::try_from(rows).unwrap_or(0))
}

/// Tables that the database holds now, ours or not, in order: a target must have none, and a backup must know each.
///
/// # Errors
/// See [`StoreError`].
pub async fn live_tables(conn: &mut Conn) -> Result<Vec<String>> {
    let sql = match conn.engine() {
        crate::Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        }
        crate::Engine::Postgres => {
            // The catalogue and not `information_schema`, which hides what this role may not touch.
            "SELECT CAST(tablename AS TEXT) AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        }
    };
    conn.rows(sql, vec![]).await?.iter().map(|row| row.text("name")).collect()
}

/// What the database holds besides the tables and columns that this program would write out, named as a person would look
/// for it: `table`, or `table.column`. Empty if all of it is known.
///
/// # Errors
/// See [`StoreError`].
pub async fn unknown_parts(conn: &mut Conn, tables: &[Table]) -> Result<Vec<String>> {
    let mut unknown = Vec::new();
    for name in live_tables(conn).await? {
        match tables.iter().find(|table| table.name == name) {
            Some(table) => {
                let columns = live_columns(conn, table).await?;
                let strange =
                    columns.iter().filter(|live| !table.columns.iter().any(|known| known.name == live.as_str()));
                unknown.extend(strange.map(|column| format!("{name}.{column}")));
            }
            None if name == "migration" => {}
            None => unknown.push(name),
        }
    }
    Ok(unknown)
}

/// Bytes that the database takes on its disk: what its rows take as lines at most, roughly.
///
/// # Errors
/// See [`StoreError`].
pub async fn bytes(conn: &mut Conn) -> Result<u64> {
    let sql = match conn.engine() {
        crate::Engine::Sqlite => "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        crate::Engine::Postgres => "SELECT pg_database_size(current_database())",
    };
    Ok(u64::try_from(conn.int(sql, vec![]).await?).unwrap_or(0))
}

/// The columns of a table as the engine reports them, in its own order; for comparing them with the scripts.
///
/// # Errors
/// See [`StoreError`].
pub async fn live_columns(conn: &mut Conn, table: &Table) -> Result<Vec<String>> {
    let sql = match conn.engine() {
        crate::Engine::Sqlite => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        crate::Engine::Postgres => {
            "SELECT CAST(attname AS TEXT) AS name FROM pg_catalog.pg_attribute
             WHERE attrelid = CAST(CAST($1 AS TEXT) AS regclass) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        }
    };
    conn.rows(sql, values![table.name]).await?.iter().map(|row| row.text("name")).collect()
}

/// Every digest of the file store that a row names, once each, in order. By convention those are `file.digest` and the
/// columns whose names end in `_file` or are `file_digest`.
///
/// # Errors
/// See [`StoreError`].
pub async fn named_files(conn: &mut Conn, tables: &[Table]) -> Result<Vec<String>> {
    let mut digests = std::collections::BTreeSet::new();
    for table in tables {
        for column in table.columns.iter().filter(|column| names_a_file(table.name, column.name)) {
            let name = column.name;
            let sql = format!("SELECT DISTINCT {name} FROM {} WHERE {name} IS NOT NULL AND {name} <> ''", table.name);
            for row in conn.rows(&sql, vec![]).await? {
                digests.insert(row.text(name)?);
            }
        }
    }
    Ok(digests.into_iter().collect())
}

fn names_a_file(table: &str, column: &str) -> bool {
    column.ends_with("_file") || column == "file_digest" || (table, column) == ("file", "digest")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{migration_names, tables_after};

    #[test]
    fn every_table_can_be_dumped_in_an_order_that_loads() {
        let tables = tables_after(migration_names().len());
        assert!(tables.len() > 30);
        for table in &tables {
            assert!(!table.key.is_empty(), "{} has no primary key to sort by", table.name);
            let ordered = PARENTS_FIRST.iter().any(|(name, _)| *name == table.name);
            assert_eq!(table.refers_to_itself, ordered, "{}: parents must come first", table.name);
        }
    }

    #[test]
    fn a_bad_line_is_refused() {
        let table = tables_after(1).into_iter().find(|table| table.name == "counter").unwrap();
        let check = |line: &str, fine: bool| assert_eq!(read_line(&table, line.as_bytes()).is_ok(), fine, "{line}");
        check("[\"a\",1]\n", true);
        check("[null,null]", true);
        check("[\"a\"]", false);
        check("[\"a\",1,2]", false);
        check("[\"a\",\"1\"]", false);
        check("[1,1]", false);
        check("[\"a\",1.5]", false);
        check("[\"a\",1", false);
    }
}
