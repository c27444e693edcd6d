//! Serial numbers. The row is locked by the update, so two transactions never get the same number, and a rolled-back
//! one leaves no gap.

use crate::{Result, StoreError, Tx, values};

/// Takes `count` numbers in a row under `name` and returns the first of them.
///
/// # Errors
/// See [`StoreError`].
pub async fn take(tx: &mut Tx, name: &str, count: i64) -> Result<i64> {
    let row = tx
        .row(
            "INSERT INTO counter (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value",
            values![name, count],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    Ok(row.int("value")? - count + 1)
}

/// The next number under `name`, from 1.
///
/// # Errors
/// See [`StoreError`].
pub async fn next(tx: &mut Tx, name: &str) -> Result<i64> {
    let row = tx
        .row(
            "INSERT INTO counter (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
            values![name],
        )
        .await?
        .ok_or(StoreError::NotFound)?;
    row.int("value")
}
