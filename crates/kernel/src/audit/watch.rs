//! The scheduled check: every slice of the rows that people are told facts from is compared with its event at least once a day and
//! once after each start, a few at a time. What differs is written down, becomes an event and stands on the pages until it agrees.

use std::time::Duration;

use domain::Instant;
use domain::projection::Projection;
use domain::registry::UseCase;
use serde_json::json;
use store::repo::projection::{self as repo, Sealed};
use tokio::sync::watch;
use tracing::{error, warn};

use super::compare::compare;
use super::fault::AuditFault;
use super::verify::unnoted;
use crate::{Actor, Platform, Result};

/// A slice is compared again once its last comparison is this old: within a day, with room for a night without power.
const EVERY_SECONDS: i64 = 20 * 3_600;
/// What did not agree is looked at again after this: the alarm goes soon after the mend.
pub const COMPARED_AGAIN_SECONDS: i64 = 60;
/// Slices of one round.
const SLICES_MAX: u32 = 10;
/// Seconds between two rounds while slices are due, and while none is.
const BUSY_SECONDS: u64 = 1;
const IDLE_SECONDS: u64 = 30;
/// Rounds between two searches for rows without a seal.
const SEARCH_ROUNDS: u64 = 60;

/// Compares the slices that are due, at most ten: those never compared since `since`, or too long ago. With `search` it also looks
/// for rows that no event holds. Returns how many slices it compared.
///
/// # Errors
/// `Internal`, `Unavailable`. A difference is no error.
pub async fn watch_once(platform: &Platform, since: Instant, search: bool) -> Result<u64> {
    let now = platform.now();
    let before = now.plus_seconds(-EVERY_SECONDS).max(since);
    let mut conn = platform.store().read().await?;
    let mut due = repo::due(&mut conn, before, now.plus_seconds(-COMPARED_AGAIN_SECONDS), SLICES_MAX).await?;
    if search {
        for of in Projection::ALL {
            for slice in repo::unsealed(&mut conn, *of).await? {
                due.push(unnoted(&mut conn, *of, slice).await?);
            }
        }
    }
    drop(conn);
    let mut count = 0;
    for note in due {
        // The note is read again in the snapshot of its rows: a command may have sealed them anew since.
        let mut conn = platform.store().snapshot().await?;
        let note = repo::get(&mut conn, note.projection, &note.slice).await?.unwrap_or(note);
        let compared = compare(platform, &mut conn, &note).await?;
        drop(conn);
        record(platform, &note, &compared.faults).await?;
        count += 1;
    }
    Ok(count)
}

/// Writes down how a comparison ended; what came, changed or went is an event.
async fn record(platform: &Platform, note: &Sealed, faults: &[AuditFault]) -> Result<()> {
    let now = platform.now();
    let fault = faults.first().map(|first| {
        let text = text::audit::and_more(&first.words(), faults.len());
        json!({ "code": first.code(), "count": faults.len(), "what": text }).to_string()
    });
    if fault == note.fault {
        let mut tx = platform.store().write().await?;
        repo::checked(&mut tx, note, fault.as_deref(), now).await?;
        return Ok(tx.commit().await?);
    }
    let ctx = platform.ctx(Actor::System, "watch");
    let mut command = platform.command(&ctx, UseCase::AuditVerify).await?;
    if !repo::checked(command.tx(), note, fault.as_deref(), now).await? {
        // Another process wrote it down, or a command sealed the rows anew: then they are due again.
        return Ok(());
    }
    let agency = match note.task_id {
        Some(task) => repo::agency_of(command.tx(), task).await?,
        None => None,
    };
    if let Some((id, name)) = &agency {
        command.on_behalf_of(*id, name);
    }
    let (subject, id) = match note.task_id {
        Some(task) => ("task", task.to_string()),
        None => ("projection", note.slice.clone()),
    };
    let kind = if fault.is_some() { "projection.differs" } else { "projection.agrees" };
    let what = faults.first().map(|first| text::audit::and_more(&first.words(), faults.len()));
    if fault.is_some() {
        warn!(table = note.projection.code(), slice = %note.slice, faults = faults.len(), "rows do not agree with the log");
    }
    let data = json!({ "projection": note.projection.code(), "slice": note.slice, "what": what });
    command.finish_as(kind, subject, id, data).await
}

/// Compares round after round until `stop` turns true.
pub(super) async fn watch_on(platform: Platform, mut stop: watch::Receiver<bool>) {
    let since = platform.now();
    let mut round = 0_u64;
    while !*stop.borrow() {
        let found = watch_once(&platform, since, round.is_multiple_of(SEARCH_ROUNDS)).await;
        round += 1;
        let seconds = match found {
            Ok(0) => IDLE_SECONDS,
            Ok(_) => BUSY_SECONDS,
            Err(error) => {
                error!(%error, "rows cannot be compared with the log");
                IDLE_SECONDS
            }
        };
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
            _ = stop.changed() => {}
        }
    }
}
