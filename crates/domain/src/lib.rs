//! Types and rules of random inspections: codes, calendars, states, roles, directories.
//!
//! Nothing here does input or output, reads a clock, an environment variable or a random source: `now` and entropy are
//! parameters of whoever calls. Chinese words for what is defined here live in the crate `text`.

#[macro_use]
mod coded;

pub mod address;
pub mod agency;
pub mod agency_code;
pub mod approval;
pub mod calendar;
pub mod credit_code;
pub mod deadline;
pub mod division;
pub mod ids;
pub mod import;
pub mod inspector;
pub mod item;
pub mod moves;
pub mod numbering;
pub mod projection;
pub mod reach;
pub mod registry;
pub mod role;
pub mod rulebook;
pub mod scheme;
pub mod separation;
pub mod state;
pub mod subject;
pub mod text;
pub mod time;
pub mod visit_day;
pub mod work;

pub use coded::{Coded, UnknownCode};
pub use ids::*;
pub use text::Text;
pub use time::{Instant, china_day};
