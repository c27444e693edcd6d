//! Recomputes the whole log from the events and compares it with every head that was ever made.

use store::repo::event;

use super::fault::AuditFault;
use super::seal::leaf_of;
use super::tree::Frontier;
use crate::{Ctx, Platform, Result};
use domain::registry::UseCase;

/// Leaves read at a time.
const CHUNK: u32 = 5_000;

/// What the check found.
#[derive(Clone, Debug)]
pub struct AuditReport {
    /// Events there are.
    pub events: u64,
    /// Of them in the log.
    pub sealed: u64,
    /// Heads compared.
    pub heads: u64,
    /// The newest root, hex; empty for an empty log.
    pub root: String,
    /// What does not hold; empty if all is well. Each names the place.
    pub faults: Vec<AuditFault>,
}

/// Faults listed at most; the count of leaves goes on.
const FAULTS_MAX: usize = 100;

/// Verifies the log. With `expected_root` (from minutes, a newspaper, another office) some head must have that root.
///
/// # Errors
/// `Denied`, `Unauthenticated`, `Internal`. Faults of the log are in the report, not errors.
pub async fn verify(platform: &Platform, ctx: &Ctx, expected_root: Option<&str>) -> Result<AuditReport> {
    ctx.require(UseCase::AuditVerify)?;
    let mut conn = platform.store().read().await?;
    let (events, sealed) = event::counts(&mut conn).await?;
    let heads = event::heads(&mut conn).await?;
    let mut faults = Vec::new();
    let mut frontier = Frontier::default();
    let mut compared = 0;
    let mut heads_left = heads.iter().peekable();
    let mut next = 0;
    loop {
        let leaves = event::leaves(&mut conn, next, CHUNK).await?;
        if leaves.is_empty() {
            break;
        }
        for leaf in leaves {
            if leaf.seq != next {
                faults.push(AuditFault::Gap { expected: next, found: leaf.seq });
                next = leaf.seq;
            }
            next += 1;
            let hash = leaf_of(&leaf.event)?;
            if hex::encode(hash) != leaf.hash {
                faults.push(AuditFault::ChangedEvent { seq: leaf.seq, event: leaf.event.id.to_string() });
            }
            frontier.push(hash);
            while let Some(head) = heads_left.next_if(|head| head.size <= next) {
                compared += 1;
                if head.size == next && hex::encode(frontier.root()) != head.root {
                    faults.push(AuditFault::ChangedHead { size: head.size });
                }
            }
            if faults.len() >= FAULTS_MAX {
                break;
            }
        }
        if faults.len() >= FAULTS_MAX {
            break;
        }
    }
    for head in heads_left {
        faults.push(AuditFault::MissingLeaves { size: head.size, found: next });
    }
    if let Some(expected) = expected_root
        && !heads.iter().any(|head| head.root.eq_ignore_ascii_case(expected))
    {
        faults.push(AuditFault::UnknownRoot { root: expected.to_owned() });
    }
    let root = heads.last().map(|head| head.root.clone()).unwrap_or_default();
    Ok(AuditReport { events, sealed, heads: compared, root, faults })
}
