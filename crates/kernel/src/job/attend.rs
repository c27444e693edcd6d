//! Heavy work of a job on a thread of its own, while the job goes on reporting and can be stopped. The work sees only a
//! [`Meter`]; it writes no row.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Run;
use crate::{Error, Result};

/// Milliseconds between two looks at the meter.
const LOOK_MS: u64 = 150;

/// Where the work says how far it is, and learns that it should stop.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Needles>);

#[derive(Debug, Default)]
struct Needles {
    done: AtomicU64,
    total: AtomicU64,
    step: Mutex<&'static str>,
    stop: AtomicBool,
}

impl Meter {
    /// Begins a step, one of `text::job`; `total` 0 while it is unknown.
    pub fn step(&self, step: &'static str, total: u64) {
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
        *self.0.step.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }

    /// Says how far the step is; `Break` when the work should end.
    pub fn tick(&self, done: u64, total: u64) -> ControlFlow<()> {
        self.0.done.store(done, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
        if self.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Whether the work should end.
    pub fn stopped(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }
}

/// Does `work` on a thread of its own and reports for it.
///
/// # Errors
/// Those of `work`; `JOB-001` or `Conflict` as [`Run::progress`], after `work` has ended.
pub async fn attended<T: Send + 'static>(
    run: &mut Run,
    work: impl FnOnce(Meter) -> Result<T> + Send + 'static,
) -> Result<T> {
    let meter = Meter::default();
    let theirs = meter.clone();
    let mut handle = tokio::task::spawn_blocking(move || work(theirs));
    let mut stopped = None;
    loop {
        tokio::select! {
            ended = &mut handle => {
                let result = ended.map_err(Error::internal)?;
                return stopped.map_or(result, Err);
            }
            () = tokio::time::sleep(Duration::from_millis(LOOK_MS)) => {}
        }
        if stopped.is_some() {
            continue;
        }
        let step = *meter.0.step.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, total) = (meter.0.done.load(Ordering::Relaxed), meter.0.total.load(Ordering::Relaxed));
        if let Err(error) = run.progress(done, total, step).await {
            meter.0.stop.store(true, Ordering::Relaxed);
            stopped = Some(error);
        }
    }
}
