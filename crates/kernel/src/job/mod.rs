//! Long work: claimed with a lease, reported while it runs, finished in the transaction of its own result.
//!
//! A worker that dies loses its lease, and another one begins the job anew; so every handler can be begun again and
//! leaves nothing half-done: what it prepares is staged under the job's id and swapped in by one last transaction
//! ([`Run::finish`]). A job that was begun [`ATTEMPTS_MAX`] times and never ended is failed, so that a handler that
//! kills its process does not do so for ever.

mod attend;
mod failed;
mod list;
mod worker;

use domain::ids::JobId;
use domain::state::JobState;
use domain::time::Instant;
use futures_util::future::BoxFuture;
use store::repo::job::Job;

use crate::{Command, Ctx, Error, Platform, Result};

pub use attend::{Meter, attended};
pub(crate) use failed::todos;
pub use list::{JobView, cancel, get, list};
pub use worker::{Worker, release_after_restart};

/// How long a worker may stay silent before its job is given to another.
pub const LEASE_SECONDS: i64 = 60;
/// How often a job is begun at most.
pub const ATTEMPTS_MAX: i64 = 5;
/// Milliseconds between two progress writes of one job.
const PROGRESS_MS: i64 = 400;

/// A job that is being worked on.
pub struct Run {
    /// The job as it was claimed.
    pub job: Job,
    /// Whose context the work is done in: the system, with the time of the claim.
    pub ctx: Ctx,
    platform: Platform,
    owner: String,
    reported: Instant,
}

impl Run {
    /// The job's input.
    ///
    /// # Errors
    /// `Internal` if it is not of the handler's shape.
    pub fn payload<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_str(&self.job.payload)?)
    }

    /// Says how far the work has come, and renews the lease. Cheap to call often: at most a few writes a second.
    ///
    /// # Errors
    /// `JOB-001` when someone asked the job to stop, `Conflict` when the lease went to another worker: the handler passes
    /// the error on and so ends without a trace.
    pub async fn progress(&mut self, done: u64, total: u64, step: &'static str) -> Result<()> {
        let now = self.platform.now();
        if now.since_ms(self.reported) < PROGRESS_MS && step == self.job.step {
            return Ok(());
        }
        self.reported = now;
        step.clone_into(&mut self.job.step);
        let done = i64::try_from(done).unwrap_or(i64::MAX);
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        let mut tx = self.platform.store().write().await?;
        let cancelled = store::repo::job::progress(
            &mut tx,
            self.job.id,
            &self.owner,
            done,
            total,
            step,
            now.plus_seconds(LEASE_SECONDS),
        )
        .await?;
        tx.commit().await?;
        if cancelled { Err(Error::conflict("JOB-001")) } else { Ok(()) }
    }

    /// Marks the job done inside the transaction of its result; the caller then finishes the command. So the result and
    /// the job's end are one.
    ///
    /// # Errors
    /// `Conflict` when the lease went to another worker: then nothing of this run counts.
    pub async fn finish(&self, command: &mut Command<'_>, result: &serde_json::Value) -> Result<()> {
        let now = self.platform.now();
        Ok(store::repo::job::finish(
            command.tx(),
            self.job.id,
            &self.owner,
            JobState::Done,
            Some(&result.to_string()),
            None,
            now,
        )
        .await?)
    }

    /// The platform it runs on.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform.clone()
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.job.id
    }
}

/// A kind of job with its handler, as an area hands it up. A handler finishes its run itself ([`Run::finish`]) or returns
/// an error.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The name in [`NewJob::kind`](crate::NewJob::kind).
    pub name: &'static str,
    /// Does it.
    pub handler: for<'a> fn(&'a Platform, &'a mut Run) -> BoxFuture<'a, Result<()>>,
}

/// What a long command is doing, for a progress bar: the step's words, units done, units in all (0: unknown).
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64, u64) + Send);

/// Gives a job to the area whose kind it is.
///
/// # Errors
/// Those of the handler; `Internal` for a kind that no joined area has.
async fn handle(platform: &Platform, run: &mut Run) -> Result<()> {
    let mut kinds = platform.areas().iter().flat_map(|area| area.jobs);
    let Some(kind) = kinds.find(|kind| kind.name == run.job.kind) else {
        return Err(Error::internal(format!("no area does jobs of kind {}", run.job.kind)));
    };
    (kind.handler)(platform, run).await
}
