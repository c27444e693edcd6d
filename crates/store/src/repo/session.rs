//! Sessions: the hash of an opaque token, never the token. A row can be deleted the minute someone leaves the post.

use domain::ids::{AccountId, PostId};
use domain::time::Instant;

use crate::{Conn, Result, Tx, values};

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// Whose.
    pub account_id: AccountId,
    /// Acting as which post.
    pub post_id: PostId,
    /// When it began.
    pub created_at: Instant,
    /// When it was last used (kept to the minute).
    pub seen_at: Instant,
    /// When it ends at the latest.
    pub expires_at: Instant,
}

/// Begins a session.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<()> {
    tx.execute(
        "INSERT INTO session (token_hash, account_id, post_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![
            &session.token_hash,
            session.account_id.to_string(),
            session.post_id.to_string(),
            session.created_at,
            session.seen_at,
            session.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// A session with what its account says of it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// The account was closed.
    pub disabled: bool,
    /// The person must choose a new password before anything else.
    pub must_change: bool,
}

/// The session of a token's hash with its account: one statement, because every request begins with it.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn find(conn: &mut Conn, token_hash: &str) -> Result<Option<Found>> {
    conn.row(
        "SELECT session.token_hash, session.account_id, session.post_id, session.created_at, session.seen_at, session.expires_at,
             account.disabled_at, account.must_change
         FROM session JOIN account ON account.id = session.account_id WHERE session.token_hash = $1",
        values![token_hash],
    )
    .await?
    .map(|row| {
        let session = Session {
            token_hash: row.text("token_hash")?,
            account_id: row.parse("account_id")?,
            post_id: row.parse("post_id")?,
            created_at: row.instant("created_at")?,
            seen_at: row.instant("seen_at")?,
            expires_at: row.instant("expires_at")?,
        };
        let disabled = row.opt_instant("disabled_at")?.is_some();
        Ok(Found { session, disabled, must_change: row.flag("must_change")? })
    })
    .transpose()
}

/// Notes that the session was used.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn touch(tx: &mut Tx, token_hash: &str, now: Instant) -> Result<()> {
    tx.execute("UPDATE session SET seen_at = $1 WHERE token_hash = $2", values![now, token_hash]).await?;
    Ok(())
}

/// Lets the session act as another post of the same account.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn set_post(tx: &mut Tx, token_hash: &str, post: PostId) -> Result<()> {
    tx.execute("UPDATE session SET post_id = $1 WHERE token_hash = $2", values![post.to_string(), token_hash]).await?;
    Ok(())
}

/// Ends one session.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn delete(tx: &mut Tx, token_hash: &str) -> Result<()> {
    tx.execute("DELETE FROM session WHERE token_hash = $1", values![token_hash]).await?;
    Ok(())
}

/// Ends all sessions of an account; returns how many there were.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn delete_of_account(tx: &mut Tx, account: AccountId) -> Result<u64> {
    tx.execute("DELETE FROM session WHERE account_id = $1", values![account.to_string()]).await
}

/// Removes sessions that can no longer be used: over, unused since before `idle`, or used after `future`, by a clock that
/// was wrong.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn delete_ended(tx: &mut Tx, now: Instant, idle: Instant, future: Instant) -> Result<u64> {
    tx.execute("DELETE FROM session WHERE expires_at <= $1 OR seen_at < $2 OR seen_at > $3", values![now, idle, future])
        .await
}
