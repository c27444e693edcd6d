//! Changing an account: a further post, ending one, a new first password, closing and opening. Each of these that ends
//! sessions has a page of its own that says so before the button. Each carries the version that it was shown: when somebody
//! else changed the account or its posts meanwhile, it comes back with who did what, and nothing has happened.

use app::account::{AccountView, NewPost};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::ids::{AccountId, PostId};
use domain::registry::UseCase;
use serde::Deserialize;
use text::Label as _;
use web::{Area, Crumb, FieldErrors, Form, Html, Page, Path, Result, Stale, Tone, go_saying};

use super::account::{LIST, NewForm, NewPage, PasswordPage, read_post};
use super::{ConfirmPage, agency_choices, role_choices};
use crate::late::{is_late, late_account};
use crate::{Desk, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/office/accounts/{account}/posts/new", UseCase::PostGrant, grant_page)
        .post("/office/accounts/{account}/posts/new", UseCase::PostGrant, grant)
        .get("/office/accounts/{account}/posts/{post}/end", UseCase::PostEnd, end_page)
        .post("/office/accounts/{account}/posts/{post}/end", UseCase::PostEnd, end)
        .get("/office/accounts/{account}/reset-password", UseCase::AccountResetPassword, reset_page)
        .post("/office/accounts/{account}/reset-password", UseCase::AccountResetPassword, reset)
        .get("/office/accounts/{account}/disable", UseCase::AccountDisable, disable_page)
        .post("/office/accounts/{account}/disable", UseCase::AccountDisable, disable)
}

fn page_of(desk: &Desk, id: AccountId, name: &str, what: &str) -> Page {
    desk.page_under(
        Area::Admin,
        [Crumb::to("账号与岗位", LIST), Crumb::to(name, format!("{LIST}/{id}")), Crumb::here(what)],
    )
}

async fn grant_form(desk: &Desk, id: AccountId, form: NewForm, errors: FieldErrors) -> Result<NewPage> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    let agencies = app::agency::list(&desk.platform, &desk.ctx).await?;
    Ok(NewPage {
        page: page_of(desk, id, &found.account.name, "授予岗位"),
        title: format!("为{}授予岗位", found.account.name),
        action: format!("{LIST}/{id}/posts/new"),
        back: format!("{LIST}/{id}"),
        with_account: false,
        form,
        agencies: agency_choices(&agencies),
        roles: role_choices(),
        errors,
        stale: None,
    })
}

async fn grant_page(desk: Desk, Path(id): Path<AccountId>) -> Result<Html<NewPage>> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    let version = found.account.version;
    let typed = NewForm { agency: desk.post.agency_id.to_string(), version, ..NewForm::default() };
    Ok(Html(grant_form(&desk, id, typed, FieldErrors::none()).await?))
}

async fn grant(desk: Desk, Path(id): Path<AccountId>, Form(typed): Form<NewForm>) -> Result<Response> {
    let post = match read_post(&typed) {
        Ok(post) => post,
        Err(errors) => return Ok(Html::invalid(grant_form(&desk, id, typed, errors).await?)),
    };
    let input = NewPost {
        account: id,
        agency: post.agency,
        section: typed.section.trim().to_owned(),
        role: post.role,
        valid_from: desk.ctx.today(),
        valid_to: post.valid_to,
        seen: Some(typed.version),
    };
    match app::account::grant(&desk.platform, &desk.ctx, input).await {
        Ok(_) => Ok(go_saying(&format!("{LIST}/{id}"), Tone::Good, "已授予岗位，本人下次登录或切换岗位后可用。")),
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(grant_form(&desk, id, typed, errors).await?))
        }
        Err(error) if is_late(&error) => {
            let (version, stale) = missed(&desk, &error, UseCase::PostGrant, id, typed.version).await?;
            let mut page = grant_form(&desk, id, NewForm { version, ..typed }, FieldErrors::none()).await?;
            page.stale = Some(stale);
            Ok(Html(page).with_status(StatusCode::CONFLICT))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was changed since a form was shown, and the version that it sees now.
async fn missed(desk: &Desk, error: &app::Error, case: UseCase, id: AccountId, seen: i64) -> Result<(i64, Stale)> {
    let version = app::account::get(&desk.platform, &desk.ctx, id).await?.account.version;
    Ok((version, late_account(desk, error, case, id, version - seen).await?))
}

/// The page again, over what was changed meanwhile.
fn again(mut page: ConfirmPage, stale: Stale) -> Response {
    page.stale = Some(stale);
    Html(page).with_status(StatusCode::CONFLICT)
}

/// A form that has nothing but the version it was shown.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Seen {
    version: i64,
}

fn version_of(found: &AccountView) -> (&'static str, String) {
    ("version", found.account.version.to_string())
}

async fn end_form(desk: &Desk, id: AccountId, post: PostId, day: String, errors: FieldErrors) -> Result<ConfirmPage> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    let post = found.posts.iter().find(|p| p.id == post).ok_or_else(app::Error::not_found)?;
    Ok(ConfirmPage {
        page: page_of(desk, id, &found.account.name, "终止岗位"),
        title: "终止岗位".to_owned(),
        consequence: format!(
            "{}将不再担任“{} · {}”。岗位失效后，以该岗位登录的会话随即结束；该岗位办过的事项和记录不变。",
            found.account.name,
            post.agency_name,
            post.role.label()
        ),
        tone: Tone::Bad,
        action: format!("{LIST}/{id}/posts/{}/end", post.id),
        button: "终止岗位".to_owned(),
        back: format!("{LIST}/{id}"),
        hidden: vec![version_of(&found)],
        day: Some(day),
        errors,
        stale: None,
    })
}

