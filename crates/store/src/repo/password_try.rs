//! Tries of a password, counted before it is looked at: each in one statement, so that as many tries at once as there may
//! be connections take no more than the limit. The rows are shared by all processes and survive a restart.
//!
//! What a key stands for, and how often is too often, is decided by `kernel::account`.

use domain::time::Instant;

use crate::{Conn, Result, StoreError, Tx, Value, values};

/// Rows that one [`sweep`] deletes at most.
const SWEPT_ROWS_MAX: i64 = 2_000;

/// Which rows still count: one that was written later than `future` was written by a clock that was wrong, one older than
/// `stale` has no effect any more.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Now.
    pub now: Instant,
    /// Rows from before are begun anew.
    pub stale: Instant,
    /// Rows from after are begun anew.
    pub future: Instant,
}

/// A count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Whose.
    pub key: String,
    /// When the next try is free; of an allowance, when it will be whole again.
    pub free_at: Instant,
    /// The last try that was taken.
    pub at: Instant,
}

/// The counts of some keys, as far as there are any.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_keys(conn: &mut Conn, keys: &[&str]) -> Result<Vec<Count>> {
    let places = (1..=keys.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let values = keys.iter().map(|key| Value::from(*key)).collect();
    conn.rows(&format!("SELECT key, free_at, at FROM password_try WHERE key IN ({places})"), values)
        .await?
        .iter()
        .map(|row| Ok(Count { key: row.text("key")?, free_at: row.instant("free_at")?, at: row.instant("at")? }))
        .collect()
}

/// Takes one try of a key whose waits grow: after the n-th try the next has to wait `waits_ms[n - 1]` milliseconds, after
/// all further ones as long as after the last. Returns which try it is, from 1, or nothing if it comes too early.
///
/// # Errors
/// See [`StoreError`].
pub async fn take_growing(tx: &mut Tx, key: &str, span: Span, waits_ms: &[i64]) -> Result<Option<i64>> {
    let fresh = "(password_try.at > $3 OR password_try.at < $4)";
    let first = waits_ms.first().copied().unwrap_or(0);
    let last = waits_ms.last().copied().unwrap_or(0);
    let ladder: String = (1..).zip(waits_ms).map(|(n, wait)| format!(" WHEN {n} THEN {wait}")).collect();
    let sql = format!(
        "INSERT INTO password_try (key, taken, free_at, at) VALUES ($1, 1, $5, $2)
         ON CONFLICT (key) DO UPDATE SET
           taken = CASE WHEN {fresh} THEN 1 ELSE password_try.taken + 1 END,
           refused = CASE WHEN {fresh} THEN 0 ELSE password_try.refused END,
           free_at = CASE WHEN {fresh} THEN $5 ELSE $2 + (CASE password_try.taken + 1{ladder} ELSE {last} END) END,
           at = $2
         WHERE password_try.free_at <= $2 OR {fresh}
         RETURNING taken"
    );
    let row = tx.row(&sql, values![key, span.now, span.future, span.stale, span.now.plus_ms(first)]).await?;
    row.map(|row| row.int("taken")).transpose()
}

/// Takes one try out of an allowance of `burst` tries that grows back by one each `interval_ms`. Returns how many were
/// taken since the row was begun, or nothing if none is left.
///
/// # Errors
/// See [`StoreError`].
pub async fn take_allowed(tx: &mut Tx, key: &str, span: Span, interval_ms: i64, burst: i64) -> Result<Option<i64>> {
    let latest = span.now.plus_ms(interval_ms * (burst - 1));
    let row = tx
        .row(
            "INSERT INTO password_try (key, taken, free_at, at) VALUES ($1, 1, $5, $2)
             ON CONFLICT (key) DO UPDATE SET
               taken = CASE WHEN password_try.at > $3 THEN 1 ELSE password_try.taken + 1 END,
               refused = CASE WHEN password_try.at > $3 THEN 0 ELSE password_try.refused END,
               free_at = CASE WHEN password_try.at > $3 OR password_try.free_at < $2 THEN $5
                              ELSE password_try.free_at + $6 END,
               at = $2
             WHERE password_try.free_at <= $4 OR password_try.at > $3
             RETURNING taken",
            values![key, span.now, span.future, latest, span.now.plus_ms(interval_ms), interval_ms],
        )
        .await?;
    row.map(|row| row.int("taken")).transpose()
}

/// Gives one try back to an allowance: it was right.
///
/// # Errors
/// See [`StoreError`].
pub async fn give_back(tx: &mut Tx, key: &str, interval_ms: i64) -> Result<()> {
    tx.execute(
        "UPDATE password_try SET taken = taken - 1, free_at = free_at - $2 WHERE key = $1 AND taken > 0",
        values![key, interval_ms],
    )
    .await?;
    Ok(())
}

/// Adds tries that were refused without a look at the password; returns how many there were before and are now. A key
/// without a row keeps none.
///
/// # Errors
/// See [`StoreError`].
pub async fn add_refused(tx: &mut Tx, key: &str, count: i64) -> Result<(i64, i64)> {
    let row = tx
        .row("UPDATE password_try SET refused = refused + $2 WHERE key = $1 RETURNING refused", values![key, count])
        .await?;
    let refused = row.map_or(Ok(count), |row| row.int("refused"))?;
    Ok((refused - count, refused))
}

/// Forgets one key.
///
/// # Errors
/// See [`StoreError`].
pub async fn forget(tx: &mut Tx, key: &str) -> Result<()> {
    tx.execute("DELETE FROM password_try WHERE key = $1", values![key]).await?;
    Ok(())
}

/// Forgets all keys that begin with some ASCII text.
///
/// # Errors
/// See [`StoreError`].
pub async fn forget_beginning(tx: &mut Tx, prefix: &str) -> Result<()> {
    // Compared as a part and not as a range: the databases may sort differently.
    let length = i64::try_from(prefix.len()).map_err(|_| StoreError::NotFound)?;
    tx.execute("DELETE FROM password_try WHERE SUBSTR(key, 1, CAST($2 AS INTEGER)) = $1", values![prefix, length])
        .await?;
    Ok(())
}

/// Deletes rows that have no effect any more.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep(tx: &mut Tx, span: Span) -> Result<u64> {
    tx.execute(
        "DELETE FROM password_try WHERE key IN (SELECT key FROM password_try WHERE at < $1 OR at > $2 LIMIT $3)",
        values![span.stale, span.future, SWEPT_ROWS_MAX],
    )
    .await
}
