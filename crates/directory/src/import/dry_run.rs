//! The job that reads a file to its end, checks every cell, stages what is sound and compares it with the directory.
//!
//! It may die anywhere: staged rows are thrown away when it begins again, and its report, its workbook and its end are one
//! transaction.

use std::collections::HashSet;
use std::path::PathBuf;

use domain::agency::Scope;
use domain::ids::FileId;
use domain::import::{ImportKind, ImportState};
use domain::registry::UseCase;
use files::Stored;
use serde_json::json;
use sheet::{Limits, Problem, ProblemTexts, Shown};
use store::repo;
use store::repo::file::File;
use store::repo::import::Import;
use store::repo::import_stage::StagedCounts;
use tokio::sync::mpsc;

use super::commit::{count_rows, scope_of};
use super::foreign::foreign;
use super::read::{Agencies, Batch, Read, Reading, Rows, read};
use super::report::{ImportReport, file_error};
use super::step::{commit_job, layout_of};
use super::{Layout, PURPOSE_PROBLEMS, Payload, THING};
use kernel::job::Run;
use kernel::paper::{Names, Paper};
use kernel::{Error, ErrorKind, Platform, Result};

/// Batches that wait to be staged: reading must not run away from writing.
const BATCHES_WAITING_MAX: usize = 2;
/// Files of up to this many rows are repeated whole in the workbook with the problems; of longer ones the bad rows.
const REPEATED_ROWS_MAX: u64 = 20_000;

/// Does the job.
pub(crate) async fn work(platform: &Platform, run: &mut Run) -> Result<()> {
    let payload: Payload = run.payload()?;
    let outcome = checked(platform, run, &payload).await;
    if outcome.is_err() {
        clear(platform, &payload).await?;
    }
    outcome
}

async fn clear(platform: &Platform, payload: &Payload) -> Result<()> {
    let mut tx = platform.store().write().await?;
    repo::import_stage::clear(&mut tx, payload.import).await?;
    repo::import_stage::clear_ended(&mut tx).await?;
    Ok(tx.commit().await?)
}

async fn checked(platform: &Platform, run: &mut Run, payload: &Payload) -> Result<()> {
    clear(platform, payload).await?;
    let mut conn = platform.store().read().await?;
    let import = repo::import::by_id_unscoped(&mut conn, payload.import).await?;
    drop(conn);
    if !import.state.is_open() {
        return Err(Error::conflict("JOB-001"));
    }
    let layout = layout_of(&import)?;
    let found = match stage(platform, run, payload, &import, &layout).await {
        Ok(read) => compare(platform, run, payload, &import, &layout, read).await,
        Err(error) => Err(error),
    };
    match found {
        Ok((report, problems)) => {
            let workbook = if problems.is_empty() {
                None
            } else {
                run.progress(report.rows, report.rows, "report").await?;
                Some(workbook(platform, &import, &layout, problems, report.rows).await?)
            };
            finish(platform, run, payload, report, workbook).await
        }
        // The file as a whole is refused: that is an outcome, not a failure of the job.
        Err(error) if error.kind == ErrorKind::Invalid => {
            finish(platform, run, payload, ImportReport::refused(&error), None).await
        }
        Err(error) => Err(error),
    }
}

/// Reads on one thread and stages on another.
async fn stage(
    platform: &Platform,
    run: &mut Run,
    payload: &Payload,
    import: &Import,
    layout: &Layout,
) -> Result<Read> {
    run.progress(0, 0, "stage").await?;
    let mut conn = platform.store().read().await?;
    let scope = scope_of(&mut conn, payload).await?;
    let agencies = repo::agency::list(&mut conn, &Scope::everything()).await?;
    let accounts = match import.kind {
        ImportKind::Inspector => repo::inspector_account::nameables(&mut conn, &scope).await?,
        _ => Vec::new(),
    };
    drop(conn);
    let reading = Reading {
        path: platform.files().existing(&import.file_digest)?,
        kind: import.kind,
        layout: layout.clone(),
        agencies: Agencies::new(agencies, &scope),
        accounts,
        names: Names::new(Paper::of(platform).await?),
        today: run.ctx.today(),
        unix_ms: run.ctx.ms(),
        entropy: run.ctx.entropy.clone(),
    };
    let (to, mut from) = mpsc::channel::<Batch>(BATCHES_WAITING_MAX);
    let reader = tokio::task::spawn_blocking(move || read(reading, &to));
    while let Some(batch) = from.recv().await {
        let mut tx = platform.store().write().await?;
        match batch.rows {
            Rows::Subjects(rows) => repo::import_stage::stage_subjects(&mut tx, import.id, rows).await?,
            Rows::Json(rows) => repo::import_stage::stage_rows(&mut tx, import.id, rows).await?,
        }
        tx.commit().await?;
        kernel::point("import.staged");
        run.progress(batch.read, 0, "stage").await?;
    }
    reader.await.map_err(Error::internal)?
}

