//! Chinese text that code produces: labels, dates, deadlines, messages, and how lists of bureaus write values.
//!
//! Every enum of `domain` is matched exhaustively, so that a new value does not compile without its text. Nothing here
//! decides anything; texts of single pages live in their templates.

mod explain;
mod label;
mod number;
mod rule;
mod use_case;

pub mod account;
pub mod assign;
pub mod audit;
pub mod ceremony;
pub mod core;
pub mod date;
pub mod directory;
pub mod event;
pub mod fairness;
pub mod form;
pub mod import;
pub mod job;
pub mod problem;
pub mod protocol;
pub mod public_site;
pub mod read;
pub mod scheme;
pub mod task;
pub mod template;
pub mod term;
pub mod todo;
pub mod upkeep;
pub mod written;

pub use date::{clock, day, day_with_kind, due, effective, left, moment, span, weekday};
pub use explain::{Explain, Message, field};
pub use label::Label;
pub use number::thousands;
pub use rule::{rule_basis, rule_help, rule_value};
pub use term::{in_term, market_entity};
