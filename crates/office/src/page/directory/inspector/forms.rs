//! Declaring a recusal and recording a leave.

use app::directory::inspector::{self, LeaveInput, Record, RecusalInput};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::InspectorId;
use domain::registry::UseCase;
use serde::Deserialize;
use web::{Area, FieldErrors, Form, Html, Page, Path, Query, Result, Tone, go_saying};

use super::crumbs;
use crate::Desk;

fn id_of(name: &str) -> Result<InspectorId> {
    Ok(name.parse().map_err(|_| app::Error::not_found())?)
}

/// Where to go afterwards: an inspector may declare but not open the directory.
fn back(desk: &Desk, id: InspectorId) -> String {
    if desk.may(UseCase::InspectorView) { format!("/office/inspectors/{id}") } else { "/office".to_owned() }
}

/// A refused form: 422 with its fields, 409 with its sentences.
fn refused<T: Template>(page: T, conflict: bool) -> Response {
    if conflict { Html(page).with_status(StatusCode::CONFLICT) } else { Html::invalid(page) }
}

#[derive(Template)]
#[template(path = "directory/inspector/recusal.html")]
struct RecusalPage {
    page: Page,
    id: InspectorId,
    name: String,
    back: String,
    form: RecusalForm,
    errors: FieldErrors,
    refusal: Option<(String, String)>,
}

#[derive(Clone, Default, Deserialize)]
pub(super) struct RecusalForm {
    #[serde(default)]
    subject_code: String,
    #[serde(default)]
    reason: String,
}

impl RecusalPage {
    fn new(desk: &Desk, record: &Record, form: RecusalForm) -> Self {
        let (id, name) = (record.inspector.id, &record.inspector.name);
        let back = back(desk, id);
        Self {
            page: desk.page_under(Area::Directory, crumbs(name, Some(back.clone()), "申报回避")),
            id,
            name: name.clone(),
            back,
            form,
            errors: FieldErrors::none(),
            refusal: None,
        }
    }
}

/// `?subject_code=…` fills in the object, for links from its page.
pub(super) async fn recusal(desk: Desk, Path(name): Path<String>, Query(form): Query<RecusalForm>) -> Result<Response> {
    let record = inspector::declarable(&desk.platform, &desk.ctx, id_of(&name)?).await?;
    Ok(Html(RecusalPage::new(&desk, &record, form)).into_response())
}

pub(super) async fn declare(desk: Desk, Path(name): Path<String>, Form(form): Form<RecusalForm>) -> Result<Response> {
    let id = id_of(&name)?;
    let input = RecusalInput { subject_code: form.subject_code.clone(), reason: form.reason.clone() };
    match inspector::declare(&desk.platform, &desk.ctx, id, &input).await {
        Ok(declared) => {
            let said = if declared.visits == 0 {
                format!("已申报对“{}”回避，今后匹配时自动排除。", declared.subject_name)
            } else {
                format!(
                    "已申报对“{}”回避。另有 {} 次已安排的检查，请经办人调整人员。",
                    declared.subject_name, declared.visits
                )
            };
            let tone = if declared.visits == 0 { Tone::Good } else { Tone::Warn };
            Ok(go_saying(&back(&desk, id), tone, &said))
        }
        Err(error) if matches!(error.kind, app::ErrorKind::Invalid | app::ErrorKind::Conflict) => {
            let record = inspector::declarable(&desk.platform, &desk.ctx, id).await?;
            let mut page = RecusalPage::new(&desk, &record, form);
            page.errors = FieldErrors::from(&error);
            let conflict = error.kind == app::ErrorKind::Conflict;
            page.refusal = conflict.then(|| (error.message(), error.next_step()));
            Ok(refused(page, conflict))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "directory/inspector/leave.html")]
struct LeavePage {
    page: Page,
    id: InspectorId,
    name: String,
    form: LeaveForm,
    errors: FieldErrors,
    refusal: Option<(String, String)>,
}

#[derive(Clone, Default, Deserialize)]
pub(super) struct LeaveForm {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    reason: String,
}

async fn leave_page(desk: &Desk, id: InspectorId, form: LeaveForm) -> Result<LeavePage> {
    let view = inspector::view(&desk.platform, &desk.ctx, id).await?;
    let name = view.record.inspector.name;
    let href = format!("/office/inspectors/{id}");
    Ok(LeavePage {
        page: desk.page_under(Area::Directory, crumbs(&name, Some(href), "登记请假")),
        id,
        name,
        form,
        errors: FieldErrors::none(),
        refusal: None,
    })
}

pub(super) async fn leave(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    Ok(Html(leave_page(&desk, id_of(&name)?, LeaveForm::default()).await?).into_response())
}

pub(super) async fn record(desk: Desk, Path(name): Path<String>, Form(form): Form<LeaveForm>) -> Result<Response> {
    let id = id_of(&name)?;
    let input = LeaveInput { from: form.from.clone(), to: form.to.clone(), reason: form.reason.clone() };
    match inspector::record(&desk.platform, &desk.ctx, id, &input).await {
        Ok(recorded) if recorded.visits == 0 => {
            let said = format!("已登记请假 {} 天，期间匹配时自动排除。", recorded.days);
            Ok(go_saying(&format!("/office/inspectors/{id}"), Tone::Good, &said))
        }
        Ok(recorded) => {
            let said = format!(
                "已登记请假 {} 天。期间有 {} 次已安排的检查，请经办人调整日期或人员。",
                recorded.days, recorded.visits
            );
            Ok(go_saying(&format!("/office/inspectors/{id}"), Tone::Warn, &said))
        }
        Err(error) if matches!(error.kind, app::ErrorKind::Invalid | app::ErrorKind::Conflict) => {
            let mut page = leave_page(&desk, id, form).await?;
            page.errors = FieldErrors::from(&error);
            let conflict = error.kind == app::ErrorKind::Conflict;
            page.refusal = conflict.then(|| (error.message(), error.next_step()));
            Ok(refused(page, conflict))
        }
        Err(error) => Err(error.into()),
    }
}
