//! Recomputes the whole log from the events and compares it with every head that was ever made; then compares the rows that people
//! are told facts from with the log, and, where asked to, recomputes what they came from.

use std::collections::HashMap;

use domain::projection::Projection;
use store::repo::projection::{self, Sealed};
use store::repo::{event, task};

use super::compare::{compare, place};
use super::fault::{AuditFault, Place};
use super::seal::leaf_of;
use super::sealing::held;
use super::tree::Frontier;
use crate::job::Progress;
use crate::{Ctx, Platform, Result};
use domain::registry::UseCase;

/// Leaves read at a time.
const CHUNK: u32 = 5_000;
/// Notes of seals read at a time.
const NOTES_CHUNK: u32 = 200;

/// What the check found.
#[derive(Clone, Debug, Default)]
pub struct AuditReport {
    /// Events there are.
    pub events: u64,
    /// Of them in the log.
    pub sealed: u64,
    /// Heads compared.
    pub heads: u64,
    /// The newest root, hex; empty for an empty log.
    pub root: String,
    /// Slices of rows compared with their events.
    pub slices: u64,
    /// Rows in them.
    pub rows: u64,
    /// Draws and matchings recomputed.
    pub recounted: u64,
    /// What does not hold; empty if all is well. Each names the place.
    pub faults: Vec<AuditFault>,
}

/// Faults listed at most; the count of leaves goes on.
const FAULTS_MAX: usize = 100;

/// Verifies the log, and the rows that people are told facts from against it. With `expected_root` (from minutes, a newspaper,
/// another office) some head must have that root.
///
/// # Errors
/// `Denied`, `Unauthenticated`, `Internal`. Faults are in the report, not errors.
pub async fn verify(platform: &Platform, ctx: &Ctx, expected_root: Option<&str>) -> Result<AuditReport> {
    ctx.require(UseCase::AuditVerify)?;
    let (mut report, seals) = log(platform, expected_root).await?;
    compare_all(platform, &mut report, Some(seals), &mut |_, _, _| {}).await?;
    Ok(report)
}

/// As [`verify`], and recomputes every draw and every matching from its sealed files, whatever the events say.
///
/// # Errors
/// As [`verify`].
pub async fn verify_all(
    platform: &Platform,
    ctx: &Ctx,
    expected_root: Option<&str>,
    progress: Progress<'_>,
) -> Result<AuditReport> {
    ctx.require(UseCase::AuditVerify)?;
    let (mut report, seals) = log(platform, expected_root).await?;
    compare_all(platform, &mut report, Some(seals), &mut *progress).await?;
    for recount in platform.areas().iter().flat_map(|area| area.recounts) {
        let (count, faults) = recount(platform, &mut *progress).await?;
        report.recounted += count;
        report.faults.extend(faults);
    }
    report.faults.truncate(FAULTS_MAX);
    Ok(report)
}

/// The seals of the log: for each slice the last one, how often it was sealed and the digest. Some 200 bytes a slice.
type Seals = HashMap<(Projection, String), (i64, String)>;

