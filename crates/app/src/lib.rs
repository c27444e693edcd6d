//! Use cases: one file per verb. Each takes the [`Platform`], a [`Ctx`] (who acts, when, with which randomness) and its
//! input, checks the permission in the registry of `domain`, and writes its event and its jobs in the transaction of
//! the business change ([`Command`]).
//!
//! No HTTP, no SQL, no clock and no random source here: `now` and entropy come in with the [`Ctx`].

pub mod account;
pub mod agency;
pub mod assign;
pub mod audit;
pub mod calendar;
pub mod ceremony;
mod command;
mod ctx;
pub mod directory;
pub mod drawing;
mod error;
pub mod fairness;
pub mod form;
pub mod home;
pub mod job;
pub mod party;
mod platform;
pub mod public_site;
pub mod rule;
pub mod scheme;
pub mod task;
pub mod upkeep;

pub use command::{Command, NewJob, actor_id};
pub use ctx::{Actor, Ctx, Entropy};
pub use error::{Error, ErrorKind, FieldError};
pub use platform::{Clock, Config, Platform};
pub use store::StoreConfig;
pub use store::repo::Page;
pub use store::repo::agency::Agency;
pub use store::repo::post::Post;

/// Result of every use case.
pub type Result<T> = std::result::Result<T, Error>;

/// A named point of a long operation, at which the crash tests kill the process: `MINGCHA_KILL_AT=name[:n]` aborts at
/// the `n`-th time (default 1) that the point is reached. Without the variable it costs one atomic load.
pub fn point(name: &str) {
    kill::reached(name);
}

pub mod kill;
