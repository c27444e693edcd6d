//! Saying under a name that a draw was recomputed: an auditor gives the result's digest that the verification of the whole bundle
//! printed. The statement is published with the draw and is not taken back.

use domain::ids::{DrawId, EventId, TaskId};
use domain::projection::Projection;
use domain::registry::UseCase;
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::attestation::Attestation;
use store::repo::task::Task;
use store::{StoreError, Tx};

use super::result::drawn;
use kernel::{Command, Ctx, Error, Platform, Result};

/// Who says so.
pub(crate) struct Signer {
    /// `auditor` or `witness`.
    pub(crate) role: &'static str,
    /// The account or the party.
    pub(crate) id: String,
    /// The person's or the party's name.
    pub(crate) name: String,
    /// The person's agency; empty for a witness.
    pub(crate) unit: String,
}

/// The acting auditor recomputed the draw and found the result of this digest.
///
/// # Errors
/// `Invalid` on `result` (`DRAW-027`) for another digest than the draw's, `DRAW-028` for who has said so, `DRAW-020` before the
/// draw, `NotFound`, `Denied`.
pub async fn attest(platform: &Platform, ctx: &Ctx, id: TaskId, result: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::ResultAttest).await?;
    let (task, attempt) = drawn(command.tx(), ctx, id).await?;
    let post = ctx.post()?;
    let signer = Signer {
        role: "auditor",
        id: post.account_id.to_string(),
        name: post.person.clone(),
        unit: post.agency_name.clone(),
    };
    let data = record(platform, command.tx(), ctx, (&task, &attempt), signer, result).await?;
    seal(&mut command, &task, &attempt).await?;
    command.finish("task", id, data).await
}

/// Seals the statements and the announcement that says them.
pub(crate) async fn seal(command: &mut Command<'_>, task: &Task, attempt: &Attempt) -> Result<()> {
    command.seal(Projection::Attestation, attempt.id).await?;
    command.seal(Projection::Publication, task.id).await
}

/// Checks the digest, keeps the statement, brings the announcement up to date, and gives the facts for the event.
pub(crate) async fn record(
    platform: &Platform,
    tx: &mut Tx,
    ctx: &Ctx,
    (task, attempt): (&Task, &Attempt),
    signer: Signer,
    result: &str,
) -> Result<serde_json::Value> {
    let result: String = result.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    if attempt.result_digest.as_deref() != Some(result.as_str()) {
        return Err(Error::field("result", "DRAW-027"));
    }
    let draw: DrawId = attempt.id;
    let statement = Attestation {
        id: EventId::from_parts(ctx.ms(), ctx.ten()).to_string(),
        draw_id: draw,
        role: signer.role.to_owned(),
        signer: signer.id,
        name: signer.name,
        unit: signer.unit,
        result_digest: result,
        at: ctx.now,
    };
    repo::attestation::insert(tx, &statement).await.map_err(|error| match error {
        StoreError::Duplicate(_) => Error::conflict("DRAW-028").with("name", &statement.name),
        other => other.into(),
    })?;
    crate::ceremony::announce(platform, tx, ctx, task).await?;
    Ok(serde_json::json!({
        "attempt": attempt.attempt, "result": statement.result_digest, "name": statement.name, "role": statement.role,
    }))
}
