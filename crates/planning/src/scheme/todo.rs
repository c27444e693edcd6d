//! What waits for a leader before a scheme may be used.

use domain::role::Role;
use kernel::todo::{Todo, TodoKind};
use kernel::{Ctx, Post, Result};
use store::Conn;
use store::repo::todo;

/// Schemes of the post's agency that wait for approval.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, _ctx: &Ctx, post: &Post) -> Result<Vec<Todo>> {
    if post.role != Role::Leader {
        return Ok(Vec::new());
    }
    let submitted = todo::submitted_schemes(conn, post.agency_id).await?;
    Ok(submitted.into_iter().map(|scheme| Todo::of(TodoKind::ApproveScheme, scheme)).collect())
}
