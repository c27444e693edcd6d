//! Accounts and posts as an administrator (or the owner at the command line) keeps them.

use chrono::NaiveDate;
use domain::ids::{AccountId, AgencyId, PostId};
use domain::reach::Touch;
use domain::registry::UseCase;
use domain::role::Role;
use store::repo::account::{Account, Refused};
use store::repo::post::Post;
use store::{Conn, StoreError, Tx, repo};

use super::{password, throttle};
use crate::{Ctx, Error, FieldError, Platform, Result};

/// Characters of a login.
const LOGIN_CHARS_MAX: usize = 40;
/// Characters of a name or a section.
const NAME_CHARS_MAX: usize = 60;

/// Input of [`create`].
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What the person types: letters, digits, `.`, `_`, `-`.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// First password.
    pub password: String,
    /// The person must choose an own one at the first sign-in.
    pub must_change: bool,
}

/// Input of [`grant`].
#[derive(Clone, Debug)]
pub struct NewPost {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub agency: AgencyId,
    /// Section.
    pub section: String,
    /// As what.
    pub role: Role,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// Version of the account that the form showed; `None` where nobody was shown one.
    pub seen: Option<i64>,
}

/// Makes an account.
///
/// # Errors
/// `Invalid` on `login` (`ACCT-008` form, `ACCT-009` taken), `name` (`CORE-101` missing or too long), `password`.
pub async fn create(platform: &Platform, ctx: &Ctx, input: NewAccount) -> Result<AccountId> {
    ctx.require(UseCase::AccountCreate)?;
    let account = prepare(platform, ctx, input).await?;
    let mut command = platform.command(ctx, UseCase::AccountCreate).await?;
    insert(command.tx(), &account, ctx).await?;
    command.finish("account", account.id, serde_json::json!({ "login": account.login })).await?;
    Ok(account.id)
}

/// Letters, digits, `.`, `_` and `-`, not too many.
pub(super) fn is_login(text: &str) -> bool {
    (1..=LOGIN_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Checks what was typed and hashes the password, before any transaction: it takes a while.
pub(super) async fn prepare(platform: &Platform, ctx: &Ctx, input: NewAccount) -> Result<Account> {
    let mut fields = Vec::new();
    if !is_login(&input.login) {
        fields.push(FieldError { field: "login", code: "ACCT-008", args: vec![("max", LOGIN_CHARS_MAX.to_string())] });
    }
    if !(1..=NAME_CHARS_MAX).contains(&input.name.trim().chars().count()) {
        fields.push(FieldError { field: "name", code: "CORE-101", args: vec![("max", NAME_CHARS_MAX.to_string())] });
    }
    if !fields.is_empty() {
        return Err(Error::invalid(fields));
    }
    password::check_length(&input.password)?;
    let password_hash = platform.passwords().hash(input.password, ctx.entropy.bytes()).await?;
    Ok(Account {
        id: AccountId::from_parts(ctx.ms(), ctx.ten()),
        login: input.login,
        name: input.name.trim().to_owned(),
        password_hash,
        must_change: input.must_change,
        disabled_at: None,
        signed_in_at: None,
        refused: Refused::default(),
        version: 1,
    })
}

pub(super) async fn insert(tx: &mut Tx, account: &Account, ctx: &Ctx) -> Result<()> {
    repo::account::insert(tx, account, ctx.now).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::field("login", "ACCT-009"),
        other => other.into(),
    })
}

/// Gives an account a post.
///
/// # Errors
/// `NotFound` if the agency or the account lies outside the administrator's scope; `Invalid` on `section`, `valid_to`, and on
/// `role` (`ACCT-020`) for a role without work in this version; `Conflict` (`CORE-409`) if the account or its posts were
/// changed since they were seen.
pub async fn grant(platform: &Platform, ctx: &Ctx, input: NewPost) -> Result<PostId> {
    let mut command = platform.command(ctx, UseCase::PostGrant).await?;
    let account = visible(command.tx(), ctx, input.account).await?;
    let seen = input.seen;
    let post = new_post(command.tx(), ctx, &account, input).await?;
    repo::account::touch(command.tx(), account.id, seen).await?;
    repo::post::insert(command.tx(), &post, ctx.now).await?;
    let data =
        serde_json::json!({ "account": account.login, "agency": post.agency_name, "role": post.role.to_string() });
    command.finish("post", post.id, data).await?;
    Ok(post.id)
}

/// The post that an input describes, in an agency of the scope.
pub(super) async fn new_post(tx: &mut Tx, ctx: &Ctx, account: &Account, input: NewPost) -> Result<Post> {
    if input.section.chars().count() > NAME_CHARS_MAX {
        return Err(Error::field("section", "CORE-101").with("max", NAME_CHARS_MAX));
    }
    if input.valid_to.is_some_and(|to| to < input.valid_from) {
        return Err(Error::field("valid_to", "CORE-102"));
    }
    if !input.role.is_granted() {
        use text::Label as _;
        return Err(Error::field("role", "ACCT-020").with("role", input.role.label()));
    }
    let agency = repo::agency::get(tx, &ctx.scope()?, input.agency).await?;
    Ok(Post {
        id: PostId::from_parts(ctx.ms(), ctx.ten()),
        account_id: account.id,
        person: account.name.clone(),
        agency_id: agency.id,
        agency_name: agency.name,
        agency_path: agency.path,
        section: input.section,
        role: input.role,
        valid_from: input.valid_from,
        valid_to: input.valid_to,
    })
}