async fn end_page(desk: Desk, Path((id, post)): Path<(AccountId, PostId)>) -> Result<Html<ConfirmPage>> {
    let today = desk.ctx.today().to_string();
    Ok(Html(end_form(&desk, id, post, today, FieldErrors::none()).await?))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EndForm {
    day: String,
    version: i64,
}

async fn end(desk: Desk, Path((id, post)): Path<(AccountId, PostId)>, Form(typed): Form<EndForm>) -> Result<Response> {
    let Some(day) = domain::time::parse_day(typed.day.trim()) else {
        let mut errors = FieldErrors::none();
        errors.push("day", "请填写最后有效日，格式如“2021-05-08”。");
        return Ok(Html::invalid(end_form(&desk, id, post, typed.day, errors).await?));
    };
    match app::account::end_post(&desk.platform, &desk.ctx, post, day, Some(typed.version)).await {
        Ok(()) => Ok(go_saying(&format!("{LIST}/{id}"), Tone::Good, "岗位已终止。")),
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(end_form(&desk, id, post, typed.day, errors).await?))
        }
        Err(error) if is_late(&error) => {
            let (_, stale) = missed(&desk, &error, UseCase::PostEnd, id, typed.version).await?;
            Ok(again(end_form(&desk, id, post, typed.day, FieldErrors::none()).await?, stale))
        }
        Err(error) => Err(error.into()),
    }
}

fn reset_form(desk: &Desk, id: AccountId, found: &AccountView) -> ConfirmPage {
    ConfirmPage {
        page: page_of(desk, id, &found.account.name, "重置密码"),
        title: "重置密码".to_owned(),
        consequence: format!(
            "系统将为{}生成新的初始密码，原密码立即作废，其所有登录随即结束；本人下次登录时须自行修改密码。",
            found.account.name
        ),
        tone: Tone::Warn,
        action: format!("{LIST}/{id}/reset-password"),
        button: "生成新的初始密码".to_owned(),
        back: format!("{LIST}/{id}"),
        hidden: vec![version_of(found)],
        day: None,
        errors: FieldErrors::none(),
        stale: None,
    }
}

async fn reset_page(desk: Desk, Path(id): Path<AccountId>) -> Result<Html<ConfirmPage>> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    Ok(Html(reset_form(&desk, id, &found)))
}

async fn reset(desk: Desk, Path(id): Path<AccountId>, Form(form): Form<Seen>) -> Result<Response> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    let password = match app::account::reset_to_first(&desk.platform, &desk.ctx, id, Some(form.version)).await {
        Ok(password) => password,
        Err(error) if is_late(&error) => {
            let (_, stale) = missed(&desk, &error, UseCase::AccountResetPassword, id, form.version).await?;
            let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
            return Ok(again(reset_form(&desk, id, &found), stale));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Html(PasswordPage {
        page: page_of(&desk, id, &found.account.name, "重置密码"),
        title: "密码已重置".to_owned(),
        login: found.account.login,
        person: found.account.name,
        password,
        back: format!("{LIST}/{id}"),
    })
    .into_response())
}

/// The question for an account as it is now: an open one is to be closed, a closed one to be opened again.
fn disable_form(desk: &Desk, id: AccountId, found: &AccountView) -> ConfirmPage {
    let name = &found.account.name;
    let open = found.account.disabled_at.is_none();
    let (title, consequence, tone) = if open {
        (
            "停用账号",
            format!("{name}的所有登录立即结束，之后不能再登录；其岗位和办过的事项保留，可随时恢复。"),
            Tone::Bad,
        )
    } else {
        ("恢复账号", format!("{name}可以用原密码重新登录，以仍在有效期内的岗位办理事项。"), Tone::Info)
    };
    ConfirmPage {
        page: page_of(desk, id, name, title),
        title: title.to_owned(),
        consequence,
        tone,
        action: format!("{LIST}/{id}/disable"),
        button: title.to_owned(),
        back: format!("{LIST}/{id}"),
        hidden: vec![("disabled", u8::from(open).to_string()), version_of(found)],
        day: None,
        errors: FieldErrors::none(),
        stale: None,
    }
}

async fn disable_page(desk: Desk, Path(id): Path<AccountId>) -> Result<Html<ConfirmPage>> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    Ok(Html(disable_form(&desk, id, &found)))
}

#[derive(Deserialize)]
struct Disable {
    disabled: u8,
    #[serde(default)]
    version: i64,
}

async fn disable(desk: Desk, Path(id): Path<AccountId>, Form(form): Form<Disable>) -> Result<Response> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    let closing = form.disabled != 0;
    let (login, seen) = (&found.account.login, Some(form.version));
    match app::account::set_disabled(&desk.platform, &desk.ctx, login, closing, seen).await {
        Ok(()) => {
            let said = if closing { "账号已停用，其登录已结束。" } else { "账号已恢复。" };
            Ok(go_saying(&format!("{LIST}/{id}"), Tone::Good, said))
        }
        Err(error) if is_late(&error) => {
            let (_, stale) = missed(&desk, &error, UseCase::AccountDisable, id, form.version).await?;
            let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
            Ok(again(disable_form(&desk, id, &found), stale))
        }
        Err(error) => Err(error.into()),
    }
}
