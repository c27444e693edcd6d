//! Asking for a year's report, and the job that makes it from the whole bundles and the registers of the draws.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use bundle::Populations;
use domain::agency::Scope;
use domain::ids::{AgencyId, FileId, JobId};
use domain::registry::UseCase;
use domain::state::JobState;
use fairness::{DRAWS_MAX, Series};
use files::FileStore;
use store::repo::attempt::DrawnAttempt;
use store::repo::file::File;

use super::view::{Stored, Told};
use super::{Assembly, Misfit, PURPOSE, span, subject_of, year_or_current};
use kernel::job::{Meter, Run, attended};
use kernel::{Ctx, Error, NewJob, Platform, Result};

/// The handler's name.
pub(crate) const FAIRNESS_JOB: &str = "fairness";

#[derive(serde::Serialize, serde::Deserialize)]
struct Payload {
    agency: AgencyId,
    year: i32,
}

/// Asks for the report of a year over the draws of the acting post's agency and all below. A year that cannot be chosen is
/// the current one.
///
/// # Errors
/// `Denied`; `FAIR-001` without any draw in the ten years; `FAIR-002` while it is being computed; `FAIR-004` for too many.
pub async fn compute(platform: &Platform, ctx: &Ctx, year: i32) -> Result<JobId> {
    let mut command = platform.command(ctx, UseCase::FairnessCompute).await?;
    let year = year_or_current(ctx, Some(year));
    let agency = ctx.post()?.agency_id;
    if drawn(command.tx(), &ctx.scope()?, year).await?.is_empty() {
        return Err(Error::conflict("FAIR-001"));
    }
    let subject_id = subject_of(agency, year);
    let open = |state: JobState| matches!(state, JobState::Queued | JobState::Running);
    let jobs = store::repo::job::of_subject(command.tx(), PURPOSE, &subject_id).await?;
    if jobs.iter().any(|job| open(job.state)) {
        return Err(Error::conflict("FAIR-002"));
    }
    let job = command
        .enqueue(NewJob {
            kind: FAIRNESS_JOB,
            title: text::job::fairness_title(year),
            payload: serde_json::to_value(Payload { agency, year })?,
            subject_kind: PURPOSE,
            subject_id,
        })
        .await?;
    command.finish_as("fairness.begun", "agency", agency, serde_json::json!({ "year": year })).await?;
    Ok(job)
}

/// The draws of the ten years up to `year`.
pub(super) async fn drawn(conn: &mut store::Conn, scope: &Scope, year: i32) -> Result<Vec<DrawnAttempt>> {
    let (from, until) = span(year);
    let rows_max = u32::try_from(DRAWS_MAX).unwrap_or(u32::MAX);
    let drawn = store::repo::attempt::drawn_between(conn, scope, from, until, rows_max + 1).await?;
    if drawn.len() > DRAWS_MAX { Err(Error::conflict("FAIR-004").with("max", DRAWS_MAX)) } else { Ok(drawn) }
}

/// The job.
pub(crate) async fn run_fairness(platform: &Platform, run: &mut Run) -> Result<()> {
    let Payload { agency: id, year } = run.payload()?;
    let ctx = run.ctx.clone();
    run.progress(0, 0, "series").await?;
    let mut conn = platform.store().read().await?;
    let agency = store::repo::agency::by_id_unscoped(&mut conn, id).await?;
    let drawn = drawn(&mut conn, &Scope::below(&agency.path), year).await?;
    let agencies = store::repo::agency::list(&mut conn, &Scope::everything()).await?;
    drop(conn);
    if drawn.is_empty() {
        return Err(Error::conflict("FAIR-001"));
    }
    let units = agencies.into_iter().map(|agency| (agency.code.to_string(), agency.short_name)).collect();
    let mut sources = Vec::with_capacity(drawn.len());
    for attempt in &drawn {
        let path = platform.files().existing(&attempt.bundle_file)?;
        sources.push(Source { attempt: attempt.clone(), path });
    }
    let files = platform.files().clone();
    let counted = attended(run, move |meter| count(&files, &sources, &units, year, &meter)).await?;
    let bundles = drawn.into_iter().map(|attempt| attempt.bundle_file).collect();
    let [decade, single] = counted;
    let (alarms, draws) = (single.report.alarms() || decade.report.alarms(), decade.report.draws);
    let bytes = serde_json::to_vec(&Stored { bundles, single, decade })?;
    let files = platform.files().clone();
    let stored = tokio::task::spawn_blocking(move || files.put(&bytes)).await.map_err(Error::internal)??;
    let mut command = platform.command(&ctx, UseCase::FairnessCompute).await?;
    command.on_behalf_of(id, &agency.name);
    let file = File {
        id: FileId::from_parts(ctx.ms(), ctx.ten()),
        digest: stored.digest,
        size: i64::try_from(stored.size).unwrap_or(i64::MAX),
        media_type: "application/json".to_owned(),
        name: format!("fairness-{year}.json"),
        purpose: PURPOSE.to_owned(),
        subject_kind: PURPOSE.to_owned(),
        subject_id: subject_of(id, year),
        agency_id: Some(id),
        created_by: run.job.created_by.clone(),
        created_at: ctx.now,
    };
    store::repo::file::insert(command.tx(), &file).await?;
    let summary = serde_json::json!({ "year": year, "draws": draws, "alarm": alarms });
    run.finish(&mut command, &summary).await?;
    command.finish("agency", id, summary).await
}

