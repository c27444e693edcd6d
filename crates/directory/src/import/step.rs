//! The steps between the upload and the directory: assign columns, dry run, commit, cancel.

use domain::ids::{ImportId, JobId};
use domain::import::{ImportKind, ImportState};
use domain::registry::UseCase;
use serde_json::json;
use sheet::MappingProblem;
use store::repo;
use store::repo::import::Import;
use text::Label as _;

use super::fields::fields;
use super::{COMMIT_JOB, DRY_RUN_JOB, Layout, Payload, THING, load, require_idle};
use kernel::NewJob;
use kernel::{Actor, Ctx, Error, ErrorKind, FieldError, Platform, Result, actor_id};

/// How much larger the rows of a workbook are than the packed file.
const UNPACKED_TIMES: u64 = 3;
/// How much more the rows take in the embedded database than in a CSV file, with all that is written on the way.
const STORED_TIMES: u64 = 5;

/// Confirms which column holds what: pairs of field and column (from 1; none leaves the field out). Fields that are not
/// named keep their column. Whatever an earlier dry run found no longer counts.
///
/// # Errors
/// `Invalid` on the field (`IMPT-003` required, `IMPT-004` column taken twice, `IMPT-005` no such column); `IMPT-001`,
/// `IMPT-002`; `CORE-409` if the import changed since `version` was read.
pub async fn set_mapping(
    platform: &Platform,
    ctx: &Ctx,
    id: ImportId,
    version: i64,
    choices: &[(String, Option<u32>)],
) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::ImportMap).await?;
    let mut import = open_import(command.tx(), ctx, id).await?;
    if import.version != version {
        return Err(Error::conflict("CORE-409"));
    }
    let mut layout = layout_of(&import)?;
    let header = layout.header();
    let mut wrong = Vec::new();
    // All are cleared first, so that two fields can swap their columns.
    for (key, _) in choices {
        layout.mapping.choose(key, None, &header).ok();
    }
    for (key, column) in choices {
        if let Err(problem) = layout.mapping.choose(key, *column, &header) {
            wrong.extend(field_error(import.kind, key, &problem));
        }
    }
    for problem in layout.mapping.problems() {
        if let MappingProblem::Missing { key } = &problem {
            wrong.extend(field_error(import.kind, key, &problem));
        }
    }
    if !wrong.is_empty() {
        return Err(Error::invalid(wrong));
    }
    import.state = ImportState::Mapped;
    import.mapping = serde_json::to_string(&layout)?;
    import.report = "{}".to_owned();
    repo::import::update(command.tx(), &import, ctx.now).await?;
    repo::import_stage::clear(command.tx(), id).await?;
    let columns: serde_json::Map<_, _> =
        layout.mapping.fields.iter().map(|f| (f.key.clone(), json!(f.column))).collect();
    command.finish(THING, id, json!({ "columns": columns })).await
}

fn field_error(kind: ImportKind, key: &str, problem: &MappingProblem) -> Option<FieldError> {
    let field = fields(kind).iter().find(|field| field.key == key)?.key;
    let name = text::import::field(kind, field).to_owned();
    Some(match problem {
        MappingProblem::Missing { .. } | MappingProblem::UnknownField { .. } => {
            FieldError { field, code: "IMPT-003", args: vec![("field", name)] }
        }
        MappingProblem::ColumnTaken { column, .. } => {
            FieldError { field, code: "IMPT-004", args: vec![("column", column.to_string())] }
        }
        MappingProblem::NoSuchColumn { column } => {
            FieldError { field, code: "IMPT-005", args: vec![("column", column.to_string())] }
        }
    })
}

/// Checks every cell as a job; nothing of the file goes into the directory yet. May be repeated.
///
/// # Errors
/// `IMPT-003` if a required field has no column; `STOR-011` if the disk has too little space; `IMPT-001`, `IMPT-002`;
/// `NotFound`, `Denied`.
pub async fn dry_run(platform: &Platform, ctx: &Ctx, id: ImportId) -> Result<JobId> {
    start_dry_run(platform, ctx, id, false).await
}

