//! All forms of a unit as PDF files, by a job that shows its progress and can be stopped. A unit with more visits than one
//! PDF may hold gets several; either all are kept or none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use domain::ids::{FileId, JobId, ShareId, VisitId};
use domain::registry::UseCase;
use domain::state::{JobState, VisitState};
use store::Conn;
use store::repo::file::File;
use store::repo::share::Share;
use store::repo::visit::Visit;

use super::Printer;
use super::{FormData, FormKind, FormPrinter, data};
use kernel::job::Run;
use kernel::{Ctx, Error, NewJob, Platform, Result};

/// The handler's name.
pub const FORMS_JOB: &str = "forms";
/// Milliseconds between two looks at the printer.
const LOOK_MS: u64 = 150;
/// Forms that are printed between two looks at "stop".
const FORMS_PER_PART: usize = 500;
/// Purpose of the files.
const PURPOSE: &str = "forms";

#[derive(serde::Serialize, serde::Deserialize)]
struct Payload {
    share: ShareId,
    kind: FormKind,
    limit: Option<usize>,
}

/// A printed file of a share.
#[derive(Clone, Debug)]
pub struct FormFile {
    /// Its id.
    pub id: FileId,
    /// Name for download.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// When, in words.
    pub created_at: String,
}

/// Asks for one kind of form for all visits of the acting post's own matched share, or for its first `limit`.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `FORM-001` without fonts; `FORM-005` without a matched visit; `FORM-006` while such
/// a job is at work.
pub async fn print_batch(
    platform: &Platform,
    ctx: &Ctx,
    share_id: ShareId,
    kind: FormKind,
    limit: Option<usize>,
) -> Result<JobId> {
    let mut command = platform.command(ctx, UseCase::FormPrintBatch).await?;
    let share = store::repo::share::get(command.tx(), &ctx.scope()?, share_id).await?;
    crate::require_own(ctx, &share)?;
    Printer::of(platform)?;
    if printable(command.tx(), &share).await?.is_empty() {
        return Err(Error::conflict("FORM-005"));
    }
    let open = |state: JobState| matches!(state, JobState::Queued | JobState::Running);
    let jobs = store::repo::job::of_subject(command.tx(), "share", &share_id.to_string()).await?;
    if jobs.iter().any(|job| job.kind == FORMS_JOB && open(job.state)) {
        return Err(Error::conflict("FORM-006"));
    }
    let job = command
        .enqueue(NewJob {
            kind: FORMS_JOB,
            title: text::assign::forms_title(kind.label(), &share.task_number, &share.agency_name),
            payload: serde_json::to_value(Payload { share: share_id, kind, limit })?,
            subject_kind: "share",
            subject_id: share_id.to_string(),
        })
        .await?;
    let event = serde_json::json!({ "form": kind.code(), "limit": limit });
    command.finish_as("form.batch_begun", "share", share_id, event).await?;
    Ok(job)
}

/// The printed files of a share, the newest first.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn files(platform: &Platform, ctx: &Ctx, share: ShareId) -> Result<Vec<FormFile>> {
    ctx.require(UseCase::ShareView)?;
    let mut conn = platform.store().read().await?;
    let share = store::repo::share::get(&mut conn, &ctx.scope()?, share).await?;
    let rows = store::repo::file::of_subject(&mut conn, "share", &share.id.to_string(), PURPOSE).await?;
    let shown =
        |row: File| FormFile { id: row.id, name: row.name, size: row.size, created_at: text::moment(row.created_at) };
    Ok(rows.into_iter().rev().map(shown).collect())
}

/// One printed file of a share, for download.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn read_file(platform: &Platform, ctx: &Ctx, share: ShareId, file: FileId) -> Result<super::Printed> {
    ctx.require(UseCase::FormPrint)?;
    let mut conn = platform.store().read().await?;
    let row = store::repo::file::get(&mut conn, &ctx.scope()?, file).await?;
    if row.purpose != PURPOSE || row.subject_id != share.to_string() {
        return Err(Error::not_found());
    }
    drop(conn);
    let (files, digest) = (platform.files().clone(), row.digest);
    let pdf = tokio::task::spawn_blocking(move || files.read(&digest)).await.map_err(Error::internal)??;
    Ok(super::Printed { name: row.name, pdf })
}

