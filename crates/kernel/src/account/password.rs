//! Passwords: argon2id with the crate's default cost (19 MiB, 2 passes).
//!
//! The work is done by a few threads of our own, each with one buffer that it keeps: on the threads that wait for files every
//! one of hundreds would take 19 MiB of an arena of its own and never give them back. Before the threads stands a short queue;
//! whoever finds no seat in it is told to come again, at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::{Error, ErrorKind, Result};

/// Characters a password may have. Length is the only rule: composition rules make people write passwords down.
pub const PASSWORD_CHARS: RangeInclusive<usize> = 10..=128;

/// Threads: as many as there are cores, but within these bounds. Each keeps 19 MiB.
const THREADS: RangeInclusive<usize> = 2..=4;
/// Passwords that wait or are worked on, for each thread.
const SEATS_PER_THREAD: usize = 8;
/// Seats that one address may hold, of the [`SEATS_PER_THREAD`] of each thread: others always find one.
const ADDRESS_SEATS_PER_THREAD: usize = 3;
/// Seconds after which who found no seat may come again.
const RETRY_SECONDS: i64 = 2;

/// Refuses a password that is too short or too long.
///
/// # Errors
/// `Invalid` on field `password` (`ACCT-004`).
pub(super) fn check_length(password: &str) -> Result<()> {
    if PASSWORD_CHARS.contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(Error::field("password", "ACCT-004").with("min", PASSWORD_CHARS.start()).with("max", PASSWORD_CHARS.end()))
    }
}

/// How many seats each address holds.
type Held = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The threads and the queue before them. The threads begin with the first password and end with the pool.
pub(crate) struct Pool {
    threads: usize,
    seats: Arc<Semaphore>,
    held: Held,
    work: OnceLock<Sender<Job>>,
}

/// A seat in the queue, given back when it is dropped.
pub(super) struct Seat {
    _permit: OwnedSemaphorePermit,
    holder: Option<(IpAddr, Held)>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((address, held)) = &self.holder else { return };
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(address);
            }
        }
    }
}

struct Job {
    task: Task,
    reply: oneshot::Sender<Result<Answer>>,
    seat: Seat,
}

enum Task {
    Hash { password: String, salt: [u8; 16] },
    Verify { password: String, stored: String },
}

enum Answer {
    Hash(String),
    Fits(bool),
}

impl Default for Pool {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(*THREADS.start(), usize::from);
        let threads = cores.clamp(*THREADS.start(), *THREADS.end());
        let seats = Arc::new(Semaphore::new(threads * SEATS_PER_THREAD));
        Self { threads, seats, held: Arc::default(), work: OnceLock::new() }
    }
}

impl Pool {
    /// A seat for somebody who is not signed in, now or not at all.
    ///
    /// # Errors
    /// `Unavailable` (`ACCT-002`, with `seconds`) if all are taken, or too many by the same address.
    pub(super) fn seat(&self, address: IpAddr) -> Result<Seat> {
        let busy = || Error::new(ErrorKind::Unavailable, "ACCT-002").with("seconds", RETRY_SECONDS);
        let permit = self.seats.clone().try_acquire_owned().map_err(|_| busy())?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_insert(0);
        if *count >= self.threads * ADDRESS_SEATS_PER_THREAD {
            return Err(busy());
        }
        *count += 1;
        drop(held);
        Ok(Seat { _permit: permit, holder: Some((address, self.held.clone())) })
    }

    /// The PHC string of a password. It waits for a seat: only who is signed in, or the owner, makes one.
    ///
    /// # Errors
    /// `Internal`.
    pub(super) async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String> {
        let seat = self.wait().await?;
        match self.run(seat, Task::Hash { password, salt }).await? {
            Answer::Hash(text) => Ok(text),
            Answer::Fits(_) => Err(Error::internal("a hash was asked for")),
        }
    }

    /// Whether a password fits a PHC string.
    ///
    /// # Errors
    /// `Internal` if the stored string is not one.
    pub(super) async fn verify(&self, seat: Seat, password: String, stored: String) -> Result<bool> {
        match self.run(seat, Task::Verify { password, stored }).await? {
            Answer::Fits(fits) => Ok(fits),
            Answer::Hash(_) => Err(Error::internal("an answer was asked for")),
        }
    }

    /// A seat, as soon as there is one.
    ///
    /// # Errors
    /// `Internal`.
    pub(super) async fn wait(&self) -> Result<Seat> {
        let permit = self.seats.clone().acquire_owned().await.map_err(Error::internal)?;
        Ok(Seat { _permit: permit, holder: None })
    }

