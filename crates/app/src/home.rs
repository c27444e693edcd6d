//! The home page: what waits for the acting post, the overdue first, each with its one next step.

use chrono::NaiveDate;
use domain::registry::UseCase;
use domain::role::Role;
use store::repo::todo::{self, Waiting};

use crate::job::JobView;
use crate::{Ctx, Platform, Result};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// What kind; `text::todo` has its words.
    pub kind: TodoKind,
    /// The thing's id.
    pub id: String,
    /// Its number and title.
    pub name: String,
    /// How many visits, for shares.
    pub count: i64,
    /// Until when.
    pub due_on: Option<NaiveDate>,
}

pub use text::todo::TodoKind;

/// The home page's content.
#[derive(Debug)]
pub struct Home {
    /// What to do, the most urgent first.
    pub todos: Vec<Todo>,
    /// Jobs under way.
    pub jobs: Vec<JobView>,
}

/// What waits for the acting post.
///
/// # Errors
/// `Unauthenticated`, `Internal`.
pub async fn view(platform: &Platform, ctx: &Ctx) -> Result<Home> {
    ctx.require(UseCase::HomeView)?;
    let post = ctx.post()?;
    let mut conn = platform.store().read().await?;
    let mut todos = Vec::new();
    match post.role {
        Role::Leader => {
            for scheme in todo::submitted_schemes(&mut conn, post.agency_id).await? {
                todos.push(of(TodoKind::ApproveScheme, scheme));
            }
            for task in todo::open_tasks(&mut conn, post.agency_id).await? {
                match task.state.as_str() {
                    "draft" => todos.push(of(TodoKind::ApproveTask, task)),
                    "approved" | "failed" if task.count > 0 => todos.push(of(TodoKind::ApproveSeal, task)),
                    _ => {}
                }
            }
        }
        Role::Clerk => {
            for task in todo::open_tasks(&mut conn, post.agency_id).await? {
                let kind = match task.state.as_str() {
                    "approved" if task.count == 0 => TodoKind::Freeze,
                    "sealed" => TodoKind::HoldCeremony,
                    "committed" => TodoKind::Draw,
                    "failed" => TodoKind::NewAttempt,
                    "drawn" => TodoKind::Dispatch,
                    _ => continue,
                };
                todos.push(of(kind, task));
            }
            for share in todo::open_shares(&mut conn, post.agency_id).await? {
                let kind = if share.state == "received" { TodoKind::AcceptShare } else { TodoKind::MatchShare };
                todos.push(of(kind, share));
            }
            for share in todo::returned_shares(&mut conn, post.agency_id).await? {
                let name = format!("{} {}：{}", share.number, share.title, share.author);
                todos.push(Todo { name, ..of(TodoKind::Redispatch, share) });
            }
        }
        Role::Administrator
        | Role::DirectoryKeeper
        | Role::Inspector
        | Role::Reviewer
        | Role::Publisher
        | Role::Auditor => {}
    }
    drop(conn);
    // Those without a deadline come after those with one.
    todos.sort_by_key(|todo| todo.due_on.unwrap_or(NaiveDate::MAX));
    let jobs = if domain::registry::may(post.role, UseCase::JobList) {
        crate::job::list(platform, ctx, "running", 0, 5).await?.rows
    } else {
        Vec::new()
    };
    Ok(Home { todos, jobs })
}

fn of(kind: TodoKind, waiting: Waiting) -> Todo {
    let name = if waiting.number.is_empty() { waiting.title } else { format!("{} {}", waiting.number, waiting.title) };
    Todo { kind, id: waiting.id, name, count: waiting.count, due_on: waiting.due_on }
}
