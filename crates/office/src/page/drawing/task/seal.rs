//! "Check before you seal": what will be fixed, with counts and warnings. The clerk asks from here, the second person
//! approves or returns from the same page.

use app::task::SealCheck;
use app::{ErrorKind, task as cases};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::registry::UseCase;
use domain::state::AttemptState;
use web::{Area, Crumb, FieldErrors, Form, Html, Page, Path, Result, Tone, go_saying};

use super::{here, id};
use crate::{Desk, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/office/tasks/{task}/seal", UseCase::TaskView, check)
        .post("/office/tasks/{task}/seal", UseCase::TaskRequestSeal, request)
        .post("/office/tasks/{task}/seal/approve", UseCase::TaskApproveSeal, approve)
        .post("/office/tasks/{task}/seal/return", UseCase::TaskApproveSeal, give_back)
}

#[derive(Template)]
#[template(path = "drawing/task/seal.html")]
struct SealPage {
    page: Page,
    check: SealCheck,
    base: String,
    digest: String,
    frozen: String,
    rows: u64,
    failed: bool,
    requested: String,
    /// Something stands that keeps it from being sealed.
    blocked: bool,
    may_request: bool,
    may_approve: bool,
    may_return: bool,
    reason: String,
    errors: FieldErrors,
}

async fn check(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let check = cases::check_seal(&desk.platform, &desk.ctx, id(&name)?).await?;
    Ok(Html(page(&desk, check, String::new(), FieldErrors::none())).into_response())
}

fn page(desk: &Desk, check: SealCheck, reason: String, errors: FieldErrors) -> SealPage {
    let task = &check.view.task;
    let base = here(task.id);
    let crumbs = [
        Crumb::to("抽查任务", "/office/tasks"),
        Crumb::to(task.number.clone(), base.clone()),
        Crumb::here("封存前核对"),
    ];
    let attempt = check.view.latest().map(|latest| latest.attempt.clone());
    let state = attempt.as_ref().map(|attempt| attempt.state);
    let sealable = check.view.own && check.view.can(domain::state::TaskCommand::Seal);
    let digest = attempt.as_ref().and_then(|a| a.roll_digest.clone()).unwrap_or_default();
    let blocked = check.view.findings.iter().any(|finding| finding.blocks);
    SealPage {
        page: desk.page_under(Area::Task, crumbs),
        base,
        digest,
        frozen: attempt.as_ref().and_then(|a| a.roll_at).map(text::moment).unwrap_or_default(),
        rows: attempt.as_ref().and_then(|a| a.roll_rows).and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        failed: check.view.task.state == domain::state::TaskState::Failed,
        requested: attempt.as_ref().and_then(|a| a.requested_name.clone()).unwrap_or_default(),
        may_request: sealable
            && !blocked
            && desk.may(UseCase::TaskRequestSeal)
            && matches!(state, Some(AttemptState::Frozen | AttemptState::Failed)),
        may_approve: sealable
            && !blocked
            && desk.may(UseCase::TaskApproveSeal)
            && state == Some(AttemptState::Requested),
        may_return: sealable && desk.may(UseCase::TaskApproveSeal) && state == Some(AttemptState::Requested),
        blocked: sealable && blocked,
        reason,
        errors,
        check,
    }
}

#[derive(serde::Deserialize)]
struct SealForm {
    seen: i64,
    #[serde(default)]
    reason: String,
}

async fn request(desk: Desk, Path(name): Path<String>, Form(form): Form<SealForm>) -> Result<Response> {
    let done = cases::request_seal(&desk.platform, &desk.ctx, id(&name)?, form.seen, &form.reason).await;
    answer(&desk, &name, form, done, "已申请封存，等待另一人批准。").await
}

async fn approve(desk: Desk, Path(name): Path<String>, Form(form): Form<SealForm>) -> Result<Response> {
    cases::approve_seal(&desk.platform, &desk.ctx, id(&name)?, form.seen).await?;
    Ok(go_saying(&here(name), Tone::Good, "底册、方案和抽取数量已封存，可以邀请见证人。"))
}

async fn give_back(desk: Desk, Path(name): Path<String>, Form(form): Form<SealForm>) -> Result<Response> {
    let done = cases::return_seal(&desk.platform, &desk.ctx, id(&name)?, form.seen, &form.reason).await;
    answer(&desk, &name, form, done, "已退回封存申请。").await
}

async fn answer(desk: &Desk, name: &str, form: SealForm, done: app::Result<()>, said: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(go_saying(&here(name), Tone::Good, said)),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let check = cases::check_seal(&desk.platform, &desk.ctx, id(name)?).await?;
            Ok(Html::invalid(page(desk, check, form.reason, FieldErrors::from(&error))))
        }
        Err(error) => Err(error.into()),
    }
}
