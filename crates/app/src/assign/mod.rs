//! From a drawn list to two inspectors at every door: dispatch to the units, receipt, visits, and the second random.

mod days;
mod deadline;
mod dispatch;
pub mod matching;
mod plan;
pub(crate) mod rules;
mod share;
mod visit;

pub use days::UnitCapacity;
pub use deadline::DeadlineView;
pub use dispatch::{DISPATCH_JOB, DispatchInput, DispatchPreview, UnitLine, dispatch, preview};
pub use plan::{PLAN_ROWS_MAX, PlanInput, Planned, plan, spread};
pub use share::{DayCount, ShareView, TaskProgress, UnitProgress, accept, give_back, list, progress, redispatch, view};
pub use store::repo::roster::Load;
pub use store::repo::share::Share;
pub use store::repo::visit::{Filter, FormItem, Seat, Visit};
pub use store::repo::visit_day::DayChange;
pub use visit::{VisitRow, VisitView, loads, visit, visits};

pub(crate) use dispatch::run_dispatch;
pub(crate) use share::require_own;
