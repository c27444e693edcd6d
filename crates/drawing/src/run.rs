//! Running the draw: the clerk's command, and the job that ends with one transaction.

use std::collections::HashMap;

use domain::ids::{DrawId, TaskId};
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{AttemptState, PartyState, TaskCommand};
use draw::{Digest, Outcome, Rejected, Reveal, Reveals, RollDocument, Scheme};
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::drawn::Drawn;
use store::repo::party::{Ceremony, Party, Rejection};

use super::compute::{Computed, Drawing};
use super::frozen::{Registered, pinned_register, registered, unregistered};
use crate::ceremony::{commitment_of, enqueue_draw, latest_in};
use crate::task::{change, file_row, job_open, own, sizes_of, step, suite_of, text_of};
use kernel::job::{Run, attended};
use kernel::{Ctx, Error, Platform, Result};

#[derive(serde::Deserialize)]
struct Payload {
    draw: DrawId,
}

/// Starts the draw by hand: after a job that failed. Usually the last reveal starts it.
///
/// # Errors
/// `DRAW-016` if parties have not revealed, `DRAW-025` while it runs, `TASK-003`, `TASK-015`, `Denied`, `NotFound`.
pub async fn run(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::DrawRun).await?;
    let task = own(command.tx(), ctx, id).await?;
    step(&task, TaskCommand::Draw)?;
    let committed = [AttemptState::Committed];
    let attempt = latest_in(command.tx(), &task, &committed).await?.ok_or_else(|| Error::conflict("CORE-409"))?;
    let parties = repo::party::of_ceremony(command.tx(), &Ceremony::draw(attempt.id)).await?;
    let open: Vec<_> = parties.iter().filter(|p| p.state != PartyState::Revealed).map(|p| p.name.as_str()).collect();
    if !open.is_empty() {
        return Err(Error::conflict("DRAW-016").with("names", open.join("、")));
    }
    if job_open(command.tx(), id, crate::ceremony::DRAW_JOB).await? {
        return Err(Error::conflict("DRAW-025"));
    }
    enqueue_draw(&mut command, &task, attempt.id).await?;
    command.finish_as("draw.begun", "task", id, serde_json::json!({ "attempt": attempt.attempt })).await
}

/// The job.
pub(crate) async fn run_draw(platform: &Platform, run: &mut Run) -> Result<()> {
    let ctx = run.ctx.clone();
    let Payload { draw: id } = run.payload()?;
    let mut conn = platform.store().read().await?;
    let attempt = repo::attempt::by_id_unscoped(&mut conn, id).await?;
    let task = repo::task::by_id_unscoped(&mut conn, attempt.task_id).await?;
    step(&task, TaskCommand::Draw)?;
    let ceremony = Ceremony::draw(id);
    let parties = repo::party::of_ceremony(&mut conn, &ceremony).await?;
    let rejections = repo::party::rejections(&mut conn, &ceremony).await?;
    drop(conn);
    let reveals = reveals(&parties, rejections)?;
    let folder = platform.incoming().join(format!("draw-{}", run.id()));
    let drawing = prepare(platform, &attempt, reveals.clone(), folder.clone())?;
    let computed = attended(run, move |meter| drawing.compute(&meter)).await;
    let kept = match computed {
        Ok(computed) => keep(platform, &attempt, computed).await,
        Err(error) => Err(error),
    };
    // Best effort: what stays behind lies in `incoming` and is never read.
    tokio::fs::remove_dir_all(&folder).await.ok();
    let kept = kept?;
    kernel::point("draw.staged");
    write(platform, run, &ctx, attempt, kept, &reveals).await?;
    kernel::point("draw.done");
    Ok(())
}

fn prepare(platform: &Platform, attempt: &Attempt, reveals: Reveals, folder: std::path::PathBuf) -> Result<Drawing> {
    let missing = |what: &'static str| Error::internal(format!("a committed attempt without {what}"));
    let roll_document = attempt.roll_document.as_ref().ok_or_else(|| missing("roll.json"))?;
    let roll_document = RollDocument::parse(roll_document.as_bytes()).map_err(Error::internal)?;
    let roll_file = attempt.roll_file.clone().ok_or_else(|| missing("a roll"))?;
    Ok(Drawing {
        folder,
        roll: platform.files().existing(&roll_file)?,
        roll_file,
        files: platform.files().clone(),
        suite: suite_of(attempt)?,
        roll_document,
        scheme: Scheme::parse(attempt.scheme_document.as_bytes()).map_err(Error::internal)?,
        sizes: sizes_of(attempt)?.ok_or_else(|| missing("sizes"))?,
        commitment: commitment_of(attempt)?,
        reveals,
    })
}

/// The reveals document: all parties in the commitment's order.
fn reveals(parties: &[Party], rejections: Vec<Rejection>) -> Result<Reveals> {
    let revealed = parties.iter().map(|party| match (&party.salt, &party.value) {
        (Some(salt), Some(value)) => Ok(Reveal::Open {
            party: party.name.clone(),
            salt: Digest::parse(salt).map_err(Error::internal)?,
            value: value.clone(),
        }),
        _ => Err(Error::conflict("DRAW-016").with("names", &party.name)),
    });
    let rejected = rejections.into_iter().map(|one| Rejected { party: one.party, at: one.at.to_string() });
    Ok(Reveals { reveals: revealed.collect::<Result<_>>()?, rejected: rejected.collect() })
}

