//! What waits for a leader before a scheme may be used, for a clerk once it may be, and what was sent to a leader.

use domain::role::Role;
use kernel::todo::{Sent, SentKind, Todo, TodoKind};
use kernel::{Ctx, Post, Result};
use store::Conn;
use store::repo::{sent as rows, todo};

/// Schemes of the post's agency that wait for approval, or for a task.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, _ctx: &Ctx, post: &Post) -> Result<Vec<Todo>> {
    let (kind, waiting) = match post.role {
        Role::Leader => (TodoKind::ApproveScheme, todo::submitted_schemes(conn, post.agency_id).await?),
        Role::Clerk => (TodoKind::CreateTask, todo::unused_schemes(conn, post.agency_id).await?),
        _ => return Ok(Vec::new()),
    };
    Ok(waiting.into_iter().map(|scheme| Todo::of(kind, scheme)).collect())
}

/// Schemes that the post's person submitted and nobody has decided on.
///
/// # Errors
/// `Internal`.
pub(crate) async fn sent(conn: &mut Conn, post: &Post) -> Result<Vec<Sent>> {
    let submitted = rows::schemes(conn, post.account_id).await?;
    Ok(submitted.into_iter().map(|row| Sent::of(SentKind::Scheme, row)).collect())
}
