//! Whether this process can do its work now: it writes a row to the database and a file to the disk, and reads the schema's
//! steps. A database that only answers may be full, read-only, or changed by a newer program.
//!
//! Whoever watches a server may ask as often as they like: at most one probe runs at a time, and its verdict holds for a few
//! seconds. A verdict comes within three seconds in any case.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::time::Instant;
use tokio::sync::watch;
use tracing::{error, info};

use crate::{Error, ErrorKind, Platform, Result};

/// Milliseconds for which a verdict holds.
const VERDICT_MS: i64 = 3_000;
/// Milliseconds that one who asks waits for a probe.
const WAIT_MS: u64 = 2_500;
/// Milliseconds after a good verdict for which a probe that does not end counts as waiting for its turn, on the embedded
/// database alone: the last step of a large import keeps its only writer for some seconds.
const TURN_MS: i64 = 60_000;
/// The row that a probe writes.
const HEARTBEAT: &str = "heartbeat";
/// Bytes of the file that a probe writes: a block, so that a full disk refuses it.
const FILE_BYTES: usize = 4_096;

/// The last verdict and the probe that runs.
#[derive(Debug)]
pub(crate) struct Readiness {
    verdict: watch::Sender<Option<Verdict>>,
    probing: AtomicBool,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { verdict: watch::Sender::new(None), probing: AtomicBool::new(false) }
    }
}

#[derive(Clone, Debug)]
struct Verdict {
    at: Instant,
    fault: Option<Fault>,
}

/// What of an error is said again to each who asks; its cause went to the log once.
#[derive(Clone, Debug)]
struct Fault {
    kind: ErrorKind,
    code: &'static str,
    args: Vec<(&'static str, String)>,
}

impl Verdict {
    fn said(&self) -> Result<()> {
        match &self.fault {
            None => Ok(()),
            Some(fault) => {
                let mut error = Error::new(fault.kind, fault.code);
                error.args.clone_from(&fault.args);
                Err(error)
            }
        }
    }
}

impl Platform {
    fn one_writer(&self) -> bool {
        self.store().engine() == store::Engine::Sqlite
    }

    /// Whether this process can read and write what it needs. One that only shows files (`keeps_files` is false) may have
    /// them read-only, as the outside machine of a bureau does.
    ///
    /// # Errors
    /// The error that a person would meet now, without its cause: that is in the log. `CORE-503` if there was no verdict in
    /// time.
    pub async fn readiness(&self, keeps_files: bool) -> Result<()> {
        let state = Arc::clone(self.readiness_state());
        let now = self.now();
        let mut verdicts = state.verdict.subscribe();
        let last = verdicts.borrow_and_update().clone();
        if let Some(verdict) = &last
            && (0..VERDICT_MS).contains(&now.since_ms(verdict.at))
        {
            return verdict.said();
        }
        if !state.probing.swap(true, Ordering::AcqRel) {
            // On its own: whoever asked may go away, and what was begun is then not cut off in the middle.
            let platform = self.clone();
            tokio::spawn(async move {
                let found = probe(&platform, keeps_files).await;
                let state = platform.readiness_state();
                // Before the verdict is told: who hears of it and asks again must find that none runs any more.
                state.probing.store(false, Ordering::Release);
                note(&state.verdict, found, platform.now());
            });
        }
        match tokio::time::timeout(Duration::from_millis(WAIT_MS), verdicts.changed()).await {
            Ok(_) => verdicts.borrow().as_ref().map_or(Ok(()), Verdict::said),
            Err(_) => match last {
                Some(verdict) if verdict.fault.is_some() => verdict.said(),
                Some(verdict) if self.one_writer() && (0..TURN_MS).contains(&now.since_ms(verdict.at)) => Ok(()),
                _ => Err(Error::new(ErrorKind::Unavailable, "CORE-503")),
            },
        }
    }
}

async fn probe(platform: &Platform, keeps_files: bool) -> Result<()> {
    platform.pending_migrations().await?;
    if keeps_files {
        write_file(platform).await?;
    }
    platform.set_fact(HEARTBEAT, &platform.now().rfc3339()).await
}

async fn write_file(platform: &Platform) -> Result<()> {
    let path = platform.incoming().join(format!("{HEARTBEAT}-{}", std::process::id()));
    let written = tokio::task::spawn_blocking(move || {
        std::fs::write(&path, [0; FILE_BYTES])
            .and_then(|()| std::fs::remove_file(&path))
            .map_err(|error| Error::at_path(&path, &error))
    });
    written.await.map_err(Error::internal)?
}

/// Keeps the verdict, and tells the log when it is another one than before.
fn note(verdicts: &watch::Sender<Option<Verdict>>, found: Result<()>, at: Instant) {
    let before = verdicts.borrow().clone();
    let code_before = before.as_ref().and_then(|verdict| verdict.fault.as_ref()).map(|fault| fault.code);
    let fault = match found {
        Ok(()) => {
            if code_before.is_some() {
                info!("writing works again");
            }
            None
        }
        Err(error) => {
            if code_before != Some(error.code) {
                error!(%error, "not ready");
            }
            Some(Fault { kind: error.kind, code: error.code, args: error.args })
        }
    };
    verdicts.send_replace(Some(Verdict { at, fault }));
}