async fn printable(conn: &mut Conn, share: &Share) -> Result<Vec<Visit>> {
    let rows_max = u32::try_from(store::repo::dispatch::DRAWN_MAX).unwrap_or(u32::MAX);
    let mut visits = store::repo::visit::of_share(conn, share.id, rows_max).await?;
    // What waits for its items is printed once two people have settled them; the others need not wait for it.
    visits.retain(|visit| matches!(visit.state, VisitState::Matched | VisitState::Prepared) && visit.problem.is_none());
    Ok(visits)
}

/// The job.
pub(crate) async fn run_batch(platform: &Platform, run: &mut Run) -> Result<()> {
    let Payload { share: id, kind, limit } = run.payload()?;
    let printer = Printer::of(platform)?;
    let ctx = run.ctx.clone();
    run.progress(0, 0, "render").await?;
    let mut conn = platform.store().read().await?;
    let share = store::repo::share::by_id_unscoped(&mut conn, id).await?;
    let mut visits = printable(&mut conn, &share).await?;
    visits.truncate(limit.unwrap_or(usize::MAX));
    let forms = data::of_visits(platform, &ctx, &mut conn, &share, &visits).await?;
    drop(conn);
    if forms.is_empty() {
        return Err(Error::conflict("FORM-005"));
    }
    let per_part = printer.forms_max().clamp(1, FORMS_PER_PART);
    let parts = forms.len().div_ceil(per_part);
    let mut rows = Vec::with_capacity(parts);
    for (n, part) in forms.chunks(per_part).enumerate() {
        let pdf = print_part(run, &printer, kind, part, (n * per_part, forms.len())).await?;
        let store = platform.files().clone();
        let stored = tokio::task::spawn_blocking(move || store.put(&pdf)).await.map_err(Error::internal)??;
        let of = if parts > 1 { format!("-{}", n + 1) } else { String::new() };
        rows.push(File {
            id: FileId::from_parts(ctx.ms(), ctx.ten()),
            digest: stored.digest,
            size: i64::try_from(stored.size).unwrap_or(i64::MAX),
            media_type: "application/pdf".to_owned(),
            name: format!("{}-{}-{}{of}.pdf", kind.label(), share.task_number, share.agency_name),
            purpose: PURPOSE.to_owned(),
            subject_kind: "share".to_owned(),
            subject_id: id.to_string(),
            agency_id: Some(share.agency_id),
            created_by: run.job.created_by.clone(),
            created_at: ctx.now,
        });
    }
    kernel::point("forms.printed");
    let mut command = platform.command(&ctx, UseCase::FormPrintBatch).await?;
    command.on_behalf_of(share.agency_id, &share.agency_name);
    for row in &rows {
        store::repo::file::insert(command.tx(), row).await?;
    }
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    store::repo::visit::set_prepared(command.tx(), &ids).await?;
    let files: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let summary = serde_json::json!({ "form": kind.code(), "forms": forms.len(), "files": files });
    run.finish(&mut command, &summary).await?;
    command.finish("share", id, summary).await
}

/// Prints one PDF on a thread of its own while the job goes on reporting. A printer cannot be stopped in the middle of a
/// PDF: when the job is, what it still prints is thrown away.
async fn print_part(
    run: &mut Run,
    printer: &Arc<dyn FormPrinter>,
    kind: FormKind,
    part: &[FormData],
    (before, total): (usize, usize),
) -> Result<Vec<u8>> {
    let (done, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (theirs, over) = (done.clone(), ended.clone());
    let (printer, forms, created) = (printer.clone(), part.to_vec(), run.ctx.now);
    let mut work = tokio::task::spawn_blocking(move || {
        let printed = printer.print(kind, &forms, created, &mut |n, _| theirs.store(n as u64, Ordering::Relaxed));
        over.store(true, Ordering::Relaxed);
        printed.map_err(|error| data::refused(error, &forms))
    });
    loop {
        tokio::select! {
            printed = &mut work => return printed.map_err(Error::internal)?,
            () = tokio::time::sleep(Duration::from_millis(LOOK_MS)) => {}
        }
        if !ended.load(Ordering::Relaxed) {
            let so_far = before as u64 + done.load(Ordering::Relaxed);
            run.progress(so_far, total as u64, "render").await?;
        }
    }
}
