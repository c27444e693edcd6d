//! What is known of one connection while it lasts: whose it is, what it is in the middle of, and since when its other end
//! keeps us waiting. The gate reads it to choose whom to part with; nothing here ends anything.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::limits::Patience;

/// What a connection is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing has come since the last answer.
    Quiet,
    /// A request has begun, or is owed since the connection was made.
    Head,
    /// A request is being read, worked on or answered.
    Busy,
}

/// One connection.
#[derive(Debug)]
pub struct Line {
    /// Who is at the other end, as far as its address tells.
    pub from: IpAddr,
    /// Tells the connection to end at once.
    pub leave: Notify,
    /// Has it been told?
    pub leaving: AtomicBool,
    /// Was an answer given while the request was still arriving? Then what arrives is read away before closing.
    pub unread: AtomicBool,
    began: Instant,
    /// Phase in the lower two bits, above it a number that grows with each change.
    phase: AtomicU64,
    /// Milliseconds after `began` since which the phase lasts, or since which nothing of an answer was taken any more.
    since: AtomicU64,
    /// Milliseconds after `began`, plus one; 0 while nobody is waited for.
    waiting: AtomicU64,
}

impl Line {
    /// A connection that was just made, and owes its first request.
    pub fn new(from: IpAddr, began: Instant) -> Self {
        let line = Self {
            from,
            leave: Notify::new(),
            leaving: AtomicBool::new(false),
            unread: AtomicBool::new(false),
            began,
            phase: AtomicU64::new(Phase::Head as u64),
            since: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
        };
        line.renew();
        line
    }

    /// The phase, and a number that differs each time that one begins.
    pub fn phase(&self) -> (Phase, u64) {
        let packed = self.phase.load(Ordering::Relaxed);
        let phase = match packed & 3 {
            0 => Phase::Quiet,
            1 => Phase::Head,
            _ => Phase::Busy,
        };
        (phase, packed >> 2)
    }

    /// Goes over to a phase. Unless it is our turn then, the other end owes something from now on.
    pub fn enter(&self, phase: Phase) {
        let (_, number) = self.phase();
        self.phase.store(((number + 1) << 2) | phase as u64, Ordering::Relaxed);
        self.renew();
    }

    /// The time of the phase begins anew.
    pub fn renew(&self) {
        self.since.store(self.now_ms(), Ordering::Relaxed);
        self.moves();
        if self.phase().0 != Phase::Busy {
            self.waits();
        }
    }

    /// How long a request may still be waited for; none while one is in hand.
    pub fn left(&self, patience: &Patience) -> Option<Duration> {
        let limit = match self.phase().0 {
            Phase::Busy => return None,
            Phase::Head => patience.head,
            Phase::Quiet => patience.idle,
        };
        let lasted = self.now_ms().saturating_sub(self.since.load(Ordering::Relaxed));
        Some(limit.saturating_sub(Duration::from_millis(lasted)))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }

    /// We are waiting for the other end.
    pub fn waits(&self) {
        // Only the beginning of a wait counts.
        self.waiting.compare_exchange(0, self.now_ms() + 1, Ordering::Relaxed, Ordering::Relaxed).ok();
    }

    /// The other end did something, or it is our turn.
    pub fn moves(&self) {
        self.waiting.store(0, Ordering::Relaxed);
    }

    /// Milliseconds since which the other end keeps us waiting; none while it is our turn.
    pub fn waited_ms(&self) -> Option<u64> {
        let since = self.waiting.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.now_ms().saturating_sub(since))
    }

    /// Ends it.
    pub fn part(&self) {
        self.leaving.store(true, Ordering::Relaxed);
        self.leave.notify_one();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_numbered_and_a_wait_keeps_its_beginning() {
        let line = Line::new("10.0.0.1".parse().unwrap(), Instant::now());
        let first = line.phase();
        assert_eq!(first.0, Phase::Head);
        assert!(line.waited_ms().is_some(), "it owes its first request");
        line.enter(Phase::Busy);
        assert_eq!(line.waited_ms(), None);
        line.enter(Phase::Head);
        assert_eq!(line.phase().0, Phase::Head);
        assert_ne!(line.phase().1, first.1);
        line.waits();
        std::thread::sleep(std::time::Duration::from_millis(20));
        line.waits();
        assert!(line.waited_ms().unwrap() >= 20);
        line.moves();
        assert_eq!(line.waited_ms(), None);
    }

    #[test]
    fn a_request_is_waited_for_and_our_own_work_is_not() {
        let patience = Patience::default();
        let line = Line::new("10.0.0.1".parse().unwrap(), Instant::now());
        assert!(line.left(&patience).unwrap() <= patience.head);
        line.enter(Phase::Busy);
        assert_eq!((line.left(&patience), line.waited_ms()), (None, None));
        line.enter(Phase::Quiet);
        assert!(line.left(&patience).unwrap() > patience.head);
        assert!(line.waited_ms().is_some(), "it may make room for others at once");
    }
}
