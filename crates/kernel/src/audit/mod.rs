//! The log of events: order, tree heads (RFC 9162), and the check that nothing was changed, dropped or reordered; and the rows that
//! people are told facts from, held against it: sealed when they are written, compared on a schedule and on demand.

mod compare;
mod fault;
mod list;
mod seal;
mod sealing;
mod standing;
mod tree;
mod verify;
mod watch;

pub use fault::{AuditFault, Place};
pub use list::{EventQuery, list};
pub use seal::{seal_forever, seal_once};
pub(crate) use sealing::Seals;
pub(crate) use standing::todos;
pub use standing::{Difference, differences, doubted};
pub use store::repo::event::Event;
pub use verify::{AuditReport, verify, verify_all};
pub(crate) use verify::{compare_all, log};
pub use watch::{COMPARED_AGAIN_SECONDS, watch_once};
