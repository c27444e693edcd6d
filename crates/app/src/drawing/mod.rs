//! The draw itself: a job that reads the frozen roll, computes the result, verifies its own bundle, and writes everything
//! in one transaction. And what came out, for the office.

mod attest;
mod compute;
mod frozen;
mod result;
mod run;

pub use attest::attest;
pub(crate) use frozen::{drawn_objects, expect_pinned};
pub use result::{
    DownloadFile, ResultStratum, ResultUnit, ResultView, bundle, drawn_list, receipt, result, whole_bundle,
};
pub use run::run;
pub(crate) use run::{DRAW_JOB, run_draw};

use draw::Suite;
use store::repo::attempt::Attempt;

use crate::{Error, Result};

/// The hash suite of an attempt.
///
/// # Errors
/// `Internal` if it names none.
pub(crate) fn suite_of(attempt: &Attempt) -> Result<Suite> {
    Suite::from_protocol(&attempt.suite).ok_or_else(|| Error::internal(format!("no suite {}", attempt.suite)))
}
