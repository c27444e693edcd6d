//! The result for the office: by stratum and unit, the drawn list, the bundle to download.

use std::path::PathBuf;

use bundle::BundleError;
use domain::ids::TaskId;
use domain::registry::UseCase;
use store::Conn;
use store::repo;
use store::repo::attempt::Attempt;
pub use store::repo::attestation::Attestation;
use store::repo::drawn::{Drawn, DrawnCount, DrawnFilter};
use store::repo::task::Task;
use store::repo::{Page, Window};

use crate::task::{TaskView, view};
use kernel::{Ctx, Error, Platform, Result};

/// A draw's result.
#[derive(Clone, Debug)]
pub struct ResultView {
    /// The task's page.
    pub view: TaskView,
    /// By stratum, in the scheme's order.
    pub strata: Vec<ResultStratum>,
    /// By unit, in the order of the agencies.
    pub units: Vec<ResultUnit>,
    /// Drawn rows in all (户次): an object counts once for each class in which it was drawn.
    pub total: u64,
    /// Different objects (户): each gets one visit.
    pub objects: u64,
    /// Where the public checks it.
    pub proof_url: String,
    /// The public bundle comes without the roll, because that holds a column for regulators only.
    pub withheld: bool,
    /// Who recomputed it and says so, oldest first.
    pub attestations: Vec<Attestation>,
}

/// A stratum's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultStratum {
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
    /// Rows.
    pub rows: u64,
    /// Drawn.
    pub drawn: u64,
}

/// A unit's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultUnit {
    /// Id of the agency.
    pub agency: domain::ids::AgencyId,
    /// Name for tables.
    pub name: String,
    /// Drawn of each stratum, in the scheme's order.
    pub strata: Vec<u64>,
    /// Drawn rows in all (户次).
    pub total: u64,
    /// Different objects (户).
    pub objects: u64,
}

/// A file to be sent.
#[derive(Clone, Debug)]
pub struct DownloadFile {
    /// Where its bytes lie.
    pub path: PathBuf,
    /// Name for the download.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// SHA-256, hex.
    pub digest: String,
}

