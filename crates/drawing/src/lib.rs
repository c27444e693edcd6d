//! The area of the draw: from the approved task over the frozen roll, the seal and the ceremony of several parties to a
//! result that anybody can recompute, its public pages, and whether many draws together were fair.
//!
//! Rooms, each of which uses only those before it: [`party`] (seats at a ceremony), [`task`], [`public_site`],
//! [`ceremony`], the draw itself (here), [`fairness`].

mod attest;
pub mod ceremony;
mod compute;
pub mod fairness;
mod frozen;
pub mod party;
pub mod public_site;
mod recount;
mod result;
mod run;
pub mod task;
mod witness;

pub use attest::attest;
pub(crate) use frozen::expect_pinned;
pub use frozen::{DrawnObject, Registered, drawn_objects};
pub use result::{
    Attestation, DownloadFile, ResultStratum, ResultUnit, ResultView, bundle, drawn_list, receipt, result, whole_bundle,
};
pub use run::run;
pub use witness::{Recount, party_attest, party_bundle, recount};

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
    recounts: &[|platform, progress| Box::pin(recount::draws(platform, progress))],
    points: &["freeze.staged", "freeze.done", "draw.staged", "draw.done"],
};
