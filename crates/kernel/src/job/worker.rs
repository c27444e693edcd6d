//! The worker loop: claim, run, and when the handler ended without finishing its job, record why.

use std::time::Duration;

use domain::ids::JobId;
use domain::state::JobState;
use store::repo::job::Job;
use tokio::sync::watch;
use tracing::{error, info};

use super::{ATTEMPTS_MAX, JobView, LEASE_SECONDS, Progress, Run, handle};
use crate::{Actor, Error, Platform, Result};

/// Milliseconds between two looks into the queue when it is empty.
const IDLE_MS: u64 = 300;

/// A worker. Several may run, in one process or in many.
pub struct Worker {
    platform: Platform,
    owner: String,
}

impl Worker {
    /// A worker with a name that no other living worker has.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        let ctx = platform.ctx(Actor::System, "worker");
        let owner = hex::encode(ctx.ten());
        Self { platform, owner }
    }

    /// Works until `stop` turns true; a job in hand is finished first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.run_one().await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(IDLE_MS)) => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    error!(%error, "the job queue cannot be read");
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
        }
    }

    /// Does all jobs that wait now; for the command line and for tests.
    ///
    /// # Errors
    /// `Internal` if the queue cannot be read. A failing job is recorded, not returned.
    pub async fn drain(&self) -> Result<u64> {
        let mut count = 0;
        while self.run_one().await? {
            count += 1;
        }
        Ok(count)
    }

    /// Claims and does one job; false if none waits.
    ///
    /// # Errors
    /// `Internal` if the queue cannot be read.
    pub async fn run_one(&self) -> Result<bool> {
        let mut conn = self.platform.store().read().await?;
        if store::repo::job::open_count(&mut conn).await? == 0 {
            return Ok(false);
        }
        drop(conn);
        let now = self.platform.now();
        let mut tx = self.platform.store().write().await?;
        let claimed = store::repo::job::claim(&mut tx, &self.owner, now, now.plus_seconds(LEASE_SECONDS)).await?;
        tx.commit().await?;
        let Some(job) = claimed else { return Ok(false) };
        self.work(job).await?;
        Ok(true)
    }

    /// Does one job, whatever else waits, and returns how it ended; for the command line. If another worker has it (the
    /// server may be running), waits until that one has ended it. `progress` is called a few times a second.
    ///
    /// # Errors
    /// `NotFound` if there is no such job, `Internal` if the queue cannot be read. A failing job is in the view.
    pub async fn do_job(&self, id: JobId, progress: Progress<'_>) -> Result<JobView> {
        loop {
            let now = self.platform.now();
            let mut tx = self.platform.store().write().await?;
            let lease_until = now.plus_seconds(LEASE_SECONDS);
            let claimed = store::repo::job::claim_one(&mut tx, id, &self.owner, now, lease_until).await?;
            tx.commit().await?;
            match claimed {
                Some(job) => {
                    let mut working = std::pin::pin!(self.work(job));
                    loop {
                        tokio::select! {
                            done = &mut working => { done?; break }
                            () = tokio::time::sleep(Duration::from_millis(IDLE_MS)) => { self.look(id, progress).await?; }
                        }
                    }
                }
                None => tokio::time::sleep(Duration::from_millis(IDLE_MS)).await,
            }
            let view = self.look(id, progress).await?;
            if view.ended {
                return Ok(view);
            }
        }
    }

    /// The job as it is now, told to `progress`.
    async fn look(&self, id: JobId, progress: Progress<'_>) -> Result<JobView> {
        let mut conn = self.platform.store().read().await?;
        let view = JobView::of(store::repo::job::by_id_unscoped(&mut conn, id).await?, self.platform.now());
        let units = |n: i64| u64::try_from(n).unwrap_or(0);
        progress(view.step, units(view.done), units(view.total));
        Ok(view)
    }

    /// Does a job that has been claimed.
    async fn work(&self, job: Job) -> Result<()> {
        let ctx = self.platform.ctx(Actor::System, format!("job {}", job.id));
        info!(job = %job.id, kind = job.kind, attempt = job.attempts, "job begins");
        let mut run = Run {
            ctx,
            platform: self.platform.clone(),
            owner: self.owner.clone(),
            reported: domain::time::Instant::MIN,
            job,
        };
        let outcome = if run.job.attempts > ATTEMPTS_MAX {
            Err(Error::conflict("JOB-002").with("attempts", ATTEMPTS_MAX))
        } else {
            handle(&self.platform, &mut run).await
        };
        match outcome {
            Ok(()) => info!(job = %run.job.id, "job done"),
            Err(error) => self.fail(&run, &error).await?,
        }
        Ok(())
    }

    async fn fail(&self, run: &Run, error: &Error) -> Result<()> {
        let cancelled = error.code == "JOB-001";
        let state = if cancelled { JobState::Cancelled } else { JobState::Failed };
        if error.cause().is_some() {
            error!(job = %run.job.id, %error, "job failed");
        }
        let words = serde_json::json!({ "code": error.code, "message": error.message(), "next": error.next_step() })
            .to_string();
        let mut tx = self.platform.store().write().await?;
        let recorded =
            store::repo::job::finish(&mut tx, run.job.id, &self.owner, state, None, Some(&words), self.platform.now())
                .await;
        match recorded {
            // The lease went to another worker, who will record the end.
            Err(store::StoreError::Stale) => Ok(()),
            Err(other) => Err(other.into()),
            Ok(()) => Ok(tx.commit().await?),
        }
    }
}

/// Puts the running jobs of a process that is known to be dead back into the queue: on the embedded database only one
/// process works, so at its start nobody else can be working.
///
/// # Errors
/// `Internal`.
pub async fn release_after_restart(platform: &Platform) -> Result<u64> {
    if platform.store().engine() != store::Engine::Sqlite {
        return Ok(0);
    }
    let mut tx = platform.store().write().await?;
    let released = store::repo::job::release_all(&mut tx).await?;
    tx.commit().await?;
    Ok(released)
}
