//! The worker loop: claim, run, and when the handler ended without finishing its job, record why.

use std::time::Duration;

use domain::ids::JobId;
use domain::state::JobState;
use store::repo::job::Job;
use tokio::sync::watch;
use tracing::{error, info, warn};

use super::{ATTEMPTS_MAX, JobView, LEASE_SECONDS, Progress, Run, handle};
use crate::folder::Alone;
use crate::{Actor, Error, Platform, Result};

/// Milliseconds between two looks into the queue when it is empty.
const IDLE_MS: u64 = 300;
/// Milliseconds between two tries when the queue cannot be read or written.
const AGAIN_MS: u64 = 1_000;
/// How often a command tries to record how its job ended; a server tries until it is stopped.
const RECORD_TRIES: u32 = 10;
/// Seconds between two renewals of the lease of a job in hand: several may fail before it ends.
const RENEW_SECONDS: u64 = 15;

/// A worker. Several may run, in one process or in many.
pub struct Worker {
    platform: Platform,
    owner: String,
    stop: Option<watch::Receiver<bool>>,
}

impl Worker {
    /// A worker with a name that no other living worker has.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        let ctx = platform.ctx(Actor::System, "worker");
        let owner = hex::encode(ctx.ten());
        Self { platform, owner, stop: None }
    }

    /// Works until `stop` turns true; a job in hand is finished first.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        self.stop = Some(stop.clone());
        let mut said = None;
        while !*stop.borrow() {
            let round = self.run_one().await;
            if round.is_ok() {
                said = None;
            }
            match round {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(IDLE_MS)) => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    // Once for each outage: a full disk must not fill with complaints about it.
                    if said != Some(error.code) {
                        error!(%error, "the job queue cannot be read or written");
                        said = Some(error.code);
                    }
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(AGAIN_MS)) => {}
                        _ = stop.changed() => {}
                    }
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
            let _renewal = Renewal::begin(self.platform.clone(), run.job.id, self.owner.clone());
            handle(&self.platform, &mut run).await
        };
        match outcome {
            Ok(()) => info!(job = %run.job.id, "job done"),
            Err(error) => self.record(&run, &error).await?,
        }
        Ok(())
    }

    /// Records how a job failed. What made it fail, a full disk or a server that is gone, often hinders this as well: it is
    /// tried again until it succeeds, so that the job does not look as if it were running.
    async fn record(&self, run: &Run, error: &Error) -> Result<()> {
        if error.cause().is_some() {
            error!(job = %run.job.id, %error, "job failed");
        }
        let mut tries = 0;
        loop {
            let recorded = self.fail(run, error).await;
            tries += 1;
            let Err(hindrance) = recorded else { return Ok(()) };
            let patient = match &self.stop {
                Some(stop) => !*stop.borrow(),
                None => tries < RECORD_TRIES,
            };
            if !hindrance.is_of_the_store() || !patient {
                return Err(hindrance);
            }
            if tries == 1 {
                error!(job = %run.job.id, error = %hindrance, "the end of a job cannot be recorded yet");
            }
            tokio::time::sleep(Duration::from_millis(AGAIN_MS)).await;
        }
    }

    async fn fail(&self, run: &Run, error: &Error) -> Result<()> {
        let cancelled = error.code == "JOB-001";
        let state = if cancelled { JobState::Cancelled } else { JobState::Failed };
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

/// Keeps the lease of a job alive for as long as its handler works, however long a step of it stays silent.
struct Renewal(tokio::task::JoinHandle<()>);

impl Renewal {
    fn begin(platform: Platform, id: JobId, owner: String) -> Self {
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(RENEW_SECONDS)).await;
                match renew(&platform, id, &owner).await {
                    Ok(true) => {}
                    // The job has ended, or is another worker's by now: the handler will be told when it writes.
                    Ok(false) => return,
                    Err(error) => warn!(job = %id, %error, "a lease could not be renewed"),
                }
            }
        }))
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn renew(platform: &Platform, id: JobId, owner: &str) -> Result<bool> {
    let mut tx = platform.store().write().await?;
    let until = platform.now().plus_seconds(LEASE_SECONDS);
    let renewed = store::repo::job::renew(&mut tx, id, owner, until).await?;
    tx.commit().await?;
    Ok(renewed)
}

/// Puts the running jobs of processes that are known to be dead back into the queue, so that they need not wait for the
/// end of their leases: on the embedded database, where all who work say so in the home folder, and nobody does.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn release_after_restart(platform: &Platform, _nobody_works: &Alone) -> Result<u64> {
    if platform.store().engine() != store::Engine::Sqlite {
        return Ok(0);
    }
    let mut tx = platform.store().write().await?;
    let released = store::repo::job::release_all(&mut tx).await?;
    tx.commit().await?;
    Ok(released)
}
