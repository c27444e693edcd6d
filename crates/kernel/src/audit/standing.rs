//! The differences that stand: for the alarm on the home page, on the task's page, and for the public pages, which must not tell
//! what is known to be wrong.

use domain::Instant;
use domain::ids::TaskId;
use domain::projection::Projection;
use domain::role::Role;
use store::Conn;
use store::repo::post::Post;
use store::repo::projection::{self as repo, Standing};

use crate::Result;
use crate::todo::{Todo, TodoKind};

/// Alarms of a home page at most.
const TODOS_MAX: u32 = 20;
/// Tasks in doubt that public pages look at, at most.
const DOUBTED_MAX: u32 = 10_000;

/// Rows that do not agree with the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub of: Projection,
    /// What does not agree, in words.
    pub what: String,
    /// Since when it is known.
    pub since: Instant,
}

impl From<Standing> for Difference {
    fn from(row: Standing) -> Self {
        Self { of: row.projection, what: what(&row), since: row.since }
    }
}

/// The sentence that was written down; a fault that cannot be read is still one.
fn what(row: &Standing) -> String {
    let fault = serde_json::from_str::<serde_json::Value>(&row.fault).ok();
    let words = fault.as_ref().and_then(|fault| fault.get("what")?.as_str());
    words.map_or_else(|| text::audit::place(row.projection, &row.number, ""), str::to_owned)
}

/// The differences of a task's rows that are known. The caller has read the task within its scope.
///
/// # Errors
/// `Internal`.
pub async fn differences(conn: &mut Conn, task: TaskId) -> Result<Vec<Difference>> {
    Ok(repo::standing_of(conn, task).await?.into_iter().map(Difference::from).collect())
}

/// The tasks whose announcement or published list is known not to agree, with the table. Nothing of the rows: public pages ask.
///
/// # Errors
/// `Internal`.
pub async fn doubted(conn: &mut Conn) -> Result<Vec<(TaskId, Projection)>> {
    Ok(repo::doubted(conn, DOUBTED_MAX).await?)
}

/// Alarms of a post: whoever answers for the installation, for the log, or for the agency's tasks.
///
/// # Errors
/// `Internal`.
pub(crate) async fn todos(conn: &mut Conn, post: &Post) -> Result<Vec<Todo>> {
    if !matches!(post.role, Role::Administrator | Role::Auditor | Role::Leader) {
        return Ok(Vec::new());
    }
    let standing = repo::standing_below(conn, post.agency_path.as_str(), TODOS_MAX).await?;
    Ok(standing
        .into_iter()
        // A leader answers for tasks; what belongs to none is the others'.
        .filter(|row| post.role != Role::Leader || row.task_id.is_some())
        .map(|row| {
            let name = text::audit::place(row.projection, &row.number, "");
            // An administrator does not open tasks; the check of the log is open to both.
            let id = match (post.role, row.task_id) {
                (Role::Leader, Some(task)) => task.to_string(),
                _ => String::new(),
            };
            Todo { detail: what(&row), ..Todo::named(TodoKind::RowsDiffer, id, name) }
        })
        .collect())
}
