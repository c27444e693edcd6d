//! The home page: what waits for the acting post, failures and the overdue first, each with its one next step; and what the
//! person has sent off that others have in hand.

use chrono::NaiveDate;
use domain::registry::UseCase;
use kernel::job::JobView;
use kernel::{Ctx, Platform, Result, Window};

pub use kernel::todo::{Sent, SentKind, Todo, TodoKind};

/// The home page's content.
#[derive(Debug)]
pub struct Home {
    /// What to do, the most urgent first.
    pub todos: Vec<Todo>,
    /// What others have in hand, the longest first.
    pub sent: Vec<Sent>,
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
    let mut sent = Vec::new();
    for source in platform.areas().iter().flat_map(|area| area.sent) {
        sent.extend(source(&mut conn, post).await?);
    }
    drop(conn);
    todos.sort_by_key(urgency);
    sent.sort_by_key(|sent| sent.since);
    let jobs = if domain::registry::may(post.role, UseCase::JobList) {
        kernel::job::list(platform, ctx, "running", Window::page(0, 5)).await?.rows
    } else {
        Vec::new()
    };
    Ok(Home { todos, sent, jobs })
}

/// Rows that differ from the log first: people are told wrong things. Then failures, for somebody believes that they are under way;
/// then by the day on which it is due, minutes before days;
/// those without a deadline last.
fn urgency(todo: &Todo) -> (bool, bool, NaiveDate, bool) {
    let day = todo.due_at.map(domain::china_day).or(todo.due_on).unwrap_or(NaiveDate::MAX);
    (todo.kind != TodoKind::RowsDiffer, todo.kind != TodoKind::FailedJob, day, todo.due_at.is_none())
}
