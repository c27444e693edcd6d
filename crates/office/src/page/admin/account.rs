//! Accounts: the list, one account with its posts, opening one.

use app::account::{AccountView, OpenAccount};
use askama::Template;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use domain::ids::AccountId;
use domain::registry::UseCase;
use domain::role::Role;
use serde::Deserialize;
use text::Label as _;
use web::{
    Area, Cell, Choice, Column, Crumb, FieldErrors, Form, Html, ListQuery, Look, Page, Path, Result, Stale, Tab, Table,
    Tone,
};

use super::{Section, agency_choices, role_choices, tabs};
use crate::{Desk, Routes, listed};

pub(super) const LIST: &str = "/office/accounts";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(LIST, UseCase::AccountList, list)
        .get("/office/accounts/new", UseCase::AccountCreate, new_page)
        .post("/office/accounts/new", UseCase::AccountCreate, create)
        .get("/office/accounts/{account}", UseCase::AccountList, view)
}

/// An account in words.
struct Row {
    href: String,
    login: String,
    name: String,
    posts: Vec<String>,
    state: &'static str,
    tone: Tone,
}

#[derive(Template)]
#[template(path = "admin/account_list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    table: Table,
    query: ListQuery,
    may_create: bool,
}

const COLUMNS: &[Column] = &[
    Column::text("login", "登录名").head(),
    Column::text("name", "姓名"),
    // Several posts, and a state that follows from the moment.
    Column::text("posts", "现任岗位").unsorted().wide(50.0),
    Column::text("state", "状态").unsorted(),
];

fn cells(row: Row) -> Vec<Cell> {
    let posts = row.posts.into_iter().fold(Cell::default(), |cell, post| cell.and(post, Look::Line));
    vec![
        Cell::link(row.login, row.href),
        Cell::text(row.name),
        if posts.pieces.is_empty() { Cell::none("无") } else { posts },
        Cell::chip(row.tone, row.state),
    ]
}

async fn list(desk: Desk, query: ListQuery) -> Result<Response> {
    let window = query.window(COLUMNS);
    let found = app::account::page(&desk.platform, &desk.ctx, query.filter("q"), window).await?;
    let rows = found.rows.iter().map(|row| cells(shown(row)));
    let table = Table::paged(("账号", "个"), COLUMNS, &query, found.total, rows);
    if let Some(format) = query.file {
        return listed::file(&desk, UseCase::AccountList, table, format).await;
    }
    Ok(Html(ListPage {
        page: desk.page(Area::Admin),
        tabs: tabs(&desk, Section::Accounts),
        table,
        query,
        may_create: desk.may(UseCase::AccountCreate),
    })
    .into_response())
}

fn shown(row: &AccountView) -> Row {
    let account = &row.account;
    let (state, tone) = match () {
        () if account.disabled_at.is_some() => ("已停用", Tone::Bad),
        () if account.refused.count >= REFUSED_MANY => ("多次登录未成功", Tone::Warn),
        () if account.must_change => ("待改初始密码", Tone::Info),
        () => ("正常", Tone::Good),
    };
    Row {
        href: format!("{LIST}/{}", account.id),
        login: account.login.clone(),
        name: account.name.clone(),
        posts: row.posts.iter().map(|post| format!("{} · {}", post.agency_name, post.role.label())).collect(),
        state,
        tone,
    }
}

/// Refused tries to sign in since the last that was not, from which on the list says so: more than typing errors.
const REFUSED_MANY: i64 = 5;

/// A post of an account in words.
struct PostRow {
    agency: String,
    section: String,
    role: &'static str,
    from: String,
    to: String,
    valid: bool,
    end: String,
}

#[derive(Template)]
#[template(path = "admin/account_view.html")]
struct ViewPage {
    page: Page,
    row: Row,
    posts: Vec<PostRow>,
    inspector: Option<app::directory::inspector::Record>,
    signed_in: String,
    refused: String,
    disabled: bool,
    own: bool,
    may: bool,
}

async fn view(desk: Desk, Path(id): Path<AccountId>) -> Result<Html<ViewPage>> {
    let found = app::account::get(&desk.platform, &desk.ctx, id).await?;
    let today = desk.ctx.today();
    let posts = found
        .posts
        .iter()
        .map(|post| {
            let open = post.valid_to.is_none_or(|to| to >= today);
            PostRow {
                agency: post.agency_name.clone(),
                section: post.section.clone(),
                role: post.role.label(),
                from: text::day(post.valid_from),
                to: post.valid_to.map_or_else(|| "长期".to_owned(), text::day),
                valid: open && post.valid_from <= today,
                end: if open && post.id != desk.post.id {
                    format!("{LIST}/{id}/posts/{}/end", post.id)
                } else {
                    String::new()
                },
            }
        })
        .collect();
    let row = shown(&found);
    let inspector = app::directory::inspector::of_account(&desk.platform, &desk.ctx, id).await?;
    Ok(Html(ViewPage {
        inspector,
        signed_in: found.account.signed_in_at.map_or_else(|| "还没有登录过".to_owned(), text::moment),
        refused: text::account::refused(
            found.account.refused.count,
            found.account.refused.at,
            found.account.refused.from.as_deref(),
        )
        .unwrap_or_else(|| "没有".to_owned()),
        page: desk.page_under(Area::Admin, [Crumb::to("账号与岗位", LIST), Crumb::here(row.name.clone())]),
        row,
        posts,
        disabled: found.account.disabled_at.is_some(),
        own: found.account.id == desk.post.account_id,
        may: desk.may(UseCase::AccountCreate),
    }))
}

