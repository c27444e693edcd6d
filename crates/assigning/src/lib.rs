//! From a drawn list to two inspectors at every door: dispatch to the units, receipt, visits, and the second random.

mod days;
mod deadline;
mod dispatch;
pub mod form;
mod items;
pub mod mapping;
pub mod matching;
mod plan;
mod share;
mod todo;
mod visit;
mod visit_own;

pub use days::UnitCapacity;
pub use deadline::DeadlineView;
pub use dispatch::{
    DISPATCH_JOB, DispatchInput, DispatchPreview, Gaps, UnitLine, UnknownWord, WithoutItems, dispatch, preview,
};
pub use plan::{PLAN_ROWS_MAX, PlanInput, Planned, plan, spread};
pub use share::{DayCount, ShareView, TaskProgress, UnitProgress, accept, give_back, list, progress, redispatch, view};
pub use store::repo::roster::Load;
pub use store::repo::share::Share;
pub use store::repo::visit::{Filter, FormItem, Seat, Visit};
pub use store::repo::visit_day::DayChange;
pub use store::repo::visit_own::OwnVisit;
pub use visit::{VisitRow, VisitView, loads, visit, visits};
pub use visit_own::{OWN_ROWS_MAX, OwnRow, OwnTie, OwnVisits, mine};

pub(crate) use share::require_own;

use kernel::job::Kind;

/// What assigning hands up.
pub const AREA: kernel::area::Area = kernel::area::Area {
    name: "assigning",
    jobs: &[
        Kind { name: DISPATCH_JOB, handler: |platform, run| Box::pin(dispatch::run_dispatch(platform, run)) },
        Kind { name: matching::MATCH_JOB, handler: |platform, run| Box::pin(matching::run_matching(platform, run)) },
        Kind { name: form::FORMS_JOB, handler: |platform, run| Box::pin(form::run_batch(platform, run)) },
    ],
    todos: &[|conn, ctx, post| Box::pin(todo::todos(conn, ctx, post))],
    sent: &[|conn, post| Box::pin(todo::sent(conn, post))],
    checks: &[],
    recounts: &[|platform, progress| Box::pin(matching::matchings(platform, progress))],
    points: &[
        "dispatch.prepared",
        "dispatch.commit",
        "dispatch.done",
        "match.input",
        "match.publish",
        "match.computed",
        "match.commit",
        "match.done",
        "forms.printed",
    ],
};
