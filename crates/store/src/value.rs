//! The values of a statement, and what becomes of them for each engine.

use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

use crate::{Result, StoreError};

/// A value bound to a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, or NULL.
    Text(Option<String>),
    /// A 64-bit integer, or NULL. Booleans are 0 and 1.
    Int(Option<i64>),
    /// Bytes, or NULL.
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($t:ty => |$v:ident| $e:expr),+ $(,)?) => { $(impl From<$t> for Value { fn from($v: $t) -> Self { $e } })+ };
}

value_from! {
    &str => |v| Value::Text(Some(v.to_owned())),
    String => |v| Value::Text(Some(v)),
    &String => |v| Value::Text(Some(v.clone())),
    Option<String> => |v| Value::Text(v),
    Option<&str> => |v| Value::Text(v.map(str::to_owned)),
    i64 => |v| Value::Int(Some(v)),
    Option<i64> => |v| Value::Int(v),
    i32 => |v| Value::Int(Some(v.into())),
    u32 => |v| Value::Int(Some(v.into())),
    bool => |v| Value::Int(Some(v.into())),
    Vec<u8> => |v| Value::Bytes(Some(v)),
    &[u8] => |v| Value::Bytes(Some(v.to_vec())),
    Option<Vec<u8>> => |v| Value::Bytes(v),
    chrono::NaiveDate => |v| Value::Text(Some(v.to_string())),
    Option<chrono::NaiveDate> => |v| Value::Text(v.map(|d| d.to_string())),
    domain::time::Instant => |v| Value::Int(Some(v.unix_ms())),
    Option<domain::time::Instant> => |v| Value::Int(v.map(|i| i.unix_ms())),
}

/// Builds the list of values of a statement: `values![id, "text", 3]`. Everything that `Value` converts from is taken;
/// typed ids go in as text.
#[macro_export]
macro_rules! values {
    ($($e:expr),* $(,)?) => { vec![$($crate::Value::from($e)),*] };
}

/// The last door: SQLite stores U+0000 in a text and PostgreSQL refuses it, so that a copy of the one would not go into the
/// other. What people type is judged long before, with its place.
pub(crate) fn storable(values: &[Value]) -> Result<()> {
    let holds_nul = |value: &Value| matches!(value, Value::Text(Some(text)) if text.contains('\0'));
    if values.iter().any(holds_nul) { Err(StoreError::NulInText) } else { Ok(()) }
}

pub(crate) fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments> {
    storable(&values)?;
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Text(v) => arguments.add(v),
            Value::Int(v) => arguments.add(v),
            Value::Bytes(v) => arguments.add(v),
        }
        .map_err(|e| StoreError::Backend(sqlx::Error::Encode(e)))?;
    }
    Ok(arguments)
}

pub(crate) fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments> {
    storable(&values)?;
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Text(v) => arguments.add(v),
            Value::Int(v) => arguments.add(v),
            Value::Bytes(v) => arguments.add(v),
        }
        .map_err(|e| StoreError::Backend(sqlx::Error::Encode(e)))?;
    }
    Ok(arguments)
}
