//! Facts about the installation as a whole: what it was made for, its name, its keys.

use crate::{Conn, Result, Tx, values};

/// Reads one fact.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn get(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    conn.row("SELECT value FROM installation WHERE name = $1", values![name])
        .await?
        .map(|r| r.text("value"))
        .transpose()
}

/// Writes one fact unless it is there, and returns what is there then: of two processes that ask at the same time both get
/// the same.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn set_once(tx: &mut Tx, name: &str, value: &str) -> Result<String> {
    tx.execute(
        "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        values![name, value],
    )
    .await?;
    Ok(get(tx, name).await?.unwrap_or_else(|| value.to_owned()))
}

/// Writes one fact, replacing it if it was there.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        values![name, value],
    )
    .await?;
    Ok(())
}
