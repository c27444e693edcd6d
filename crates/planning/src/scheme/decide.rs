//! Submitting a scheme, approving it, returning it with a reason. Whoever wrote or submitted it cannot approve it.

use domain::approval::SCHEME;
use domain::ids::{AgencyId, RevisionId, TaskId};
use domain::registry::UseCase;
use domain::scheme::SchemeDraft;
use domain::separation::Hand;
use domain::state::{RevisionCommand, RevisionState, next};
use store::repo;
use store::repo::revision::Revision;
use store::{Conn, Tx};
use text::Label as _;

use super::draft::{author_account, own};
use super::{KIND, compile};
use kernel::approval::{self, Over};
use kernel::{Ctx, Error, Platform, Result};

/// The mark of whoever writes along after the first author.
pub(super) const EDIT: &str = "edit";

/// Sends a draft for approval. From here on it is whole: everything that a draw needs was checked, and everything that the
/// steps after it will demand of the directory and of the item list as they are now.
///
/// # Errors
/// `SCHM-001` with the problems, `SCHM-008` with what later steps would refuse, `SCHM-002` if it is no draft, `TASK-018` for a
/// scheme that the rules refuse, `CORE-409`, `Denied`.
pub async fn submit(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64) -> Result<()> {
    ctx.require(UseCase::SchemeSubmit)?;
    // Counting takes its time, so it is done before the transaction; the digest tells whether it was this content.
    let mut conn = platform.store().read().await?;
    let (counted, _, draft) = submittable(&mut conn, ctx, id).await?;
    drop(conn);
    let (_, findings) = super::count::live(platform, ctx, &draft).await?;
    if let Some((count, problems)) = super::demands::blocking(&findings) {
        return Err(Error::conflict("SCHM-008").with("count", count).with("problems", problems));
    }
    let mut command = platform.command(ctx, UseCase::SchemeSubmit).await?;
    let (mut revision, state, _) = submittable(command.tx(), ctx, id).await?;
    if revision.digest != counted.digest {
        return Err(Error::conflict("CORE-409"));
    }
    expect_columns_allowed(command.tx(), &draft, revision.agency_id, None).await?;
    change(command.tx(), ctx, &mut revision, seen, state).await?;
    let key = id.to_string();
    let over = Over { procedure: &SCHEME, id: &key, digest: &revision.digest };
    approval::ask(command.tx(), ctx, over, "").await?;
    command.finish(KIND, id, serde_json::json!({ "digest": revision.digest })).await
}

/// A draft of the acting post's agency that is whole by itself.
async fn submittable(conn: &mut Conn, ctx: &Ctx, id: RevisionId) -> Result<(Revision, RevisionState, SchemeDraft)> {
    let revision = own(conn, ctx, id).await?;
    let state = step(&revision, RevisionCommand::Submit)?;
    let draft: SchemeDraft = serde_json::from_str(&revision.content)?;
    if let Err(problems) = compile(&draft) {
        let words: Vec<_> = problems.iter().map(text::scheme::problem).collect();
        return Err(Error::conflict("SCHM-001").with("count", words.len()).with("problems", words.join(" ")));
    }
    Ok((revision, state, draft))
}

/// Approves a submitted scheme.
///
/// # Errors
/// `APPR-003` for an author, `SCHM-002`, `SCHM-006`, `CORE-409`, `Denied`.
pub async fn approve(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::SchemeApprove).await?;
    let mut revision = own(command.tx(), ctx, id).await?;
    let state = step(&revision, RevisionCommand::Approve)?;
    let mut authors = Vec::new();
    if let Some(account) = author_account(command.tx(), &revision).await? {
        authors.push((Hand::SchemeAuthor, account.into()));
    }
    let key = id.to_string();
    for earlier in approval::history(command.tx(), &SCHEME, &key).await? {
        if earlier.step == EDIT {
            authors.push((Hand::SchemeAuthor, earlier.account_id.into()));
        }
    }
    let over = Over { procedure: &SCHEME, id: &key, digest: &revision.digest };
    approval::approve(command.tx(), ctx, over, "approve", &authors).await?;
    change(command.tx(), ctx, &mut revision, seen, state).await?;
    command.finish(KIND, id, serde_json::json!({ "digest": revision.digest })).await
}

/// Returns a submitted scheme to its author with a reason.
///
/// # Errors
/// `APPR-004` without a reason, `SCHM-002`, `SCHM-006`, `CORE-409`, `Denied`.
pub async fn give_back(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64, reason: &str) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::SchemeReturn).await?;
    let mut revision = own(command.tx(), ctx, id).await?;
    let reason = approval::reason(reason)?;
    let state = step(&revision, RevisionCommand::Return)?;
    change(command.tx(), ctx, &mut revision, seen, state).await?;
    let key = id.to_string();
    let over = Over { procedure: &SCHEME, id: &key, digest: &revision.digest };
    approval::give_back(command.tx(), ctx, over, ("approve", "submit"), reason).await?;
    command.finish(KIND, id, serde_json::json!({ "reason": reason })).await
}

/// The rules allow the columns that a scheme reads.
///
/// # Errors
/// `TASK-018` for columns for regulators only where the rulebook refuses them.
pub async fn expect_columns_allowed(
    tx: &mut Tx,
    draft: &SchemeDraft,
    agency: AgencyId,
    task: Option<TaskId>,
) -> Result<()> {
    let internal = super::internal_labels(draft);
    if internal.is_empty() {
        return Ok(());
    }
    let agency = repo::agency::by_id_unscoped(tx, agency).await?;
    let rules = kernel::rulebook::in_force(tx, &agency.path, task).await?;
    if rules.allows_internal_columns() {
        Ok(())
    } else {
        Err(Error::conflict("TASK-018").with("columns", internal.join("、")))
    }
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
