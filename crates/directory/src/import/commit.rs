//! The job that makes staged rows the directory's: one transaction with the history, the report, the event and the job's
//! own end. Afterwards the stage is cleared; a process that dies in between leaves rows that the next dry run throws away.

use domain::agency::Scope;
use domain::import::{ImportKind, ImportState};
use domain::registry::UseCase;
use serde_json::json;
use store::repo;
use store::repo::import::Import;
use store::repo::import_stage::StagedCounts;
use store::{Conn, StoreError, Tx};

use super::foreign::foreign;
use super::line::counts;
use super::report::ImportReport;
use super::step::layout_of;
use super::{Payload, THING, agency_change, inspector_change, item_change, subject_row};
use kernel::job::Run;
use kernel::{Ctx, Error, Platform, Result};

/// Does the job.
pub(crate) async fn work(platform: &Platform, run: &mut Run) -> Result<()> {
    let payload: Payload = run.payload()?;
    run.progress(0, 0, "swap").await?;
    let ctx = run.ctx.clone();
    let mut command = platform.command(&ctx, UseCase::ImportCommit).await?;
    if let Some(agency) = payload.agency {
        command.on_behalf_of(agency, &payload.agency_name);
    }
    let mut import = repo::import::by_id_unscoped(command.tx(), payload.import).await?;
    if import.state != ImportState::Checked {
        return Err(Error::conflict("IMPT-006"));
    }
    let scope = scope_of(command.tx(), &payload).await?;
    let foreign = foreign(command.tx(), &import, &payload, &scope).await?;
    if !foreign.is_empty() {
        return Err(Error::conflict("IMPT-010").with("count", foreign.len()));
    }
    let counts = match import.kind {
        ImportKind::Subject => swap_subjects(command.tx(), &ctx, &import, &payload).await?,
        ImportKind::Inspector => inspector_change::write(command.tx(), &ctx, &import, &payload, &scope).await?,
        ImportKind::Item => item_change::publish(command.tx(), &ctx, &import, &payload).await?,
        ImportKind::Agency => agency_change::write(command.tx(), &ctx, &import).await?,
    };
    let mut report: ImportReport = serde_json::from_str(&import.report)?;
    report.count(counts);
    import.report = serde_json::to_string(&report)?;
    import.state = ImportState::Committed;
    repo::import::update(command.tx(), &import, ctx.now).await?;
    let result = json!({
        "phase": "done", "kind": import.kind, "file": import.file_name, "digest": import.file_digest,
        "rows": report.rows, "new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged,
        "removed": counts.removed, "by": payload.by,
    });
    run.finish(&mut command, &result).await?;
    kernel::point("import.swap");
    command.finish(THING, import.id, result).await?;
    kernel::point("import.swapped");
    let mut tx = platform.store().write().await?;
    repo::import_stage::clear(&mut tx, import.id).await?;
    Ok(tx.commit().await?)
}

/// Another import may have added one of the codes meanwhile: then the dry run no longer tells the truth.
pub(super) fn changed_meanwhile(error: StoreError) -> Error {
    match error {
        StoreError::Duplicate(_) | StoreError::Stale => Error::conflict("IMPT-007"),
        other => other.into(),
    }
}

/// What the importer may write to: its agency and all below it; the owner's command line may write everywhere.
pub(super) async fn scope_of(conn: &mut Conn, payload: &Payload) -> Result<Scope> {
    Ok(match payload.agency {
        None => Scope::everything(),
        Some(id) => Scope::below(&repo::agency::by_id_unscoped(conn, id).await?.path),
    })
}

async fn swap_subjects(tx: &mut Tx, ctx: &Ctx, import: &Import, payload: &Payload) -> Result<StagedCounts> {
    let columns = subject_row::staged_columns(&layout_of(import)?);
    repo::import_stage::swap_subjects(tx, import.id, &columns, &payload.by, ctx.now).await.map_err(changed_meanwhile)
}

/// What the staged rows of a small directory would do: the same comparison that the commit writes by.
pub(super) async fn lines(
    conn: &mut Conn,
    import: &Import,
    payload: &Payload,
    scope: &Scope,
) -> Result<Vec<super::PreviewLine>> {
    match import.kind {
        // A register is compared in the database.
        ImportKind::Subject => Ok(Vec::new()),
        ImportKind::Inspector => inspector_change::lines(conn, import, scope).await,
        ImportKind::Item => item_change::lines(conn, import, payload).await,
        ImportKind::Agency => agency_change::lines(conn, import).await,
    }
}

/// How the staged rows compare with the directory.
pub(super) async fn count_rows(
    conn: &mut Conn,
    import: &Import,
    payload: &Payload,
    scope: &Scope,
) -> Result<StagedCounts> {
    match import.kind {
        ImportKind::Subject => {
            let columns = subject_row::staged_columns(&layout_of(import)?);
            Ok(repo::import_stage::count_subjects(conn, import.id, &columns).await?)
        }
        _ => Ok(counts(&lines(conn, import, payload, scope).await?)),
    }
}
