//! All forms of a unit as PDF files, by a job that shows its progress and can be stopped. A unit with more visits than one
//! PDF may hold gets several; either all are kept or none. A form that cannot be printed stops no other: it is left out, and
//! the batch names it and says what to do.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use domain::ids::{FileId, JobId, ShareId};
use domain::registry::UseCase;
use domain::state::{JobState, VisitState};
use store::Conn;
use store::repo::file::File;
use store::repo::job::Job;
use store::repo::share::Share;
use store::repo::visit::Visit;

use super::Printer;
use super::{FormData, FormKind, FormPrinter, PrintError, data};
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

/// What a batch says of one firm's form: that it is not in the file, or which characters are to be written in by hand.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Remark {
    /// Number of the visit.
    pub number: String,
    /// The firm.
    pub name: String,
    /// What is the matter and what to do.
    pub words: String,
}

impl Remark {
    fn of(visit: &Visit, words: String) -> Self {
        Self { number: visit.number.clone(), name: visit.name.clone(), words }
    }

    fn left_out(visit: &Visit, error: &Error) -> Self {
        Self::of(visit, text::form::left_out(&error.message(), &error.next_step()))
    }
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
    /// What the batch has to say of single firms; with the first of its files.
    pub remarks: Vec<Remark>,
}

/// Asks for one kind of form for all visits of the acting post's own matched share, or for its first `limit`.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `FORM-001` without fonts; `FORM-005` without a matched visit; `FORM-006` while such
/// a job is at work; `FORM-010` for notices of an agency without contact; `FORM-011` while the rows that they would be made of are
/// known not to agree with the log.
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
    data::require_contact(kind, &share)?;
    data::require_agreement(command.tx(), &share).await?;
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
    let jobs = store::repo::job::of_subject(&mut conn, "share", &share.id.to_string()).await?;
    let mut remarks = remarks_by_file(jobs.into_iter().filter(|job| job.kind == FORMS_JOB))?;
    let shown = |row: File| FormFile {
        remarks: remarks.remove(&row.id.to_string()).unwrap_or_default(),
        id: row.id,
        name: row.name,
        size: row.size,
        created_at: text::moment(row.created_at),
    };
    Ok(rows.into_iter().rev().map(shown).collect())
}

/// The remarks of ended batches by the first file of each.
fn remarks_by_file(jobs: impl Iterator<Item = Job>) -> Result<HashMap<String, Vec<Remark>>> {
    #[derive(serde::Deserialize)]
    struct Ended {
        files: Vec<String>,
        remarks: Vec<Remark>,
    }
    let mut all = HashMap::new();
    for result in jobs.filter_map(|job| job.result) {
        let Ended { files, remarks } = serde_json::from_str(&result)?;
        if let Some(first) = files.into_iter().next() {
            all.insert(first, remarks);
        }
    }
    Ok(all)
}

/// A printed file where it is kept.
#[derive(Clone, Debug)]
pub struct KeptFile {
    /// Name for download.
    pub name: String,
    /// Where its bytes lie.
    pub path: PathBuf,
}

/// One printed file of a share, for download. Its bytes were compared with its digest; they are not held in memory, since
/// a unit's year of forms may be large.
///
/// # Errors
/// `NotFound`, `Denied`; `Internal` if the file is missing or damaged.
pub async fn kept_file(platform: &Platform, ctx: &Ctx, share: ShareId, file: FileId) -> Result<KeptFile> {
    ctx.require(UseCase::FormPrint)?;
    let mut conn = platform.store().read().await?;
    let row = store::repo::file::get(&mut conn, &ctx.scope()?, file).await?;
    if row.purpose != PURPOSE || row.subject_id != share.to_string() {
        return Err(Error::not_found());
    }
    drop(conn);
    let (files, digest) = (platform.files().clone(), row.digest);
    let checked = move || files.check(&digest).and_then(|_| files.existing(&digest));
    let path = tokio::task::spawn_blocking(checked).await.map_err(Error::internal)??;
    Ok(KeptFile { name: row.name, path })
}

async fn printable(conn: &mut Conn, share: &Share) -> Result<Vec<Visit>> {
    let rows_max = u32::try_from(store::repo::dispatch::DRAWN_MAX).unwrap_or(u32::MAX);
    let mut visits = store::repo::visit::of_share(conn, share.id, rows_max).await?;
    // What waits for its items is printed once two people have settled them; the others need not wait for it.
    visits.retain(|visit| matches!(visit.state, VisitState::Matched | VisitState::Prepared) && visit.problem.is_none());
    Ok(visits)
}

/// What the printed parts have in common.
#[derive(Default)]
struct Printing {
    rows: Vec<File>,
    /// Places of the visits whose form is in a file.
    printed: Vec<usize>,
    remarks: Vec<Remark>,
}

