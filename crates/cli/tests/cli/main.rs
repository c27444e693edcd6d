//! The built binary as people run it: standard output, standard error and exit code as one snapshot each.
//!
//! Snapshots lie in `tests/snapshots`; `MINGCHA_BLESS=1` writes them anew, and the difference is then read in `git diff`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bundles;
mod fairness;
mod faults;
mod flood;
mod help;
mod import;
mod installation;
mod log;
mod manual;
mod receipts;
mod rolls;
mod run;
mod schema;
mod server;
mod unread;
mod upkeep;
mod usage;
mod words;