/// The form of a new account, as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewForm {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) agency: String,
    pub(super) section: String,
    pub(super) role: String,
    pub(super) valid_to: String,
    /// Version of the account that gets a further post.
    pub(super) version: i64,
}

/// The form of a new account, or of a further post of the account at `action`.
#[derive(Template)]
#[template(path = "admin/account_new.html")]
pub(super) struct NewPage {
    pub(super) page: Page,
    pub(super) title: String,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) with_account: bool,
    pub(super) form: NewForm,
    pub(super) agencies: Vec<Choice>,
    pub(super) roles: Vec<Choice>,
    pub(super) errors: FieldErrors,
    pub(super) stale: Option<Stale>,
}

/// The first password, shown once.
#[derive(Template)]
#[template(path = "admin/first_password.html")]
pub(super) struct PasswordPage {
    pub(super) page: Page,
    pub(super) title: String,
    pub(super) login: String,
    pub(super) person: String,
    pub(super) password: String,
    pub(super) back: String,
}

async fn form(desk: &Desk, form: NewForm, errors: FieldErrors) -> Result<NewPage> {
    let agencies = app::agency::list(&desk.platform, &desk.ctx).await?;
    Ok(NewPage {
        page: desk.page_under(Area::Admin, [Crumb::to("账号与岗位", LIST), Crumb::here("新建账号")]),
        title: "新建账号".to_owned(),
        action: format!("{LIST}/new"),
        back: LIST.to_owned(),
        with_account: true,
        form,
        agencies: agency_choices(&agencies),
        roles: role_choices(),
        errors,
        stale: None,
    })
}

async fn new_page(desk: Desk) -> Result<Html<NewPage>> {
    let typed = NewForm { agency: desk.post.agency_id.to_string(), ..NewForm::default() };
    Ok(Html(form(&desk, typed, FieldErrors::none()).await?))
}

/// What of a post could be read: agency, role and last day.
pub(super) struct ReadPost {
    pub(super) agency: domain::AgencyId,
    pub(super) role: Role,
    pub(super) valid_to: Option<NaiveDate>,
}

/// Reads the choices of the form; what is missing is said beside its field.
pub(super) fn read_post(form: &NewForm) -> Result<ReadPost, FieldErrors> {
    let mut errors = FieldErrors::none();
    let agency = form.agency.parse::<domain::AgencyId>().ok();
    if agency.is_none() {
        errors.push("agency", "请选择机构。");
    }
    let role = Role::from_code(&form.role);
    if role.is_none() {
        errors.push("role", "请选择角色。");
    }
    let valid_to = match form.valid_to.trim() {
        "" => Ok(None),
        text => domain::time::parse_day(text).map(Some).ok_or(()),
    };
    if valid_to.is_err() {
        errors.push("valid_to", "日期无法识别，请按“2021-05-08”的格式填写。");
    }
    match (agency, role, valid_to) {
        (Some(agency), Some(role), Ok(valid_to)) => Ok(ReadPost { agency, role, valid_to }),
        _ => Err(errors),
    }
}

async fn create(desk: Desk, Form(typed): Form<NewForm>) -> Result<Response> {
    let post = match read_post(&typed) {
        Ok(post) => post,
        Err(errors) => return Ok(Html::invalid(form(&desk, typed, errors).await?)),
    };
    let input = OpenAccount {
        login: typed.login.trim().to_owned(),
        name: typed.name.clone(),
        agency: post.agency,
        section: typed.section.clone(),
        role: post.role,
        valid_to: post.valid_to,
    };
    match app::account::open(&desk.platform, &desk.ctx, input).await {
        Ok(opened) => Ok(Html(PasswordPage {
            page: desk.page_under(Area::Admin, [Crumb::to("账号与岗位", LIST), Crumb::here("新建账号")]),
            title: "账号已建立".to_owned(),
            login: typed.login.trim().to_owned(),
            person: typed.name.trim().to_owned(),
            password: opened.password,
            back: format!("{LIST}/{}", opened.id),
        })
        .into_response()),
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(form(&desk, typed, errors).await?))
        }
        Err(error) => Err(error.into()),
    }
}
