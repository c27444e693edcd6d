//! The result for the office: by stratum and unit, the drawn list, the bundle to download.

use std::path::PathBuf;

use domain::ids::TaskId;
use domain::registry::UseCase;
use store::repo;
use store::repo::Page;
use store::repo::drawn::{Drawn, DrawnCount, DrawnFilter};

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
    Ok(ResultView { strata, units, total, objects, proof_url, view })
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

/// A page of the drawn list. `stratum`, `unit` (agency id) and `search` empty mean all; `page` counts from 0.
///
/// # Errors
/// `DRAW-020` before the draw, `NotFound`, `Denied`.
pub async fn drawn_list(
    platform: &Platform,
    ctx: &Ctx,
    id: TaskId,
    filter: (&str, &str, &str),
    page: u32,
    per_page: u32,
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
    Ok(repo::drawn::list(&mut conn, attempt.id, &filter, page, per_page).await?)
}

/// The bundle, noted as an event: it left the house.
///
/// # Errors
/// `DRAW-020` before the draw, `NotFound`, `Denied`.
pub async fn bundle(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<DownloadFile> {
    let mut command = platform.command(ctx, UseCase::BundleDownload).await?;
    let task = repo::task::get(command.tx(), &ctx.scope()?, id).await?;
    let latest = repo::attempt::latest(command.tx(), task.id).await?;
    let digest = latest.and_then(|attempt| attempt.bundle_file).ok_or_else(|| Error::conflict("DRAW-020"))?;
    let path = platform.files().existing(&digest)?;
    command.finish("task", id, serde_json::json!({ "bundle": digest })).await?;
    Ok(DownloadFile { path, name: format!("{}.zip", task.number), media_type: "application/zip", digest })
}
