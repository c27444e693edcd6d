//! Whose account an inspector is: a keeper (or an imported list) names it, and the owner of the account says once "that is
//! me". Before that it gives no right; nobody can say it for another.

use domain::ids::{AccountId, InspectorId};
use domain::registry::UseCase;
use kernel::todo::{Todo, TodoKind};
use kernel::{Ctx, Error, Platform, Post, Result, actor_id};
use store::repo::inspector::{InspectorRecord, Written};
use store::repo::inspector_account as repo;
use store::{Conn, StoreError};

/// Names the account of an inspector by its login, or (empty) none. Naming the same account again changes nothing.
///
/// # Errors
/// `Invalid` on `login` (`INSP-107` no such account in the scope, `INSP-108` another inspector in office has it);
/// `Conflict` (`INSP-110` the inspector has left, `CORE-409`); `NotFound`; `Denied`.
pub async fn name_account(platform: &Platform, ctx: &Ctx, id: InspectorId, login: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::InspectorName).await?;
    let scope = ctx.scope()?;
    let record = store::repo::inspector::get(command.tx(), &scope, id).await?;
    if let Some(left) = record.left_on {
        return Err(Error::conflict("INSP-110").with("name", &record.inspector.name).with("day", text::day(left)));
    }
    let login = login.trim();
    let account = match login {
        "" => None,
        login => {
            let known = repo::nameables(command.tx(), &scope).await?.into_iter().find(|account| account.login == login);
            Some(known.ok_or_else(|| Error::field("login", "INSP-107").with("login", login))?.id)
        }
    };
    if account == record.inspector.account {
        return Ok(());
    }
    let by = actor_id(&ctx.actor);
    let written = Written { by: &by, at: ctx.now, import: None };
    repo::name(command.tx(), id, record.version, account, written).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::field("login", "INSP-108").with("login", login),
        other => other.into(),
    })?;
    command.finish("inspector", id, serde_json::json!({ "login": login, "before": record.account_login })).await
}

/// The owner's answer: it is me, or it is not; in the second case the account is taken off the inspector.
///
/// # Errors
/// `Conflict` (`INSP-109`) if nothing waits for this person's answer; `Unauthenticated`.
pub async fn confirm_account(platform: &Platform, ctx: &Ctx, is_me: bool) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::InspectorConfirm).await?;
    let account = ctx.post()?.account_id;
    let found = repo::of_account(command.tx(), account).await?;
    let record =
        found.filter(|record| record.account_confirmed_at.is_none()).ok_or_else(|| Error::conflict("INSP-109"))?;
    let id = record.inspector.id;
    let by = actor_id(&ctx.actor);
    let written = Written { by: &by, at: ctx.now, import: None };
    if is_me {
        repo::confirm(command.tx(), id, record.version, written).await?;
    } else {
        repo::name(command.tx(), id, record.version, None, written).await?;
    }
    command.finish("inspector", id, serde_json::json!({ "is_me": is_me, "login": record.account_login })).await
}

/// The inspector that the acting person is, or is said to be.
///
/// # Errors
/// `Unauthenticated`.
pub async fn own(platform: &Platform, ctx: &Ctx) -> Result<Option<InspectorRecord>> {
    ctx.require(UseCase::InspectorConfirm)?;
    let mut conn = platform.store().read().await?;
    Ok(repo::of_account(&mut conn, ctx.post()?.account_id).await?)
}

/// The inspector that an account's owner is, or is said to be, for those who look after accounts; `None` too where the
/// inspector lies outside the scope.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn of_account(platform: &Platform, ctx: &Ctx, account: AccountId) -> Result<Option<InspectorRecord>> {
    ctx.require(UseCase::AccountList)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let Some(record) = repo::of_account(&mut conn, account).await? else { return Ok(None) };
    match store::repo::inspector::get(&mut conn, &scope, record.inspector.id).await {
        Ok(record) => Ok(Some(record)),
        Err(StoreError::NotFound) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// A tie that waits for its owner's answer.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, post: &Post) -> Result<Vec<Todo>> {
    let found = repo::of_account(conn, post.account_id).await?;
    let waiting = found.filter(|record| record.account_confirmed_at.is_none());
    let todo = |record: InspectorRecord| {
        let number = record.certificate().map(|certificate| certificate.number.clone()).unwrap_or_default();
        let name = format!("{}，执法证号 {number}", record.inspector.name);
        Todo::named(TodoKind::ConfirmInspector, record.inspector.id.to_string(), name)
    };
    Ok(waiting.into_iter().map(todo).collect())
}
