//! Making a task from an approved scheme, approving it, giving it up.

use chrono::NaiveDate;
use domain::approval::TASK;
use domain::division::DivisionCode;
use domain::ids::{AgencyId, RevisionId, TaskId};
use domain::numbering::Pattern;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::rulebook::RuleValue;
use domain::scheme::SchemeDraft;
use domain::state::{RevisionState, TaskCommand, TaskState};
use sha2::{Digest as _, Sha256};
use store::repo::rulebook::Setting;
use store::repo::task::Task;
use store::{Conn, repo};

use super::{KIND, TEXT_CHARS_MAX, change, own, step};
use kernel::approval::{self, Over};
use kernel::{Ctx, Error, FieldError, Platform, Result};

/// Input of [`create`].
#[derive(Clone, Debug)]
pub struct NewTask {
    /// The approved scheme.
    pub scheme: RevisionId,
    /// Title; empty for the scheme's.
    pub title: String,
    /// First day of the checks.
    pub window_from: NaiveDate,
    /// Last day.
    pub window_to: NaiveDate,
    /// Whom to ask; empty for the scheme's.
    pub contact: String,
    /// It may be drawn without witnesses, and is never official.
    pub rehearsal: bool,
}

/// Makes a task with the next number of the day.
///
/// # Errors
/// `TASK-001` if the scheme is not approved, `TASK-010` if no division is known, `TASK-002` when numbers run out,
/// `Invalid` on `title`, `contact`, `window_to`; `Denied`, `NotFound`.
pub async fn create(platform: &Platform, ctx: &Ctx, input: NewTask) -> Result<TaskId> {
    let mut command = platform.command(ctx, UseCase::TaskCreate).await?;
    let post = ctx.post()?;
    let scheme = planning::scheme::own(command.tx(), ctx, input.scheme).await?;
    if !matches!(scheme.state, RevisionState::Approved | RevisionState::Published) {
        return Err(Error::conflict("TASK-001").with("title", &scheme.title));
    }
    let title = if input.title.trim().is_empty() { scheme.title.clone() } else { input.title.trim().to_owned() };
    let draft: SchemeDraft = serde_json::from_str(&scheme.content)?;
    let contact = if input.contact.trim().is_empty() { draft.contact.trim() } else { input.contact.trim() }.to_owned();
    check(&input, &title, &contact)?;
    let division = division(command.tx(), post.agency_id).await?;
    let pattern = Pattern::task();
    let series = pattern.series(division, ctx.today());
    let serial = repo::counter::next(command.tx(), &format!("task:{series}")).await?;
    let serial = u32::try_from(serial).unwrap_or(u32::MAX);
    let number = pattern.number(division, ctx.today(), serial).map_err(|_| Error::conflict("TASK-002"))?;
    let task = Task {
        id: TaskId::from_parts(ctx.ms(), ctx.ten()),
        number,
        title,
        agency_id: post.agency_id,
        scheme_id: scheme.id,
        item_list_id: repo::check_item::published_for(command.tx(), &post.agency_path).await?.map(|list| list.id),
        window_from: input.window_from,
        window_to: input.window_to,
        contact,
        state: TaskState::Draft,
        rehearsal: input.rehearsal,
        version: 1,
        created_by: post.id.to_string(),
        created_account: post.account_id.to_string(),
        created_at: ctx.now,
        changed_at: ctx.now,
    };
    repo::task::insert(command.tx(), &task).await?;
    // The scheme's own deadlines become the task's layer of the rulebook.
    for own in &draft.spans {
        let setting = Setting {
            scope_kind: "task".to_owned(),
            scope_id: task.id.to_string(),
            name: own.rule.code().to_owned(),
            value: serde_json::to_string(&RuleValue::Span(own.span))?,
            basis: own.basis.trim().to_owned(),
        };
        let id = format!("task/{}/{}", setting.scope_id, setting.name);
        repo::rulebook::set(command.tx(), &id, &setting, &kernel::actor_id(&ctx.actor), ctx.now).await?;
    }
    let (key, digest) = (task.id.to_string(), digest(&task)?);
    approval::ask(command.tx(), ctx, Over { procedure: &TASK, id: &key, digest: &digest }, "").await?;
    command.seal(Projection::Task, task.id).await?;
    let data = serde_json::json!({ "number": task.number, "title": task.title, "scheme": scheme.number });
    command.finish(KIND, task.id, data).await?;
    Ok(task.id)
}

