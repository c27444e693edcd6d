//! Freezing the roll: the directory of the task's agency at one instant becomes a sorted table with blinds and a root, and
//! the sizes follow from it. It may be done again and again until the task is sealed; each time the roll is replaced and
//! a seal that was asked for has to be asked for again.

use std::path::PathBuf;

use bundle::RollWriter;
use chrono::NaiveDate;
use domain::agency::Scope;
use domain::ids::{AgencyId, DrawId, FileId, JobId, PostId, TaskId};
use domain::item::CheckItem;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::scheme::{Census, SchemeColumn, SchemeDraft};
use domain::state::{AttemptState, TaskCommand};
use draw::{Digest, RollDocument, Scheme, Sizes, Suite};
use store::repo::attempt::Attempt;
use store::repo::file::File as FileRow;
use store::{StoreError, repo};

use super::demands::{Around, missing};
use super::register::RegisterWriter;
use super::{KIND, job_open, own, step};
use kernel::job::{Meter, Run, attended};
use kernel::paper::{Names, Paper};
use kernel::{Ctx, Error, NewJob, Platform, Result};
use planning::scheme::{Facts, census, columns_of, compile, field_texts, header, items_of, refusal, told};

/// The kind of the job.
pub(crate) const FREEZE_JOB: &str = "task.freeze";
/// The suite of new draws.
const SUITE: Suite = Suite::Sha256;
/// The states of an attempt whose roll may be frozen anew.
const FREEZABLE: [AttemptState; 2] = [AttemptState::Frozen, AttemptState::Requested];
/// Bytes on the disk that freezing takes for each object, with what is only written on the way: the parts, the roll, the
/// register.
const ROW_BYTES: u64 = 500;

#[derive(serde::Serialize, serde::Deserialize)]
struct Payload {
    task: TaskId,
}

