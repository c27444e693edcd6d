//! What can go wrong in the store, in the kinds that callers tell apart.

/// A failure of the store. Only [`StoreError::Backend`] is a fault of the installation; the others are answers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row does not exist, or lies outside the caller's scope (the two look alike on purpose).
    #[error("not found")]
    NotFound,
    /// A unique index refused the row. The name is that of the index, e.g. `u_subject__code`.
    #[error("duplicate: {0}")]
    Duplicate(String),
    /// The row has changed since the caller read it (`version` differs).
    #[error("stale version")]
    Stale,
    /// The database is locked by another writer for longer than the busy timeout.
    #[error("database busy")]
    Busy,
    /// A text holds U+0000, which PostgreSQL cannot keep and SQLite would: neither is asked.
    #[error("a text holds U+0000")]
    NulInText,
    /// A value in the database cannot be read as the domain type it should be.
    #[error("corrupt value in column {column}: {detail}")]
    Corrupt {
        /// The column.
        column: String,
        /// What was found wrong.
        detail: String,
    },
    /// The database itself failed.
    #[error("database: {0}")]
    Backend(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut => return Self::Busy,
            sqlx::Error::Database(db) => {
                if db.is_unique_violation() {
                    return Self::Duplicate(match db.constraint() {
                        Some(name) => name.to_owned(),
                        None => sqlite_index_name(db.message()),
                    });
                }
                // SQLITE_BUSY and SQLITE_LOCKED with their extended codes.
                if let Some(code) = db.code()
                    && matches!(code.as_ref(), "5" | "6" | "261" | "517" | "262")
                {
                    return Self::Busy;
                }
            }
            _ => {}
        }
        Self::Backend(error)
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: subject.code`), PostgreSQL the index. Our indexes are named
/// `u_<table>__<column>[__<column>…]`, so both lead to the same name.
fn sqlite_index_name(message: &str) -> String {
    let Some((_, columns)) = message.rsplit_once(": ") else { return message.to_owned() };
    let mut name = String::from("u_");
    for (i, column) in columns.split(", ").enumerate() {
        let (table, column) = column.split_once('.').unwrap_or(("", column));
        if i == 0 {
            name.push_str(table);
        }
        name.push_str("__");
        name.push_str(column);
    }
    name
}

#[cfg(test)]
mod tests {
    #[test]
    fn sqlite_columns_become_the_index_name() {
        let check = |message: &str, expect: &str| assert_eq!(super::sqlite_index_name(message), expect);
        check("UNIQUE constraint failed: subject.code", "u_subject__code");
        check("UNIQUE constraint failed: drawn.task_id, drawn.subject_id", "u_drawn__task_id__subject_id");
    }
}
