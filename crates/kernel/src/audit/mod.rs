//! The log of events: order, tree heads (RFC 9162), and the check that nothing was changed, dropped or reordered.

mod fault;
mod list;
mod seal;
mod tree;
mod verify;

pub use fault::AuditFault;
pub use list::{EventQuery, list};
pub use seal::{seal_forever, seal_once};
pub use store::repo::event::Event;
pub use verify::{AuditReport, verify};