pub(super) async fn start_dry_run(platform: &Platform, ctx: &Ctx, id: ImportId, then_commit: bool) -> Result<JobId> {
    let mut command = platform.command(ctx, UseCase::ImportDryRun).await?;
    let mut import = open_import(command.tx(), ctx, id).await?;
    if import.mapping == "{}" {
        // The file itself cannot be read: say why, again.
        let report: super::ImportReport = serde_json::from_str(&import.report)?;
        return Err(unreadable(report.refused));
    }
    let layout = layout_of(&import)?;
    if let Some(MappingProblem::Missing { key }) = layout.mapping.problems().first() {
        return Err(Error::conflict("IMPT-003").with("field", text::import::field(import.kind, key)));
    }
    platform.require_space(space(&import, command.tx().engine()))?;
    import.state = ImportState::Mapped;
    import.report = "{}".to_owned();
    repo::import::update(command.tx(), &import, ctx.now).await?;
    let payload = payload(ctx, id, then_commit);
    let job = NewJob {
        kind: DRY_RUN_JOB,
        title: text::import::dry_run_title(import.kind, &import.file_name),
        payload: serde_json::to_value(&payload)?,
        subject_kind: THING,
        subject_id: id.to_string(),
    };
    let job = command.enqueue(job).await?;
    command.finish(THING, id, json!({ "phase": "asked", "job": job })).await?;
    Ok(job)
}

/// Bytes of the home's disk that an import may need, twice what is usual: its rows stand beside the directory, then in it
/// with their history and indexes, and in the log of the embedded database. PostgreSQL keeps them on its own disk.
fn space(import: &Import, engine: store::Engine) -> u64 {
    let bytes = u64::try_from(import.file_size).unwrap_or(0);
    let packed = !import.file_name.to_ascii_lowercase().ends_with(".csv");
    let rows = if packed { bytes.saturating_mul(UNPACKED_TIMES) } else { bytes };
    match engine {
        store::Engine::Sqlite => rows.saturating_mul(2 * STORED_TIMES),
        store::Engine::Postgres => 0,
    }
}

fn unreadable(refused: Option<super::Refusal>) -> Error {
    refused.map_or_else(|| Error::conflict("IMPT-105"), |refusal| refusal.again(ErrorKind::Conflict))
}

/// Makes the checked rows the directory's, as a job: one transaction, all or nothing.
///
/// # Errors
/// `IMPT-006` without a dry run that found nothing wrong; `IMPT-001`, `IMPT-002`; `NotFound`, `Denied`.
pub async fn commit(platform: &Platform, ctx: &Ctx, id: ImportId) -> Result<JobId> {
    let mut command = platform.command(ctx, UseCase::ImportCommit).await?;
    let import = open_import(command.tx(), ctx, id).await?;
    if import.state != ImportState::Checked {
        return Err(Error::conflict("IMPT-006"));
    }
    // Two clerks may press the button at once: the second one's version is stale.
    repo::import::update(command.tx(), &import, ctx.now).await?;
    let job = command.enqueue(commit_job(&import, &payload(ctx, id, false))?).await?;
    command.finish(THING, id, json!({ "phase": "asked", "job": job })).await?;
    Ok(job)
}

pub(super) fn commit_job(import: &Import, payload: &Payload) -> Result<NewJob> {
    Ok(NewJob {
        kind: COMMIT_JOB,
        title: text::import::commit_title(import.kind, &import.file_name),
        payload: serde_json::to_value(payload)?,
        subject_kind: THING,
        subject_id: import.id.to_string(),
    })
}

/// Gives an import up. The file and its report stay; the directory was never touched.
///
/// # Errors
/// `IMPT-001` while a job works on it (cancel the job first), `IMPT-002` if it has ended; `NotFound`, `Denied`.
pub async fn cancel(platform: &Platform, ctx: &Ctx, id: ImportId) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::ImportCancel).await?;
    let mut import = open_import(command.tx(), ctx, id).await?;
    import.state = ImportState::Cancelled;
    repo::import::update(command.tx(), &import, ctx.now).await?;
    repo::import_stage::clear(command.tx(), id).await?;
    command.finish(THING, id, json!({ "file": import.file_name })).await
}

async fn open_import(conn: &mut store::Conn, ctx: &Ctx, id: ImportId) -> Result<Import> {
    let import = load(conn, ctx, id).await?;
    if !import.state.is_open() {
        return Err(Error::conflict("IMPT-002").with("state", import.state.label()));
    }
    require_idle(conn, id).await?;
    Ok(import)
}

pub(super) fn layout_of(import: &Import) -> Result<Layout> {
    Ok(serde_json::from_str(&import.mapping)?)
}

pub(super) fn payload(ctx: &Ctx, import: ImportId, then_commit: bool) -> Payload {
    let (agency, agency_name) = match &ctx.actor {
        Actor::Post(post) => (Some(post.agency_id), post.agency_name.clone()),
        _ => (None, String::new()),
    };
    Payload { import, by: actor_id(&ctx.actor), agency, agency_name, then_commit }
}