/// Files in their place, and what the register says of the drawn.
struct Kept {
    computed: Computed,
    result: files::Stored,
    bundle: files::Stored,
    /// What the public may have, where it is another file.
    without_roll: Option<files::Stored>,
    objects: HashMap<String, Registered>,
}

async fn keep(platform: &Platform, attempt: &Attempt, computed: Computed) -> Result<Kept> {
    let files = platform.files().clone();
    let register = pinned_register(attempt)?;
    let work = move || -> Result<Kept> {
        let objects = registered(&files, &register, &computed.outcome)?;
        let result = files.adopt(&computed.result)?;
        let bundle = files.adopt(&computed.bundle)?;
        let without_roll = computed.without_roll.as_deref().map(|path| files.adopt(path)).transpose()?;
        Ok(Kept { computed, result, bundle, without_roll, objects })
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

async fn write(
    platform: &Platform,
    run: &Run,
    ctx: &Ctx,
    attempt: Attempt,
    kept: Kept,
    reveals: &Reveals,
) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::DrawRun).await?;
    let mut task = repo::task::by_id_unscoped(command.tx(), attempt.task_id).await?;
    let state = step(&task, TaskCommand::Draw)?;
    let agency = repo::agency::by_id_unscoped(command.tx(), task.agency_id).await?;
    command.on_behalf_of(agency.id, &agency.name);
    let rows = rows(&kept.computed.outcome, &kept.objects)?;
    repo::drawn::insert_all(command.tx(), attempt.id, &rows).await?;
    let outcome = &kept.computed.outcome;
    let drawn = rows.iter().filter(|row| !row.reserve).count();
    let suite = suite_of(&attempt)?;
    let attempt = Attempt {
        state: AttemptState::Drawn,
        reveals_document: Some(text_of(reveals.to_jcs())?),
        seed: Some(outcome.seed.to_string()),
        result_file: Some(kept.result.digest.clone()),
        result_digest: Some(outcome.digest(suite).to_string()),
        bundle_file: Some(kept.bundle.digest.clone()),
        public_bundle_file: Some(kept.without_roll.as_ref().unwrap_or(&kept.bundle).digest.clone()),
        drawn_rows: i64::try_from(drawn).ok(),
        ended_at: Some(ctx.now),
        ..attempt
    };
    // The job's copy of the row is from before the work; reveals may have touched its version since then.
    let current = repo::attempt::by_id_unscoped(command.tx(), attempt.id).await?;
    let attempt = Attempt { version: current.version, ..attempt };
    repo::attempt::update(command.tx(), &attempt, &[AttemptState::Committed]).await?;
    let result = ("application/json", "result.json", "result");
    let bundle_name = format!("{}.zip", task.number);
    let bundle = ("application/zip", bundle_name.as_str(), "bundle");
    let public_name = format!("{}-public.zip", task.number);
    let public = ("application/zip", public_name.as_str(), "public_bundle");
    let stored = [(result, &kept.result), (bundle, &kept.bundle)];
    for ((media_type, name, purpose), stored) in
        stored.into_iter().chain(kept.without_roll.iter().map(|it| (public, it)))
    {
        let row = file_row(ctx, task.agency_id, task.id, stored, media_type, name, purpose);
        repo::file::insert(command.tx(), &row).await?;
    }
    change(command.tx(), ctx, &mut task, state).await?;
    let publication = crate::ceremony::announce(platform, command.tx(), ctx, &task).await?;
    crate::public_site::publish_list(command.tx(), &publication, &task, &rows).await?;
    let facts = serde_json::json!({
        "attempt": attempt.attempt, "drawn": drawn, "seed": attempt.seed, "result": attempt.result_digest,
    });
    run.finish(&mut command, &facts).await?;
    command.seal(Projection::Drawn, attempt.id).await?;
    command.seal(Projection::Draw, attempt.id).await?;
    command.seal(Projection::Publication, task.id).await?;
    command.seal(Projection::PublishedDrawn, task.id).await?;
    command.finish("task", task.id, facts).await
}

/// The rows of a result with what the register says of each object, in the order of the result.
pub(crate) fn rows(outcome: &Outcome, objects: &HashMap<String, Registered>) -> Result<Vec<Drawn>> {
    let mut rows = Vec::new();
    for cell in &outcome.cells {
        let listed =
            cell.drawn.iter().map(|drawn| (drawn, false)).chain(cell.reserves.iter().map(|drawn| (drawn, true)));
        for ((drawn, reserve), rank) in listed.zip(1..) {
            let object = objects.get(drawn.id.as_str()).ok_or_else(|| unregistered(drawn.id.as_str()))?;
            rows.push(Drawn {
                stratum: cell.stratum.clone(),
                cell: cell.cell.clone().unwrap_or_default(),
                rank,
                reserve,
                subject_id: object.subject,
                code: drawn.id.to_string(),
                name: object.name.clone(),
                agency_id: object.agency,
                ticket: drawn.ticket.to_string(),
            });
        }
    }
    Ok(rows)
}
