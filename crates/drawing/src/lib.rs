//! The area of the draw: from the approved task over the frozen roll, the seal and the ceremony of several parties to a
//! result that anybody can recompute, its public pages, and whether many draws together were fair.
//!
//! Rooms, each of which uses only those before it: [`party`] (seats at a ceremony), [`task`], [`public_site`],
//! [`ceremony`], the draw itself (here), [`fairness`].

pub mod ceremony;
mod compute;
pub mod fairness;
pub mod party;
pub mod public_site;
mod result;
mod run;
pub mod task;

pub use result::{DownloadFile, ResultStratum, ResultUnit, ResultView, bundle, drawn_list, result};
pub use run::run;

use kernel::job::Kind;

/// What drawing hands up.
pub const AREA: kernel::area::Area = kernel::area::Area {
    name: "drawing",
    jobs: &[
        Kind { name: task::FREEZE_JOB, handler: |platform, run| Box::pin(task::run_freeze(platform, run)) },
        Kind { name: ceremony::DRAW_JOB, handler: |platform, run| Box::pin(run::run_draw(platform, run)) },
        Kind { name: fairness::FAIRNESS_JOB, handler: |platform, run| Box::pin(fairness::run_fairness(platform, run)) },
    ],
    todos: &[|conn, ctx, post| Box::pin(task::todos(conn, ctx, post))],
    sent: &[|conn, post| Box::pin(task::sent(conn, post))],
    checks: &[],
    points: &["freeze.staged", "freeze.done", "draw.staged", "draw.done"],
};
