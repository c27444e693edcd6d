//! From a cookie's token to the post that acts, on every request.

use domain::ids::PostId;
use domain::registry::UseCase;
use domain::time::Instant;
use store::repo;
use store::repo::post::Post;

use super::sign_in::token_hash;
use super::throttle::FUTURE_SECONDS;
use crate::{Ctx, Error, Platform, Result};

/// Minutes without a request after which a session ends.
const IDLE_MINUTES: i64 = 120;
/// The last use is written at most this often, so that reading pages does not write all the time.
const TOUCH_SECONDS: i64 = 60;

/// A session that is still good.
#[derive(Clone, Debug)]
pub struct Session {
    /// The post it acts as.
    pub post: Post,
    /// All posts that the person may act as today.
    pub posts: Vec<Post>,
    /// The person must choose a new password before anything else.
    pub must_change: bool,
}

/// Sessions that were last used before the first or after the second moment have ended: idle for too long, or used by a clock
/// that was wrong.
pub(super) fn ended_before(now: Instant) -> (Instant, Instant) {
    (now.plus_seconds(-IDLE_MINUTES * 60), now.plus_seconds(FUTURE_SECONDS))
}

/// The session of a token, or none: unknown, ended, idle for too long, from the future, account closed, post ended today. An
/// end that was reached is written down: a clock that is set back does not undo it.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn resume(platform: &Platform, token: &str) -> Result<Option<Session>> {
    let now = platform.now();
    let hash = token_hash(token);
    let mut conn = platform.store().read().await?;
    let Some(found) = repo::session::find(&mut conn, &hash).await? else { return Ok(None) };
    let session = found.session;
    let (idle, future) = ended_before(now);
    let posts = repo::post::valid_of_account(&mut conn, session.account_id, domain::china_day(now)).await?;
    drop(conn);
    let good = session.expires_at > now
        && (idle..=future).contains(&session.seen_at)
        && session.created_at <= future
        && !found.disabled;
    let Some(post) = posts.iter().find(|post| good && post.id == session.post_id).cloned() else {
        let mut tx = platform.store().write().await?;
        repo::session::delete(&mut tx, &hash).await?;
        tx.commit().await?;
        return Ok(None);
    };
    if now.since_ms(session.seen_at) > TOUCH_SECONDS * 1000 {
        let mut tx = platform.store().write().await?;
        repo::session::touch(&mut tx, &hash, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Session { post, posts, must_change: found.must_change }))
}

/// Lets the session act as another post of the same person.
///
/// # Errors
/// `Denied` (`ACCT-007`) if the post is not the person's or not valid today.
pub async fn switch_post(platform: &Platform, ctx: &Ctx, token: &str, post: PostId) -> Result<()> {
    let account = ctx.post()?.account_id;
    let mut command = platform.command(ctx, UseCase::PostSwitch).await?;
    let posts = repo::post::valid_of_account(command.tx(), account, ctx.today()).await?;
    if !posts.iter().any(|p| p.id == post) {
        return Err(Error::denied("ACCT-007"));
    }
    repo::session::set_post(command.tx(), &token_hash(token), post).await?;
    command.finish("account", account, serde_json::json!({ "post": post.to_string() })).await
}
