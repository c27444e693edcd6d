//! The office's pages over HTTP, in process: what they say, which buttons they offer to whom, forms that come back with what
//! was typed, and doors that stay shut.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod account;
mod budget;
mod directory;
mod dispatch;
mod fairness;
mod front;
mod link;
mod listed;
mod lists;
mod mapping;
mod people;
mod refusal;
mod scheme;
mod sign_in;
mod task;