/// Asks for the roll to be frozen; the job does it.
///
/// # Errors
/// `TASK-003` in another state than approved, `TASK-019` if its attempt was committed or has ended, `TASK-006` while a freeze is under way, `TASK-015`, `Denied`, `NotFound`.
pub async fn freeze(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<JobId> {
    let mut command = platform.command(ctx, UseCase::TaskFreeze).await?;
    let task = own(command.tx(), ctx, id).await?;
    step(&task, TaskCommand::Freeze)?;
    open_attempt(command.tx(), id).await?;
    if job_open(command.tx(), id, FREEZE_JOB).await? {
        return Err(Error::conflict("TASK-006"));
    }
    let job = command
        .enqueue(NewJob {
            kind: FREEZE_JOB,
            title: text::job::freeze_title(&task.number),
            payload: serde_json::to_value(Payload { task: id })?,
            subject_kind: KIND,
            subject_id: id.to_string(),
        })
        .await?;
    command.finish_as("task.freeze_begun", KIND, id, serde_json::json!({ "job": job })).await?;
    Ok(job)
}

/// The latest attempt, if freezing may write over it. The task's state is one row's word: an attempt that is sealed, has a
/// commitment or has ended is never touched again, whatever the task says.
async fn open_attempt(conn: &mut store::Conn, id: TaskId) -> Result<Option<Attempt>> {
    let latest = repo::attempt::latest(conn, id).await?;
    let closed = latest.as_ref().is_some_and(|latest| {
        !FREEZABLE.contains(&latest.state) || latest.commitment_digest.is_some() || latest.ended_at.is_some()
    });
    if closed { Err(Error::conflict("TASK-019")) } else { Ok(latest) }
}

/// What the work on its own thread gives back.
struct Frozen {
    document: RollDocument,
    sizes: Sizes,
    census: Census,
    roll: files::Stored,
    register: files::Stored,
}

/// The job.
pub(crate) async fn run_freeze(platform: &Platform, run: &mut Run) -> Result<()> {
    let ctx = run.ctx.clone();
    let Payload { task: id } = run.payload()?;
    let mut conn = platform.store().read().await?;
    let task = repo::task::by_id_unscoped(&mut conn, id).await?;
    step(&task, TaskCommand::Freeze)?;
    open_attempt(&mut conn, id).await?;
    let revision = repo::revision::by_id_unscoped(&mut conn, task.scheme_id).await?;
    let agency = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    let scheme = compile(&draft).map_err(|problems| {
        let words: Vec<_> = problems.iter().map(text::scheme::problem).collect();
        Error::conflict("SCHM-005").with("problem", words.join(" "))
    })?;
    let list = repo::check_item::published_for(&mut conn, &agency.path).await?.map(|list| list.id);
    let items = match list {
        Some(list) => items_of(&mut conn, list).await?,
        None => Vec::new(),
    };
    let (rows, ..) = repo::roll::stamp(&mut conn, &Scope::below(&agency.path)).await?;
    drop(conn);
    platform.require_space(u64::try_from(rows).unwrap_or(0).saturating_mul(2 * ROW_BYTES))?;
    // The instant of the roll is taken before the statement that reads it: what is changed later is not in it.
    let at = platform.now();
    let work = Work {
        platform: platform.clone(),
        folder: platform.incoming().join(format!("freeze-{}", run.id())),
        scope: Scope::below(&agency.path),
        day: domain::china_day(at),
        scheme: scheme.clone(),
        columns: columns_of(&draft),
        draft,
        items,
        key: Digest(ctx.entropy.bytes()),
        salt: Digest(ctx.entropy.bytes()),
        rows: u64::try_from(rows).unwrap_or(0),
        names: Names::new(Paper::of(platform).await?),
    };
    let folder = work.folder.clone();
    let handle = tokio::runtime::Handle::current();
    let frozen = attended(run, move |meter| work.freeze(&handle, &meter)).await;
    // Best effort: what stays behind lies in `incoming` and is never read.
    tokio::fs::remove_dir_all(&folder).await.ok();
    let frozen = frozen?;
    kernel::point("freeze.staged");

    let around = Around::of(platform).await?;
    let mut command = platform.command(&ctx, UseCase::TaskFreeze).await?;
    command.on_behalf_of(agency.id, &agency.name);
    let mut task = repo::task::by_id_unscoped(command.tx(), id).await?;
    step(&task, TaskCommand::Freeze)?;
    let account = match run.job.created_by.parse::<PostId>() {
        Ok(post) => Some(repo::post::by_id_unscoped(command.tx(), post).await?.account_id.to_string()),
        Err(_) => None,
    };
    let before = open_attempt(command.tx(), id).await?;
    let digest = frozen.document.digest(SUITE).to_string();
    let attempt = Attempt {
        id: before.as_ref().map_or_else(|| DrawId::from_parts(ctx.ms(), ctx.ten()), |before| before.id),
        task_id: id,
        attempt: before.as_ref().map_or(1, |before| before.attempt),
        version: before.as_ref().map_or(1, |before| before.version),
        created_at: before.as_ref().map_or(ctx.now, |before| before.created_at),
        roll_rows: i64::try_from(frozen.document.rows).ok(),
        roll_digest: Some(digest.clone()),
        roll_at: Some(at),
        roll_file: Some(frozen.roll.digest.clone()),
        roll_document: Some(text_of(frozen.document.to_jcs())?),
        register_file: Some(frozen.register.digest.clone()),
        scheme_document: text_of(scheme.to_jcs())?,
        sizes_document: Some(text_of(frozen.sizes.to_jcs())?),
        frozen_account: account,
        ..blank()
    };
    match before {
        Some(_) => repo::attempt::update(command.tx(), &attempt, &FREEZABLE).await?,
        None => repo::attempt::insert(command.tx(), &attempt).await?,
    }
    let parquet = ("application/vnd.apache.parquet", "roll.parquet", "roll");
    let register = ("text/tab-separated-values", "register.tsv", "register");
    for ((media_type, name, purpose), stored) in [(parquet, &frozen.roll), (register, &frozen.register)] {
        let row = file_row(&ctx, task.agency_id, id, stored, media_type, name, purpose);
        repo::file::insert(command.tx(), &row).await?;
    }
    repo::census::put(command.tx(), id, &frozen.census).await?;
    // The list in force is the one that is sealed: what was missing from an older one may have been imported since.
    task.item_list_id = list;
    let state = task.state;
    super::change(command.tx(), &ctx, &mut task, state).await?;
    let missing = missing(command.tx(), &ctx, &around, &task).await?;
    let unmet: Vec<_> = missing.iter().filter(|finding| finding.blocks()).map(|finding| finding.demand()).collect();
    let facts = serde_json::json!({
        "roll": digest, "rows": frozen.document.rows, "drawn": frozen.sizes.total(), "attempt": attempt.attempt,
        "register": frozen.register.digest, "columns": frozen.document.header.cells(),
        "unmet": unmet,
    });
    run.finish(&mut command, &facts).await?;
    command.seal(Projection::Census, id).await?;
    command.finish(KIND, id, facts).await?;
    kernel::point("freeze.done");
    Ok(())
}

/// What the frozen documents need, moved to the thread that does the work.
struct Work {
    platform: Platform,
    folder: PathBuf,
    scope: Scope,
    day: NaiveDate,
    scheme: Scheme,
    columns: Vec<SchemeColumn>,
    draft: SchemeDraft,
    /// The items of the list in force.
    items: Vec<CheckItem>,
    key: Digest,
    salt: Digest,
    rows: u64,
    /// Looks at the names in the same walk.
    names: Names,
}

impl Work {
    fn freeze(mut self, handle: &tokio::runtime::Handle, meter: &Meter) -> Result<Frozen> {
        // A worker that died here may have left its files.
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(Error::internal)?;
        }
        std::fs::create_dir_all(&self.folder).map_err(Error::internal)?;
        let roll_path = self.folder.join("roll.parquet");
        let register_path = self.folder.join("register.tsv");
        let header = header(&self.columns).map_err(Error::internal)?;
        let mut writer = RollWriter::create(&roll_path, header, SUITE, self.key).map_err(Error::internal)?.keeping();
        let mut register = RegisterWriter::create(&register_path, &self.salt)?;
        meter.step("freeze", self.rows);
        let mut facts = Facts::default();
        let mut refused = None;
        let mut done = 0;
        let read = handle.block_on(async {
            let mut conn = self.platform.store().snapshot().await?;
            repo::subject::for_each_in_scope(&mut conn, &self.scope, self.day, |row| {
                let mut fields = Vec::with_capacity(self.columns.len() + 1);
                field_texts(&row, &self.columns, &mut fields);
                let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
                let pushed =
                    writer.push(&fields).map_err(|error| Error::conflict("TASK-013").with("problem", told(&error)));
                // Nothing keeps an object of the directory off the roll but the scheme, whose exclusions are counted there.
                let written = pushed.and_then(|()| register.push(&row, ""));
                facts.push(&row);
                let lacking = self.names.lacking_in(&row.name);
                if !lacking.is_empty() {
                    facts.lacks(lacking, &row.name);
                }
                done += 1;
                match written {
                    Err(error) => {
                        refused = Some(error);
                        Err(StoreError::NotFound)
                    }
                    Ok(()) if done % 1024 == 0 && meter.tick(done, self.rows.max(done)).is_break() => {
                        Err(StoreError::NotFound)
                    }
                    Ok(()) => Ok(()),
                }
            })
            .await
        });
        if let Some(refused) = refused {
            return Err(refused);
        }
        if meter.stopped() {
            return Err(Error::conflict("JOB-001"));
        }
        read?;
        let (document, taken) = writer.finish().map_err(Error::internal)?;
        if document.rows == 0 {
            return Err(Error::conflict("TASK-012"));
        }
        meter.step("sizes", document.rows);
        let roll = taken.roll.ok_or_else(|| Error::internal("a writer that keeps columns gave no roll"))?;
        let sizes =
            draw::sizes(&self.scheme, &roll, &mut |done, total| meter.tick(done, total)).map_err(|refused| {
                if meter.stopped() {
                    return Error::conflict("JOB-001");
                }
                Error::conflict("SCHM-005").with("problem", refusal(&refused))
            })?;
        if sizes.total() == 0 {
            return Err(Error::conflict("TASK-011"));
        }
        let mut tick = |done, total| meter.tick(done, total);
        let census = census(&self.draft, &self.scheme, &roll, &facts, &self.items, &mut tick)
            .map_err(|refused| if meter.stopped() { Error::conflict("JOB-001") } else { Error::internal(refused) })?;
        meter.step("digest", 0);
        let files = self.platform.files();
        Ok(Frozen { document, sizes, census, roll: files.adopt(&roll_path)?, register: register.finish(files)? })
    }
}

