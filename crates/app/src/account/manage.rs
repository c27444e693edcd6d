//! Accounts and posts as an administrator (or the owner at the command line) keeps them.

use chrono::NaiveDate;
use domain::ids::{AccountId, AgencyId, PostId};
use domain::registry::UseCase;
use domain::role::Role;
use store::StoreError;
use store::repo;
use store::repo::account::Account;
use store::repo::post::Post;

use super::password;
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
}

/// Makes an account.
///
/// # Errors
/// `Invalid` on `login` (`ACCT-008` form, `ACCT-009` taken), `name` (`CORE-101` missing or too long), `password`.
pub async fn create(platform: &Platform, ctx: &Ctx, input: NewAccount) -> Result<AccountId> {
    ctx.require(UseCase::AccountCreate)?;
    let mut fields = Vec::new();
    let login_ok = (1..=LOGIN_CHARS_MAX).contains(&input.login.len())
        && input.login.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !login_ok {
        fields.push(FieldError { field: "login", code: "ACCT-008", args: vec![("max", LOGIN_CHARS_MAX.to_string())] });
    }
    if !(1..=NAME_CHARS_MAX).contains(&input.name.trim().chars().count()) {
        fields.push(FieldError { field: "name", code: "CORE-101", args: vec![("max", NAME_CHARS_MAX.to_string())] });
    }
    if !fields.is_empty() {
        return Err(Error::invalid(fields));
    }
    password::check_length(&input.password)?;
    let password_hash = password::hash(input.password, ctx.entropy.bytes()).await?;
    let account = Account {
        id: AccountId::from_parts(ctx.ms(), ctx.ten()),
        login: input.login,
        name: input.name.trim().to_owned(),
        password_hash,
        must_change: input.must_change,
        failures: 0,
        locked_until: None,
        disabled_at: None,
        version: 1,
    };
    let mut command = platform.command(ctx, UseCase::AccountCreate).await?;
    repo::account::insert(command.tx(), &account, ctx.now).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::field("login", "ACCT-009"),
        other => other.into(),
    })?;
    command.finish("account", account.id, serde_json::json!({ "login": account.login })).await?;
    Ok(account.id)
}

/// Gives an account a post.
///
/// # Errors
/// `NotFound` if the agency lies outside the administrator's scope; `Invalid` on `section`, `valid_to`.
pub async fn grant(platform: &Platform, ctx: &Ctx, input: NewPost) -> Result<PostId> {
    let mut command = platform.command(ctx, UseCase::PostGrant).await?;
    if input.section.chars().count() > NAME_CHARS_MAX {
        return Err(Error::field("section", "CORE-101").with("max", NAME_CHARS_MAX));
    }
    if input.valid_to.is_some_and(|to| to < input.valid_from) {
        return Err(Error::field("valid_to", "CORE-102"));
    }
    let scope = ctx.scope()?;
    let agency = repo::agency::get(command.tx(), &scope, input.agency).await?;
    let account = repo::account::by_id_unscoped(command.tx(), input.account).await?;
    let post = Post {
        id: PostId::from_parts(ctx.ms(), ctx.ten()),
        account_id: account.id,
        person: account.name,
        agency_id: agency.id,
        agency_name: agency.name,
        agency_path: agency.path,
        section: input.section,
        role: input.role,
        valid_from: input.valid_from,
        valid_to: input.valid_to,
    };
    repo::post::insert(command.tx(), &post, ctx.now).await?;
    let data =
        serde_json::json!({ "account": account.login, "agency": post.agency_name, "role": post.role.to_string() });
    command.finish("post", post.id, data).await?;
    Ok(post.id)
}

/// Ends a post on a day; sessions that act as it end with it.
///
/// # Errors
/// `NotFound` if the post's agency lies outside the scope.
pub async fn end_post(platform: &Platform, ctx: &Ctx, id: PostId, day: NaiveDate) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::PostEnd).await?;
    let post = repo::post::by_id_unscoped(command.tx(), id).await?;
    let scope = ctx.scope()?;
    repo::agency::get(command.tx(), &scope, post.agency_id).await?;
    repo::post::end(command.tx(), id, day).await?;
    command.finish("post", id, serde_json::json!({ "on": day.to_string() })).await
}

/// Sets a new first password; all sessions of the account end.
///
/// # Errors
/// `NotFound`, `Invalid` on `password`.
pub async fn reset_password(platform: &Platform, ctx: &Ctx, login: &str, new: &str) -> Result<()> {
    ctx.require(UseCase::AccountResetPassword)?;
    password::check_length(new)?;
    let hash = password::hash(new.to_owned(), ctx.entropy.bytes()).await?;
    let mut command = platform.command(ctx, UseCase::AccountResetPassword).await?;
    let account = repo::account::by_login_unscoped(command.tx(), login).await?.ok_or_else(Error::not_found)?;
    repo::account::set_password(command.tx(), account.id, &hash, true).await?;
    repo::session::delete_of_account(command.tx(), account.id).await?;
    command.finish("account", account.id, serde_json::json!({})).await
}

/// Closes an account (its sessions end at once) or opens it again.
///
/// # Errors
/// `NotFound`.
pub async fn set_disabled(platform: &Platform, ctx: &Ctx, login: &str, disabled: bool) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::AccountDisable).await?;
    let account = repo::account::by_login_unscoped(command.tx(), login).await?.ok_or_else(Error::not_found)?;
    repo::account::set_disabled(command.tx(), account.id, disabled.then_some(ctx.now)).await?;
    if disabled {
        repo::session::delete_of_account(command.tx(), account.id).await?;
    }
    command.finish("account", account.id, serde_json::json!({ "disabled": disabled })).await
}

/// All accounts with their valid posts.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx) -> Result<Vec<(Account, Vec<Post>)>> {
    ctx.require(UseCase::AccountCreate)?;
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
