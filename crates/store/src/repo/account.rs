//! Accounts: who may sign in. Passwords are argon2id hashes made by `app`.

use domain::agency::Scope;
use domain::ids::AccountId;
use domain::time::Instant;

use super::{Page, Window, path_end, unsigned};
use crate::{Conn, Result, Row, StoreError, Tx, values};

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What the person types to sign in.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// PHC string of argon2id.
    pub password_hash: String,
    /// The person must choose a new password at the next sign-in.
    pub must_change: bool,
    /// When the account was closed.
    pub disabled_at: Option<Instant>,
    /// The last time that somebody signed in.
    pub signed_in_at: Option<Instant>,
    /// Tries to sign in since then that were refused.
    pub refused: Refused,
    /// For optimistic locking.
    pub version: i64,
}

/// Tries to sign in as somebody that were refused, since the last that was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// How many.
    pub count: i64,
    /// The newest of them.
    pub at: Option<Instant>,
    /// Its address.
    pub from: Option<String>,
}

const COLUMNS: &str = "id, login, name, password_hash, must_change, disabled_at, signed_in_at, refused, refused_at, refused_from, version";

fn read(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.parse("id")?,
        login: row.text("login")?,
        name: row.text("name")?,
        password_hash: row.text("password_hash")?,
        must_change: row.flag("must_change")?,
        disabled_at: row.opt_instant("disabled_at")?,
        signed_in_at: row.opt_instant("signed_in_at")?,
        refused: Refused {
            count: row.int("refused")?,
            at: row.opt_instant("refused_at")?,
            from: row.opt_text("refused_from")?,
        },
        version: row.int("version")?,
    })
}

/// Adds an account.
///
/// # Errors
/// `Duplicate("u_account__login")`.
pub async fn insert(tx: &mut Tx, account: &Account, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO account (id, login, name, password_hash, must_change, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        values![
            account.id.to_string(),
            &account.login,
            &account.name,
            &account.password_hash,
            account.must_change,
            now
        ],
    )
    .await?;
    Ok(())
}

/// The account with a login. Sign-in has no scope yet.
///
/// # Errors
/// See [`StoreError`].
pub async fn by_login_unscoped(conn: &mut Conn, login: &str) -> Result<Option<Account>> {
    conn.row(&format!("SELECT {COLUMNS} FROM account WHERE login = $1"), values![login])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The account with an id.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn by_id_unscoped(conn: &mut Conn, id: AccountId) -> Result<Account> {
    let row = conn
        .row(&format!("SELECT {COLUMNS} FROM account WHERE id = $1"), values![id.to_string()])
        .await?
        .ok_or(StoreError::NotFound)?;
    read(&row)
}

/// All accounts, by login, for the administrator of the installation.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_unscoped(conn: &mut Conn) -> Result<Vec<Account>> {
    conn.rows(&format!("SELECT {COLUMNS} FROM account ORDER BY login LIMIT 20000"), vec![])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Adds refused tries to sign in; returns how many there are now since the last that was not.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn add_refused(tx: &mut Tx, id: AccountId, count: i64, at: Instant, from: &str) -> Result<i64> {
    let row = tx
        .row(
            "UPDATE account SET refused = refused + $1, refused_at = $2, refused_from = $3 WHERE id = $4 RETURNING refused",
            values![count, at, from, id.to_string()],
        )
        .await?;
    row.ok_or(StoreError::NotFound)?.int("refused")
}

/// Notes a sign-in as the account that was read, if it is open and its password is still the same; says whether it is. Of the
/// refused tries those go that the person is told of; what came in since stays for the next time.
///
/// # Errors
/// See [`StoreError`].
pub async fn signed_in(tx: &mut Tx, read: &Account, at: Instant) -> Result<bool> {
    let touched = tx
        .execute(
            "UPDATE account SET signed_in_at = $1, refused = CASE WHEN refused >= $2 THEN refused - $2 ELSE 0 END
             WHERE id = $3 AND password_hash = $4 AND disabled_at IS NULL",
            values![at, read.refused.count, read.id.to_string(), &read.password_hash],
        )
        .await?;
    Ok(touched == 1)
}

/// Notes that the account or its posts change: whoever saw an older version is told. With `seen` it happens only to the
/// version that was seen.
///
/// # Errors
/// [`StoreError::Stale`] if it is another one by now.
pub async fn touch(tx: &mut Tx, id: AccountId, seen: Option<i64>) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE account SET version = version + 1 WHERE id = $1 AND ($2 < 0 OR version = $2)",
            values![id.to_string(), seen.unwrap_or(-1)],
        )
        .await?;
    if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Sets a password.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn set_password(tx: &mut Tx, id: AccountId, hash: &str, must_change: bool) -> Result<()> {
    let touched = tx
        .execute(
            "UPDATE account SET password_hash = $1, must_change = $2 WHERE id = $3",
            values![hash, must_change, id.to_string()],
        )
        .await?;
    if touched == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// Closes an account (`Some(at)`) or opens it again (`None`).
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn set_disabled(tx: &mut Tx, id: AccountId, at: Option<Instant>) -> Result<()> {
    let touched = tx.execute("UPDATE account SET disabled_at = $1 WHERE id = $2", values![at, id.to_string()]).await?;
    if touched == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// Which accounts a list shows: those that have, had or will have a post in the scope. Accounts without any post belong
/// to whoever sees the root (`postless`).
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Part of the login or of the name; empty for all.
    pub text: String,
    /// Also accounts without a post.
    pub postless: bool,
}

/// What the list can be sorted by.
const SORTS: &[(&str, &str)] = &[("login", "account.login"), ("name", "account.name")];

/// A window of the accounts of a scope, by login.
///
/// # Errors
/// See [`StoreError`].
pub async fn page(conn: &mut Conn, scope: &Scope, filter: &AccountFilter, window: Window) -> Result<Page<Account>> {
    let prefix = scope.prefix();
    let whose = "(EXISTS (SELECT 1 FROM post JOIN agency ON agency.id = post.agency_id
                  WHERE post.account_id = account.id AND agency.path >= $1 AND agency.path < $2)
                  OR ($3 = 1 AND NOT EXISTS (SELECT 1 FROM post WHERE post.account_id = account.id)))
                 AND (LOWER(account.login) LIKE $4 ESCAPE '\\' OR LOWER(account.name) LIKE $4 ESCAPE '\\')";
    let values = || {
        values![prefix, path_end(prefix), i64::from(filter.postless), super::like(&filter.text.trim().to_lowercase())]
    };
    let total = conn.int(&format!("SELECT COUNT(*) FROM account WHERE {whose}"), values()).await?;
    let clause = window.clause(SORTS, "account.login");
    let rows = conn.rows(&format!("SELECT {COLUMNS} FROM account WHERE {whose} {clause}"), values()).await?;
    Ok(Page { rows: rows.iter().map(read).collect::<Result<_>>()?, total: unsigned(total) })
}
