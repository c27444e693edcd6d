//! A connection and a transaction on it. The transaction is begun and ended here, not by sqlx: SQLite ends a transaction by
//! itself when the disk is full, after which sqlx counts one that is open and refuses to begin another, for ever. Here a
//! connection whose state is in doubt is closed and never given to anybody again; the pool opens a new one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, TryStreamExt as _};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use crate::driver::Engine;
use crate::error::Cause;
use crate::row::Row;
use crate::value::{Value, postgres_arguments, sqlite_arguments};
use crate::{Result, StoreError};

/// A connection that statements run on. Dropping it returns it to its pool, or closes it where its state is in doubt.
pub struct Conn {
    pub(crate) kind: ConnKind,
    /// A transaction is open.
    open: bool,
    /// A statement of the transaction failed, so it must not be committed.
    failed: bool,
    /// A statement was begun and has not ended: still true on a connection whose caller went away in the middle of one.
    pub(crate) running: bool,
    /// Nobody may use the connection after this one.
    spoilt: bool,
    _held: Held,
}

pub(crate) enum ConnKind {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
    /// While it is dropped.
    Gone,
}

/// Counts a connection as held for as long as it lives.
pub(crate) struct Held(Arc<AtomicU32>);

impl Held {
    pub(crate) fn one_of(count: &Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A write transaction. Dropping it without [`Tx::commit`] undoes everything.
pub struct Tx(pub(crate) Conn);

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
    /// Makes everything since [`Store::write`](crate::Store::write) durable.
    ///
    /// # Errors
    /// [`StoreError`] if the database refuses; then nothing was written. [`StoreError::Undone`] if a statement had failed
    /// before: SQLite would keep the others, PostgreSQL none, so that neither is right.
    /// [`StoreError::Uncertain`] if the connection broke meanwhile.
    pub fn commit(mut self) -> BoxFuture<'static, Result<()>> {
        async move { self.0.commit().await }.boxed()
    }
}

/// Runs one body for each kind of connection, with `$executor` the connection. What it returns is looked at by
/// [`Conn::ended`].
macro_rules! on_connection {
    ($self:expr, $executor:ident, $arguments:ident => $body:expr) => {{
        let conn: &mut Conn = $self;
        conn.running = true;
        let done = match &mut conn.kind {
            ConnKind::Sqlite(c) => {
                let $executor = &mut **c;
                let $arguments = sqlite_arguments;
                async move { $body }.await
            }
            ConnKind::Postgres(c) => {
                let $executor = &mut **c;
                let $arguments = postgres_arguments;
                async move { $body }.await
            }
            ConnKind::Gone => Err(StoreError::Backend(sqlx::Error::PoolClosed)),
        };
        conn.ended(done)
    }};
}

impl Conn {
    pub(crate) fn new(kind: ConnKind, held: Held) -> Self {
        Self { kind, open: false, failed: false, running: false, spoilt: false, _held: held }
    }

    /// Begins a transaction.
    pub(crate) async fn begin(mut self, sql: &'static str) -> Result<Self> {
        // Already now: whoever goes away while it begins must not leave it open.
        self.open = true;
        self.script(sql).await?;
        Ok(self)
    }

    /// Ends the transaction.
    async fn commit(&mut self) -> Result<()> {
        if self.failed {
            return Err(StoreError::Undone);
        }
        match self.script("COMMIT").await {
            Ok(()) => {
                self.open = false;
                Ok(())
            }
            Err(error) => {
                self.spoilt = true;
                Err(match error {
                    StoreError::Unusable { cause: Cause::Unreachable, source } => StoreError::Uncertain(source),
                    other => other,
                })
            }
        }
    }

    /// Takes note of how a statement ended.
    pub(crate) fn ended<T>(&mut self, done: Result<T>) -> Result<T> {
        self.running = false;
        if let Err(error) = &done {
            self.failed = true;
            self.spoilt |= error.spoils() && (self.open || matches!(error, StoreError::Unusable { .. }));
        }
        done
    }

    /// The engine behind this connection.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.kind {
            ConnKind::Sqlite(_) => Engine::Sqlite,
            ConnKind::Postgres(_) | ConnKind::Gone => Engine::Postgres,
        }
    }

    /// Runs a statement and returns how many rows it touched.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn execute<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> BoxFuture<'a, Result<u64>> {
        async move {
            on_connection!(self, executor, arguments => {
                let query = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?);
                Ok(query.execute(executor).await?.rows_affected())
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
        self.walk(sql, values, &mut each).await?
    }

    /// The outer result is the database's, the inner one that of `each`.
    fn walk<'a>(
        &'a mut self,
        sql: &'a str,
        values: Vec<Value>,
        each: &'a mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> BoxFuture<'a, Result<Result<()>>> {
        async move {
            on_connection!(self, executor, arguments => {
                let mut stream = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?).fetch(executor);
                while let Some(row) = stream.try_next().await? {
                    if let Err(error) = each(Row::from(row)) {
                        return Ok(Err(error));
                    }
                }
                Ok(Ok(()))
            })
        }
        .boxed()
    }
}

/// Undoes what was not committed before the pool gets the connection back, and closes it where that is in doubt.
macro_rules! let_go {
    ($connection:ident, $open:expr, $doubtful:expr) => {{
        if $doubtful {
            $connection.close_on_drop();
        } else if $open {
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => {
                    runtime.spawn(async move {
                        if let Err(error) = sqlx::raw_sql("ROLLBACK").execute(&mut *$connection).await {
                            tracing::warn!(%error, "a transaction could not be undone; its connection is closed");
                            $connection.close_on_drop();
                        }
                    });
                }
                Err(_) => $connection.close_on_drop(),
            }
        }
    }};
}

impl Drop for Conn {
    fn drop(&mut self) {
        let doubtful = self.spoilt || (self.open && self.running);
        match std::mem::replace(&mut self.kind, ConnKind::Gone) {
            ConnKind::Sqlite(mut connection) => let_go!(connection, self.open, doubtful),
            ConnKind::Postgres(mut connection) => let_go!(connection, self.open, doubtful),
            ConnKind::Gone => {}
        }
    }
}