/// A draw and where its whole bundle lies.
struct Source {
    attempt: DrawnAttempt,
    path: PathBuf,
}

/// The reports of the ten years and of the last of them.
fn count(
    files: &FileStore,
    sources: &[Source],
    units: &HashMap<String, String>,
    year: i32,
    meter: &Meter,
) -> Result<[Told; 2]> {
    let mut assembly = Assembly::new(None);
    meter.step("series", sources.len() as u64);
    for (source, done) in sources.iter().zip(0..) {
        let DrawnAttempt { number, title, rehearsal, .. } = &source.attempt;
        let unfit = |detail: String| Error::conflict("FAIR-003").with("number", number).with("detail", detail);
        // The bar counts draws; a bundle's own rows only ask whether to go on.
        let populations = bundle::populations(&source.path, &mut |_, _| meter.tick(done, sources.len() as u64));
        let populations = populations.map_err(|error| stopped(meter, unfit(error.to_string())))?;
        let organs = organs(files, &source.attempt, &populations).map_err(|error| stopped(meter, error))?;
        let added = assembly.add(&format!("{number} {title}"), *rehearsal, &populations, Some(&organs));
        added.map_err(|misfit| match misfit {
            Misfit::Twice { .. } => unfit("twice".to_owned()),
            Misfit::NoColumn { column, .. } => unfit(column),
            Misfit::TooMany { what, max } => unfit(format!("{what} > {max}")),
        })?;
    }
    let (mut series, ids) = assembly.finish();
    for name in &mut series.units {
        if let Some(known) = units.get(name.as_str()) {
            name.clone_from(known);
        }
    }
    meter.step("tests", 0);
    let decade = told(&series, &ids, meter)?;
    series.draws.retain(|draw| draw.year == year);
    let single = told(&series, &ids, meter)?;
    Ok([decade, single])
}

/// The registering agency's key of each row of the roll, out of the register that the commitment names: a roll has it only if
/// its scheme reads it. Rows of the one are rows of the other, in the same order.
fn organs(files: &FileStore, attempt: &DrawnAttempt, populations: &Populations) -> Result<Vec<Arc<str>>> {
    let unfit = |detail: &str| Error::conflict("FAIR-003").with("number", &attempt.number).with("detail", detail);
    let Populations { commitment, roll, .. } = populations;
    crate::expect_pinned(commitment, &attempt.roll_source, &attempt.register_file)?;
    let mut known: HashSet<Arc<str>> = HashSet::new();
    let mut organs = Vec::with_capacity(usize::try_from(roll.rows()).unwrap_or(0));
    crate::task::read_register(files, &attempt.register_file, |row| {
        if !row.gate.is_empty() {
            return Ok(());
        }
        let number = u32::try_from(organs.len()).map_err(Error::internal)?;
        if roll.id(number) != Some(row.code) {
            return Err(unfit(row.code));
        }
        let organ = known.get(row.organ).cloned().unwrap_or_else(|| Arc::from(row.organ));
        known.insert(organ.clone());
        organs.push(organ);
        Ok(())
    })?;
    if u32::try_from(organs.len()) == Ok(roll.rows()) { Ok(organs) } else { Err(unfit("register")) }
}

fn told(series: &Series, ids: &[String], meter: &Meter) -> Result<Told> {
    let report = fairness::report(series, &mut |done, total| meter.tick(done, total));
    let report = report.map_err(|fault| stopped(meter, Error::internal(fault)))?;
    Ok(Told::new(report, ids))
}

/// The error, or that the job was asked to stop.
fn stopped(meter: &Meter, error: Error) -> Error {
    if meter.stopped() { Error::conflict("JOB-001") } else { error }
}
