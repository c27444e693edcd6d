//! Sign-in and sign-out. A wrong login, a wrong password, a closed account and a try that came too early look and take the
//! same. Tries are counted before the password is looked at, see `throttle`; a stranger's hold up nobody but the stranger.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use domain::registry::UseCase;
use sha2::{Digest as _, Sha256};
use store::repo;
use store::repo::account::{Account, Refused};
use store::repo::post::Post;
use store::repo::session::Session;

use super::manage::is_login;
use super::session::ended_before;
use super::throttle::{self, Taken, Trier};
use crate::{Actor, Command, Ctx, Error, Platform, Result};

/// Hours after which a session ends, used or not.
pub(super) const ABSOLUTE_HOURS: i64 = 12;
/// When a refusal is told, counted from the beginning: longer than it takes to look at a password, so that how long it took
/// tells nothing.
const REFUSED_AFTER: Duration = Duration::from_millis(500);
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
    /// Tries to sign in as this person that were refused since the last sign-in.
    pub refused: Refused,
}

/// The form in which a token is kept.
pub(super) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Signs a person in, as their first valid post (they may switch later). `over` is the token of the session that the same
/// browser has, if it has one: it ends.
///
/// # Errors
/// `Denied`: `ACCT-001` wrong login or password, closed account, or too many tries; `ACCT-003` no valid post.
/// `Unavailable` (`ACCT-002`, with `seconds`): too many sign in at this moment; nothing was counted.
pub async fn sign_in(
    platform: &Platform,
    ctx: &Ctx,
    login: &str,
    password: &str,
    over: Option<&str>,
) -> Result<SignedIn> {
    let told = tokio::time::sleep(REFUSED_AFTER);
    let outcome = try_once(platform, ctx, login.trim(), password, over).await;
    if matches!(&outcome, Err(error) if error.kind == crate::ErrorKind::Denied) {
        told.await;
    }
    outcome
}

async fn try_once(platform: &Platform, ctx: &Ctx, login: &str, password: &str, over: Option<&str>) -> Result<SignedIn> {
    let address = ctx.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let mut conn = platform.store().read().await?;
    // What cannot be a login is none; it counts all the same.
    let account = if is_login(login) { repo::account::by_login_unscoped(&mut conn, login).await? } else { None };
    let trier = Trier::new(&mut conn, login, account.as_ref(), address, ctx.now).await?;
    let refused_by = trier.refused_by(&mut conn, ctx.now).await?;
    drop(conn);
    if let Some(key) = refused_by {
        return Err(too_early(platform, ctx, &trier, account.as_ref(), &key).await?);
    }
    let seat = platform.passwords().seat(trier.address)?;
    let mut tx = platform.store().write().await?;
    let taken = match trier.take(&mut tx, ctx.now).await? {
        Ok(taken) => taken,
        Err(key) => {
            drop((tx, seat));
            return Err(too_early(platform, ctx, &trier, account.as_ref(), &key).await?);
        }
    };
    tx.commit().await?;
    if taken.to_sweep {
        throttle::sweep(platform, ctx.now).await?;
    }
    let stored = account.as_ref().map_or(NOBODY, |account| account.password_hash.as_str()).to_owned();
    let fits = platform.passwords().verify(seat, password.to_owned(), stored).await?;
    match account {
        Some(account) if fits && account.disabled_at.is_none() => {
            let begun = begin(platform, ctx, &trier, &account, over).await;
            if begun.as_ref().is_err_and(Error::is_of_the_store) {
                trier.was_not_wrong(platform).await;
            }
            begun
        }
        account => Err(wrong(platform, ctx, &trier, account.as_ref(), &taken).await?),
    }
}

async fn begin(
    platform: &Platform,
    ctx: &Ctx,
    trier: &Trier,
    account: &Account,
    over: Option<&str>,
) -> Result<SignedIn> {
    let mut conn = platform.store().read().await?;
    let posts = repo::post::valid_of_account(&mut conn, account.id, ctx.today()).await?;
    drop(conn);
    let post = posts.into_iter().next().ok_or_else(|| Error::denied("ACCT-003"))?;
    let acting = Ctx { actor: Actor::Post(Box::new(post.clone())), ..ctx.clone() };
    let mut command: Command<'_> = platform.command(&acting, UseCase::AccountSignIn).await?;
    // First, and under the password that was looked at: whoever changes it or closes the account meanwhile has to wait for
    // this transaction, and then finds its session.
    if !repo::account::signed_in(command.tx(), account, ctx.now).await? {
        return Err(Error::denied("ACCT-001"));
    }
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
    if let Some(over) = over {
        repo::session::delete(command.tx(), &token_hash(over)).await?;
    }
    let (idle, future) = ended_before(ctx.now);
    repo::session::delete_ended(command.tx(), ctx.now, idle, future).await?;
    trier.was_right(command.tx(), account.id, ctx.now).await?;
    let mut refused = account.refused.clone();
    refused.count += platform.tally().take(account.id);
    let address = trier.address.to_string();
    let data = match refused.count {
        0 => serde_json::json!({ "address": address }),
        count => serde_json::json!({ "address": address, "refused": count }),
    };
    command.finish("account", account.id, data).await?;
    Ok(SignedIn { token, post, must_change: account.must_change, refused })
}

