//! From which addresses somebody has signed in. Whoever has done so there before is not held up by a flood from elsewhere.

use domain::ids::AccountId;
use domain::time::Instant;

use crate::{Conn, Result, Tx, values};

/// Addresses of one account that are remembered at most.
const ADDRESSES_MAX: i64 = 20;

/// Has the account signed in from the address between two moments?
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn is_known(
    conn: &mut Conn,
    account: AccountId,
    address: &str,
    since: Instant,
    until: Instant,
) -> Result<bool> {
    let count = conn
        .int(
            "SELECT COUNT(*) FROM known_address WHERE account_id = $1 AND address = $2 AND at >= $3 AND at <= $4",
            values![account.to_string(), address, since, until],
        )
        .await?;
    Ok(count > 0)
}

/// Notes a sign-in from an address, and forgets those from before `since`, from after `now`, and the oldest of too many.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn note(tx: &mut Tx, account: AccountId, address: &str, since: Instant, now: Instant) -> Result<()> {
    let account = account.to_string();
    tx.execute(
        "INSERT INTO known_address (account_id, address, at) VALUES ($1, $2, $3)
         ON CONFLICT (account_id, address) DO UPDATE SET at = excluded.at",
        values![&account, address, now],
    )
    .await?;
    tx.execute(
        "DELETE FROM known_address WHERE account_id = $1 AND (at < $2 OR at > $3 OR address NOT IN
           (SELECT address FROM known_address WHERE account_id = $1 ORDER BY at DESC, address LIMIT $4))",
        values![&account, since, now, ADDRESSES_MAX],
    )
    .await?;
    Ok(())
}

/// Forgets all addresses of an account: its password has changed.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn forget(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.execute("DELETE FROM known_address WHERE account_id = $1", values![account.to_string()]).await?;
    Ok(())
}
