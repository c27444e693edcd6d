//! The list of tasks.

use domain::registry::UseCase;
use store::repo;
use store::repo::Page;
use store::repo::task::Task;

use kernel::{Ctx, Platform, Result};

/// A task in the list.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// The task.
    pub task: Task,
    /// Name of its organiser.
    pub organiser: String,
    /// How many different objects were drawn, once they are.
    pub drawn: Option<i64>,
}

/// Tasks of the scope, newest first. `state` and `search` (number or title) empty mean all; `page` counts from 0.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(
    platform: &Platform,
    ctx: &Ctx,
    state: &str,
    search: &str,
    page: u32,
    per_page: u32,
) -> Result<Page<TaskRow>> {
    ctx.require(UseCase::TaskList)?;
    let mut conn = platform.store().read().await?;
    let tasks = repo::task::list(&mut conn, &ctx.scope()?, state, search, page, per_page).await?;
    let mut rows = Vec::with_capacity(tasks.rows.len());
    for task in tasks.rows {
        let organiser = repo::agency::by_id_unscoped(&mut conn, task.agency_id).await?.short_name;
        let latest = repo::attempt::latest(&mut conn, task.id).await?;
        let drawn = match latest.filter(|attempt| attempt.drawn_rows.is_some()) {
            Some(attempt) => Some(repo::drawn::objects(&mut conn, attempt.id).await?.iter().map(|(_, n)| n).sum()),
            None => None,
        };
        rows.push(TaskRow { task, organiser, drawn });
    }
    Ok(Page { rows, total: tasks.total })
}