fn check(input: &NewTask, title: &str, contact: &str) -> Result<()> {
    let mut fields = Vec::new();
    let long = |text: &str| text.chars().count() > TEXT_CHARS_MAX;
    let mut wrong = |field, code, args| fields.push(FieldError { field, code, args });
    if long(title) {
        wrong("title", "CORE-101", vec![("max", TEXT_CHARS_MAX.to_string())]);
    }
    if contact.is_empty() || long(contact) {
        wrong("contact", "CORE-101", vec![("max", TEXT_CHARS_MAX.to_string())]);
    }
    if input.window_to < input.window_from {
        wrong("window_to", "CORE-102", Vec::new());
    }
    if draw::check_text(title).is_err() {
        wrong("title", "TASK-016", Vec::new());
    }
    if fields.is_empty() { Ok(()) } else { Err(Error::invalid(fields)) }
}

/// The division of an agency, or of the nearest one above that has one: functional zones have none.
async fn division(conn: &mut Conn, agency: AgencyId) -> Result<DivisionCode> {
    let mut next = Some(agency);
    while let Some(id) = next {
        let agency = repo::agency::by_id_unscoped(conn, id).await?;
        if let Some(division) = agency.division {
            return division.parse().map_err(Error::internal);
        }
        next = agency.parent_id;
    }
    Err(Error::conflict("TASK-010"))
}

/// Approves a task; not by whoever made it.
///
/// # Errors
/// `APPR-003` for its maker, `TASK-003` in another state, `TASK-015`, `Denied`, `NotFound`.
pub async fn approve(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::TaskApprove).await?;
    let mut task = own(command.tx(), ctx, id).await?;
    let state = step(&task, TaskCommand::Approve)?;
    let (key, digest) = (id.to_string(), digest(&task)?);
    approval::approve(command.tx(), ctx, Over { procedure: &TASK, id: &key, digest: &digest }, "approve", &[]).await?;
    change(command.tx(), ctx, &mut task, state).await?;
    command.finish(KIND, id, serde_json::json!({ "number": task.number })).await
}

/// Gives a task up before its commitment is published, with a reason that stays.
///
/// # Errors
/// `APPR-004` without a reason, `TASK-003` once it is committed or drawn, `TASK-015`, `Denied`, `NotFound`.
pub async fn void(platform: &Platform, ctx: &Ctx, id: TaskId, why: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::TaskVoid).await?;
    let mut task = own(command.tx(), ctx, id).await?;
    let why = approval::reason(why)?;
    let state = step(&task, TaskCommand::Void)?;
    change(command.tx(), ctx, &mut task, state).await?;
    let (key, digest) = (id.to_string(), digest(&task)?);
    approval::note(command.tx(), ctx, Over { procedure: &TASK, id: &key, digest: &digest }, "void", why).await?;
    command.finish(KIND, id, serde_json::json!({ "number": task.number, "reason": why })).await
}

/// Digest of what is approved with a task: SHA-256 of its fields as JSON.
fn digest(task: &Task) -> Result<String> {
    let fields = serde_json::json!({
        "number": task.number, "title": task.title, "scheme": task.scheme_id, "items": task.item_list_id,
        "from": task.window_from, "to": task.window_to, "contact": task.contact, "rehearsal": task.rehearsal,
    });
    Ok(hex::encode(Sha256::digest(serde_json::to_vec(&fields)?)))
}
