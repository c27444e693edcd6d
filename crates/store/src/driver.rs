//! One thin layer over the two databases, so that no query is written twice.
//!
//! Both engines accept `$1` placeholders, and the schema uses only text, 64-bit integers and bytes, so a query is one
//! string and its values one list. What differs between the engines stays in this file, in `bulk` and in `migration`.
//! A caller must `CAST(… AS BIGINT)` what is not a plain column or `COUNT(*)`: `SUM` is NUMERIC on PostgreSQL, and an
//! integer literal is 32 bits there.
//!
//! The futures are boxed here, on purpose: an `async fn` is compiled again in every crate that awaits it, and what lies
//! below these few functions is all of sqlx, four times (ADR 0003). One allocation a query is what that costs.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, TryStreamExt as _};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Arguments, AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::row::Row;
use crate::{Result, StoreError};

/// Seconds a writer waits for another one on SQLite before the command answers "busy".
const BUSY_TIMEOUT_SECONDS: u64 = 20;
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
}

#[derive(Clone, Debug)]
enum Pool {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// A connection that statements run on. Dropping it returns it to its pool.
pub struct Conn(pub(crate) ConnKind);

pub(crate) enum ConnKind {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// A write transaction. Dropping it without [`Tx::commit`] undoes everything.
pub struct Tx(Conn);

impl Store {
    /// Opens the database; on SQLite the file is made if it is missing.
    ///
    /// # Errors
    /// [`StoreError::Backend`] if the file or the server cannot be reached.
    pub fn open(config: &StoreConfig) -> BoxFuture<'_, Result<Self>> {
        async move {
            let pool = match config {
                StoreConfig::SqliteFile(path) => {
                    let options = SqliteConnectOptions::new()
                        .filename(path)
                        .create_if_missing(true)
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
                        .connect_lazy_with(options.pragma("query_only", "ON"));
                    Pool::Sqlite { writer, readers }
                }
                StoreConfig::PostgresUrl(url) => {
                    let options = PgConnectOptions::from_str(url)?.application_name("mingcha");
                    let pool = PgPoolOptions::new()
                        .max_connections(POSTGRES_CONNECTIONS_MAX)
                        .acquire_timeout(Duration::from_secs(BUSY_TIMEOUT_SECONDS))
                        .connect_with(options)
                        .await?;
                    Pool::Postgres(pool)
                }
            };
            Ok(Self { pool })
        }
        .boxed()
    }

    /// The engine behind this store.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.pool {
            Pool::Sqlite { .. } => Engine::Sqlite,
            Pool::Postgres(_) => Engine::Postgres,
        }
    }

    /// A connection for reading. On SQLite it cannot write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection becomes free in time.
    pub fn read(&self) -> BoxFuture<'_, Result<Conn>> {
        async move {
            Ok(Conn(match &self.pool {
                Pool::Sqlite { readers, .. } => ConnKind::Sqlite(readers.acquire().await?),
                Pool::Postgres(pool) => ConnKind::Postgres(pool.acquire().await?),
            }))
        }
        .boxed()
    }

    /// A connection that sees the database as it is at its first query until it is dropped, whatever others write
    /// meanwhile. It cannot write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection becomes free in time.
    pub fn snapshot(&self) -> BoxFuture<'_, Result<Conn>> {
        async move {
            Ok(Conn(match &self.pool {
                Pool::Sqlite { readers, .. } => ConnKind::SqliteTx(readers.begin().await?),
                Pool::Postgres(pool) => {
                    ConnKind::PostgresTx(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
                }
            }))
        }
        .boxed()
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another writer holds SQLite's only write lock for too long.
    pub fn write(&self) -> BoxFuture<'_, Result<Tx>> {
        async move {
            Ok(Tx(Conn(match &self.pool {
                Pool::Sqlite { writer, .. } => ConnKind::SqliteTx(writer.begin_with("BEGIN IMMEDIATE").await?),
                Pool::Postgres(pool) => ConnKind::PostgresTx(pool.begin().await?),
            })))
        }
        .boxed()
    }

    /// Closes all connections; on SQLite this also folds the write-ahead log into the file.
    pub fn close(&self) -> BoxFuture<'_, ()> {
        async move {
            match &self.pool {
                Pool::Sqlite { writer, readers } => {
                    readers.close().await;
                    writer.close().await;
                }
                Pool::Postgres(pool) => pool.close().await,
            }
        }
        .boxed()
    }

    /// Writes a consistent copy of an SQLite database into `path` (`VACUUM INTO`). On PostgreSQL the backup is made by
    /// reading every table in one repeatable-read transaction instead; this function then refuses.
    ///
    /// # Errors
    /// [`StoreError::Backend`] if the copy cannot be written, [`StoreError::NotFound`] on PostgreSQL.
    pub async fn sqlite_copy_into(&self, path: &str) -> Result<()> {
        match &self.pool {
            Pool::Sqlite { writer, .. } => {
                sqlx::query("VACUUM INTO $1").bind(path).execute(writer).await?;
                Ok(())
            }
            Pool::Postgres(_) => Err(StoreError::NotFound),
        }
    }
}

