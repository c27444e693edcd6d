//! What waits for a unit after the dispatch.

use domain::role::Role;
use kernel::todo::{Todo, TodoKind};
use kernel::{Ctx, Post, Result};
use store::Conn;
use store::repo::todo;

/// Shares of the post's agency that wait for receipt or for their matching; for a leader, mappings that wait for approval.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, _ctx: &Ctx, post: &Post) -> Result<Vec<Todo>> {
    if post.role == Role::Leader {
        let proposed = todo::proposed_mappings(conn, post.agency_id).await?;
        return Ok(proposed.into_iter().map(|task| Todo::of(TodoKind::ApproveMapping, task)).collect());
    }
    if post.role != Role::Clerk {
        return Ok(Vec::new());
    }
    let kind = |state: &str| if state == "received" { TodoKind::AcceptShare } else { TodoKind::MatchShare };
    let open = todo::open_shares(conn, post.agency_id).await?;
    Ok(open.into_iter().map(|share| Todo::of(kind(&share.state), share)).collect())
}
