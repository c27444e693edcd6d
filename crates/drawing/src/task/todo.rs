//! What waits for a clerk or a leader on the way from a written task to its drawn list, and what was sent to a leader.

use domain::role::Role;
use kernel::todo::{Sent, SentKind, Todo, TodoKind};
use kernel::{Ctx, Post, Result};
use store::Conn;
use store::repo::{sent as rows, todo};

/// Open tasks of the post's agency, with the one next step that is this role's.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, _ctx: &Ctx, post: &Post) -> Result<Vec<Todo>> {
    if !matches!(post.role, Role::Clerk | Role::Leader) {
        return Ok(Vec::new());
    }
    let open = todo::open_tasks(conn, post.agency_id).await?;
    let next = |state: &str, asked: i64| match (post.role, state) {
        (Role::Leader, "draft") => Some(TodoKind::ApproveTask),
        (Role::Leader, "approved" | "failed") if asked > 0 => Some(TodoKind::ApproveSeal),
        (Role::Clerk, "approved") if asked == 0 => Some(TodoKind::Freeze),
        (Role::Clerk, "sealed") => Some(TodoKind::HoldCeremony),
        (Role::Clerk, "committed") => Some(TodoKind::Draw),
        (Role::Clerk, "failed") => Some(TodoKind::NewAttempt),
        (Role::Clerk, "drawn") => Some(TodoKind::Dispatch),
        _ => None,
    };
    Ok(open.into_iter().filter_map(|task| Some(Todo::of(next(&task.state, task.count)?, task))).collect())
}

/// Tasks and seals that the post's person sent to a leader.
///
/// # Errors
/// `Internal`.
pub(crate) async fn sent(conn: &mut Conn, post: &Post) -> Result<Vec<Sent>> {
    let tasks = rows::tasks(conn, post.account_id).await?.into_iter().map(|row| Sent::of(SentKind::Task, row));
    let mut sent: Vec<Sent> = tasks.collect();
    sent.extend(rows::seals(conn, post.account_id).await?.into_iter().map(|row| Sent::of(SentKind::Seal, row)));
    Ok(sent)
}
