//! The three directories and the imports that fill them, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod desk;
mod foreign;
mod import;
mod moves;
mod odd;
mod preview;
mod refused;
mod small;
mod speed;
mod template;
