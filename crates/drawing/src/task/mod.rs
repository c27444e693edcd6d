//! Check tasks: from an approved scheme over the frozen roll to the seal. The ceremony is in `ceremony`, the draw at the
//! root of the crate.

mod create;
mod demands;
mod freeze;
mod list;
mod register;
mod seal;
mod stepper;
mod todo;
mod view;

pub use create::{NewTask, approve, create, void};
pub use freeze::freeze;
pub(crate) use freeze::{FREEZE_JOB, file_row, run_freeze, text_of};
pub use list::{TaskRow, list};
pub(crate) use register::read_register;
pub use seal::{approve_seal, request_seal, return_seal};
pub use stepper::{StepKind, StepMark, StepView};
pub(crate) use todo::{sent, todos};
pub use view::{AttemptView, SealCheck, TaskView, check_seal, view};
pub(crate) use view::{attempt_view, sizes_of};

use domain::ids::TaskId;
use domain::state::{TaskCommand, TaskState, next};
use draw::Suite;
use store::repo;
use store::repo::attempt::Attempt;
use store::repo::task::Task;
use store::{Conn, Tx};
use text::Label as _;

use kernel::{Actor, Ctx, Error, Result};

/// The subject kind of tasks in events, approvals, jobs and files.
pub const KIND: &str = "task";
/// Characters of a title or contact.
pub const TEXT_CHARS_MAX: usize = 100;
pub use kernel::approval::REASON_CHARS_MAX;

/// The state after a command, or the refusal with what is possible.
pub(crate) fn step(task: &Task, command: TaskCommand) -> Result<TaskState> {
    next(task.state, command)
        .map_err(|_| Error::conflict("TASK-003").with("state", task.state.label()).with("command", command.label()))
}

/// A task that the acting post's own agency organises.
pub(crate) async fn own(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Result<Task> {
    let task = repo::task::get(tx, &ctx.scope()?, id).await?;
    match &ctx.actor {
        Actor::Post(post) if post.agency_id != task.agency_id => Err(Error::denied("TASK-015")),
        _ => Ok(task),
    }
}

/// Writes a new state.
pub(crate) async fn change(tx: &mut Tx, ctx: &Ctx, task: &mut Task, state: TaskState) -> Result<()> {
    task.state = state;
    repo::task::update(tx, task, ctx.now).await?;
    task.version += 1;
    Ok(())
}

/// Whether a job of this kind waits or runs for the task.
pub(crate) async fn job_open(conn: &mut Conn, task: TaskId, kind: &str) -> Result<bool> {
    use domain::state::JobState;
    let jobs = repo::job::of_subject(conn, KIND, &task.to_string()).await?;
    Ok(jobs.iter().any(|job| job.kind == kind && matches!(job.state, JobState::Queued | JobState::Running)))
}

/// The hash suite of an attempt.
///
/// # Errors
/// `Internal` if it names none.
pub(crate) fn suite_of(attempt: &Attempt) -> Result<Suite> {
    Suite::from_protocol(&attempt.suite).ok_or_else(|| Error::internal(format!("no suite {}", attempt.suite)))
}
