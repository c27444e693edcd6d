//! The ceremony as the host and the hall see it. Names of firms appear only after the draw.

use domain::ids::TaskId;
use domain::registry::UseCase;
use domain::scheme::{Expected, SchemeDraft};
use domain::state::{AttemptState, PartyState, TaskState};
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::party::{Ceremony, Party};
use store::repo::task::Task;

use crate::party::{Invitation, link_of};
use crate::task::attempt_view;
use kernel::job::JobView;
use kernel::{Ctx, Error, Platform, Result};

/// How many of the first drawn are shown to the hall.
const FIRST_SHOWN: u32 = 10;

/// Where the ceremony is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Phase {
    /// Witnesses are being invited and commit.
    Committing,
    /// The document is out, parties reveal.
    Revealing,
    /// Everybody has revealed, the draw runs.
    Drawing,
    /// Drawn.
    Drawn,
    /// Failed.
    Failed,
}

/// The ceremony.
#[derive(Clone, Debug)]
pub struct CeremonyView {
    /// The task.
    pub task: Task,
    /// The latest attempt.
    pub attempt: Attempt,
    /// Name of the organiser.
    pub organiser: String,
    /// The acting post's own agency organises it.
    pub own: bool,
    /// Where it is.
    pub phase: Phase,
    /// Digest of the scheme, hex.
    pub scheme_digest: String,
    /// The parties in order.
    pub parties: Vec<PartyView>,
    /// Witnesses that have not revealed after the deadline.
    pub missing: Vec<String>,
    /// Reveals that did not fit.
    pub rejections: u64,
    /// The strata with what is to be drawn and was.
    pub strata: Vec<StageStratum>,
    /// How many are drawn in all.
    pub total: u64,
    /// How many visits (户) it leads to.
    pub expected: Option<Expected>,
    /// How many different objects were drawn; 0 before the draw.
    pub objects: u64,
    /// The first drawn, by ticket.
    pub first: Vec<FirstDrawn>,
    /// How strong the draw is, in words.
    pub strength: String,
    /// Where the public checks it.
    pub proof_url: String,
    /// The job that draws, while it runs or after it failed.
    pub job: Option<JobView>,
}

/// A party.
#[derive(Clone, Debug)]
pub struct PartyView {
    /// The row. The platform's kept salt and value are blanked: nobody sees them before the reveal.
    pub party: Party,
    /// The platform.
    pub platform: bool,
    /// Its link, for the session that made it and while it waits to be used.
    pub link: Option<Invitation>,
}

/// A stratum on the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageStratum {
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
    /// Rows.
    pub rows: u64,
    /// To be drawn.
    pub size: u64,
    /// Drawn.
    pub drawn: u64,
}

/// One of the first drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstDrawn {
    /// From 1.
    pub number: u32,
    /// Name.
    pub name: String,
    /// Code.
    pub code: String,
    /// Ticket, hex.
    pub ticket: String,
    /// Labels of the classes in which it was drawn.
    pub strata: Vec<String>,
}

