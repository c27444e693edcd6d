//! `mingcha serve` as a process, on a socket: what visitors and administrators do to it, and what the manual's set-ups do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod machines;
mod process;
mod silent;
mod stop;
