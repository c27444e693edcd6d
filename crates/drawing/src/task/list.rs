//! The list of tasks.

use domain::registry::UseCase;
use domain::work::WorkState;
use store::repo;
use store::repo::task::Task;
use store::repo::{Page, Window};

use kernel::{Ctx, Platform, Result};

/// A task in the list.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// The task.
    pub task: Task,
    /// Name of its organiser.
    pub organiser: String,
    /// Where its work is.
    pub work: WorkState,
    /// The days for the visits are over, the work is not.
    pub late: bool,
    /// How many different objects were drawn, once they are.
    pub drawn: Option<i64>,
}

/// Tasks of the scope, newest first. `work` `None` and `search` (number or title) empty mean all.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(
    platform: &Platform,
    ctx: &Ctx,
    work: Option<WorkState>,
    search: &str,
    window: Window,
) -> Result<Page<TaskRow>> {
    ctx.require(UseCase::TaskList)?;
    let mut conn = platform.store().read().await?;
    let tasks = repo::task::list(&mut conn, &ctx.scope()?, work.map_or("", WorkState::code), search, window).await?;
    let mut rows = Vec::with_capacity(tasks.rows.len());
    for task in tasks.rows {
        let organiser = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?.short_name;
        let latest = repo::attempt::latest(&mut conn, task.id).await?;
        let drawn = match latest.filter(|attempt| attempt.drawn_rows.is_some()) {
            Some(attempt) => Some(repo::drawn::objects(&mut conn, attempt.id).await?.iter().map(|(_, n)| n).sum()),
            None => None,
        };
        let work = WorkState::of(task.state, repo::task::share_progress(&mut conn, task.id).await?);
        let late = work.is_late(task.window_to, ctx.today());
        rows.push(TaskRow { task, organiser, work, late, drawn });
    }
    Ok(Page { rows, total: tasks.total })
}
