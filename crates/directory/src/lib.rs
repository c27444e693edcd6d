//! The three directories (一单两库): inspected objects, inspectors, check items; and the imports that fill them.

pub mod hub;
pub mod import;
pub mod inspector;
pub mod item;
pub mod moves;
pub mod subject;

use kernel::job::Kind;
use kernel::{Error, FieldError};

/// A form with wrong fields; its message says how many.
fn invalid(wrong: Vec<FieldError>) -> Error {
    let count = wrong.len();
    let mut error = Error::invalid(wrong);
    // Not `with`: a single field would take the number over into its own text.
    error.args.push(("count", count.to_string()));
    error
}

/// What the directories hand up.
pub const AREA: kernel::area::Area = kernel::area::Area {
    name: "directory",
    jobs: &[
        Kind { name: import::DRY_RUN_JOB, handler: |platform, run| Box::pin(import::work_dry_run(platform, run)) },
        Kind { name: import::COMMIT_JOB, handler: |platform, run| Box::pin(import::work_commit(platform, run)) },
    ],
    todos: &[
        |conn, _ctx, post| Box::pin(inspector::todos(conn, post)),
        |conn, _, post| Box::pin(moves::todos(conn, post)),
    ],
    sent: &[|conn, post| Box::pin(moves::sent(conn, post))],
    checks: &[],
    recounts: &[],
    points: &["import.staged", "import.checked", "import.checked.done", "import.swap", "import.swapped"],
};
