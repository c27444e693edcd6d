//! What can go wrong below this crate, in the kinds that callers tell apart.

use std::io;

/// A failure of the store. [`StoreError::Unusable`], [`StoreError::Corrupt`] and [`StoreError::Backend`] are faults of the
/// installation; the others are answers.
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
    /// The database holds a step of the schema that this program does not know: a newer program has been here, and
    /// whatever this one read or wrote would be by rules that no longer hold.
    #[error("the schema has the unknown step {0}")]
    Newer(String),
    /// The database cannot be used now, for a reason that people can mend.
    #[error("database cannot be used ({cause:?}): {source}")]
    Unusable {
        /// Which reason.
        cause: Cause,
        /// The database's own words, for the log.
        #[source]
        source: sqlx::Error,
    },
    /// The connection broke while a transaction was being committed: it may have happened or not.
    #[error("the outcome of a commit is unknown: {0}")]
    Uncertain(#[source] sqlx::Error),
    /// A statement of the transaction had failed and its error was passed over; nothing was committed.
    #[error("a statement of this transaction failed before")]
    Undone,
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

/// Why a database cannot be used: what people must know to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its disk is full, or its tablespace, or its quota.
    Full,
    /// Its disk is mounted read-only, or the server is a standby.
    ReadOnly,
    /// The server does not answer, or the connection broke.
    Unreachable,
    /// This account may not open the file, or this role not touch the table.
    Permission,
    /// Reading or writing failed below the database.
    Disk,
    /// The server has no database of this name.
    NoDatabase,
    /// The server has no such role, or the password is wrong.
    Login,
    /// The server gives out no further connection.
    Crowded,
}

impl StoreError {
    /// A failure of the file system on the way to the database.
    pub(crate) fn of_file(error: io::Error) -> Self {
        let cause = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Cause::Full,
            io::ErrorKind::ReadOnlyFilesystem => Cause::ReadOnly,
            io::ErrorKind::PermissionDenied => Cause::Permission,
            _ => Cause::Disk,
        };
        Self::Unusable { cause, source: sqlx::Error::Io(error) }
    }

    /// Whether the connection, or the transaction on it, may be in another state than this program believes: it must
    /// not be used again. Of all that a statement can meet, only a refusal by an index leaves no doubt.
    pub(crate) fn spoils(&self) -> bool {
        !matches!(self, Self::Duplicate(_) | Self::NulInText)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut => return Self::Busy,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => {
                return Self::Unusable { cause: Cause::Unreachable, source: error };
            }
            sqlx::Error::Database(db) => {
                if db.is_unique_violation() {
                    return Self::Duplicate(match db.constraint() {
                        Some(name) => name.to_owned(),
                        None => sqlite_index_name(db.message()),
                    });
                }
                let code = db.code();
                match code.as_deref().map(meaning) {
                    Some(Meaning::Busy) => return Self::Busy,
                    Some(Meaning::Unusable(cause)) => return Self::Unusable { cause, source: error },
                    Some(Meaning::Other) | None => {}
                }
            }
            _ => {}
        }
        Self::Backend(error)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Busy,
    Unusable(Cause),
    Other,
}

/// What a code of either engine means. SQLite's are decimal numbers whose low byte is the primary code
/// (<https://sqlite.org/rescode.html>); PostgreSQL's have five characters
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn meaning(code: &str) -> Meaning {
    if code.len() == 5 {
        return postgres_meaning(code);
    }
    let Ok(code) = code.parse::<u32>() else { return Meaning::Other };
    match (code & 0xff, code) {
        // SQLITE_BUSY, SQLITE_LOCKED.
        (5 | 6, _) => Meaning::Busy,
        // SQLITE_FULL; and SQLITE_IOERR_SHMSIZE, which is a full disk under the index of the write-ahead log.
        (13, _) | (_, 4874) => Meaning::Unusable(Cause::Full),
        // SQLITE_READONLY.
        (8, _) => Meaning::Unusable(Cause::ReadOnly),
        // SQLITE_PERM.
        (3, _) => Meaning::Unusable(Cause::Permission),
        // SQLITE_IOERR; SQLITE_CANTOPEN: the driver has looked at permissions before, so the file was taken away, or
        // this process has too many open.
        (10 | 14, _) => Meaning::Unusable(Cause::Disk),
        _ => Meaning::Other,
    }
}

fn postgres_meaning(code: &str) -> Meaning {
    Meaning::Unusable(match code {
        "53100" => Cause::Full,
        "53300" => Cause::Crowded,
        // read_only_sql_transaction: a hot standby.
        "25006" => Cause::ReadOnly,
        "42501" => Cause::Permission,
        "3D000" => Cause::NoDatabase,
        "28000" | "28P01" => Cause::Login,
        // admin_shutdown, crash_shutdown, cannot_connect_now.
        "57P01" | "57P02" | "57P03" => Cause::Unreachable,
        "58030" => Cause::Disk,
        code if code.starts_with("08") => Cause::Unreachable,
        _ => return Meaning::Other,
    })
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
    use super::*;

    #[test]
    fn sqlite_columns_become_the_index_name() {
        let check = |message: &str, expect: &str| assert_eq!(sqlite_index_name(message), expect);
        check("UNIQUE constraint failed: subject.code", "u_subject__code");
        check("UNIQUE constraint failed: drawn.task_id, drawn.subject_id", "u_drawn__task_id__subject_id");
    }

    #[test]
    fn codes_of_both_engines_have_a_meaning() {
        let check = |code: &str, expect: Meaning| assert_eq!(meaning(code), expect, "{code}");
        for busy in ["5", "6", "261", "262", "517"] {
            check(busy, Meaning::Busy);
        }
        for full in ["13", "4874", "53100"] {
            check(full, Meaning::Unusable(Cause::Full));
        }
        for read_only in ["8", "264", "776", "1544", "25006"] {
            check(read_only, Meaning::Unusable(Cause::ReadOnly));
        }
        for disk in ["10", "14", "778", "1034", "58030"] {
            check(disk, Meaning::Unusable(Cause::Disk));
        }
        for gone in ["08006", "08001", "57P01", "57P03"] {
            check(gone, Meaning::Unusable(Cause::Unreachable));
        }
        check("3", Meaning::Unusable(Cause::Permission));
        check("3D000", Meaning::Unusable(Cause::NoDatabase));
        check("28P01", Meaning::Unusable(Cause::Login));
        check("53300", Meaning::Unusable(Cause::Crowded));
        for other in ["1", "11", "19", "40001", "22P02", ""] {
            check(other, Meaning::Other);
        }
    }
}
