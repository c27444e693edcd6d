//! One task with everything that its page shows, and the check before the seal.

use domain::ids::TaskId;
use domain::registry::UseCase;
use domain::scheme::{Census, Expected, SchemeDraft};
use domain::state::{AttemptState, TaskCommand, TaskState, commands};
use domain::work::{ShareCount, WorkState};
use draw::{Scheme, Sizes};
use store::Conn;
use store::repo;
use store::repo::approval::Approval;
use store::repo::attempt::Attempt;
use store::repo::party::{Ceremony, Party};
use store::repo::revision::Revision;
use store::repo::task::Task;

use super::demands::{Around, missing};
use super::freeze::FREEZE_JOB;
use super::stepper::{Facts, StepView, steps};
use super::{KIND, job_open};
use kernel::audit::Difference;
use kernel::job::JobView;
use kernel::{Ctx, Error, Platform, Result};
use planning::scheme::{FindingView, ItemListName, RuleCount, StratumCount, Warning, sentences, warnings};

/// A task's page.
#[derive(Clone, Debug)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// Its scheme.
    pub scheme: Revision,
    /// The scheme's content.
    pub draft: SchemeDraft,
    /// Name of the organiser.
    pub organiser: String,
    /// Name of whoever made it.
    pub author: String,
    /// The acting post's own agency organises it.
    pub own: bool,
    /// The steps.
    pub steps: Vec<StepView>,
    /// Rows of the task that do not agree with the log.
    pub differences: Vec<Difference>,
    /// What the state machine allows now.
    pub commands: Vec<TaskCommand>,
    /// Attempts, first to last.
    pub attempts: Vec<AttemptView>,
    /// Parties of the latest attempt.
    pub parties: Vec<Party>,
    /// Who decided what, oldest first.
    pub decisions: Vec<Approval>,
    /// Jobs of the task, newest first.
    pub jobs: Vec<JobView>,
    /// A freeze is under way.
    pub freezing: bool,
    /// How far the shares are.
    pub shares: ShareCount,
    /// Where the work is.
    pub work: WorkState,
    /// The days for the visits are over, the work is not.
    pub late: bool,
    /// The item list that it is checked by; `None` if none was in force yet.
    pub item_list: Option<ItemListName>,
    /// From the freeze to the seal: what later steps demand and is missing, what blocks first.
    pub findings: Vec<FindingView>,
}

impl TaskView {
    /// The latest attempt.
    #[must_use]
    pub fn latest(&self) -> Option<&AttemptView> {
        self.attempts.last()
    }

    /// Does the state machine allow this now?
    #[must_use]
    pub fn can(&self, command: TaskCommand) -> bool {
        self.commands.contains(&command)
    }
}

/// An attempt with its counts in words.
#[derive(Clone, Debug)]
pub struct AttemptView {
    /// The row.
    pub attempt: Attempt,
    /// What left.
    pub exclusions: Vec<RuleCount>,
    /// The strata.
    pub strata: Vec<StratumCount>,
    /// Rows of no stratum.
    pub outside: u64,
    /// How many are drawn, over all strata (户次).
    pub total: u64,
    /// Objects of the strata, each counted once, and those of them that belong to several.
    pub objects: Option<(u64, u64)>,
    /// How many visits (户) the draw leads to.
    pub expected: Option<Expected>,
    /// The reason of the failure, if it failed.
    pub failure: Option<String>,
}

impl AttemptView {
    /// How many are drawn and how many will be visited, in words; `None` before the freeze.
    #[must_use]
    pub fn expected_words(&self) -> Option<String> {
        self.expected.map(|expected| text::scheme::expected(self.total, expected.least, expected.most))
    }

    /// Why the rows of the strata do not add up, in words; `None` where they do.
    #[must_use]
    pub fn overlap_words(&self) -> Option<String> {
        self.objects.filter(|(_, shared)| *shared > 0).map(|(objects, shared)| text::scheme::overlap(objects, shared))
    }
}

/// The page before the seal.
#[derive(Clone, Debug)]
pub struct SealCheck {
    /// The task's page.
    pub view: TaskView,
    /// What a person should notice. What later steps demand stands in the view's `findings`.
    pub warnings: Vec<Warning>,
    /// A reason is needed, because an attempt failed.
    pub again: bool,
    /// The version to send back with the request or approval.
    pub seen: i64,
}

