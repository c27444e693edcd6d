//! The matching itself: the seed follows from commitment and reveals, the teams follow from the sealed input and the seed.
//! One job, one transaction.

use std::collections::BTreeMap;

use ::matching::{Input, Outcome, Suite as MatchSuite};
use domain::ids::{FileId, InspectorId, JobId, MatchingId, VisitId};
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{JobState, MatchingState, PartyState};
use draw::{Digest, Rejected, Reveal, Reveals, Settled};
use store::repo::file::File;
use store::repo::matching::{Computed, Matching};
use store::repo::party as party_repo;
use store::repo::share::Share;
use store::{Conn, StoreError};

use super::{own_in, words};
use drawing::party::commitment_of;
use kernel::job::Run;
use kernel::{Command, Ctx, Error, NewJob, Platform, Result};

/// The handler's name.
pub const MATCH_JOB: &str = "match";

/// Starts the matching again after its job failed or was stopped: the same seed, the same teams.
///
/// # Errors
/// `NotFound`; `Denied` (`SHARE-001`); `MATCH-003` unless published; `MATCH-009` if someone has not revealed; `MATCH-011`
/// while a job is at work.
pub async fn run_again(platform: &Platform, ctx: &Ctx, id: MatchingId) -> Result<JobId> {
    let mut command = platform.command(ctx, UseCase::MatchingRun).await?;
    let (matching, share) = own_in(command.tx(), ctx, id, MatchingState::Committed).await?;
    let parties = party_repo::of_ceremony(command.tx(), &matching.ceremony()).await?;
    if let Some(party) = parties.iter().find(|party| party.state != PartyState::Revealed) {
        return Err(Error::conflict("MATCH-009").with("name", &party.name));
    }
    if open_job(command.tx(), id).await?.is_some() {
        return Err(Error::conflict("MATCH-011"));
    }
    let job = enqueue(&mut command, &matching, &share).await?;
    command.finish_as("matching.begun", "matching", id, serde_json::json!({ "matching": matching.name })).await?;
    Ok(job)
}

/// Enqueues the job inside the command that made it possible.
pub(crate) async fn enqueue(command: &mut Command<'_>, matching: &Matching, share: &Share) -> Result<JobId> {
    command
        .enqueue(NewJob {
            kind: MATCH_JOB,
            title: text::assign::match_title(&share.task_number, &share.agency_name),
            payload: serde_json::json!({ "matching": matching.id }),
            subject_kind: "matching",
            subject_id: matching.id.to_string(),
        })
        .await
}

/// The job that is at work on an attempt.
pub(super) async fn open_job(conn: &mut Conn, id: MatchingId) -> Result<Option<JobId>> {
    let jobs = store::repo::job::of_subject(conn, "matching", &id.to_string()).await?;
    let open = |state: JobState| matches!(state, JobState::Queued | JobState::Running);
    Ok(jobs.iter().find(|job| job.kind == MATCH_JOB && open(job.state)).map(|job| job.id))
}

#[derive(serde::Deserialize)]
struct Payload {
    matching: MatchingId,
}

