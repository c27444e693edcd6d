//! Sealing: the clerk asks, a second person approves. From then on roll, scheme and sizes are fixed, and the platform's
//! own commitment exists before it can take another's.

use domain::approval::SEAL;
use domain::ids::{DrawId, TaskId};
use domain::registry::UseCase;
use domain::scheme::SchemeDraft;
use domain::state::{AttemptState, TaskCommand, TaskState};
use sha2::{Digest as _, Sha256};
use store::Tx;
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::party::Ceremony;
use store::repo::task::Task;

use super::demands::{Around, require_met};
use super::freeze::{FREEZE_JOB, blank};
use super::{KIND, change, job_open, own, step};
use crate::party::commit_platform;
use kernel::approval::{self, Over};
use kernel::{Ctx, Error, Platform, Result};
use planning::scheme::expect_columns_allowed;

/// Asks for the seal over the roll that was seen (`seen` is the attempt's version). After a failed attempt `why` says why
/// it is drawn again; it is published.
///
/// # Errors
/// `TASK-003`, `TASK-006` while a freeze is under way, `TASK-007` without a roll, `CORE-409` if the roll was frozen again
/// meanwhile, `TASK-017` with what the steps after the seal would refuse, `TASK-018` for a scheme that the rules refuse,
/// `DRAW-024` without a reason after a failure, `TASK-015`, `Denied`, `NotFound`.
pub async fn request_seal(platform: &Platform, ctx: &Ctx, id: TaskId, seen: i64, why: &str) -> Result<()> {
    ctx.require(UseCase::TaskRequestSeal)?;
    let around = Around::of(platform).await?;
    let mut command = platform.command(ctx, UseCase::TaskRequestSeal).await?;
    let task = own(command.tx(), ctx, id).await?;
    step(&task, TaskCommand::Seal)?;
    if job_open(command.tx(), id, FREEZE_JOB).await? {
        return Err(Error::conflict("TASK-006"));
    }
    let latest = repo::attempt::latest(command.tx(), id).await?.ok_or_else(|| Error::conflict("TASK-007"))?;
    if latest.version != seen {
        return Err(Error::conflict("CORE-409"));
    }
    columns_allowed(command.tx(), &task).await?;
    require_met(command.tx(), ctx, &around, &task).await?;
    let again = task.state == TaskState::Failed;
    let why = if again {
        Some(approval::reason(why).map_err(|_| Error::field("reason", "DRAW-024"))?.to_owned())
    } else {
        None
    };
    let post = ctx.post()?;
    let asked = |attempt: Attempt| Attempt {
        state: AttemptState::Requested,
        requested_by: Some(post.id.to_string()),
        requested_name: Some(post.person.clone()),
        requested_account: Some(post.account_id.to_string()),
        requested_at: Some(ctx.now),
        replaces_reason: why.clone(),
        ..attempt
    };
    let attempt = match latest.state {
        AttemptState::Frozen | AttemptState::Requested => {
            let attempt = asked(latest);
            repo::attempt::update(command.tx(), &attempt, &[AttemptState::Frozen, AttemptState::Requested]).await?;
            attempt
        }
        // A new attempt draws the same roll: the failed one showed it to everybody, and a fresh one could be chosen.
        AttemptState::Failed if again => {
            let attempt = asked(Attempt {
                id: DrawId::from_parts(ctx.ms(), ctx.ten()),
                task_id: id,
                attempt: latest.attempt + 1,
                suite: latest.suite,
                roll_rows: latest.roll_rows,
                roll_digest: latest.roll_digest,
                roll_at: latest.roll_at,
                roll_source: latest.roll_source,
                roll_file: latest.roll_file,
                roll_document: latest.roll_document,
                register_file: latest.register_file,
                scheme_document: latest.scheme_document,
                sizes_document: latest.sizes_document,
                frozen_account: latest.frozen_account,
                created_at: ctx.now,
                ..blank()
            });
            repo::attempt::insert(command.tx(), &attempt).await?;
            attempt
        }
        _ => return Err(Error::conflict("CORE-409")),
    };
    let (key, digest) = (id.to_string(), digest(&attempt));
    let over = Over { procedure: &SEAL, id: &key, digest: &digest };
    approval::ask(command.tx(), ctx, over, why.as_deref().unwrap_or_default()).await?;
    let data = sealed(&attempt);
    command.finish(KIND, id, data).await
}