async fn compare(
    platform: &Platform,
    run: &mut Run,
    payload: &Payload,
    import: &Import,
    layout: &Layout,
    read: Read,
) -> Result<(ImportReport, Vec<Problem>)> {
    run.progress(read.rows, read.rows, "check").await?;
    let Read { rows, problems, mut by_code, unprinted } = read;
    let mut kept = problems.kept().to_vec();
    let mut conn = platform.store().read().await?;
    let scope = scope_of(&mut conn, payload).await?;
    // What is wrong with a row already is said once.
    let wrong: HashSet<_> = kept.iter().map(|problem| problem.row).collect();
    let foreign = foreign(&mut conn, import, payload, &scope).await?;
    for row in foreign.into_iter().filter(|row| !wrong.contains(&row.row)) {
        *by_code.entry(row.reason.to_owned()).or_default() += 1;
        let column = layout.mapping.column(row.field);
        kept.push(Problem {
            sheet: layout.sheet.clone(),
            row: row.row,
            column,
            column_name: column.map(|c| layout.header().name_of(c)).unwrap_or_default(),
            value: String::new(),
            code: row.reason.to_owned(),
            data: vec![row.agency_name],
        });
    }
    kept.sort_by_key(|problem| problem.row);
    let counts = if by_code.is_empty() {
        count_rows(&mut conn, import, payload, &scope).await?
    } else {
        StagedCounts::default()
    };
    let mut report = ImportReport::of(rows, &kept, &by_code, counts);
    report.tell_unprinted(unprinted);
    Ok((report, kept))
}

/// Writes the workbook that goes back to the sender, and keeps it.
async fn workbook(
    platform: &Platform,
    import: &Import,
    layout: &Layout,
    problems: Vec<Problem>,
    rows: u64,
) -> Result<Stored> {
    let source = platform.files().existing(&import.file_digest)?;
    let target: PathBuf = platform.incoming().join(format!("problems-{}.xlsx", import.id));
    let (files, layout) = (platform.files().clone(), layout.clone());
    tokio::task::spawn_blocking(move || {
        let mut book = sheet::open(&source, &Limits::default()).map_err(file_error)?.called(&layout.sheet);
        let (marked_sheet, list_sheet, reasons, list_titles) = text::import::WORKBOOK;
        let texts = ProblemTexts {
            marked_sheet,
            list_sheet,
            reasons,
            list_titles,
            reason: &|problem| text::import::reason(&problem.code, &problem.data),
        };
        let shown = if rows <= REPEATED_ROWS_MAX { Shown::AllRows } else { Shown::BadRows };
        sheet::write_problems(&mut book, &layout.header(), &problems, shown, &texts, &target)
            .map_err(Error::internal)?;
        Ok(files.adopt(&target)?)
    })
    .await
    .map_err(Error::internal)?
}

/// Report, workbook, state and the job's end in one transaction; and the commit, if it was asked for.
async fn finish(
    platform: &Platform,
    run: &mut Run,
    payload: &Payload,
    report: ImportReport,
    workbook: Option<Stored>,
) -> Result<()> {
    let sound = report.problems == 0 && report.refused.is_none();
    if !sound {
        clear(platform, payload).await?;
    }
    let ctx = run.ctx.clone();
    let mut command = platform.command(&ctx, UseCase::ImportDryRun).await?;
    if let Some(agency) = payload.agency {
        command.on_behalf_of(agency, &payload.agency_name);
    }
    let mut import = repo::import::by_id_unscoped(command.tx(), payload.import).await?;
    if !import.state.is_open() {
        return Err(Error::conflict("JOB-001"));
    }
    import.state = if sound { ImportState::Checked } else { ImportState::Refused };
    import.report = serde_json::to_string(&report)?;
    repo::import::update(command.tx(), &import, ctx.now).await?;
    if let Some(stored) = workbook {
        let file = File {
            id: FileId::from_parts(ctx.ms(), ctx.ten()),
            size: i64::try_from(stored.size).unwrap_or(i64::MAX),
            digest: stored.digest,
            media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
            name: text::import::problems_file(&import.file_name),
            purpose: PURPOSE_PROBLEMS.to_owned(),
            subject_kind: THING.to_owned(),
            subject_id: import.id.to_string(),
            agency_id: import.agency_id,
            created_by: payload.by.clone(),
            created_at: ctx.now,
        };
        repo::file::insert(command.tx(), &file).await?;
    }
    if sound && payload.then_commit {
        command.enqueue(commit_job(&import, payload)?).await?;
    }
    let result = json!({
        "phase": if sound { "checked" } else { "refused" },
        "rows": report.rows, "new": report.new, "changed": report.changed, "unchanged": report.unchanged,
        "removed": report.removed, "problems": report.problems,
        "refused": report.refused.as_ref().map(|refusal| refusal.code.clone()), "by": payload.by,
    });
    run.finish(&mut command, &result).await?;
    kernel::point("import.checked");
    command.finish(THING, import.id, result).await?;
    kernel::point("import.checked.done");
    Ok(())
}