impl std::ops::Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Tx {
    /// Makes everything since [`Store::write`] durable.
    ///
    /// # Errors
    /// [`StoreError`] if the database refuses; then nothing was written.
    pub fn commit(self) -> BoxFuture<'static, Result<()>> {
        async move {
            match self.0.0 {
                ConnKind::SqliteTx(tx) => tx.commit().await?,
                ConnKind::PostgresTx(tx) => tx.commit().await?,
                ConnKind::Sqlite(_) | ConnKind::Postgres(_) => {}
            }
            Ok(())
        }
        .boxed()
    }
}

/// Runs one body for each kind of connection, with `$db` the executor.
macro_rules! on_connection {
    ($self:expr, $executor:ident, $arguments:ident => $body:expr) => {
        match &mut $self.0 {
            ConnKind::Sqlite(c) => {
                let $executor = &mut **c;
                let $arguments = sqlite_arguments;
                $body
            }
            ConnKind::SqliteTx(c) => {
                let $executor = &mut **c;
                let $arguments = sqlite_arguments;
                $body
            }
            ConnKind::Postgres(c) => {
                let $executor = &mut **c;
                let $arguments = postgres_arguments;
                $body
            }
            ConnKind::PostgresTx(c) => {
                let $executor = &mut **c;
                let $arguments = postgres_arguments;
                $body
            }
        }
    };
}

impl Conn {
    /// The engine behind this connection.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.0 {
            ConnKind::Sqlite(_) | ConnKind::SqliteTx(_) => Engine::Sqlite,
            ConnKind::Postgres(_) | ConnKind::PostgresTx(_) => Engine::Postgres,
        }
    }

    /// Runs a statement and returns how many rows it touched.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn execute<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> BoxFuture<'a, Result<u64>> {
        async move {
            on_connection!(self, executor, arguments => {
                Ok(sqlx::query_with(AssertSqlSafe(sql), arguments(values)?).execute(executor).await?.rows_affected())
            })
        }
        .boxed()
    }

    /// Runs a script of several statements without values.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn script<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            on_connection!(self, executor, _arguments => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(executor).await?;
                Ok(())
            })
        }
        .boxed()
    }

    /// All rows of a query. The query must carry a `LIMIT` or be bounded by nature.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn rows<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> BoxFuture<'a, Result<Vec<Row>>> {
        async move {
            on_connection!(self, executor, arguments => {
                let rows = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?).fetch_all(executor).await?;
                Ok(rows.into_iter().map(Row::from).collect())
            })
        }
        .boxed()
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn row<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> BoxFuture<'a, Result<Option<Row>>> {
        async move {
            on_connection!(self, executor, arguments => {
                let row = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?).fetch_optional(executor).await?;
                Ok(row.map(Row::from))
            })
        }
        .boxed()
    }

    /// One integer, such as a count.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the query has no row.
    pub async fn int(&mut self, sql: &str, values: Vec<Value>) -> Result<i64> {
        self.row(sql, values).await?.ok_or(StoreError::NotFound)?.int_at(0)
    }

    /// Calls `each` for every row as it arrives, holding one row in memory at a time.
    ///
    /// # Errors
    /// See [`StoreError`]; an error of `each` ends the reading.
    pub async fn for_each(
        &mut self,
        sql: &str,
        values: Vec<Value>,
        mut each: impl FnMut(Row) -> Result<()> + Send,
    ) -> Result<()> {
        self.walk(sql, values, &mut each).await
    }

    fn walk<'a>(
        &'a mut self,
        sql: &'a str,
        values: Vec<Value>,
        each: &'a mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            on_connection!(self, executor, arguments => {
                let mut stream = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?).fetch(executor);
                while let Some(row) = stream.try_next().await? {
                    each(Row::from(row))?;
                }
                Ok(())
            })
        }
        .boxed()
    }
}

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

fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments> {
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

fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments> {
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