    async fn run(&self, seat: Seat, task: Task) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        let work = self.work.get_or_init(|| start(self.threads));
        work.send(Job { task, reply, seat })
            .map_err(|_| Error::internal("no thread for passwords could be started"))?;
        answer.await.map_err(Error::internal)?
    }
}

/// Starts the threads. Where not one can be started the channel has no other end, and sending says so.
fn start(threads: usize) -> Sender<Job> {
    let (work, jobs) = channel();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..threads {
        let jobs = jobs.clone();
        let started = std::thread::Builder::new().name("password".to_owned()).spawn(move || attend(&jobs));
        if let Err(error) = started {
            tracing::error!(%error, "a thread for passwords could not be started");
        }
    }
    work
}

fn attend(jobs: &Mutex<Receiver<Job>>) {
    let mut memory: Vec<Block> = Vec::new();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { task, reply, seat }) = job else { return };
        // Whoever asked has gone: the work would be for nobody.
        if reply.is_closed() {
            continue;
        }
        let answer = match task {
            Task::Hash { password, salt } => hash(&mut memory, &password, salt).map(Answer::Hash),
            Task::Verify { password, stored } => verify(&mut memory, &password, &stored).map(Answer::Fits),
        };
        drop(seat);
        // Nobody waits for it any more; nothing is lost.
        reply.send(answer).ok();
    }
}

fn hash(memory: &mut Vec<Block>, password: &str, salt: [u8; 16]) -> Result<String> {
    let argon2 = Argon2::default();
    let salt = Salt::new(&salt).map_err(said)?;
    let found = output(memory, &argon2, password, &salt)?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon2.params()).map_err(said)?,
        salt: Some(salt),
        hash: Some(found),
    };
    Ok(hash.to_string())
}

fn verify(memory: &mut Vec<Block>, password: &str, stored: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(said)?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(said)?;
    let version = stored.version.map(Version::try_from).transpose().map_err(said)?.unwrap_or_default();
    let params = Params::try_from(&stored).map_err(said)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(Error::internal("a stored password has no salt or no hash"));
    };
    let found = output(memory, &Argon2::new(algorithm, version, params), password, salt)?;
    // Compared in constant time by the type.
    Ok(found == *expected)
}

/// Works in the thread's own buffer, which stays as large as the largest cost needs: ours never changes.
fn output(memory: &mut Vec<Block>, argon2: &Argon2<'_>, password: &str, salt: &[u8]) -> Result<Output> {
    memory.resize(argon2.params().block_count(), Block::new());
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, memory.as_mut_slice()).map_err(said)?;
    Output::new(&out).map_err(said)
}

fn said(error: impl std::fmt::Display) -> Error {
    Error::internal(error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    #[test]
    fn it_is_the_crate_s_own_argon2id() {
        let mut memory = Vec::new();
        let (ours, salt) = (hash(&mut memory, "明查 mingcha", [7; 16]).unwrap(), [7; 16]);
        let theirs = Argon2::default().hash_password_with_salt("明查 mingcha".as_bytes(), &salt).unwrap().to_string();
        assert_eq!(ours, theirs);
        assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&mut memory, "明查 mingcha", &theirs).unwrap());
        assert!(!verify(&mut memory, "明查 Mingcha", &theirs).unwrap());
        assert!(Argon2::default().verify_password("明查 mingcha".as_bytes(), ours.as_str()).is_ok());
        assert!(verify(&mut memory, "a", "no hash").is_err());
        assert_eq!(memory.len(), Params::default().block_count(), "one buffer, used again");
    }

    #[tokio::test]
    async fn the_queue_is_short_and_no_address_takes_it_all() {
        let pool = Pool::default();
        let (one, all) = (pool.threads * ADDRESS_SEATS_PER_THREAD, pool.threads * SEATS_PER_THREAD);
        let address = |n: usize| IpAddr::V4(std::net::Ipv4Addr::from(u32::try_from(n).unwrap()));
        let refused = |n: usize| pool.seat(address(n)).err().map(|error| (error.kind, error.code));
        let busy = Some((ErrorKind::Unavailable, "ACCT-002"));
        let mut seats: Vec<Seat> = (0..one).map(|_| pool.seat(address(0)).unwrap()).collect();
        assert_eq!(refused(0), busy, "an address has its part");
        seats.extend((one..all).map(|n| pool.seat(address(n)).unwrap()));
        assert_eq!(refused(all), busy, "all are taken");
        seats.truncate(1);
        assert_eq!((refused(0), refused(all)), (None, None), "given back");
        drop(seats);
        assert!(pool.held.lock().unwrap().is_empty(), "addresses are remembered as long as they hold a seat");
        assert_eq!(pool.seats.available_permits(), all);
    }
}
