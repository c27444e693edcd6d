//! From a drawn list to two inspectors at every door, on both databases. The drawn list is written straight into the
//! tables, so that these tests stand apart from the draw's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod city;
mod dispatching;
mod forms;
mod matching;
mod measured;
mod shares;
