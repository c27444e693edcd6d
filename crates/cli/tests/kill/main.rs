//! The process is killed while it imports, freezes, draws, dispatches, matches and prints: at every named point of the
//! product, and at fifty random instants. Afterwards each has happened whole or not at all, database, files and log agree,
//! the pages say which, and a worker that takes the work up ends where an undisturbed run ends.
//!
//! The killed process is this binary once more ([`child`]), or `mingcha` itself ([`binary`]). How to repeat one instant
//! stands in CONTRIBUTING.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod binary;
mod case;
mod child;
mod facts;
mod instants;
mod page;
mod points;
mod spec;
mod step;
mod way;
