//! Whose account an inspector is, as the keeper names it. That it is so, the account's owner confirms on the own page.

use app::directory::inspector::{self, Record};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::InspectorId;
use serde::Deserialize;
use web::{Area, FieldErrors, Form, Html, Page, Path, Result, Tone, go_saying};

use super::crumbs;
use crate::Desk;

#[derive(Template)]
#[template(path = "directory/inspector/account.html")]
pub(super) struct AccountPage {
    page: Page,
    record: Record,
    login: String,
    errors: FieldErrors,
    refusal: Option<(String, String)>,
}

#[derive(Deserialize)]
pub(super) struct AccountForm {
    #[serde(default)]
    login: String,
}

async fn shown(desk: &Desk, id: InspectorId, login: Option<String>) -> Result<AccountPage> {
    let record = inspector::view(&desk.platform, &desk.ctx, id).await?.record;
    let href = format!("/office/inspectors/{id}");
    Ok(AccountPage {
        page: desk.page_under(Area::Directory, crumbs(&record.inspector.name, Some(href), "登记账号")),
        login: login.unwrap_or_else(|| record.account_login.clone()),
        record,
        errors: FieldErrors::none(),
        refusal: None,
    })
}

pub(super) async fn page(desk: Desk, Path(name): Path<String>) -> Result<Html<AccountPage>> {
    let id = name.parse().map_err(|_| app::Error::not_found())?;
    Ok(Html(shown(&desk, id, None).await?))
}

pub(super) async fn name(desk: Desk, Path(name): Path<String>, Form(form): Form<AccountForm>) -> Result<Response> {
    let id: InspectorId = name.parse().map_err(|_| app::Error::not_found())?;
    match inspector::name_account(&desk.platform, &desk.ctx, id, &form.login).await {
        Ok(()) => {
            let said = if form.login.trim().is_empty() {
                "已取消登记的账号。"
            } else {
                "已登记账号，本人登录后确认一次即生效。"
            };
            Ok(go_saying(&format!("/office/inspectors/{id}"), Tone::Good, said))
        }
        Err(error) if matches!(error.kind, app::ErrorKind::Invalid | app::ErrorKind::Conflict) => {
            let mut page = shown(&desk, id, Some(form.login)).await?;
            page.errors = FieldErrors::from(&error);
            let conflict = error.kind == app::ErrorKind::Conflict;
            page.refusal = conflict.then(|| (error.message(), error.next_step()));
            let status = if conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            Ok(Html(page).with_status(status).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