/// The one answer to whoever is refused.
fn refusal() -> Error {
    Error::denied("ACCT-001")
}

/// A password that was looked at and is not the one, or whose account is closed.
async fn wrong(
    platform: &Platform,
    ctx: &Ctx,
    trier: &Trier,
    account: Option<&Account>,
    taken: &Taken,
) -> Result<Error> {
    let address = trier.address.to_string();
    let mut command = on_account(platform, ctx, account).await?;
    let count = match account {
        Some(account) => repo::account::add_refused(command.tx(), account.id, 1, ctx.now, &address).await?,
        None => taken.of_address.unwrap_or(0),
    };
    tracing::warn!(%address, account = named(account), count, "a sign-in was refused");
    tell(command, "account.sign_in_refused", account, &address, (count - 1, count)).await?;
    Ok(refusal())
}

/// A try that came too early; the password was not looked at.
async fn too_early(
    platform: &Platform,
    ctx: &Ctx,
    trier: &Trier,
    account: Option<&Account>,
    key: &str,
) -> Result<Error> {
    let Some(more) = platform.tally().add(key, account.map(|account| account.id), ctx.now) else {
        return Ok(refusal());
    };
    let address = trier.address.to_string();
    let mut command = on_account(platform, ctx, account).await?;
    if let Some(account) = account {
        repo::account::add_refused(command.tx(), account.id, more, ctx.now, &address).await?;
    }
    let (before, count) = repo::password_try::add_refused(command.tx(), key, more).await?;
    tracing::warn!(%address, account = named(account), count, "sign-ins come too often and are refused without a look");
    tell(command, "account.sign_in_throttled", account, &address, (before, count)).await?;
    Ok(refusal())
}

/// For the log: the account's id, never what was typed.
fn named(account: Option<&Account>) -> Option<String> {
    account.map(|account| account.id.to_string())
}

/// A command that is booked under an agency of the account, so that its administrator finds the event.
async fn on_account<'a>(platform: &Platform, ctx: &'a Ctx, account: Option<&Account>) -> Result<Command<'a>> {
    let mut command = platform.command(ctx, UseCase::AccountSignIn).await?;
    if let Some(account) = account {
        let posts = repo::post::valid_of_account(command.tx(), account.id, ctx.today()).await?;
        if let Some(post) = posts.first() {
            command.on_behalf_of(post.agency_id, &post.agency_name);
        }
    }
    Ok(command)
}

/// Keeps the counts; an event only where the count is worth one.
async fn tell(
    command: Command<'_>,
    kind: &str,
    account: Option<&Account>,
    address: &str,
    (before, count): (i64, i64),
) -> Result<()> {
    if !throttle::is_told(before, count) {
        return command.keep_counts().await;
    }
    let data = serde_json::json!({ "address": address, "refused": count });
    match account {
        Some(account) => command.finish_as(kind, "account", account.id, data).await,
        None => command.finish_as(kind, "address", address, data).await,
    }
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

/// A person changes their own password; all their sessions end.
///
/// # Errors
/// `Invalid` on `current` (`ACCT-006` wrong; `ACCT-013`, with `seconds`, too many tries) or `password` (`ACCT-004`);
/// `Conflict` (`CORE-409`) if the account was changed meanwhile.
pub async fn change_password(platform: &Platform, ctx: &Ctx, current: &str, new: &str) -> Result<()> {
    let account_id = ctx.post()?.account_id;
    super::password::check_length(new)?;
    let mut command = platform.command(ctx, UseCase::AccountChangePassword).await?;
    let account = repo::account::by_id_unscoped(command.tx(), account_id).await?;
    let nth = match throttle::take_current(command.tx(), account_id, ctx.now).await? {
        Ok(nth) => nth,
        Err(seconds) => return Err(Error::field("current", "ACCT-013").with("seconds", seconds)),
    };
    command.keep_counts().await?;
    let seat = platform.passwords().wait().await?;
    if !platform.passwords().verify(seat, current.to_owned(), account.password_hash.clone()).await? {
        let address = ctx.address.map(|address| address.to_string());
        tracing::warn!(address, account = %account_id, count = nth, "a current password was refused");
        let command = platform.command(ctx, UseCase::AccountChangePassword).await?;
        let told = (nth - 1, nth);
        tell(command, "account.password_refused", Some(&account), &address.unwrap_or_default(), told).await?;
        return Err(Error::field("current", "ACCT-006"));
    }
    let hash = platform.passwords().hash(new.to_owned(), ctx.entropy.bytes()).await?;
    let mut command = platform.command(ctx, UseCase::AccountChangePassword).await?;
    // Of the version whose password was looked at: a reset that came in between stays.
    repo::account::touch(command.tx(), account_id, Some(account.version)).await?;
    repo::account::set_password(command.tx(), account_id, &hash, false).await?;
    repo::session::delete_of_account(command.tx(), account_id).await?;
    throttle::forget(command.tx(), &account).await?;
    command.finish("account", account_id, serde_json::json!({})).await
}