/// Ends a post on a day; sessions that act as it end with it.
///
/// # Errors
/// `NotFound` if the post's agency lies outside the scope; `Invalid` on `day` (`ACCT-012`) before the post begins;
/// `Denied` (`ACCT-011`) for the post one acts as; `Conflict` (`CORE-409`) if the account or its posts were changed since
/// version `seen`.
pub async fn end_post(platform: &Platform, ctx: &Ctx, id: PostId, day: NaiveDate, seen: Option<i64>) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::PostEnd).await?;
    let post = repo::post::by_id_unscoped(command.tx(), id).await?;
    ctx.scope()?.reaches(&Touch::row(&post.agency_path))?;
    if ctx.post().is_ok_and(|own| own.id == id) {
        return Err(Error::denied("ACCT-011"));
    }
    if day < post.valid_from {
        return Err(Error::field("day", "ACCT-012").with("from", text::day(post.valid_from)));
    }
    repo::account::touch(command.tx(), post.account_id, seen).await?;
    repo::post::end(command.tx(), id, day).await?;
    command.finish("post", id, serde_json::json!({ "on": day.to_string() })).await
}

/// Sets a new first password; all sessions of the account end, and so do the waits after wrong passwords.
///
/// # Errors
/// `NotFound` outside the scope, `Denied` (`ACCT-010`), `Invalid` on `password`.
pub async fn reset_password(platform: &Platform, ctx: &Ctx, login: &str, new: &str) -> Result<()> {
    reset(platform, ctx, login, new, None).await
}

/// As [`reset_password`], of the version that was seen.
pub(super) async fn reset(platform: &Platform, ctx: &Ctx, login: &str, new: &str, seen: Option<i64>) -> Result<()> {
    ctx.require(UseCase::AccountResetPassword)?;
    password::check_length(new)?;
    let hash = platform.passwords().hash(new.to_owned(), ctx.entropy.bytes()).await?;
    let mut command = platform.command(ctx, UseCase::AccountResetPassword).await?;
    let account = repo::account::by_login_unscoped(command.tx(), login).await?.ok_or_else(Error::not_found)?;
    manageable(command.tx(), ctx, account.id).await?;
    repo::account::touch(command.tx(), account.id, seen).await?;
    repo::account::set_password(command.tx(), account.id, &hash, true).await?;
    repo::session::delete_of_account(command.tx(), account.id).await?;
    throttle::forget(command.tx(), &account).await?;
    command.finish("account", account.id, serde_json::json!({})).await
}

/// Closes an account (its sessions end at once) or opens it again.
///
/// # Errors
/// `NotFound` outside the scope, `Denied` (`ACCT-010`; `ACCT-011` for one's own account); `Conflict` (`CORE-409`) if the
/// account or its posts were changed since version `seen`.
pub async fn set_disabled(
    platform: &Platform,
    ctx: &Ctx,
    login: &str,
    disabled: bool,
    seen: Option<i64>,
) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::AccountDisable).await?;
    let account = repo::account::by_login_unscoped(command.tx(), login).await?.ok_or_else(Error::not_found)?;
    manageable(command.tx(), ctx, account.id).await?;
    if disabled && ctx.post().is_ok_and(|own| own.account_id == account.id) {
        return Err(Error::denied("ACCT-011"));
    }
    repo::account::touch(command.tx(), account.id, seen).await?;
    repo::account::set_disabled(command.tx(), account.id, disabled.then_some(ctx.now)).await?;
    if disabled {
        repo::session::delete_of_account(command.tx(), account.id).await?;
    }
    command.finish("account", account.id, serde_json::json!({ "disabled": disabled })).await
}

/// The account, if it has a post in the scope. An account without any post belongs to whoever sees the root.
pub(super) async fn visible(conn: &mut Conn, ctx: &Ctx, id: AccountId) -> Result<Account> {
    let account = repo::account::by_id_unscoped(conn, id).await?;
    let posts = repo::post::all_of_account(conn, id).await?;
    let scope = ctx.scope()?;
    let ours = posts.iter().any(|post| scope.reaches(&Touch::row(&post.agency_path)).is_ok())
        || (posts.is_empty() && ctx.is_root());
    if ours { Ok(account) } else { Err(Error::not_found()) }
}

/// As [`visible`], and no post that still counts lies outside the scope: else an administrator of one county could take
/// over the account of a city's leader who also has a post in the county.
async fn manageable(conn: &mut Conn, ctx: &Ctx, id: AccountId) -> Result<Account> {
    let account = visible(conn, ctx, id).await?;
    let posts = repo::post::all_of_account(conn, id).await?;
    let (scope, today) = (ctx.scope()?, ctx.today());
    let counts = |post: &&Post| post.valid_to.is_none_or(|to| to >= today);
    if posts.iter().filter(counts).all(|post| scope.reaches(&Touch::row(&post.agency_path)).is_ok()) {
        Ok(account)
    } else {
        Err(Error::denied("ACCT-010"))
    }
}

/// All accounts with their valid posts, for the command line.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx) -> Result<Vec<(Account, Vec<Post>)>> {
    ctx.require(UseCase::AccountList)?;
    ctx.require_root()?;
    let mut conn = platform.store().read().await?;
    let mut out = Vec::new();
    for account in repo::account::list_unscoped(&mut conn).await? {
        let posts = repo::post::valid_of_account(&mut conn, account.id, ctx.today()).await?;
        out.push((account, posts));
    }
    Ok(out)
}

/// The posts of an account that are valid today.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn posts(platform: &Platform, ctx: &Ctx, account: AccountId) -> Result<Vec<Post>> {
    ctx.require(UseCase::AccountCreate)?;
    let mut conn = platform.store().read().await?;
    Ok(repo::post::valid_of_account(&mut conn, account, ctx.today()).await?)
}