/// A document's bytes as the text that they are.
pub(crate) fn text_of(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(Error::internal)
}

/// A file of a task.
pub(crate) fn file_row(
    ctx: &Ctx,
    agency: AgencyId,
    task: TaskId,
    stored: &files::Stored,
    media_type: &str,
    name: &str,
    purpose: &str,
) -> FileRow {
    FileRow {
        id: FileId::from_parts(ctx.ms(), ctx.ten()),
        digest: stored.digest.clone(),
        size: i64::try_from(stored.size).unwrap_or(i64::MAX),
        media_type: media_type.to_owned(),
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        subject_kind: KIND.to_owned(),
        subject_id: task.to_string(),
        agency_id: Some(agency),
        created_by: kernel::actor_id(&ctx.actor),
        created_at: ctx.now,
    }
}

/// An attempt with nothing in it yet.
pub(crate) fn blank() -> Attempt {
    Attempt {
        id: DrawId::from_bytes([0; 16]),
        task_id: TaskId::from_bytes([0; 16]),
        attempt: 1,
        state: AttemptState::Frozen,
        suite: SUITE.protocol().to_owned(),
        roll_rows: None,
        roll_digest: None,
        roll_at: None,
        roll_source: text::ceremony::roll_source().to_owned(),
        roll_file: None,
        roll_document: None,
        register_file: None,
        scheme_document: String::new(),
        sizes_document: None,
        frozen_account: None,
        requested_by: None,
        requested_name: None,
        requested_account: None,
        requested_at: None,
        replaces_reason: None,
        approved_by: None,
        sealed_at: None,
        reveal_by: None,
        committed_at: None,
        commitment_document: None,
        commitment_digest: None,
        reveals_document: None,
        seed: None,
        result_file: None,
        result_digest: None,
        bundle_file: None,
        public_bundle_file: None,
        drawn_rows: None,
        ended_at: None,
        failure: None,
        version: 1,
        created_at: domain::Instant::MIN,
    }
}