/// Approves the seal that was asked for, as a second person, over what was seen.
///
/// # Errors
/// `TASK-008` if nobody asks, `APPR-003` for the person who asked, `CORE-409` if the roll or request changed meanwhile,
/// `TASK-017` with what the steps after the seal would refuse, `TASK-018` for a scheme that the rules refuse, `TASK-003`,
/// `TASK-015`, `Denied`, `NotFound`.
pub async fn approve_seal(platform: &Platform, ctx: &Ctx, id: TaskId, seen: i64) -> Result<()> {
    ctx.require(UseCase::TaskApproveSeal)?;
    let around = Around::of(platform).await?;
    let mut command = platform.command(ctx, UseCase::TaskApproveSeal).await?;
    let mut task = own(command.tx(), ctx, id).await?;
    let state = step(&task, TaskCommand::Seal)?;
    let attempt = requested(repo::attempt::latest(command.tx(), id).await?)?;
    columns_allowed(command.tx(), &task).await?;
    let (key, digest) = (id.to_string(), digest(&attempt));
    approval::approve(command.tx(), ctx, Over { procedure: &SEAL, id: &key, digest: &digest }, "seal_approve", &[])
        .await?;
    let post = ctx.post()?;
    require_met(command.tx(), ctx, &around, &task).await?;
    let attempt = Attempt {
        state: AttemptState::Sealed,
        approved_by: Some(post.person.clone()),
        sealed_at: Some(ctx.now),
        version: seen,
        ..attempt
    };
    repo::attempt::update(command.tx(), &attempt, &[AttemptState::Requested]).await?;
    change(command.tx(), ctx, &mut task, state).await?;
    let organiser = repo::agency::by_id_unscoped(command.tx(), task.agency_id).await?.name;
    let suite = crate::task::suite_of(&attempt)?;
    let names = (task.number.as_str(), attempt.attempt, organiser.as_str());
    commit_platform(command.tx(), ctx, Ceremony::draw(attempt.id), suite, names).await?;
    let data = sealed(&attempt);
    command.finish(KIND, id, data).await
}

/// Returns a request to seal with a reason.
///
/// # Errors
/// `APPR-004` without a reason, `TASK-008` if nobody asks, `CORE-409`, `TASK-015`, `Denied`, `NotFound`.
pub async fn return_seal(platform: &Platform, ctx: &Ctx, id: TaskId, seen: i64, why: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::TaskApproveSeal).await?;
    let task = own(command.tx(), ctx, id).await?;
    step(&task, TaskCommand::Seal)?;
    let why = approval::reason(why)?;
    let attempt = requested(repo::attempt::latest(command.tx(), id).await?)?;
    let attempt = Attempt {
        state: AttemptState::Frozen,
        requested_by: None,
        requested_name: None,
        requested_account: None,
        requested_at: None,
        version: seen,
        ..attempt
    };
    repo::attempt::update(command.tx(), &attempt, &[AttemptState::Requested]).await?;
    let (key, digest) = (id.to_string(), digest(&attempt));
    let over = Over { procedure: &SEAL, id: &key, digest: &digest };
    approval::give_back(command.tx(), ctx, over, ("seal_approve", "seal"), why).await?;
    command.finish_as("task.seal_returned", KIND, id, serde_json::json!({ "reason": why })).await
}

/// The scheme reads only what the rules allow now.
async fn columns_allowed(tx: &mut Tx, task: &Task) -> Result<()> {
    let revision = repo::revision::by_id_unscoped(tx, task.scheme_id).await?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    expect_columns_allowed(tx, &draft, task.agency_id, Some(task.id)).await
}

/// What a seal is over, for its event.
fn sealed(attempt: &Attempt) -> serde_json::Value {
    serde_json::json!({ "attempt": attempt.attempt, "roll": attempt.roll_digest, "register": attempt.register_file })
}

fn requested(latest: Option<Attempt>) -> Result<Attempt> {
    latest.filter(|attempt| attempt.state == AttemptState::Requested).ok_or_else(|| Error::conflict("TASK-008"))
}

/// Digest of what is sealed: SHA-256 over the documents of roll, scheme and sizes, and the register's digest.
fn digest(attempt: &Attempt) -> String {
    let mut hasher = Sha256::new();
    for document in [
        attempt.roll_document.as_deref(),
        Some(&attempt.scheme_document),
        attempt.sizes_document.as_deref(),
        attempt.register_file.as_deref(),
    ] {
        let document = document.unwrap_or_default();
        hasher.update((document.len() as u64).to_be_bytes());
        hasher.update(document);
    }
    hex::encode(hasher.finalize())
}
