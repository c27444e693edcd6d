//! Submitting a scheme, approving it, returning it with a reason. Whoever wrote or submitted it cannot approve it.

use domain::ids::{ApprovalId, RevisionId};
use domain::registry::UseCase;
use domain::scheme::SchemeDraft;
use domain::separation::{Hand, Separation};
use domain::state::{RevisionCommand, RevisionState, next};
use store::Tx;
use store::repo;
use store::repo::approval::Approval;
use store::repo::revision::Revision;
use text::Label as _;

use super::draft::{author_account, own};
use super::{KIND, REASON_CHARS_MAX, compile};
use kernel::{Ctx, Error, Platform, Result};

/// Sends a draft for approval. From here on it is whole: everything that a draw needs was checked.
///
/// # Errors
/// `SCHM-001` with the problems, `SCHM-002` if it is no draft, `CORE-409`, `Denied`.
pub async fn submit(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::SchemeSubmit).await?;
    let mut revision = own(command.tx(), ctx, id).await?;
    let state = step(&revision, RevisionCommand::Submit)?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    if let Err(problems) = compile(&draft) {
        let words: Vec<_> = problems.iter().map(text::scheme::problem).collect();
        return Err(Error::conflict("SCHM-001").with("count", words.len()).with("problems", words.join(" ")));
    }
    change(command.tx(), ctx, &mut revision, seen, state).await?;
    record(command.tx(), ctx, id, "submit", "asked", "").await?;
    command.finish(KIND, id, serde_json::json!({ "digest": revision.digest })).await
}

/// Approves a submitted scheme.
///
/// # Errors
/// `SCHM-003` for an author, `SCHM-002`, `SCHM-006`, `CORE-409`, `Denied`.
pub async fn approve(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::SchemeApprove).await?;
    let mut revision = own(command.tx(), ctx, id).await?;
    let state = step(&revision, RevisionCommand::Approve)?;
    let mut taken = Vec::new();
    let mut names = std::collections::BTreeMap::new();
    if let Some(account) = author_account(command.tx(), &revision).await? {
        taken.push((Hand::SchemeAuthor, account.into()));
    }
    for earlier in repo::approval::of_subject(command.tx(), KIND, &id.to_string()).await? {
        if matches!(earlier.step.as_str(), "submit" | "edit") {
            taken.push((Hand::SchemeAuthor, earlier.account_id.into()));
            names.insert(earlier.account_id, earlier.person);
        }
    }
    let post = ctx.post()?;
    if Separation::default().check(post.account_id, Hand::SchemeApprover, &taken).is_err() {
        return Err(Error::denied("SCHM-003").with("person", &post.person));
    }
    change(command.tx(), ctx, &mut revision, seen, state).await?;
    record(command.tx(), ctx, id, "approve", "approved", "").await?;
    command.finish(KIND, id, serde_json::json!({ "digest": revision.digest })).await
}

/// Returns a submitted scheme to its author with a reason.
///
/// # Errors
/// `SCHM-004` without a reason, `SCHM-002`, `SCHM-006`, `CORE-409`, `Denied`.
pub async fn give_back(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64, reason: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::SchemeReturn).await?;
    let mut revision = own(command.tx(), ctx, id).await?;
    let reason = reason.trim();
    if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(Error::field("reason", "SCHM-004").with("max", REASON_CHARS_MAX));
    }
    let state = step(&revision, RevisionCommand::Return)?;
    change(command.tx(), ctx, &mut revision, seen, state).await?;
    record(command.tx(), ctx, id, "approve", "returned", reason).await?;
    command.finish(KIND, id, serde_json::json!({ "reason": reason })).await
}

fn step(revision: &Revision, command: RevisionCommand) -> Result<RevisionState> {
    next(revision.state, command)
        .map_err(|_| Error::conflict("SCHM-002").with("state", revision.state.label()).with("command", command.label()))
}

async fn change(tx: &mut Tx, ctx: &Ctx, revision: &mut Revision, seen: i64, state: RevisionState) -> Result<()> {
    revision.version = seen;
    revision.state = state;
    Ok(repo::revision::update(tx, revision, ctx.now).await?)
}

/// Notes who decided what over a scheme.
pub async fn record(tx: &mut Tx, ctx: &Ctx, id: RevisionId, step: &str, decision: &str, reason: &str) -> Result<()> {
    decided(tx, ctx, KIND, &id.to_string(), step, decision, reason).await
}

/// Notes who decided what over anything.
pub async fn decided(
    tx: &mut Tx,
    ctx: &Ctx,
    subject_kind: &str,
    subject_id: &str,
    step: &str,
    decision: &str,
    reason: &str,
) -> Result<()> {
    let post = ctx.post()?;
    let approval = Approval {
        id: ApprovalId::from_parts(ctx.ms(), ctx.ten()),
        subject_kind: subject_kind.to_owned(),
        subject_id: subject_id.to_owned(),
        step: step.to_owned(),
        decision: decision.to_owned(),
        reason: reason.to_owned(),
        post_id: post.id,
        person: post.person.clone(),
        account_id: post.account_id,
        at: ctx.now,
    };
    Ok(repo::approval::insert(tx, &approval).await?)
}
