//! Many rows at once: multi-row `VALUES` on SQLite (one statement per row costs 38 times as much through the driver's
//! worker thread), `COPY` on PostgreSQL.

use crate::conn::ConnKind;
use crate::value::storable;
use crate::{Conn, Result, StoreError, Tx, Value};

/// Placeholders of one statement on SQLite; its own limit is 32 766.
const PLACEHOLDERS_MAX: usize = 8_000;
/// Bytes that are sent to `COPY` in one message.
const COPY_CHUNK_BYTES: usize = 1 << 18;

/// A column's name; its own type so that a table and its columns cannot be mixed up in a call.
pub type Column = &'static str;

/// Inserts `rows` into `table`, each row holding one value per column.
///
/// # Errors
/// [`StoreError::Duplicate`] if a unique index refuses one row: then none is written once the caller drops the
/// transaction. [`StoreError::NulInText`] for a text with U+0000. [`StoreError::Corrupt`] if a row has not one value per column.
pub async fn insert_rows(tx: &mut Tx, table: &'static str, columns: &[Column], rows: Vec<Vec<Value>>) -> Result<u64> {
    if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
        return Err(StoreError::Corrupt {
            column: table.to_owned(),
            detail: format!("{} values for {} columns", row.len(), columns.len()),
        });
    }
    // `COPY` would be cut off in the middle, and binds no values that the driver could look at.
    rows.iter().try_for_each(|row| storable(row))?;
    let count = rows.len() as u64;
    let conn: &mut Conn = tx;
    match &mut conn.kind {
        ConnKind::Postgres(connection) => {
            conn.running = true;
            let done = copy(connection, table, columns, &rows).await;
            conn.ended(done)?;
        }
        ConnKind::Sqlite(_) | ConnKind::Gone => insert_values(conn, table, columns, rows).await?,
    }
    Ok(count)
}

async fn insert_values(conn: &mut Conn, table: &str, columns: &[Column], rows: Vec<Vec<Value>>) -> Result<()> {
    let rows_per_statement = (PLACEHOLDERS_MAX / columns.len().max(1)).max(1);
    let mut rows = rows.into_iter().peekable();
    let mut full = String::new();
    while rows.peek().is_some() {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(rows_per_statement).collect();
        let sql = if chunk.len() == rows_per_statement {
            if full.is_empty() {
                full = values_statement(table, columns, chunk.len());
            }
            full.clone()
        } else {
            values_statement(table, columns, chunk.len())
        };
        conn.execute(&sql, chunk.into_iter().flatten().collect()).await?;
    }
    Ok(())
}

/// Anonymous placeholders, not `$1`: the driver asks SQLite for the name of each one, and SQLite finds a name by walking
/// through all of them, which took 50 of 60 seconds of an import of 240 000 rows.
fn values_statement(table: &str, columns: &[Column], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(","));
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), vec![row; rows].join(", "))
}

async fn copy(connection: &mut sqlx::PgConnection, table: &str, columns: &[Column], rows: &[Vec<Value>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
    let mut copy = connection.copy_in_raw(&statement).await?;
    let mut buffer = String::with_capacity(COPY_CHUNK_BYTES + 4096);
    for row in rows {
        copy_line(&mut buffer, row);
        if buffer.len() >= COPY_CHUNK_BYTES {
            copy.send(buffer.as_bytes()).await?;
            buffer.clear();
        }
    }
    copy.send(buffer.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// One row in the text format of `COPY`: tabs between fields, `\N` for NULL, backslash escapes.
fn copy_line(buffer: &mut String, row: &[Value]) {
    for (i, value) in row.iter().enumerate() {
        if i > 0 {
            buffer.push('\t');
        }
        match value {
            Value::Text(Some(text)) => {
                for c in text.chars() {
                    match c {
                        '\\' => buffer.push_str("\\\\"),
                        '\t' => buffer.push_str("\\t"),
                        '\n' => buffer.push_str("\\n"),
                        '\r' => buffer.push_str("\\r"),
                        c => buffer.push(c),
                    }
                }
            }
            Value::Int(Some(n)) => buffer.push_str(&n.to_string()),
            Value::Bytes(Some(bytes)) => {
                buffer.push_str("\\\\x");
                buffer.push_str(&hex::encode(bytes));
            }
            Value::Text(None) | Value::Int(None) | Value::Bytes(None) => buffer.push_str("\\N"),
        }
    }
    buffer.push('\n');
}
