//! What every use case stands on: who acts and when ([`Ctx`]), the open installation ([`Platform`]), one transaction with
//! its event and its jobs ([`Command`]), the one error type, and what all areas share: accounts, agencies, calendar,
//! rules, jobs, the log.
//!
//! No HTTP, no SQL, no clock and no random source here: `now` and entropy come in with the [`Ctx`]. No area is named here;
//! each hands its rows up ([`area::Area`]).

pub mod account;

pub mod agency;
pub mod approval;
pub mod area;
pub mod audit;
pub mod calendar;
pub mod change;
pub mod check;
mod command;
mod ctx;
mod error;
pub mod export;
mod files_folder;
pub mod folder;
pub mod job;
pub mod kill;
pub mod memo;
pub mod paper;
mod platform;
mod readiness;
pub mod rule;
pub mod rulebook;
pub mod todo;

pub use command::{Command, NewJob, actor_id};
pub use ctx::{Actor, Ctx, Entropy, SessionKey};
pub use error::{Error, ErrorKind, FieldError};
pub use files_folder::{FILES_FOLDER_FACT, FilesFolder, own_files};
pub use platform::{Clock, Config, Platform};
pub use store::StoreConfig;
pub use store::repo::agency::Agency;
pub use store::repo::post::Post;
pub use store::repo::{Page, Window};

/// Result of every use case.
pub type Result<T> = std::result::Result<T, Error>;

/// A named point of a long operation, at which the crash tests kill the process: `MINGCHA_KILL_AT=name[:n]` aborts at
/// the `n`-th time (default 1) that the point is reached. Without the variable it costs one atomic load.
pub fn point(name: &str) {
    kill::reached(name);
}

/// What the kernel itself hands up.
pub const AREA: area::Area = area::Area {
    name: "kernel",
    jobs: &[],
    todos: &[
        |conn, _ctx, post| Box::pin(audit::todos(conn, post)),
        |conn, ctx, post| Box::pin(job::todos(conn, ctx, post)),
    ],
    sent: &[],
    checks: check::ROWS,
    recounts: &[],
    points: &[],
};