/// The result of a task.
///
/// # Errors
/// `DRAW-020` before the draw, `NotFound`, `Denied`.
pub async fn result(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<ResultView> {
    ctx.require(UseCase::DrawView)?;
    let view = view(platform, ctx, id).await?;
    let latest = view.latest().filter(|latest| latest.attempt.drawn_rows.is_some());
    let Some(latest) = latest else { return Err(Error::conflict("DRAW-020")) };
    let mut conn = platform.store().read().await?;
    let counts = repo::drawn::counts(&mut conn, latest.attempt.id).await?;
    let attestations = repo::attestation::of_draw(&mut conn, latest.attempt.id).await?;
    let codes: Vec<_> = latest.strata.iter().map(|stratum| stratum.code.as_str()).collect();
    let objects = repo::drawn::objects(&mut conn, latest.attempt.id).await?;
    let units = units(&counts, &objects, &codes);
    let drawn = |index: usize| units.iter().filter_map(|unit| unit.strata.get(index)).sum();
    let strata = latest.strata.iter().enumerate().map(|(index, stratum)| ResultStratum {
        code: stratum.code.clone(),
        label: stratum.label.clone(),
        rows: stratum.rows,
        drawn: drawn(index),
    });
    let strata = strata.collect();
    let total = units.iter().map(|unit| unit.total).sum();
    let objects = units.iter().map(|unit| unit.objects).sum();
    let proof_url = crate::public_site::proof_url(platform, &view.task.number);
    let withheld = latest.attempt.public_bundle_file != latest.attempt.bundle_file;
    Ok(ResultView { strata, units, total, objects, proof_url, withheld, attestations, view })
}

fn units(counts: &[DrawnCount], objects: &[(domain::ids::AgencyId, i64)], codes: &[&str]) -> Vec<ResultUnit> {
    let mut units: Vec<ResultUnit> = Vec::new();
    for count in counts {
        let rows = u64::try_from(count.rows).unwrap_or(0);
        if units.last().is_none_or(|unit| unit.agency != count.agency_id) {
            let strata = vec![0; codes.len()];
            let known = objects.iter().find(|(agency, _)| *agency == count.agency_id);
            let objects = known.and_then(|(_, n)| u64::try_from(*n).ok()).unwrap_or(0);
            units.push(ResultUnit { agency: count.agency_id, name: count.agency.clone(), strata, total: 0, objects });
        }
        let index = codes.iter().position(|code| *code == count.stratum);
        if let Some(unit) = units.last_mut() {
            unit.total += rows;
            if let Some(cell) = index.and_then(|index| unit.strata.get_mut(index)) {
                *cell += rows;
            }
        }
    }
    units
}

/// A window of the drawn list. `stratum`, `unit` (agency id) and `search` empty mean all.
///
/// # Errors
/// `DRAW-020` before the draw, `NotFound`, `Denied`.
pub async fn drawn_list(
    platform: &Platform,
    ctx: &Ctx,
    id: TaskId,
    filter: (&str, &str, &str),
    window: Window,
) -> Result<Page<Drawn>> {
    ctx.require(UseCase::DrawView)?;
    let mut conn = platform.store().read().await?;
    let task = repo::task::get(&mut conn, &ctx.scope()?, id).await?;
    let latest = repo::attempt::latest(&mut conn, task.id).await?.filter(|attempt| attempt.drawn_rows.is_some());
    let attempt = latest.ok_or_else(|| Error::conflict("DRAW-020"))?;
    let (stratum, unit, text) = filter;
    let agency_path = match unit.parse() {
        Ok(unit) => repo::agency::by_id_unscoped(&mut conn, unit).await?.path.to_string(),
        Err(_) => String::new(),
    };
    let filter = DrawnFilter { stratum: stratum.to_owned(), agency_path, text: text.trim().to_owned() };
    Ok(repo::drawn::list(&mut conn, attempt.id, &filter, window).await?)
}

/// The bundle that the public may have, noted as an event: it left the house.
///
/// # Errors
/// `DRAW-020` before the draw, `NotFound`, `Denied`.
pub async fn bundle(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<DownloadFile> {
    let mut command = platform.command(ctx, UseCase::BundleDownload).await?;
    let (task, attempt) = drawn(command.tx(), ctx, id).await?;
    let file = zip(platform, attempt.public_bundle_file, format!("{}.zip", task.number))?;
    command.finish("task", id, serde_json::json!({ "bundle": file.digest })).await?;
    Ok(file)
}

/// The bundle with the roll, for who recomputes it under a name: the event says who.
///
/// # Errors
/// `DRAW-020` before the draw, `NotFound`, `Denied`.
pub async fn whole_bundle(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<DownloadFile> {
    let mut command = platform.command(ctx, UseCase::BundleWhole).await?;
    let (task, attempt) = drawn(command.tx(), ctx, id).await?;
    let file = zip(platform, attempt.bundle_file, format!("{}-whole.zip", task.number))?;
    command.finish("task", id, serde_json::json!({ "bundle": file.digest })).await?;
    Ok(file)
}

/// The receipt of one object, computed out of the whole bundle: its own row and nobody else's. It is for that firm alone; the
/// event says for whom it was made.
///
/// # Errors
/// `DRAW-020` before the draw, `DRAW-029` for a code that is not on the roll, `DRAW-019` for a bundle that does not hold,
/// `TASK-015`, `NotFound`, `Denied`.
pub async fn receipt(platform: &Platform, ctx: &Ctx, id: TaskId, code: &str) -> Result<Vec<u8>> {
    ctx.require(UseCase::ReceiptIssue)?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let mut conn = platform.store().read().await?;
    let (task, attempt) = drawn(&mut conn, ctx, id).await?;
    drop(conn);
    if ctx.post().is_ok_and(|post| post.agency_id != task.agency_id) {
        return Err(Error::denied("TASK-015"));
    }
    let file = zip(platform, attempt.bundle_file, String::new())?;
    let wanted = code.clone();
    let work = move || {
        let mut opened = bundle::Bundle::open(&file.path)?;
        bundle::receipt(&mut opened, &[&wanted], &mut draw::unattended)
    };
    let receipt = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    let receipt = receipt.map_err(|error| match error {
        BundleError::NotOnRoll { .. } => Error::field("code", "DRAW-029").with("code", &code),
        other => Error::conflict("DRAW-019").with("detail", other),
    })?;
    let command = platform.command(ctx, UseCase::ReceiptIssue).await?;
    command.finish("task", id, serde_json::json!({ "code": code, "attempt": attempt.attempt })).await?;
    Ok(receipt.to_jcs())
}

/// A task of the scope with the attempt that was drawn.
pub(crate) async fn drawn(conn: &mut Conn, ctx: &Ctx, id: TaskId) -> Result<(Task, Attempt)> {
    let task = repo::task::get(conn, &ctx.scope()?, id).await?;
    let latest = repo::attempt::latest(conn, task.id).await?.filter(|attempt| attempt.drawn_rows.is_some());
    Ok((task, latest.ok_or_else(|| Error::conflict("DRAW-020"))?))
}

pub(crate) fn zip(platform: &Platform, digest: Option<String>, name: String) -> Result<DownloadFile> {
    let digest = digest.ok_or_else(|| Error::conflict("DRAW-020"))?;
    let path = platform.files().existing(&digest)?;
    Ok(DownloadFile { path, name, media_type: "application/zip", digest })
}