/// The job.
pub(crate) async fn run_batch(platform: &Platform, run: &mut Run) -> Result<()> {
    let Payload { share: id, kind, limit } = run.payload()?;
    let printer = Printer::of(platform)?;
    let ctx = run.ctx.clone();
    run.progress(0, 0, "render").await?;
    let mut conn = platform.store().read().await?;
    let share = store::repo::share::by_id_unscoped(&mut conn, id).await?;
    data::require_contact(kind, &share)?;
    let mut visits = printable(&mut conn, &share).await?;
    visits.truncate(limit.unwrap_or(usize::MAX));
    let found = data::of_visits(platform, &ctx, &mut conn, &share, &visits).await?;
    drop(conn);
    if found.is_empty() {
        return Err(Error::conflict("FORM-005"));
    }
    let mut printing = Printing::default();
    let mut forms = Vec::with_capacity(found.len());
    for (place, (form, visit)) in found.into_iter().zip(&visits).enumerate() {
        match form {
            Ok(form) => forms.push((place, form)),
            Err(error) => printing.remarks.push(Remark::left_out(visit, &error)),
        }
    }
    let per_part = printer.forms_max().clamp(1, FORMS_PER_PART);
    let parts = forms.len().div_ceil(per_part);
    for (n, part) in forms.chunks(per_part).enumerate() {
        let Some(pdf) =
            print_part(run, &printer, kind, part, &visits, (n * per_part, forms.len()), &mut printing).await?
        else {
            continue;
        };
        let store = platform.files().clone();
        let stored = tokio::task::spawn_blocking(move || store.put(&pdf)).await.map_err(Error::internal)??;
        let of = if parts > 1 { format!("-{}", n + 1) } else { String::new() };
        printing.rows.push(File {
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
    // Not one form could be printed: a batch without a file would look like one that is still on its way.
    if let (true, Some(first)) = (printing.printed.is_empty(), printing.remarks.first()) {
        return Err(Error::conflict("FORM-009")
            .with("count", visits.len())
            .with("name", &first.name)
            .with("why", &first.words));
    }
    kernel::point("forms.printed");
    keep(platform, run, &share, kind, &visits, printing).await
}

/// Makes the files those of the share, and notes which visits' forms left the house.
async fn keep(
    platform: &Platform,
    run: &mut Run,
    share: &Share,
    kind: FormKind,
    visits: &[Visit],
    printing: Printing,
) -> Result<()> {
    let ctx = run.ctx.clone();
    let Printing { rows, printed, remarks } = printing;
    let mut command = platform.command(&ctx, UseCase::FormPrintBatch).await?;
    command.on_behalf_of(share.agency_id, &share.agency_name);
    for row in &rows {
        store::repo::file::insert(command.tx(), row).await?;
    }
    let of: Vec<&Visit> = printed.iter().filter_map(|place| visits.get(*place)).collect();
    data::note_printed(&mut command, kind, &of, ctx.today()).await?;
    let files: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let counts =
        serde_json::json!({ "form": kind.code(), "forms": of.len(), "remarks": remarks.len(), "files": files });
    let mut result = counts.clone();
    if let Some(result) = result.as_object_mut() {
        result.insert("remarks".to_owned(), serde_json::to_value(remarks)?);
    }
    run.finish(&mut command, &result).await?;
    command.finish("share", share.id, counts).await
}

/// Prints one PDF on a thread of its own while the job goes on reporting. A printer cannot be stopped in the middle of a
/// PDF: when the job is, what it still prints is thrown away. `None` if no form of the part could be printed; the remarks
/// then say why of each.
async fn print_part(
    run: &mut Run,
    printer: &Arc<dyn FormPrinter>,
    kind: FormKind,
    part: &[(usize, FormData)],
    visits: &[Visit],
    (before, total): (usize, usize),
    printing: &mut Printing,
) -> Result<Option<Vec<u8>>> {
    let (done, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (theirs, over) = (done.clone(), ended.clone());
    let printer = printer.clone();
    let forms: Arc<Vec<FormData>> = Arc::new(part.iter().map(|(_, form)| form.clone()).collect());
    let of_thread = forms.clone();
    let mut work = tokio::task::spawn_blocking(move || {
        let printed = printer.print(kind, &of_thread, &mut |n, _| theirs.store(n as u64, Ordering::Relaxed));
        over.store(true, Ordering::Relaxed);
        printed
    });
    let printed = loop {
        tokio::select! {
            printed = &mut work => break printed.map_err(Error::internal)?,
            () = tokio::time::sleep(Duration::from_millis(LOOK_MS)) => {}
        }
        if !ended.load(Ordering::Relaxed) {
            let so_far = before as u64 + done.load(Ordering::Relaxed);
            run.progress(so_far, total as u64, "render").await?;
        }
    };
    let printed = match printed {
        Ok(printed) => printed,
        // The printer refuses as a whole only what no form of the part survives; a single one is told as the others are.
        Err(error @ (PrintError::Glyph { .. } | PrintError::Form { .. })) if forms.len() == 1 => {
            super::PrintedForms { left_out: vec![(0, error)], ..Default::default() }
        }
        Err(error) => return Err(data::refused(error, &forms)),
    };
    let visit_of = |form: usize| part.get(form).and_then(|(place, _)| visits.get(*place));
    for (n, (place, _)) in part.iter().enumerate() {
        let Some(visit) = visits.get(*place) else { continue };
        let mut codes: Vec<String> = printed
            .unset
            .iter()
            .filter(|(form, _)| *form == n)
            .map(|(_, character)| data::code_of(*character))
            .collect();
        codes.sort();
        codes.dedup();
        if !codes.is_empty() {
            printing.remarks.push(Remark::of(visit, text::form::unset(&codes)));
        }
        if !printed.left_out.iter().any(|(form, _)| *form == n) {
            printing.printed.push(*place);
        }
    }
    for (form, error) in &printed.left_out {
        if let Some(visit) = visit_of(*form) {
            printing.remarks.push(Remark::left_out(visit, &data::refused(error.clone(), &forms)));
        }
    }
    Ok(Some(printed.pdf).filter(|pdf| !pdf.is_empty()))
}
