//! Passes the rows of a roll file, part by part: each part is checked, hashed where that is asked for, and given to a worker.
//! The row groups of a Parquet roll are shared out over threads; a CSV roll is one stream. Nothing that comes out depends on
//! the number of threads: parts are put back into the order of their rows, and of several faults the first row's is told.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use draw::{
    Digest, Edges, Header, Intake, MerkleTree, Part, Progress, ROWS_MAX, Reason, Refused, RollDocument, Room, RowLeaf,
    Sieve, Suite, Ticker, check_edges,
};
use parquet::file::reader::ChunkReader;

use crate::error::BundleError;
use crate::roll::parquet_read::ParquetRoll;
use crate::roll::shared_file::SharedFile;
use crate::roll::{RollBytes, Row, Rows};

/// Threads at most, whatever the caller or the machine says: more than this read no faster, and each takes memory.
pub const THREADS_MAX: usize = 256;
/// Between two looks at whether the caller wants to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// How a roll is passed.
pub(crate) struct Pass<'c> {
    /// The columns that workers read beside the id, by position; where the roll is hashed it is all of them anyway.
    pub(crate) columns: &'c dyn Fn(&Header) -> Result<Vec<usize>, BundleError>,
    /// Hash the rows with this roll key.
    pub(crate) hashing: Option<(Suite, Digest)>,
    /// Rows to expect, for the progress only.
    pub(crate) expected: u64,
    /// Threads at most; as many as the machine has where none is given.
    pub(crate) threads: Option<NonZeroUsize>,
}

/// What a pass found beside what its workers did.
pub(crate) struct Passed {
    pub(crate) header: Header,
    pub(crate) rows: u64,
    /// Header, rows, root and key, where rows were hashed.
    pub(crate) document: Option<RollDocument>,
}

/// Columns for those who read none.
pub(crate) fn no_columns(_header: &Header) -> Result<Vec<usize>, BundleError> {
    Ok(Vec::new())
}

/// Passes a roll through sieves, one for each thread, and makes one of them. Where `sieve` makes none, rows are only checked.
///
/// # Errors
/// As [`pass`]; whatever `sieve` refuses.
pub(crate) fn sift<'s>(
    bytes: RollBytes<'_>,
    hashing: Option<(Suite, Digest)>,
    expected: u64,
    threads: Option<NonZeroUsize>,
    sieve: impl Fn(&Header) -> Result<Option<Sieve<'s>>, BundleError>,
    progress: Progress<'_>,
) -> Result<(Passed, Option<Sieve<'s>>), BundleError> {
    let columns = |header: &Header| Ok(sieve(header)?.map(|sieve| sieve.columns()).unwrap_or_default());
    let work = |sieve: &mut Option<Sieve<'_>>, part: Part| {
        if let Some(sieve) = sieve {
            sieve.take(&part)?;
        }
        Ok(Some(part))
    };
    let rest = |sieve: &mut Option<Sieve<'_>>| sieve.iter_mut().for_each(Sieve::rest);
    let how = Pass { columns: &columns, hashing, expected, threads };
    let (passed, sieves) = pass(bytes, &how, &sieve, work, rest, progress)?;
    let mut sieves = sieves.into_iter().flatten();
    let mut all = sieves.next();
    if let Some(all) = &mut all {
        sieves.try_for_each(|other| all.join(other))?;
    }
    Ok((passed, all))
}

/// Passes a roll. `hire` makes a worker for a thread, `work` gives it a checked part, which it keeps or gives back, and at
/// the end `rest` lets it finish on its thread.
///
/// # Errors
/// The first thing that does not comply, with row and column; whatever a worker refuses; an unreadable file; cancelled.
pub(crate) fn pass<W: Send>(
    bytes: RollBytes<'_>,
    pass: &Pass<'_>,
    hire: impl Fn(&Header) -> Result<W, BundleError>,
    work: impl Fn(&mut W, Part) -> Result<Option<Part>, BundleError> + Sync,
    rest: impl Fn(&mut W) + Sync,
    progress: Progress<'_>,
) -> Result<(Passed, Vec<W>), BundleError> {
    match bytes {
        RollBytes::ParquetFile(file) => {
            let file =
                SharedFile::new(file).map_err(|source| BundleError::Io { place: "roll.parquet".to_owned(), source })?;
            pass_groups(&ParquetRoll::new(file)?, pass, hire, work, rest, progress)
        }
        RollBytes::ParquetBytes(bytes) => pass_groups(&ParquetRoll::new(bytes)?, pass, hire, work, rest, progress),
        other => pass_rows(other.rows()?.as_mut(), pass, hire, work, rest, progress),
    }
}

/// A stream of rows, on this thread.
fn pass_rows<W>(
    rows: &mut dyn Rows,
    pass: &Pass<'_>,
    hire: impl Fn(&Header) -> Result<W, BundleError>,
    work: impl Fn(&mut W, Part) -> Result<Option<Part>, BundleError>,
    rest: impl Fn(&mut W),
    progress: Progress<'_>,
) -> Result<(Passed, Vec<W>), BundleError> {
    let header = rows.header().clone();
    let mut worker = hire(&header)?;
    let mut intake = Intake::new(header.clone()).keeping();
    if let Some((suite, key)) = pass.hashing {
        intake = intake.hashing(suite, key);
    }
    let mut row = Row::default();
    let mut ticker = Ticker::new(pass.expected);
    while rows.next(&mut row)? {
        intake.push(&row.fields())?;
        if let Some(part) = intake.full_part() {
            drop(work(&mut worker, part)?);
        }
        ticker.tick(&mut *progress)?;
    }
    let rows = u64::from(intake.rows());
    let taken = intake.finish();
    for part in taken.roll.map(draw::Roll::into_parts).unwrap_or_default() {
        drop(work(&mut worker, part)?);
    }
    rest(&mut worker);
    ticker.report(progress)?;
    Ok((Passed { header, rows, document: taken.document }, vec![worker]))
}