/// The job.
pub(crate) async fn run_matching(platform: &Platform, run: &mut Run) -> Result<()> {
    let Payload { matching: id } = run.payload()?;
    run.progress(0, 3, "match").await?;
    let mut conn = platform.store().read().await?;
    let matching = store::repo::matching::by_id_unscoped(&mut conn, id).await?;
    let share = store::repo::share::by_id_unscoped(&mut conn, matching.share_id).await?;
    if matching.state != MatchingState::Committed {
        use text::Label as _;
        return Err(Error::conflict("MATCH-003").with("state", matching.state.label()));
    }
    let (reveals, settled) = settle(&mut conn, &matching).await?;
    let rows_max = u32::try_from(::matching::VISITS_MAX).unwrap_or(u32::MAX);
    let visits = store::repo::visit::of_share(&mut conn, share.id, rows_max).await?;
    drop(conn);
    run.progress(1, 3, "match").await?;

    let numbers: BTreeMap<String, VisitId> = visits.into_iter().map(|visit| (visit.number, visit.id)).collect();
    let (files, sealed, suite) = (platform.files().clone(), matching.input_file.clone(), matching.suite.clone());
    let seed = settled.seed;
    let (teams, outcome_file) = tokio::task::spawn_blocking(move || {
        let suite = MatchSuite::named(&suite).ok_or_else(|| Error::internal("no suite"))?;
        let input = Input::parse(&files.read(&sealed)?).map_err(Error::internal)?;
        let outcome = ::matching::run(&input, *seed.as_bytes(), suite).map_err(|refusal| words::refused(&refusal))?;
        let bytes = outcome.canonical().map_err(Error::internal)?;
        Ok::<_, Error>((assignments(&outcome, &numbers)?, files.put(&bytes)?))
    })
    .await
    .map_err(Error::internal)??;
    run.progress(2, 3, "match").await?;
    kernel::point("match.computed");

    let ctx = run.ctx.clone();
    let mut command = platform.command(&ctx, UseCase::MatchingRun).await?;
    command.on_behalf_of(share.agency_id, &share.agency_name);
    let reveals = String::from_utf8(reveals.to_jcs()).map_err(Error::internal)?;
    let computed = Computed { reveals: &reveals, seed: &settled.seed.to_string(), outcome_file: &outcome_file.digest };
    store::repo::matching::finish(command.tx(), &matching, &computed, &teams, ctx.now).await?;
    store::repo::share::set_matched(command.tx(), share.id).await?;
    store::repo::visit::set_matched(command.tx(), share.id).await?;
    store::repo::deadline::meet(command.tx(), "matching", "share", &share.id.to_string(), ctx.today()).await?;
    let file = File {
        id: FileId::from_parts(ctx.ms(), ctx.ten()),
        digest: outcome_file.digest.clone(),
        size: i64::try_from(outcome_file.size).unwrap_or(i64::MAX),
        media_type: "application/json".to_owned(),
        name: "outcome.json".to_owned(),
        purpose: "matching_outcome".to_owned(),
        subject_kind: "matching".to_owned(),
        subject_id: id.to_string(),
        agency_id: Some(share.agency_id),
        created_by: "system".to_owned(),
        created_at: ctx.now,
    };
    store::repo::file::insert(command.tx(), &file).await?;
    let summary = serde_json::json!({
        "matching": matching.name, "attempt": matching.attempt, "visits": teams.len(), "seed": settled.seed.to_string(),
    });
    run.finish(&mut command, &summary).await?;
    command.seal(Projection::Matching, id).await?;
    command.seal(Projection::Assignment, id).await?;
    kernel::point("match.commit");
    command.finish("matching", id, summary).await?;
    kernel::point("match.done");
    Ok(())
}

/// Reveals and seed, checked against the commitment document.
async fn settle(conn: &mut Conn, matching: &Matching) -> Result<(Reveals, Settled)> {
    let parties = party_repo::of_ceremony(conn, &matching.ceremony()).await?;
    let open = parties.iter().map(|party| match (&party.salt, &party.value) {
        (Some(salt), Some(value)) => Ok(Reveal::Open {
            party: party.name.clone(),
            salt: Digest::parse(salt).map_err(Error::internal)?,
            value: value.clone(),
        }),
        _ => Err(Error::conflict("MATCH-009").with("name", &party.name)),
    });
    let rejected = party_repo::rejections(conn, &matching.ceremony()).await?;
    let reveals = Reveals {
        reveals: open.collect::<Result<_>>()?,
        rejected: rejected.into_iter().map(|r| Rejected { party: r.party, at: r.at.rfc3339() }).collect(),
    };
    let settled =
        commitment_of(matching.commitment_document.as_deref())?.settle(&reveals, None).map_err(Error::internal)?;
    Ok((reveals, settled))
}

fn assignments(
    outcome: &Outcome,
    numbers: &BTreeMap<String, VisitId>,
) -> Result<Vec<(VisitId, InspectorId, InspectorId)>> {
    let person = |id: &str| id.parse::<InspectorId>().map_err(Error::internal);
    outcome
        .teams
        .iter()
        .map(|team| {
            let visit = numbers.get(&team.visit).copied().ok_or(StoreError::NotFound)?;
            Ok((visit, person(&team.leader)?, person(&team.member)?))
        })
        .collect()
}
