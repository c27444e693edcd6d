//! Publishing the commitment document: everything that could be bent is fixed and out before anybody reveals. The
//! platform reveals first, in the same transaction.

use domain::ids::TaskId;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{AttemptState, PartyState, TaskCommand};
use draw::{Commitment, Digest, Replaces, RollReference, Scheme, Subject};
use store::Tx;
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::chain::Link;
use store::repo::party::{Ceremony, Party};
use store::repo::task::Task;

use super::{enqueue_draw, latest_in};
use crate::party::{REVEAL_MINUTES, all_revealed, reveal_platform};
use crate::task::{change, own, step};
use kernel::{Ctx, Error, Platform, Result};

/// What the page proposes.
pub const REVEAL_MINUTES_DEFAULT: i64 = 10;

/// Input of [`publish`].
#[derive(Clone, Copy, Debug)]
pub struct PublishInput {
    /// Minutes until everybody must have revealed.
    pub reveal_minutes: i64,
}

/// Publishes the commitment document; its digest comes back, hex.
///
/// # Errors
/// `DRAW-009` if an invited party has not committed, `DRAW-010` without witnesses unless the task is a rehearsal, `Invalid` on
/// `reveal_minutes` (`DRAW-011`), `TASK-003` in another state than sealed, `TASK-015`, `Denied`, `NotFound`.
pub async fn publish(platform: &Platform, ctx: &Ctx, id: TaskId, input: PublishInput) -> Result<String> {
    let mut command = platform.command(ctx, UseCase::CommitmentPublish).await?;
    let mut task = own(command.tx(), ctx, id).await?;
    let state = step(&task, TaskCommand::Commit)?;
    if !REVEAL_MINUTES.contains(&input.reveal_minutes) {
        let error = Error::field("reveal_minutes", "DRAW-011").with("min", REVEAL_MINUTES.start());
        return Err(error.with("max", REVEAL_MINUTES.end()));
    }
    let sealed = [AttemptState::Sealed];
    let mut attempt = latest_in(command.tx(), &task, &sealed).await?.ok_or_else(|| Error::conflict("CORE-409"))?;
    repo::attempt::touch(command.tx(), attempt.id, AttemptState::Sealed).await?;
    attempt.version += 1;
    let ceremony = Ceremony::draw(attempt.id);
    let parties = repo::party::of_ceremony(command.tx(), &ceremony).await?;
    let open: Vec<_> = parties.iter().filter(|p| p.state == PartyState::Invited).map(|p| p.name.as_str()).collect();
    if !open.is_empty() {
        return Err(Error::conflict("DRAW-009").with("names", open.join("、")));
    }
    if parties.len() < 2 && !task.rehearsal {
        return Err(Error::conflict("DRAW-010"));
    }
    let agency = repo::agency::by_id_unscoped(command.tx(), task.agency_id).await?;
    let (seq, previous) = repo::chain::next(command.tx(), agency.id).await?;
    let reveal_by = ctx.now.plus_seconds(input.reveal_minutes * 60);
    let before = replaced(command.tx(), &task, &attempt).await?;
    let commitment =
        document(&task, &attempt, &agency.name, &parties, before, previous.as_deref(), (ctx.now, reveal_by))?;
    let digest = commitment.digest().to_string();
    let link = Link {
        seq,
        digest: digest.clone(),
        ceremony_kind: ceremony.kind.to_owned(),
        ceremony_id: ceremony.id.clone(),
        published_at: ctx.now,
    };
    repo::chain::insert(command.tx(), agency.id, &link).await?;
    attempt.state = AttemptState::Committed;
    attempt.committed_at = Some(ctx.now);
    attempt.reveal_by = Some(reveal_by);
    attempt.commitment_document = Some(crate::task::text_of(commitment.to_jcs())?);
    attempt.commitment_digest = Some(digest.clone());
    repo::attempt::update(command.tx(), &attempt, &[AttemptState::Sealed]).await?;
    reveal_platform(command.tx(), ctx, parties).await?;
    change(command.tx(), ctx, &mut task, state).await?;
    announce(platform, command.tx(), ctx, &task).await?;
    command.seal(Projection::Chain, &ceremony.id).await?;
    command.seal(Projection::Party, &ceremony.id).await?;
    command.seal(Projection::Draw, attempt.id).await?;
    command.seal(Projection::Publication, id).await?;
    if all_revealed(command.tx(), &ceremony).await? {
        enqueue_draw(&mut command, &task, attempt.id).await?;
    }
    let data = serde_json::json!({ "attempt": attempt.attempt, "digest": digest, "reveal_by": reveal_by.to_string() });
    command.finish("task", id, data).await?;
    Ok(digest)
}

