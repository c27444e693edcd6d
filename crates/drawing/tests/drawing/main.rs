//! From a scheme to a published draw, on both databases: what is allowed, what is refused, and that a stranger can
//! recompute what came out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod capacity;
mod ceremony;
mod common;
mod demands;
mod disclosure;
mod flow;
mod glyphs;
mod scheme;
mod stuck;
mod task;
