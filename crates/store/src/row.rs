//! A row as both engines give it, read column by column into the types of the domain.

use std::str::FromStr;

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::{Result, StoreError};

/// A row of a result, read by column name.
pub struct Row(RowKind);

enum RowKind {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self(RowKind::Sqlite(row))
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self(RowKind::Postgres(row))
    }
}

macro_rules! column {
    ($(#[$doc:meta])* $name:ident -> $t:ty) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// [`StoreError::Backend`] if there is no such column or it holds another type.
        pub fn $name(&self, column: &str) -> Result<$t> {
            Ok(match &self.0 {
                RowKind::Sqlite(row) => row.try_get::<$t, _>(column)?,
                RowKind::Postgres(row) => row.try_get::<$t, _>(column)?,
            })
        }
    };
}

impl Row {
    column!(/// A text column.
        text -> String);
    column!(/// A text column that may be NULL.
        opt_text -> Option<String>);
    column!(/// An integer column.
        int -> i64);
    column!(/// An integer column that may be NULL.
        opt_int -> Option<i64>);
    column!(/// A bytes column.
        bytes -> Vec<u8>);
    column!(/// A bytes column that may be NULL.
        opt_bytes -> Option<Vec<u8>>);

    /// The integer of a column by its place, for counts.
    pub(crate) fn int_at(&self, index: usize) -> Result<i64> {
        Ok(match &self.0 {
            RowKind::Sqlite(row) => row.try_get::<i64, _>(index)?,
            RowKind::Postgres(row) => row.try_get::<i64, _>(index)?,
        })
    }

    /// A flag kept as 0 or 1.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// An instant kept as milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn instant(&self, column: &str) -> Result<domain::time::Instant> {
        Ok(domain::time::Instant::from_unix_ms(self.int(column)?))
    }

    /// An instant that may be NULL.
    ///
    /// # Errors
    /// As [`Row::opt_int`].
    pub fn opt_instant(&self, column: &str) -> Result<Option<domain::time::Instant>> {
        Ok(self.opt_int(column)?.map(domain::time::Instant::from_unix_ms))
    }

    /// A text column read as a domain type: a typed id, a date, a state.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the text is not one.
    pub fn parse<T: FromStr>(&self, column: &str) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(column)?;
        text.parse()
            .map_err(|e: T::Err| StoreError::Corrupt { column: column.to_owned(), detail: format!("{text}: {e}") })
    }

    /// As [`Row::parse`], for a column that may be NULL.
    ///
    /// # Errors
    /// As [`Row::parse`].
    pub fn opt_parse<T: FromStr>(&self, column: &str) -> Result<Option<T>>
    where
        T::Err: std::fmt::Display,
    {
        match self.opt_text(column)? {
            None => Ok(None),
            Some(_) => self.parse(column).map(Some),
        }
    }

    /// A text column that holds JSON.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is not JSON of the wanted shape.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text = self.text(column)?;
        serde_json::from_str(&text)
            .map_err(|e| StoreError::Corrupt { column: column.to_owned(), detail: e.to_string() })
    }
}