/// What an attempt replaces: the failed one before it.
async fn replaced(tx: &mut Tx, task: &Task, attempt: &Attempt) -> Result<Option<Replaces>> {
    if attempt.attempt == 1 {
        return Ok(None);
    }
    let attempts = repo::attempt::of_task(tx, task.id).await?;
    let failed = attempts.iter().rfind(|other| other.attempt < attempt.attempt);
    let digest = failed.and_then(|failed| failed.commitment_digest.as_deref());
    let digest = digest.ok_or_else(|| Error::internal("a second attempt without a failed one"))?;
    Ok(Some(Replaces {
        commitment: Digest::parse(digest).map_err(Error::internal)?,
        reason: attempt.replaces_reason.clone().unwrap_or_default(),
        approved_by: attempt.approved_by.clone().unwrap_or_default(),
    }))
}

/// The commitment document of the protocol.
fn document(
    task: &Task,
    attempt: &Attempt,
    organiser: &str,
    parties: &[Party],
    replaces: Option<Replaces>,
    previous: Option<&str>,
    (committed_at, reveal_by): (domain::Instant, domain::Instant),
) -> Result<Commitment> {
    let suite = crate::task::suite_of(attempt)?;
    let missing = |what: &'static str| Error::internal(format!("a sealed attempt without {what}"));
    let digest = |hex: &str| Digest::parse(hex).map_err(Error::internal);
    let sizes = crate::task::sizes_of(attempt)?.ok_or_else(|| missing("sizes"))?;
    let scheme = Scheme::parse(attempt.scheme_document.as_bytes()).map_err(Error::internal)?;
    let parties = parties.iter().map(|party| {
        Ok(draw::Party {
            party: party.name.clone(),
            commitment: digest(party.commitment.as_deref().ok_or_else(|| missing("a commitment"))?)?,
        })
    });
    let commitment = Commitment {
        suite,
        subject: Subject::Draw {
            roll: RollReference {
                digest: digest(attempt.roll_digest.as_deref().ok_or_else(|| missing("a roll"))?)?,
                at: attempt.roll_at.ok_or_else(|| missing("a roll"))?.to_string(),
                source: text::ceremony::committed_source(
                    &attempt.roll_source,
                    attempt.register_file.as_deref().ok_or_else(|| missing("a register"))?,
                ),
            },
            scheme: scheme.digest(suite),
            sizes: sizes.digest(suite),
        },
        draw: task.number.clone(),
        attempt: u64::try_from(attempt.attempt).unwrap_or(1),
        organiser: organiser.to_owned(),
        parties: parties.collect::<Result<_>>()?,
        beacon: None,
        committed_at: committed_at.to_string(),
        reveal_by: reveal_by.to_string(),
        previous: previous.map(digest).transpose()?,
        replaces,
    };
    commitment.validate().map_err(|refused| {
        Error::conflict("DRAW-023")
            .with("detail", text::protocol::refusal(&refused.place, refused.code(), &refused.args()))
    })?;
    Ok(commitment)
}

/// The commitment document of an attempt, read back.
///
/// # Errors
/// `Internal` if it has none.
pub(crate) fn commitment_of(attempt: &Attempt) -> Result<Commitment> {
    crate::party::commitment_of(attempt.commitment_document.as_deref())
}

/// Brings the public announcement of a task up to date.
pub(crate) async fn announce(platform: &Platform, tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<String> {
    crate::public_site::announce(platform, tx, ctx, task).await
}
