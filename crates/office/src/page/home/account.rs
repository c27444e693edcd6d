//! Signing in and out, the own password, switching the post.

use askama::Template;
use axum::extract::State;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ids::PostId;
use domain::registry::UseCase;
use serde::Deserialize;
use text::Label as _;
use web::{Area, Choice, Client, Crumb, FieldErrors, Form, Html, Page, Query, RequestId, Result, Tone, go_saying};

use crate::session::{anonymous, begin, end, safe_next, token_of};
use crate::{Desk, Office, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/sign-in", UseCase::AccountSignIn, sign_in_page)
        .post("/office/sign-in", UseCase::AccountSignIn, sign_in)
        .post("/office/sign-out", UseCase::AccountSignOut, sign_out)
        .get("/office/account/password", UseCase::AccountChangePassword, password_page)
        .post("/office/account/password", UseCase::AccountChangePassword, change_password)
        .get("/office/account", UseCase::PostSwitch, account_page)
        .post("/office/account/post", UseCase::PostSwitch, switch_post)
        .post("/office/account/inspector", UseCase::InspectorConfirm, confirm_inspector)
}

#[derive(Template)]
#[template(path = "home/account/sign_in.html")]
struct SignInPage {
    login: String,
    next: String,
    /// A form was sent after the session had ended; what was typed waits in the browser.
    expired: bool,
    refusal: String,
    next_step: String,
    demo: bool,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
    #[serde(default)]
    expired: String,
}

async fn sign_in_page(State(office): State<Office>, Query(asked): Query<Next>) -> Html<SignInPage> {
    Html(SignInPage {
        login: String::new(),
        expired: asked.expired == "1" && safe_next(&asked.next) == asked.next,
        next: asked.next,
        refusal: String::new(),
        next_step: String::new(),
        demo: office.demo,
    })
}

#[derive(Deserialize)]
struct SignIn {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(office): State<Office>,
    Client(address): Client,
    request_id: RequestId,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result<Response> {
    let ctx = app::Ctx { address: Some(address), ..anonymous(&office, request_id) };
    let over = token_of(&headers, office.secure);
    match app::account::sign_in(&office.platform, &ctx, &form.login, &form.password, over.as_deref()).await {
        Ok(signed_in) => {
            let (next, refused) = (safe_next(&form.next), &signed_in.refused);
            let notice = text::account::refused_notice(refused.count, refused.at, refused.from.as_deref());
            let mut response = match notice {
                Some(notice) => go_saying(next, Tone::Warn, &notice),
                None => web::go(next),
            };
            if let Some(cookie) = begin(&signed_in.token, office.secure) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(error) if error.kind == app::ErrorKind::Denied => Ok(Html::invalid(refused(&office, form, &error))),
        Err(error) if error.code == "ACCT-002" => {
            let mut response = Html(refused(&office, form, &error)).into_response();
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            let seconds = error.args.iter().find(|(name, _)| *name == "seconds");
            if let Some(seconds) = seconds.and_then(|(_, seconds)| HeaderValue::from_str(seconds).ok()) {
                response.headers_mut().insert(RETRY_AFTER, seconds);
            }
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

/// The form again, with what was typed but the password.
fn refused(office: &Office, form: SignIn, error: &app::Error) -> SignInPage {
    SignInPage {
        login: form.login,
        next: form.next,
        expired: false,
        refusal: error.message(),
        next_step: error.next_step(),
        demo: office.demo,
    }
}

async fn sign_out(State(office): State<Office>, desk: Desk) -> Result<Response> {
    app::account::sign_out(&desk.platform, &desk.ctx, &desk.token).await?;
    let mut response = web::go("/office/sign-in");
    if let Some(cookie) = end(office.secure) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "home/account/index.html")]
struct AccountPage {
    page: Page,
    posts: Vec<Choice>,
    current: String,
    /// The inspector of the directory that this person is, or is said to be.
    inspector: Option<app::directory::inspector::Record>,
}

async fn account_page(desk: Desk) -> Result<Html<AccountPage>> {
    let label = |post: &app::Post| Choice {
        value: post.id.to_string(),
        label: format!("{} · {}", post.agency_name, post.role.label()),
        help: post.section.clone(),
    };
    let posts = desk.posts.iter().map(label).collect();
    let inspector = app::directory::inspector::own(&desk.platform, &desk.ctx).await?;
    Ok(Html(AccountPage {
        page: desk.page_under(Area::None, [Crumb::here("我的账号")]),
        posts,
        current: desk.post.id.to_string(),
        inspector,
    }))
}

#[derive(Deserialize)]
struct ConfirmInspector {
    #[serde(default)]
    answer: String,
}

async fn confirm_inspector(desk: Desk, Form(form): Form<ConfirmInspector>) -> Result<Response> {
    let is_me = match form.answer.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(app::Error::field("answer", "SUBJ-105").into()),
    };
    app::directory::inspector::confirm_account(&desk.platform, &desk.ctx, is_me).await?;
    let said = if is_me {
        "已确认。匹配给您的检查从现在起列在“我的检查”中（以执法检查人员岗位办理）。"
    } else {
        "已记录：这不是您。该人员不再登记为您的账号。"
    };
    Ok(go_saying("/office/account", Tone::Good, said))
}

#[derive(Deserialize)]
struct SwitchPost {
    post: String,
}

async fn switch_post(desk: Desk, Form(form): Form<SwitchPost>) -> Result<Response> {
    let post: PostId = form.post.parse().map_err(|_| app::Error::denied("ACCT-007"))?;
    app::account::switch_post(&desk.platform, &desk.ctx, &desk.token, post).await?;
    Ok(go_saying("/office", Tone::Good, "已切换岗位。"))
}

#[derive(Template)]
#[template(path = "home/account/password.html")]
struct PasswordPage {
    page: Page,
    errors: FieldErrors,
}

impl PasswordPage {
    fn new(desk: &Desk, errors: FieldErrors) -> Self {
        Self {
            page: desk.page_under(Area::None, [Crumb::to("我的账号", "/office/account"), Crumb::here("修改密码")]),
            errors,
        }
    }
}

async fn password_page(desk: Desk) -> Html<PasswordPage> {
    Html(PasswordPage::new(&desk, FieldErrors::none()))
}

#[derive(Deserialize)]
struct ChangePassword {
    current: String,
    password: String,
    again: String,
}

async fn change_password(
    State(office): State<Office>,
    desk: Desk,
    Form(form): Form<ChangePassword>,
) -> Result<Response> {
    if form.password != form.again {
        let errors = [("again".to_owned(), "两次输入的新密码不一致，请重新输入。".to_owned())].into_iter().collect();
        return Ok(Html::invalid(PasswordPage::new(&desk, errors)));
    }
    match app::account::change_password(&desk.platform, &desk.ctx, &form.current, &form.password).await {
        Ok(()) => {
            let mut response = go_saying("/office/sign-in", Tone::Good, "密码已修改，请用新密码登录。");
            if let Some(cookie) = end(office.secure) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            Ok(Html::invalid(PasswordPage::new(&desk, FieldErrors::from(&error))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
