//! The home page: what waits for the acting post, the overdue first, each with its one next step.

use chrono::NaiveDate;
use domain::registry::UseCase;
use kernel::job::JobView;
use kernel::{Ctx, Platform, Result};

pub use kernel::todo::{Todo, TodoKind};

/// The home page's content.
#[derive(Debug)]
pub struct Home {
    /// What to do, the most urgent first.
    pub todos: Vec<Todo>,
    /// Jobs under way.
    pub jobs: Vec<JobView>,
}

/// What waits for the acting post, as every area says it.
///
/// # Errors
/// `Unauthenticated`, `Internal`.
pub async fn view(platform: &Platform, ctx: &Ctx) -> Result<Home> {
    ctx.require(UseCase::HomeView)?;
    let post = ctx.post()?;
    let mut conn = platform.store().read().await?;
    let mut todos = Vec::new();
    for source in platform.areas().iter().flat_map(|area| area.todos) {
        todos.extend(source(&mut conn, ctx, post).await?);
    }
    drop(conn);
    // Those without a deadline come after those with one.
    todos.sort_by_key(|todo| todo.due_on.unwrap_or(NaiveDate::MAX));
    let jobs = if domain::registry::may(post.role, UseCase::JobList) {
        kernel::job::list(platform, ctx, "running", 0, 5).await?.rows
    } else {
        Vec::new()
    };
    Ok(Home { todos, jobs })
}