/// The ceremony of a task's latest attempt.
///
/// # Errors
/// `TASK-003` before the seal, `NotFound`, `Denied`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<CeremonyView> {
    ctx.require(UseCase::DrawCeremony)?;
    let mut conn = platform.store().read().await?;
    let task = repo::task::get(&mut conn, &ctx.scope()?, id).await?;
    let shown = [
        AttemptState::Sealed,
        AttemptState::Committed,
        AttemptState::Drawn,
        AttemptState::Failed,
        AttemptState::Requested,
    ];
    let attempt = super::latest_in(&mut conn, &task, &shown).await?.ok_or_else(|| Error::conflict("TASK-007"))?;
    let organiser = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?.name;
    let revision = repo::revision::by_id_unscoped(&mut conn, task.scheme_id).await?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    let ceremony = Ceremony::draw(attempt.id);
    let parties = repo::party::of_ceremony(&mut conn, &ceremony).await?;
    let rejections = repo::party::rejections(&mut conn, &ceremony).await?.len() as u64;
    let phase = phase(&task, &attempt, &parties);
    let (strata, first, objects) = match phase {
        Phase::Drawn => drawn(&mut conn, &attempt, &draft).await?,
        _ => (Vec::new(), Vec::new(), 0),
    };
    let counted = |code: &str| strata.iter().find(|(known, _)| known == code).map_or(0, |(_, rows)| *rows);
    let census = repo::census::of_task(&mut conn, id).await?;
    let sized = attempt_view(attempt.clone(), &draft, census.as_ref())?;
    let strata: Vec<_> = sized
        .strata
        .iter()
        .map(|stratum| StageStratum {
            code: stratum.code.clone(),
            label: stratum.label.clone(),
            rows: stratum.rows,
            size: stratum.size,
            drawn: counted(&stratum.code),
        })
        .collect();
    let late = attempt.reveal_by.is_some_and(|by| ctx.now > by);
    let missing = parties
        .iter()
        .filter(|party| {
            late && matches!(party.state, PartyState::Committed | PartyState::Rejected | PartyState::Absent)
        })
        .map(|party| party.name.clone())
        .collect();
    let jobs = repo::job::of_subject(&mut conn, crate::task::KIND, &id.to_string()).await?;
    let job = jobs.into_iter().find(|job| job.kind == super::DRAW_JOB).map(|job| JobView::of(job, ctx.now));
    let suite = crate::task::suite_of(&attempt)?;
    let scheme = draw::Scheme::parse(attempt.scheme_document.as_bytes()).map_err(Error::internal)?;
    Ok(CeremonyView {
        organiser,
        own: ctx.post().is_ok_and(|post| post.agency_id == task.agency_id),
        phase,
        scheme_digest: scheme.digest(suite).to_string(),
        strength: text::ceremony::strength(parties.len().saturating_sub(1)),
        parties: parties.into_iter().map(|party| party_view(platform, ctx, party)).collect(),
        missing,
        rejections,
        strata,
        total: sized.total,
        expected: sized.expected,
        objects,
        first,
        proof_url: crate::public_site::proof_url(platform, &task.number),
        job,
        task,
        attempt,
    })
}

fn phase(task: &Task, attempt: &Attempt, parties: &[Party]) -> Phase {
    let all = parties.iter().all(|party| party.state == PartyState::Revealed);
    match (task.state, attempt.state) {
        (TaskState::Drawn, _) | (_, AttemptState::Drawn) => Phase::Drawn,
        (_, AttemptState::Failed) => Phase::Failed,
        (_, AttemptState::Committed) if all => Phase::Drawing,
        (_, AttemptState::Committed) => Phase::Revealing,
        _ => Phase::Committing,
    }
}

fn party_view(platform: &Platform, ctx: &Ctx, party: Party) -> PartyView {
    // A session that acts as another post meanwhile does not invite, and sees no link.
    let link = ctx.require(UseCase::PartyInvite).ok().and_then(|()| link_of(platform, ctx, &party));
    PartyView { platform: party.role == "platform", link, party: crate::party::shown(party) }
}

type Counts = Vec<(String, u64)>;

/// Drawn rows by stratum, the first objects by ticket over all strata, and how many objects were drawn.
async fn drawn(
    conn: &mut store::Conn,
    attempt: &Attempt,
    draft: &SchemeDraft,
) -> Result<(Counts, Vec<FirstDrawn>, u64)> {
    let mut counts: Counts = Vec::new();
    for count in repo::drawn::counts(conn, attempt.id).await? {
        let rows = u64::try_from(count.rows).unwrap_or(0);
        match counts.iter_mut().find(|(code, _)| *code == count.stratum) {
            Some((_, sum)) => *sum += rows,
            None => counts.push((count.stratum, rows)),
        }
    }
    // An object has one ticket in all its classes, so its rows stand together.
    let most = u32::try_from(draft.strata.len()).unwrap_or(1).max(1);
    let rows = repo::drawn::first(conn, attempt.id, FIRST_SHOWN * most).await?;
    let within = |rows: &[repo::drawn::Drawn]| {
        let of = draft.strata.iter().filter(|rule| rows.iter().any(|row| row.stratum == rule.code));
        of.map(|rule| rule.label.clone()).collect()
    };
    let shown = usize::try_from(FIRST_SHOWN).unwrap_or(usize::MAX);
    let first = rows.chunk_by(|a, b| a.code == b.code).zip(1..).take(shown).filter_map(|(rows, number)| {
        let one = rows.first()?;
        let strata = within(rows);
        Some(FirstDrawn { number, name: one.name.clone(), code: one.code.clone(), ticket: one.ticket.clone(), strata })
    });
    let first = first.collect();
    let objects = repo::drawn::objects(conn, attempt.id).await?.iter().map(|(_, n)| n).sum::<i64>();
    Ok((counts, first, u64::try_from(objects).unwrap_or(0)))
}
