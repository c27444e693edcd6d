//! The sealer: about a second behind, it gives the events their order and a head over all of them. Events are written
//! unchained by the commands, because a chain there would make every writer wait for the longest.

use std::time::Duration;

use store::StoreError;
use store::repo::event::{self, Event, TreeHead};
use tokio::sync::watch;
use tracing::error;

use super::tree::{Frontier, leaf_hash};
use crate::{Error, Platform, Result};

/// Events are sealed once they are this old, so that a command that began earlier and commits later is not passed by.
/// One that commits still later is sealed then; the order is that of sealing.
const SETTLE_MS: i64 = 1_000;
/// Events in one round.
const ROUND_MAX: u32 = 2_000;

/// What a leaf is made of: the event as JSON with sorted keys.
pub(super) fn leaf_of(event: &Event) -> Result<[u8; 32]> {
    let value = serde_json::json!({
        "actor": event.actor, "actor_name": event.actor_name, "agency_id": event.agency_id.map(|id| id.to_string()),
        "agency_name": event.agency_name, "at": event.at.unix_ms(), "data": event.data, "id": event.id.to_string(),
        "kind": event.kind, "request_id": event.request_id, "subject_id": event.subject_id, "subject_kind": event.subject_kind,
    });
    Ok(leaf_hash(serde_json::to_string(&value)?.as_bytes()))
}

pub(super) fn frontier_of(head: Option<&TreeHead>) -> Result<Frontier> {
    let Some(head) = head else { return Ok(Frontier::default()) };
    let size = u64::try_from(head.size).map_err(Error::internal)?;
    Frontier::from_text(size, &head.frontier)
        .ok_or_else(|| Error::internal(format!("the frontier of head {} does not fit its size", head.size)))
}

/// Seals what has settled; returns how many events. A log whose heads, leaves and memory do not agree is not sealed further: a log
/// that was wiped or cut would be made anew in silence. The check of the log names what differs. `everything` seals also what is younger than a second.
///
/// # Errors
/// `Internal`, `Unavailable`.
pub async fn seal_once(platform: &Platform, everything: bool) -> Result<u64> {
    let now = platform.now();
    let before = if everything { now.plus_ms(1) } else { now.plus_ms(-SETTLE_MS) };
    let mut sealed = 0;
    loop {
        let mut conn = platform.store().read().await?;
        if event::unsealed(&mut conn, before, 1).await?.is_empty() {
            return Ok(sealed);
        }
        drop(conn);
        let mut tx = platform.store().write().await?;
        let end = event::log_end(&mut tx).await?;
        if !end.agrees() {
            error!(?end, "the log does not agree with what is remembered of it; nothing is sealed");
            return Ok(sealed);
        }
        let newest = event::newest_head(&mut tx).await?;
        let mut frontier = frontier_of(newest.as_ref())?;
        let mut leaves = Vec::new();
        for event in event::unsealed(&mut tx, before, ROUND_MAX).await? {
            let hash = leaf_of(&event)?;
            leaves.push((i64::try_from(frontier.size()).map_err(Error::internal)?, event.id, hex::encode(hash)));
            frontier.push(hash);
        }
        if leaves.is_empty() {
            return Ok(sealed);
        }
        let head = TreeHead {
            size: i64::try_from(frontier.size()).map_err(Error::internal)?,
            root: hex::encode(frontier.root()),
            frontier: frontier.to_text(),
            at: now,
        };
        match event::seal(&mut tx, &leaves, &head).await {
            Ok(()) => {
                tx.commit().await?;
                sealed += leaves.len() as u64;
            }
            // Another instance sealed the same events first; look again.
            Err(StoreError::Duplicate(_)) => drop(tx),
            Err(other) => return Err(other.into()),
        }
    }
}

/// Seals about once a second until `stop` turns true, and meanwhile compares the rows that people are told facts from, a bounded
/// part at a time ([`super::watch_once`]).
pub async fn seal_forever(platform: Platform, stop: watch::Receiver<bool>) {
    tokio::join!(seal_on(platform.clone(), stop.clone()), super::watch::watch_on(platform, stop));
}

async fn seal_on(platform: Platform, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = seal_once(&platform, false).await {
            error!(%error, "events cannot be sealed");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(1_000)) => {}
            _ = stop.changed() => {}
        }
    }
}
