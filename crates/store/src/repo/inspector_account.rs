//! Whose account an inspector signs in with: what a list or a keeper named, and what the owner has said to it.

use domain::agency::Scope;
use domain::ids::{AccountId, InspectorId};

use super::inspector::{COLUMNS, InspectorRecord, Written, read};
use super::{inspector_history, path_end};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// Accounts that one scope may name at most; an installation has no more.
const ACCOUNTS_MAX: u32 = 20_000;

/// An account that a list may name, and whom it is tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nameable {
    /// Its id.
    pub id: AccountId,
    /// Its login.
    pub login: String,
    /// Certificate of the inspector in office whose account it is; empty if nobody's.
    pub certificate: String,
}

fn nameable(row: &Row) -> Result<Nameable> {
    Ok(Nameable {
        id: row.parse("id")?,
        login: row.text("login")?,
        certificate: row.opt_text("certificate")?.unwrap_or_default(),
    })
}

/// The open accounts that have or had a post in the scope, by login.
///
/// # Errors
/// See [`StoreError`].
pub async fn nameables(conn: &mut Conn, scope: &Scope) -> Result<Vec<Nameable>> {
    let prefix = scope.prefix();
    conn.rows(
        &format!(
            "SELECT account.id, account.login,
             (SELECT inspector.certificate FROM inspector WHERE inspector.account_id = account.id AND inspector.left_on IS NULL) AS certificate
             FROM account WHERE account.disabled_at IS NULL AND EXISTS (SELECT 1 FROM post JOIN agency ON agency.id = post.agency_id
             WHERE post.account_id = account.id AND agency.path >= $1 AND agency.path < $2) ORDER BY account.login LIMIT {ACCOUNTS_MAX}"
        ),
        values![prefix, path_end(prefix)],
    )
    .await?
    .iter()
    .map(nameable)
    .collect()
}

/// The inspector in office whose account this is, confirmed or not. The caller asks about its own account, or has read
/// the account within its scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn of_account(conn: &mut Conn, account: AccountId) -> Result<Option<InspectorRecord>> {
    conn.row(
        &format!(
            "SELECT {COLUMNS} FROM inspector JOIN agency ON agency.id = inspector.agency_id
             WHERE inspector.account_id = $1 AND inspector.left_on IS NULL"
        ),
        values![account.to_string()],
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// Names another account, or none; whatever was confirmed before counts no more.
///
/// # Errors
/// [`StoreError::Stale`] if the inspector changed since `version` was read; `Duplicate("u_inspector__account_id")` if
/// another inspector in office has the account.
pub async fn name(
    tx: &mut Tx,
    id: InspectorId,
    version: i64,
    account: Option<AccountId>,
    written: Written<'_>,
) -> Result<()> {
    inspector_history::keep(tx, id, version, written.at).await?;
    let touched = tx
        .execute(
            "UPDATE inspector SET account_id = $1, account_confirmed_at = NULL, valid_from = $2, changed_by = $3, version = version + 1
             WHERE id = $4 AND version = $5",
            values![account.map(|id| id.to_string()), written.at, written.by, id.to_string(), version],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Notes that the account's owner is this inspector.
///
/// # Errors
/// [`StoreError::Stale`] if the inspector changed since `version` was read, or it is confirmed already.
pub async fn confirm(tx: &mut Tx, id: InspectorId, version: i64, written: Written<'_>) -> Result<()> {
    inspector_history::keep(tx, id, version, written.at).await?;
    let touched = tx
        .execute(
            "UPDATE inspector SET account_confirmed_at = $1, valid_from = $1, changed_by = $2, version = version + 1
             WHERE id = $3 AND version = $4 AND account_id IS NOT NULL AND account_confirmed_at IS NULL",
            values![written.at, written.by, id.to_string(), version],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}
