//! Deleting a scheme that never left the desk. Once it was submitted somebody may have read it, so it stays.

use domain::approval::SCHEME;
use domain::ids::RevisionId;
use domain::registry::UseCase;
use domain::state::RevisionState;
use store::repo;
use store::repo::approval::Approval;
use store::repo::revision::Revision;
use text::Label as _;

use super::KIND;
use super::draft::own;
use kernel::{Ctx, Error, Platform, Result};

/// Whether a scheme may be deleted: a draft that was never submitted, whatever was decided over it.
#[must_use]
pub fn deletable(revision: &Revision, decisions: &[Approval]) -> bool {
    revision.state == RevisionState::Draft && !decisions.iter().any(|one| one.step == SCHEME.first())
}

/// Deletes a draft of the acting post's agency. `seen` is the version that the person saw.
///
/// # Errors
/// `SCHM-002` if it is no draft, `SCHM-009` if it was ever submitted, `SCHM-006` if it is another agency's, `CORE-409` if
/// someone changed it meanwhile, `NotFound`, `Denied`.
pub async fn delete(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::SchemeDelete).await?;
    let revision = own(command.tx(), ctx, id).await?;
    if revision.state != RevisionState::Draft {
        return Err(Error::conflict("SCHM-002")
            .with("state", revision.state.label())
            .with("command", UseCase::SchemeDelete.label()));
    }
    let decisions = repo::approval::of_subject(command.tx(), KIND, &id.to_string()).await?;
    if !deletable(&revision, &decisions) {
        return Err(Error::conflict("SCHM-009"));
    }
    repo::revision::delete_draft(command.tx(), id, seen).await?;
    let detail = serde_json::json!({ "number": revision.number, "title": revision.title, "digest": revision.digest });
    command.finish(KIND, id, detail).await
}