/// A task's page.
///
/// # Errors
/// `NotFound`, `Denied`, `Unauthenticated`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<TaskView> {
    ctx.require(UseCase::TaskView)?;
    let around = Around::of(platform).await?;
    let mut conn = platform.store().read().await?;
    let task = repo::task::get(&mut conn, &ctx.scope()?, id).await?;
    let scheme = repo::revision::by_id_unscoped(&mut conn, task.scheme_id).await?;
    let draft: SchemeDraft = serde_json::from_str(&scheme.content)?;
    let organiser = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?.name;
    let author = match task.created_by.parse() {
        Ok(post) => repo::post::by_id_unscoped(&mut conn, post).await?.person,
        Err(_) => task.created_by.clone(),
    };
    let rows = repo::attempt::of_task(&mut conn, id).await?;
    let parties = match rows.last() {
        Some(latest) => repo::party::of_ceremony(&mut conn, &Ceremony::draw(latest.id)).await?,
        None => Vec::new(),
    };
    let decisions = repo::approval::of_subject(&mut conn, KIND, &id.to_string()).await?;
    let jobs = repo::job::of_subject(&mut conn, KIND, &id.to_string()).await?;
    let jobs = jobs.into_iter().map(|job| JobView::of(job, ctx.now)).collect();
    let freezing = job_open(&mut conn, id, FREEZE_JOB).await?;
    let shares = repo::task::share_progress(&mut conn, id).await?;
    let facts = Facts {
        task: &task,
        latest: rows.last(),
        parties: &parties,
        organiser: &organiser,
        shares,
        freezing,
        now: ctx.now,
    };
    let steps = steps(&facts);
    let work = facts.work();
    let late = work.is_late(task.window_to, ctx.today());
    let census = repo::census::of_task(&mut conn, id).await?;
    let attempts =
        rows.into_iter().map(|row| attempt_view(row, &draft, census.as_ref())).collect::<Result<Vec<_>>>()?;
    let item_list = match task.item_list_id {
        Some(list) => Some((&repo::revision::by_id_unscoped(&mut conn, list).await?).into()),
        None => None,
    };
    let findings = if matches!(task.state, TaskState::Approved | TaskState::Failed) {
        missing(&mut conn, ctx, &around, &task).await?.iter().map(Into::into).collect()
    } else {
        Vec::new()
    };
    let differences = kernel::audit::differences(&mut conn, id).await?;
    let own = ctx.post().is_ok_and(|post| post.agency_id == task.agency_id);
    let commands = commands(task.state);
    Ok(TaskView {
        task,
        scheme,
        draft,
        organiser,
        author,
        own,
        steps,
        differences,
        commands,
        attempts,
        parties: parties.into_iter().map(crate::party::shown).collect(),
        decisions,
        jobs,
        freezing,
        shares,
        work,
        late,
        item_list,
        findings,
    })
}

pub(crate) fn attempt_view(attempt: Attempt, draft: &SchemeDraft, census: Option<&Census>) -> Result<AttemptView> {
    let sizes = sizes_of(&attempt)?;
    let (exclusions, strata) = sizes.as_ref().map(|sizes| sentences(draft, sizes)).unwrap_or_default();
    let failure = match &attempt.failure {
        Some(document) => {
            let document: serde_json::Value = serde_json::from_str(document)?;
            document.get("reason").and_then(serde_json::Value::as_str).map(str::to_owned)
        }
        None => None,
    };
    let by_class = sizes.as_ref().map(|sizes| sizes.strata.iter().map(|one| one.size).collect::<Vec<_>>());
    Ok(AttemptView {
        objects: census.map(|census| (census.objects(), census.shared())),
        expected: census.zip(by_class).map(|(census, sizes)| census.expected(&sizes)),
        outside: sizes.as_ref().map_or(0, |sizes| sizes.outside),
        total: sizes.as_ref().map_or(0, Sizes::total),
        attempt,
        exclusions,
        strata,
        failure,
    })
}

/// The sizes document of an attempt, once it is frozen.
pub(crate) fn sizes_of(attempt: &Attempt) -> Result<Option<Sizes>> {
    attempt.sizes_document.as_ref().map(|text| Sizes::parse(text.as_bytes()).map_err(Error::internal)).transpose()
}

/// What stands on the page before the seal is asked for or approved.
///
/// # Errors
/// `TASK-007` without a roll, `NotFound`, `Denied`.
pub async fn check_seal(platform: &Platform, ctx: &Ctx, id: TaskId) -> Result<SealCheck> {
    let view = view(platform, ctx, id).await?;
    let Some(latest) = view.latest() else { return Err(Error::conflict("TASK-007")) };
    let attempt = &latest.attempt;
    let sizes = sizes_of(attempt)?.ok_or_else(|| Error::conflict("TASK-007"))?;
    let scheme = Scheme::parse(attempt.scheme_document.as_bytes()).map_err(Error::internal)?;
    let mut warnings = warnings(&view.draft, &scheme, &sizes);
    let mut conn = platform.store().read().await?;
    warnings.extend(beyond_the_scheme(&mut conn, &view, attempt).await?);
    let again = attempt.state == AttemptState::Failed || attempt.attempt > 1;
    let seen = attempt.version;
    Ok(SealCheck { warnings, again, seen, view })
}

async fn beyond_the_scheme(conn: &mut Conn, view: &TaskView, attempt: &Attempt) -> Result<Vec<Warning>> {
    let mut found = Vec::new();
    if let Some(digest) = &attempt.roll_digest {
        let numbers = repo::attempt::tasks_with_roll_unscoped(conn, digest, view.task.id).await?;
        if !numbers.is_empty() {
            found.push(Warning { kind: "reused", text: text::scheme::reused(&numbers) });
        }
    }
    Ok(found)
}
