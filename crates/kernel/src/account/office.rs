//! Accounts as an administrator's pages show and open them: a page of the list, one account, an account with its first
//! post and a first password that is shown once.

use chrono::NaiveDate;
use domain::ids::{AccountId, AgencyId};
use domain::registry::UseCase;
use domain::role::Role;
use store::repo;
use store::repo::account::{Account, AccountFilter};
use store::repo::post::Post;

use super::manage::{NewAccount, NewPost, insert, new_post, prepare, reset, visible};
use crate::change::{self, Change};
use crate::{Ctx, Page, Platform, Result, Window};

/// Letters and digits of a first password: none that is mistaken for another one on paper.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Groups of a first password, four characters each.
const GROUPS: usize = 4;

/// The events of an account that raise its version.
const CHANGING: [&str; 3] = ["account.disable", "account.reset_password", "account.change_password"];

/// An account with its posts.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// All its posts that the asker may see, ended ones too, oldest first.
    pub posts: Vec<Post>,
}

/// Input of [`open`].
#[derive(Clone, Debug)]
pub struct OpenAccount {
    /// What the person types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Where the first post is.
    pub agency: AgencyId,
    /// Its section.
    pub section: String,
    /// Its role.
    pub role: Role,
    /// Its last day, if it has one.
    pub valid_to: Option<NaiveDate>,
}

/// What [`open`] made.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The account.
    pub id: AccountId,
    /// The first password, kept nowhere else.
    pub password: String,
}

/// One page of the accounts of the scope.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn page(platform: &Platform, ctx: &Ctx, text: &str, window: Window) -> Result<Page<AccountView>> {
    ctx.require(UseCase::AccountList)?;
    let scope = ctx.scope()?;
    let filter = AccountFilter { text: text.to_owned(), postless: ctx.is_root() };
    let mut conn = platform.store().read().await?;
    let found = repo::account::page(&mut conn, &scope, &filter, window).await?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for account in found.rows {
        let posts = repo::post::valid_of_account(&mut conn, account.id, ctx.today()).await?;
        let posts = posts.into_iter().filter(|post| scope.covers(&post.agency_path)).collect();
        rows.push(AccountView { account, posts });
    }
    Ok(Page { rows, total: found.total })
}

/// One account of the scope.
///
/// # Errors
/// `NotFound` outside the scope.
pub async fn get(platform: &Platform, ctx: &Ctx, id: AccountId) -> Result<AccountView> {
    ctx.require(UseCase::AccountList)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let account = visible(&mut conn, ctx, id).await?;
    let posts = repo::post::all_of_account(&mut conn, id).await?;
    let posts = posts.into_iter().filter(|post| scope.covers(&post.agency_path)).collect();
    Ok(AccountView { account, posts })
}

/// Makes an account with its first post and a first password, which the person must change at the first sign-in.
///
/// # Errors
/// As `create` and `grant`; then nothing was made.
pub async fn open(platform: &Platform, ctx: &Ctx, input: OpenAccount) -> Result<Opened> {
    ctx.require(UseCase::AccountCreate)?;
    let password = first_password(ctx);
    let new = NewAccount { login: input.login, name: input.name, password: password.clone(), must_change: true };
    let account = prepare(platform, ctx, new).await?;
    let mut command = platform.command(ctx, UseCase::AccountCreate).await?;
    insert(command.tx(), &account, ctx).await?;
    let post = NewPost {
        account: account.id,
        agency: input.agency,
        section: input.section.trim().to_owned(),
        role: input.role,
        valid_from: ctx.today(),
        valid_to: input.valid_to,
        seen: None,
    };
    let post = new_post(command.tx(), ctx, &account, post).await?;
    repo::post::insert(command.tx(), &post, ctx.now).await?;
    let data = serde_json::json!({
        "login": account.login, "agency": post.agency_name, "role": post.role.to_string(), "post": post.id.to_string(),
    });
    command.finish("account", account.id, data).await?;
    Ok(Opened { id: account.id, password })
}

/// Gives an account a new first password; its sessions end.
///
/// # Errors
/// As `reset_password`; `Conflict` (`CORE-409`) if the account or its posts were changed since version `seen`.
pub async fn reset_to_first(platform: &Platform, ctx: &Ctx, id: AccountId, seen: Option<i64>) -> Result<String> {
    ctx.require(UseCase::AccountResetPassword)?;
    let mut conn = platform.store().read().await?;
    let account = visible(&mut conn, ctx, id).await?;
    drop(conn);
    let password = first_password(ctx);
    reset(platform, ctx, &account.login, &password, seen).await?;
    Ok(password)
}

/// The last `count` changes of an account and of its posts, newest first, as far as the acting post's scope shows them: for
/// the form that came too late. Whoever may do `use_case` with the account may know who did.
///
/// # Errors
/// `NotFound` outside the scope, `Denied`.
pub async fn changes(
    platform: &Platform,
    ctx: &Ctx,
    use_case: UseCase,
    id: AccountId,
    count: u32,
) -> Result<Vec<Change>> {
    ctx.require(use_case)?;
    let mut conn = platform.store().read().await?;
    visible(&mut conn, ctx, id).await?;
    let posts = repo::post::all_of_account(&mut conn, id).await?;
    drop(conn);
    let mut found = Vec::new();
    // Signing in and out stands among the events of an account, too, and changes nothing.
    for kind in CHANGING {
        found.extend(change::latest_of_kind(platform, ctx, kind, ("account", &id.to_string()), count).await?);
    }
    for post in posts {
        found.extend(change::latest_of_kind(platform, ctx, "post", ("post", &post.id.to_string()), count).await?);
    }
    found.sort_by_key(|change| std::cmp::Reverse(change.at));
    found.truncate(usize::try_from(count.clamp(1, change::CHANGES_MAX)).unwrap_or(1));
    Ok(found)
}

/// Sixteen characters in groups of four: 80 bits.
fn first_password(ctx: &Ctx) -> String {
    let mut out = String::with_capacity(GROUPS * 5);
    for (index, byte) in ctx.entropy.bytes::<16>().into_iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push('-');
        }
        out.push(ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied().map_or('x', char::from));
    }
    out
}
