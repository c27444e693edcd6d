//! Sign-in and sign-out. A wrong login and a wrong password look and take the same; five wrong passwords lock the
//! account for some minutes, and the person is told until when.

use domain::registry::UseCase;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};
use store::repo;
use store::repo::post::Post;
use store::repo::session::Session;

use super::password;
use crate::{Actor, Command, Ctx, Error, ErrorKind, Platform, Result};

/// Wrong passwords in a row before the account is locked.
const FAILURES_MAX: i64 = 5;
/// Minutes of the lock.
const LOCK_MINUTES: i64 = 15;
/// Hours after which a session ends, used or not.
pub(super) const ABSOLUTE_HOURS: i64 = 12;
/// A hash that no password has, so that an unknown login costs what a known one costs.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWluZ2NoYS1ub2JvZHkh$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

/// A begun session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The token for the cookie: 64 hex digits, kept nowhere else.
    pub token: String,
    /// The post it acts as.
    pub post: Post,
    /// The person must choose a new password first.
    pub must_change: bool,
}

/// The form in which a token is kept.
pub(super) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Signs a person in, as their first valid post (they may switch later).
///
/// # Errors
/// `Denied`: `ACCT-001` wrong login or password, `ACCT-002` locked, `ACCT-003` no valid post, `ACCT-005` closed account.
pub async fn sign_in(platform: &Platform, ctx: &Ctx, login: &str, password: &str) -> Result<SignedIn> {
    let mut conn = platform.store().read().await?;
    let account = repo::account::by_login_unscoped(&mut conn, login.trim()).await?;
    drop(conn);
    let Some(account) = account else {
        password::verify(password.to_owned(), NOBODY.to_owned()).await?;
        return Err(Error::denied("ACCT-001"));
    };
    if let Some(until) = account.locked_until.filter(|until| *until > ctx.now) {
        return Err(Error::new(ErrorKind::TooMany, "ACCT-002").with("until", text::clock(until)));
    }
    if !password::verify(password.to_owned(), account.password_hash.clone()).await? {
        let failures = account.failures + 1;
        let locked: Option<Instant> = (failures >= FAILURES_MAX).then(|| ctx.now.plus_seconds(LOCK_MINUTES * 60));
        let mut tx = platform.store().write().await?;
        repo::account::record_failure(&mut tx, account.id, if locked.is_some() { 0 } else { failures }, locked).await?;
        tx.commit().await?;
        return Err(Error::denied("ACCT-001"));
    }
    if account.disabled_at.is_some() {
        return Err(Error::denied("ACCT-005"));
    }
    let mut tx = platform.store().write().await?;
    let posts = repo::post::valid_of_account(&mut tx, account.id, ctx.today()).await?;
    let post = posts.into_iter().next().ok_or_else(|| Error::denied("ACCT-003"))?;
    drop(tx);
    let acting = Ctx { actor: Actor::Post(Box::new(post.clone())), ..ctx.clone() };
    let mut command: Command<'_> = platform.command(&acting, UseCase::AccountSignIn).await?;
    let token = hex::encode(ctx.entropy.bytes::<32>());
    let session = Session {
        token_hash: token_hash(&token),
        account_id: account.id,
        post_id: post.id,
        created_at: ctx.now,
        seen_at: ctx.now,
        expires_at: ctx.now.plus_seconds(ABSOLUTE_HOURS * 3600),
    };
    repo::session::insert(command.tx(), &session).await?;
    if account.failures > 0 || account.locked_until.is_some() {
        repo::account::record_failure(command.tx(), account.id, 0, None).await?;
    }
    repo::session::delete_expired(command.tx(), ctx.now).await?;
    command.finish("account", account.id, serde_json::json!({})).await?;
    Ok(SignedIn { token, post, must_change: account.must_change })
}

/// Ends the session of a token. Ending one that is not there is not an error.
///
/// # Errors
/// `Internal`.
pub async fn sign_out(platform: &Platform, ctx: &Ctx, token: &str) -> Result<()> {
    let account = ctx.post()?.account_id;
    let mut command = platform.command(ctx, UseCase::AccountSignOut).await?;
    repo::session::delete(command.tx(), &token_hash(token)).await?;
    command.finish("account", account, serde_json::json!({})).await
}

/// A person changes their own password; their other sessions end.
///
/// # Errors
/// `Invalid` on `current` (`ACCT-006`) or `password` (`ACCT-004`).
pub async fn change_password(platform: &Platform, ctx: &Ctx, current: &str, new: &str) -> Result<()> {
    let account_id = ctx.post()?.account_id;
    password::check_length(new)?;
    let mut conn = platform.store().read().await?;
    let account = repo::account::by_id_unscoped(&mut conn, account_id).await?;
    drop(conn);
    if !password::verify(current.to_owned(), account.password_hash).await? {
        return Err(Error::field("current", "ACCT-006"));
    }
    let hash = password::hash(new.to_owned(), ctx.entropy.bytes()).await?;
    let mut command = platform.command(ctx, UseCase::AccountChangePassword).await?;
    repo::account::touch(command.tx(), account_id, None).await?;
    repo::account::set_password(command.tx(), account_id, &hash, false).await?;
    repo::session::delete_of_account(command.tx(), account_id).await?;
    command.finish("account", account_id, serde_json::json!({})).await
}
