//! The form of one inspected object. What was typed is kept, whatever comes back.

use std::collections::BTreeMap;

use app::directory::subject::{self, LicenceInput, Saved, SubjectInput};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::SubjectId;
use domain::subject::{LicenceState, RiskLevel, RiskScale, Subject, SubjectKind, SubjectStatus};
use text::Label as _;
use web::{Area, Choice, Crumb, FieldErrors, Form, Html, Page, Path, Result, Stale, Tone, go_saying};

use super::choices;
use super::view::changed;
use crate::Desk;

/// Empty rows for further licences.
const SPARE_LICENCES: usize = 2;

#[derive(Template)]
#[template(path = "directory/subject/edit.html")]
struct EditPage {
    page: Page,
    id: SubjectId,
    code: String,
    input: SubjectInput,
    licences: Vec<(usize, LicenceInput)>,
    /// What else than valid a licence may be.
    licence_states: Vec<Choice>,
    errors: FieldErrors,
    stale: Option<Stale>,
    kinds: Vec<Choice>,
    statuses: Vec<Choice>,
    agencies: Vec<Choice>,
    scales: Vec<Choice>,
    levels: Vec<Choice>,
}

async fn page(desk: &Desk, id: SubjectId, typed: Option<SubjectInput>, errors: FieldErrors) -> Result<EditPage> {
    let (record, agencies) = subject::editable(&desk.platform, &desk.ctx, id).await?;
    let input = typed.unwrap_or_else(|| SubjectInput::from(&record));
    let spare = (Subject::LICENCES_MAX - input.licences.len().min(Subject::LICENCES_MAX)).min(SPARE_LICENCES);
    let rows = input.licences.iter().cloned().chain(std::iter::repeat_n(LicenceInput::default(), spare));
    let crumbs = [
        Crumb::to("名录库", "/office/directory"),
        Crumb::to("检查对象", "/office/subjects"),
        Crumb::to(record.subject.name.clone(), format!("/office/subjects/{id}")),
        Crumb::here("修改"),
    ];
    Ok(EditPage {
        page: desk.page_under(Area::Directory, crumbs),
        id,
        code: record.subject.key,
        licences: (1..).zip(rows).collect(),
        licence_states: LicenceState::ALL
            .iter()
            .filter(|state| **state != LicenceState::Valid)
            .map(|state| Choice::new(state.code(), state.label()))
            .collect(),
        input,
        errors,
        stale: None,
        kinds: choices::<SubjectKind>(),
        statuses: choices::<SubjectStatus>(),
        agencies: agencies
            .iter()
            .map(|agency| Choice::new(agency.code.as_str(), format!("{} {}", agency.code, agency.short_name)))
            .collect(),
        scales: choices::<RiskScale>(),
        levels: choices::<RiskLevel>(),
    })
}

pub(super) async fn form(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let id: SubjectId = name.parse().map_err(|_| app::Error::not_found())?;
    Ok(Html(page(&desk, id, None, FieldErrors::none()).await?).into_response())
}

pub(super) async fn save(
    desk: Desk,
    Path(name): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let id: SubjectId = name.parse().map_err(|_| app::Error::not_found())?;
    let input = typed(fields);
    let back = format!("/office/subjects/{id}");
    match subject::save(&desk.platform, &desk.ctx, id, &input).await {
        Ok(Saved::Version(version)) => {
            Ok(go_saying(&back, Tone::Good, &format!("已保存为第 {version} 版，旧版本留在变更记录中。")))
        }
        Ok(Saved::Unchanged) => Ok(go_saying(&back, Tone::Info, "内容没有变化，未生成新版本。")),
        Err(error) if error.kind == app::ErrorKind::Invalid => {
            let errors = FieldErrors::from(&error);
            Ok(Html::invalid(page(&desk, id, Some(input), errors).await?))
        }
        Err(error) if error.code == "SUBJ-103" => stale(&desk, id, input, &error).await,
        Err(error) => Err(error.into()),
    }
}

/// The form again, now over the latest version: what the others changed stands on top, what was typed below.
async fn stale(desk: &Desk, id: SubjectId, mut input: SubjectInput, error: &app::Error) -> Result<Response> {
    let latest = subject::view(&desk.platform, &desk.ctx, id).await?;
    let theirs = latest
        .history
        .iter()
        .filter(|version| version.version > input.version)
        .filter_map(|version| version.changes.as_ref().map(|changes| format!("{}：{}", version.who, changed(changes))))
        .collect();
    input.version = latest.record.version;
    let mut page = page(desk, id, Some(input), FieldErrors::none()).await?;
    page.stale = Some(Stale { said: error.message(), changes: theirs });
    Ok(Html(page).with_status(StatusCode::CONFLICT))
}

fn typed(fields: Vec<(String, String)>) -> SubjectInput {
    let mut input = SubjectInput::default();
    let mut licences: BTreeMap<usize, LicenceInput> = BTreeMap::new();
    for (name, value) in fields {
        match name.as_str() {
            // What is no number is no version that anybody saw.
            "version" => input.version = value.parse().unwrap_or(0),
            "name" => input.name = value,
            "kind" => input.kind = value,
            "sub_kind" => input.sub_kind = value,
            "status" => input.status = value,
            "registered_on" => input.registered_on = value,
            "agency" => input.agency = value,
            "division" => input.division = value,
            "address" => input.address = value,
            "legal_person" => input.legal_person = value,
            "phone" => input.phone = value,
            "industry" => input.industry = value,
            "tags" => input.tags = value,
            "risk_scale" => input.risk_scale = value,
            "risk_level" => input.risk_level = value,
            "risk_on" => input.risk_on = value,
            other => licence_field(&mut licences, other, value),
        }
    }
    let filled = |row: &LicenceInput| *row != LicenceInput::default();
    // One more than allowed is kept, so that the use case refuses rather than loses it.
    input.licences = licences.into_values().filter(filled).take(Subject::LICENCES_MAX + 1).collect();
    input
}

/// `licence-2-number` and its like; anything else is not ours.
fn licence_field(licences: &mut BTreeMap<usize, LicenceInput>, name: &str, value: String) {
    let Some((row, field)) = name.strip_prefix("licence-").and_then(|rest| rest.split_once('-')) else { return };
    let Ok(row) = row.parse() else { return };
    let licence = licences.entry(row).or_default();
    match field {
        "kind" => licence.kind = value,
        "number" => licence.number = value,
        "from" => licence.valid_from = value,
        "to" => licence.valid_to = value,
        "state" => licence.state = value,
        _ => {}
    }
}
