//! One thin layer over the two databases, so that no query is written twice.
//!
//! Both engines accept `$1` placeholders, and the schema uses only text, 64-bit integers and bytes, so a query is one
//! string and its values one list. What differs between the engines stays in this file, in `bulk` and in `migration`.
//! A caller must `CAST(… AS BIGINT)` what is not a plain column or `COUNT(*)`: `SUM` is NUMERIC on PostgreSQL, and an
//! integer literal is 32 bits there.
//!
//! The futures are boxed here, on purpose: an `async fn` is compiled again in every crate that awaits it, and what lies
//! below these few functions is all of sqlx, four times (ADR 0003). One allocation a query is what that costs.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgConnection, PgPool, SqlitePool};

use crate::conn::{Conn, ConnKind, Held, Tx};
use crate::error::Cause;
use crate::{Result, StoreError};

/// Seconds a writer waits for another one, and a reader for a free connection, before the command answers "busy".
const BUSY_TIMEOUT_SECONDS: u64 = 20;
/// Milliseconds to wait for a free connection to PostgreSQL before it is asked whether the server answers at all.
const PATIENCE_MS: u64 = 1_000;
/// Milliseconds within which a server must have let us in, or it counts as unreachable.
const CONNECT_MS: u64 = 1_500;
/// Connections that read at the same time on SQLite; there is always exactly one writer.
const SQLITE_READERS_MAX: u32 = 6;
/// Connections to PostgreSQL of one process.
const POSTGRES_CONNECTIONS_MAX: u32 = 12;

/// Where the state lives.
#[derive(Clone, Debug)]
pub enum StoreConfig {
    /// An SQLite file of an embedded installation.
    SqliteFile(PathBuf),
    /// A PostgreSQL database, `postgres://user@host:port/database`.
    PostgresUrl(String),
}

/// Which database is open; for messages and for the doctor, never for branching in `app`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// An open database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    /// Connections that callers hold.
    held: Arc<AtomicU32>,
}

#[derive(Clone, Debug)]
enum Pool {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { pool: PgPool, options: Box<PgConnectOptions> },
}

impl Store {
    /// Opens the database; on SQLite the file is made if it is missing, readable for its owner alone.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with its cause if the file or the server cannot be reached, within 3 seconds.
    pub fn open(config: &StoreConfig) -> BoxFuture<'_, Result<Self>> {
        async move {
            let pool = match config {
                StoreConfig::SqliteFile(path) => open_sqlite(path).await?,
                StoreConfig::PostgresUrl(url) => open_postgres(url).await?,
            };
            Ok(Self { pool, held: Arc::default() })
        }
        .boxed()
    }

    /// The engine behind this store.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.pool {
            Pool::Sqlite { .. } => Engine::Sqlite,
            Pool::Postgres { .. } => Engine::Postgres,
        }
    }

    /// A connection for reading. On SQLite it cannot write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection becomes free in time, [`StoreError::Unusable`] when there is none to be had.
    pub fn read(&self) -> BoxFuture<'_, Result<Conn>> {
        self.connection(Use::Read).boxed()
    }

    /// A connection that sees the database as it is at its first query until it is dropped, whatever others write
    /// meanwhile. It cannot write.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn snapshot(&self) -> BoxFuture<'_, Result<Conn>> {
        async move {
            let begin = match self.engine() {
                Engine::Sqlite => "BEGIN",
                Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            };
            self.connection(Use::Read).await?.begin(begin).await
        }
        .boxed()
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another writer holds SQLite's only write lock for too long; else as [`Store::read`].
    pub fn write(&self) -> BoxFuture<'_, Result<Tx>> {
        async move {
            let begin = match self.engine() {
                Engine::Sqlite => "BEGIN IMMEDIATE",
                Engine::Postgres => "BEGIN",
            };
            Ok(Tx(self.connection(Use::Write).await?.begin(begin).await?))
        }
        .boxed()
    }

    async fn connection(&self, wanted: Use) -> Result<Conn> {
        let kind = match (&self.pool, wanted) {
            (Pool::Sqlite { readers, .. }, Use::Read) => ConnKind::Sqlite(readers.acquire().await?),
            (Pool::Sqlite { writer, .. }, Use::Write) => ConnKind::Sqlite(writer.acquire().await?),
            (Pool::Postgres { pool, options }, _) => {
                let mut acquire = std::pin::pin!(pool.acquire());
                let acquired = tokio::select! {
                    acquired = &mut acquire => acquired,
                    () = tokio::time::sleep(Duration::from_millis(PATIENCE_MS)) => {
                        // The pool tries for as long as it waits, and then only says that it has waited. If callers do
                        // not hold all connections, it is the server that does not give any: it is asked why.
                        if self.held.load(Ordering::Relaxed) < POSTGRES_CONNECTIONS_MAX {
                            reach(options).await?;
                        }
                        acquire.await
                    }
                };
                ConnKind::Postgres(acquired?)
            }
        };
        Ok(Conn::new(kind, Held::one_of(&self.held)))
    }

    /// Closes all connections; on SQLite this also folds the write-ahead log into the file.
    pub fn close(&self) -> BoxFuture<'_, ()> {
        async move {
            match &self.pool {
                Pool::Sqlite { writer, readers } => {
                    readers.close().await;
                    writer.close().await;
                }
                Pool::Postgres { pool, .. } => pool.close().await,
            }
        }
        .boxed()
    }
}

#[derive(Clone, Copy)]
enum Use {
    Read,
    Write,
}

async fn open_sqlite(path: &Path) -> Result<Pool> {
    // SQLite says "unable to open database file" to all of it. Nothing but a missing file is opened here: closing a file
    // that this process has open elsewhere too would drop SQLite's locks on it.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => drop(other.map_err(StoreError::of_file)?),
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for place in [path, folder] {
        let access = rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK;
        rustix::fs::access(place, access).map_err(|error| StoreError::of_file(error.into()))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        // A draw that was acknowledged must never vanish, not even when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "MEMORY")
        .busy_timeout(Duration::from_secs(BUSY_TIMEOUT_SECONDS));
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(BUSY_TIMEOUT_SECONDS))
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS_MAX)
        .acquire_timeout(Duration::from_secs(BUSY_TIMEOUT_SECONDS))
        .connect_lazy_with(options.pragma("query_only", "ON"));
    Ok(Pool::Sqlite { writer, readers })
}

async fn open_postgres(url: &str) -> Result<Pool> {
    let options = PgConnectOptions::from_str(url)?.application_name("mingcha");
    reach(&options).await?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS_MAX)
        .acquire_timeout(Duration::from_secs(BUSY_TIMEOUT_SECONDS))
        .connect_lazy_with(options.clone());
    Ok(Pool::Postgres { pool, options: Box::new(options) })
}

/// Whether the server lets us in now; if not, why.
async fn reach(options: &PgConnectOptions) -> Result<()> {
    let connect = PgConnection::connect_with(options);
    match tokio::time::timeout(Duration::from_millis(CONNECT_MS), connect).await {
        Ok(connection) => Ok(connection?.close().await?),
        Err(_) => {
            let source = sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the server did not answer in time"));
            Err(StoreError::Unusable { cause: Cause::Unreachable, source })
        }
    }
}