/// What is left of a part for the end.
struct Trace {
    edges: Edges,
    tree: Option<MerkleTree>,
}

/// What the threads share.
struct Shared {
    /// The next row group that nobody reads yet. Groups are taken in order, so that whatever stands before a fault is read.
    next: AtomicUsize,
    traces: Mutex<Vec<Trace>>,
    /// The row group and its fault.
    fault: Mutex<Option<(usize, BundleError)>>,
}

impl Shared {
    fn stop(&self) {
        self.next.store(usize::MAX / 2, Ordering::Relaxed);
    }

    fn report(&self, group: usize, error: BundleError) {
        self.stop();
        let mut fault = self.fault.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if fault.as_ref().is_none_or(|(other, _)| group < *other) {
            *fault = Some((group, error));
        }
    }
}

fn pass_groups<R: ChunkReader + 'static, W: Send>(
    roll: &ParquetRoll<R>,
    pass: &Pass<'_>,
    hire: impl Fn(&Header) -> Result<W, BundleError>,
    work: impl Fn(&mut W, Part) -> Result<Option<Part>, BundleError> + Sync,
    rest: impl Fn(&mut W) + Sync,
    progress: Progress<'_>,
) -> Result<(Passed, Vec<W>), BundleError> {
    if roll.rows() > u64::from(ROWS_MAX) {
        return Err(Refused::new(format!("row {}", ROWS_MAX + 1), Reason::TooLarge { max: u64::from(ROWS_MAX) }).into());
    }
    let columns = match pass.hashing {
        Some(_) => (1..roll.header().columns().len()).collect(),
        None => (pass.columns)(roll.header())?,
    };
    let leaf = pass.hashing.map(|(suite, key)| RowLeaf::new(suite, key));
    let available = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = pass.threads.unwrap_or_else(available).get().min(THREADS_MAX).min(roll.groups().max(1));
    let workers = (0..threads).map(|_| hire(roll.header())).collect::<Result<Vec<_>, _>>()?;
    let shared = Shared { next: AtomicUsize::new(0), traces: Mutex::default(), fault: Mutex::default() };
    let one = |group: usize, worker: &mut W, room: &mut Room| -> Result<Trace, BundleError> {
        let part = roll.part(group, &columns, room)?;
        part.check(roll.header())?;
        let trace = Trace { edges: part.edges(), tree: leaf.as_ref().map(|leaf| part.leaves(leaf)) };
        if let Some(part) = work(worker, part)? {
            *room = part.into_room();
        }
        Ok(trace)
    };
    let mut ticker = Ticker::new(roll.rows());
    let mut cancelled = Ok(());
    let workers = std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel::<u64>();
        let threads = workers.into_iter().map(|mut worker| {
            let (shared, one, rest, sender) = (&shared, &one, &rest, sender.clone());
            scope.spawn(move || {
                let mut room = Room::default();
                loop {
                    let group = shared.next.fetch_add(1, Ordering::Relaxed);
                    if group >= roll.groups() {
                        rest(&mut worker);
                        return worker;
                    }
                    match one(group, &mut worker, &mut room) {
                        Ok(trace) => {
                            shared.traces.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(trace)
                        }
                        Err(error) => shared.report(group, error),
                    }
                    if sender.send(roll.rows_of(group)).is_err() {
                        return worker;
                    }
                }
            })
        });
        let threads: Vec<_> = threads.collect();
        drop(sender);
        loop {
            let done = match receiver.recv_timeout(PATIENCE) {
                Ok(rows) => rows,
                Err(mpsc::RecvTimeoutError::Timeout) => 0,
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            };
            if cancelled.is_ok() {
                cancelled = ticker.advance(done, &mut *progress);
                if cancelled.is_err() {
                    shared.stop();
                }
            }
        }
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Result<Vec<_>, _>>()
    });
    cancelled?;
    // A thread that panics has met a mistake of this program, not of the file.
    let workers = workers.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let mut traces = shared.traces.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let fault = shared.fault.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    traces.sort_unstable_by_key(|trace| trace.edges.first_row);
    if let Some((group, error)) = fault {
        let before = roll.rows_before(group);
        check_edges(traces.iter().map(|trace| &trace.edges).take_while(|edges| edges.first_row < before))?;
        return Err(error);
    }
    check_edges(traces.iter().map(|trace| &trace.edges))?;
    let document = pass.hashing.map(|(suite, key)| {
        let mut tree = MerkleTree::new(suite);
        for trace in traces.iter().filter_map(|trace| trace.tree.as_ref()) {
            tree.append(trace);
        }
        RollDocument { header: roll.header().clone(), rows: roll.rows(), root: tree.root(), key: Some(key) }
    });
    Ok((Passed { header: roll.header().clone(), rows: roll.rows(), document }, workers))
}
