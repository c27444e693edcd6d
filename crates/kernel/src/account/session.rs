//! From a cookie's token to the post that acts, on every request.

use domain::ids::PostId;
use domain::registry::UseCase;
use store::repo;
use store::repo::post::Post;

use super::sign_in::token_hash;
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

/// The session of a token, or none: unknown, ended, idle for too long, account closed, post ended today.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn resume(platform: &Platform, token: &str) -> Result<Option<Session>> {
    let now = platform.now();
    let hash = token_hash(token);
    let mut conn = platform.store().read().await?;
    let Some(session) = repo::session::find(&mut conn, &hash).await? else { return Ok(None) };
    if session.expires_at <= now || now.since_ms(session.seen_at) > IDLE_MINUTES * 60_000 {
        return Ok(None);
    }
    let account = repo::account::by_id_unscoped(&mut conn, session.account_id).await?;
    if account.disabled_at.is_some() {
        return Ok(None);
    }
    let posts = repo::post::valid_of_account(&mut conn, session.account_id, domain::china_day(now)).await?;
    let Some(post) = posts.iter().find(|p| p.id == session.post_id).cloned() else { return Ok(None) };
    drop(conn);
    if now.since_ms(session.seen_at) > TOUCH_SECONDS * 1000 {
        let mut tx = platform.store().write().await?;
        repo::session::touch(&mut tx, &hash, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Session { post, posts, must_change: account.must_change }))
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
