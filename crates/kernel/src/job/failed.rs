//! A job that failed is said to whoever asked for it, among what is to be done, until it is asked for again.

use domain::role::Role;
use store::Conn;
use store::repo::post::Post;
use store::repo::todo::{FailedJob, failed_jobs};

use crate::todo::{Todo, TodoKind};
use crate::{Ctx, Result};

/// Days for which a failure stands among the to-dos; the list of jobs keeps it for ever.
pub const FAILURE_DAYS: i64 = 7;

/// The failed jobs of the post's person; what nobody asked for (a draw begins with the last reveal) is the clerks'.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, ctx: &Ctx, post: &Post) -> Result<Vec<Todo>> {
    let since = ctx.now.plus_seconds(-FAILURE_DAYS * 24 * 3600);
    let nobodys = (post.role == Role::Clerk).then_some(post.agency_id);
    Ok(failed_jobs(conn, post.account_id, nobodys, since).await?.into_iter().map(todo).collect())
}

fn todo(job: FailedJob) -> Todo {
    let words = job.error.as_deref().and_then(|error| serde_json::from_str::<serde_json::Value>(error).ok());
    let part = |name: &str| words.as_ref().and_then(|w| w.get(name)?.as_str()).unwrap_or_default().to_owned();
    Todo {
        detail: format!("{}{}", part("message"), part("next")),
        ..Todo::named(TodoKind::FailedJob, job.id, job.title)
    }
}