/// Compares every slice with its event. With the log's seals it also finds notes that were set back, changed or deleted.
pub(crate) async fn compare_all(
    platform: &Platform,
    report: &mut AuditReport,
    seals: Option<Seals>,
    progress: Progress<'_>,
) -> Result<()> {
    let mut seals_left = seals.unwrap_or_default();
    let with_log = !seals_left.is_empty();
    let mut conn = platform.store().snapshot().await?;
    let (total, ..) = projection::state(&mut conn).await?;
    let mut after = (String::new(), String::new());
    loop {
        let notes = projection::after(&mut conn, (&after.0, &after.1), NOTES_CHUNK).await?;
        let Some(last) = notes.last() else { break };
        after = (last.projection.code().to_owned(), last.slice.clone());
        // Slices without a seal are looked for below.
        for note in notes.iter().filter(|note| note.n > 0) {
            progress(text::audit::COMPARING, report.slices, total);
            let compared = compare(platform, &mut conn, note).await?;
            report.slices += 1;
            report.rows += compared.rows;
            let in_log = seals_left.remove(&(note.projection, note.slice.clone()));
            let set_back = in_log.is_some_and(|(n, digest)| n > note.n || (n == note.n && digest != note.digest));
            let known = compared.faults.iter().any(|fault| matches!(fault, AuditFault::ChangedNote { .. }));
            if set_back && !known {
                report.faults.push(AuditFault::ChangedNote { place: place(&mut conn, note).await? });
            }
            report.faults.extend(compared.faults);
        }
        if report.faults.len() >= FAULTS_MAX {
            break;
        }
    }
    if report.faults.len() < FAULTS_MAX {
        if with_log {
            // A note that is gone. What is still there of its rows is found without a seal, too.
            for ((of, slice), _) in seals_left {
                let place = named(&mut conn, of, slice).await?;
                report.faults.push(AuditFault::ChangedNote { place });
            }
        }
        for of in Projection::ALL {
            for slice in projection::unsealed(&mut conn, *of).await? {
                let place = named(&mut conn, *of, slice).await?;
                report.faults.push(AuditFault::UnsealedRows { place });
            }
        }
    }
    report.faults.truncate(FAULTS_MAX);
    Ok(())
}

/// The place of a slice that has no note.
pub(super) async fn named(conn: &mut store::Conn, of: Projection, slice: String) -> Result<Place> {
    let number = match projection::task_of(conn, of, &slice).await? {
        Some(id) => task::by_id_unscoped(conn, id).await.map(|task| task.number).unwrap_or_else(|_| id.to_string()),
        None => String::new(),
    };
    Ok(Place { of, slice, task: number, row: String::new() })
}

/// A note for a slice that has none, as it is written down when it is found.
pub(super) async fn unnoted(conn: &mut store::Conn, of: Projection, slice: String) -> Result<Sealed> {
    Ok(Sealed {
        task_id: projection::task_of(conn, of, &slice).await?,
        projection: of,
        slice,
        n: 0,
        digest: String::new(),
        text: None,
        file: None,
        event: None,
        checked_at: None,
        fault: None,
        fault_at: None,
    })
}

/// The log alone, with the seals that it holds.
pub(crate) async fn log(platform: &Platform, expected_root: Option<&str>) -> Result<(AuditReport, Seals)> {
    let mut seals = Seals::new();
    // A snapshot: what is sealed meanwhile would look like leaves without a head.
    let mut conn = platform.store().snapshot().await?;
    let end = event::log_end(&mut conn).await?;
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
            for seal in held(&leaf.event.data) {
                let last = seals.entry((seal.of, seal.slice)).or_default();
                if seal.n > last.0 {
                    *last = (seal.n, seal.digest);
                }
            }
            let hash = leaf_of(&leaf.event)?;
            if hex::encode(hash) != leaf.hash {
                faults.push(AuditFault::ChangedEvent { seq: leaf.seq, event: leaf.event.id.to_string() });
            }
            frontier.push(hash);
            while let Some(head) = heads_left.next_if(|head| head.size <= next) {
                compared += 1;
                // A head that ends where no leaf does is the root of nothing.
                if head.size != next || hex::encode(frontier.root()) != head.root {
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
    if end.leaves > end.size {
        faults.push(AuditFault::MissingHead { size: end.leaves, found: end.size });
    }
    let newest = end.newest();
    if newest != end.remembered {
        faults.push(AuditFault::OtherHead {
            expected: end.remembered.unwrap_or_default(),
            found: newest.unwrap_or_default(),
        });
    }
    if let Some(expected) = expected_root
        && !heads.iter().any(|head| head.root.eq_ignore_ascii_case(expected))
    {
        faults.push(AuditFault::UnknownRoot { root: expected.to_owned() });
    }
    let root = heads.last().map(|head| head.root.clone()).unwrap_or_default();
    let report = AuditReport { events, sealed, heads: compared, root, faults, slices: 0, rows: 0, recounted: 0 };
    Ok((report, seals))
}
