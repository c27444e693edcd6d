//! How many connections a process takes, and how long it waits for whoever is at the other end. The numbers of files come
//! from the operating system; nothing else is read here.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that stay for the database, the log, jobs and listening itself, whatever the visitors do.
const FILES_RESERVED: u64 = 64;
/// Files that one connection may need at a time: itself, and what it uploads or downloads.
const FILES_PER_CONNECTION: u64 = 2;
/// Files that are asked of the operating system at most.
const FILES_MAX: u64 = 65_536;
/// Connections at most where the limit of open files allows more.
pub const CONNECTIONS_MAX: u64 = 10_000;
/// Connections that are taken even where the limit of open files is absurdly low.
const CONNECTIONS_MIN: u64 = 4;
/// One address gets this part of all connections: 1/4. A whole bureau may stand behind one address.
const PARTS: u64 = 4;

/// How long the other end may keep a connection waiting.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first byte of a request's header to its last, and from connecting to the first header.
    pub head: Duration,
    /// For a TLS handshake.
    pub handshake: Duration,
    /// Between two requests. More than the minute for which proxies keep theirs, so that a proxy never sends into a close.
    pub idle: Duration,
    /// For the next byte of a body or of an answer.
    pub silent: Duration,
    /// Waited in all for one body or answer before its rate counts.
    pub slow_after: Duration,
    /// Bytes a second that a body or an answer must move from then on, counted over the time that was waited for it.
    pub bytes_per_second_min: u64,
    /// For what is still being sent after the answer was given.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            silent: Duration::from_secs(20),
            slow_after: Duration::from_secs(30),
            bytes_per_second_min: 1024,
            drain: Duration::from_secs(60),
        }
    }
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In all.
    pub connections: u64,
    /// From one address. This machine and named proxies have no such limit: they speak for everybody.
    pub per_address: u64,
}

impl Room {
    /// Takes as many files as the operating system gives, and derives what was not set from them.
    pub fn of_this_process(connections: Option<u64>, per_address: Option<u64>) -> Self {
        Self::with_files(raise_files(), connections, per_address)
    }

    /// The room that `files` open files leave.
    fn with_files(files: u64, connections: Option<u64>, per_address: Option<u64>) -> Self {
        let possible = (files.saturating_sub(FILES_RESERVED) / FILES_PER_CONNECTION).max(CONNECTIONS_MIN);
        let connections = possible.min(connections.unwrap_or(CONNECTIONS_MAX)).max(1);
        let per_address = per_address.unwrap_or_else(|| connections.div_ceil(PARTS)).clamp(1, connections);
        Self { connections, per_address }
    }
}

/// Lifts the soft limit of open files to the hard one, and returns what is now in force: systemd starts services with 1,024
/// and lets them have more for the asking.
fn raise_files() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let wanted = now.maximum.unwrap_or(FILES_MAX).min(FILES_MAX);
    match now.current {
        Some(current) if current < wanted => {
            let new = Rlimit { current: Some(wanted), maximum: now.maximum };
            // Refused: then it stays as it was, and fewer connections are taken.
            if setrlimit(Resource::Nofile, new).is_ok() { wanted } else { current }
        }
        Some(current) => current,
        None => FILES_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_follows_the_files_and_the_settings() {
        let check = |files, connections, per_address, expect| {
            let room = Room::with_files(files, connections, per_address);
            assert_eq!((room.connections, room.per_address), expect, "{files} {connections:?} {per_address:?}");
        };
        check(150, None, None, (43, 11));
        check(1024, None, None, (480, 120));
        check(65_536, None, None, (10_000, 2_500));
        check(65_536, Some(20_000), None, (20_000, 5_000));
        check(1024, Some(20_000), None, (480, 120));
        check(1024, Some(100), Some(300), (100, 100));
        check(1024, Some(0), Some(0), (1, 1));
        check(10, None, None, (4, 1));
    }
}
