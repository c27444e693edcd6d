//! How often one address may ask. Kept in memory: a restart forgets it, and several servers count apart. It is a guard
//! against reading lists out code by code, not a secret that it keeps: the lists are public.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::address::household;

/// Questions of one address in a minute at most.
pub const CHECKS_PER_MINUTE_MAX: u32 = 30;
/// Addresses that are remembered at most. Beyond it all are forgotten: too lenient for a minute is better than refusing
/// everyone.
pub const ADDRESSES_MAX: usize = 10_000;
/// Milliseconds of a window.
const WINDOW_MS: i64 = 60_000;

/// Counts questions by address, in windows of a minute that begin with the first question.
#[derive(Debug, Default)]
pub struct Limiter {
    windows: Mutex<HashMap<IpAddr, Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began_ms: i64,
    asked: u32,
    refused: bool,
}

/// Why a question is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooOften {
    /// Seconds until the next is.
    pub seconds: i64,
    /// The first refusal of this window: what the log tells; the following ones would only fill it.
    pub first: bool,
}

impl Limiter {
    /// Counts one question. `now_ms` is milliseconds since 1970.
    ///
    /// # Errors
    /// [`TooOften`] if the address has asked [`CHECKS_PER_MINUTE_MAX`] times within the minute.
    pub fn ask(&self, address: IpAddr, now_ms: i64) -> Result<(), TooOften> {
        // A poisoned lock means that another thread died while counting; the counts are still sound enough.
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |window: &Window| !(0..WINDOW_MS).contains(&(now_ms - window.began_ms));
        let address = household(address);
        if windows.len() >= ADDRESSES_MAX && !windows.contains_key(&address) {
            windows.retain(|_, window| !over(window));
            if windows.len() >= ADDRESSES_MAX {
                windows.clear();
            }
        }
        let fresh = Window { began_ms: now_ms, asked: 0, refused: false };
        let window = windows.entry(address).or_insert(fresh);
        if over(window) {
            *window = fresh;
        }
        if window.asked >= CHECKS_PER_MINUTE_MAX {
            let first = !std::mem::replace(&mut window.refused, true);
            return Err(TooOften { seconds: ((window.began_ms + WINDOW_MS - now_ms + 999) / 1000).max(1), first });
        }
        window.asked += 1;
        Ok(())
    }

    /// Addresses that are remembered now.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn n_are_answered_and_the_next_waits() {
        let limiter = Limiter::default();
        for n in 0..CHECKS_PER_MINUTE_MAX {
            assert_eq!(limiter.ask(ip("10.0.0.1"), 1_000 + i64::from(n)), Ok(()));
        }
        assert_eq!(limiter.ask(ip("10.0.0.1"), 2_000), Err(TooOften { seconds: 59, first: true }));
        assert_eq!(limiter.ask(ip("10.0.0.1"), 60_999), Err(TooOften { seconds: 1, first: false }));
        assert_eq!(limiter.ask(ip("10.0.0.2"), 2_000), Ok(()), "others are not held up");
        assert_eq!(limiter.ask(ip("10.0.0.1"), 61_000), Ok(()), "a new minute");
    }

    #[test]
    fn a_clock_that_goes_back_locks_nobody_out() {
        let limiter = Limiter::default();
        for _ in 0..CHECKS_PER_MINUTE_MAX {
            limiter.ask(ip("10.0.0.1"), 1_000_000).unwrap();
        }
        assert_eq!(limiter.ask(ip("10.0.0.1"), 500_000), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = Limiter::default();
        let address = |n: usize| IpAddr::V4(std::net::Ipv4Addr::from(u32::try_from(n).unwrap()));
        for n in 0..ADDRESSES_MAX {
            limiter.ask(address(n), 0).unwrap();
        }
        assert_eq!(limiter.remembered(), ADDRESSES_MAX);
        limiter.ask(address(0), 1).unwrap();
        assert_eq!(limiter.remembered(), ADDRESSES_MAX, "a known one needs no room");
        limiter.ask(address(ADDRESSES_MAX), 1).unwrap();
        assert_eq!(limiter.remembered(), 1);
        for n in 0..ADDRESSES_MAX - 1 {
            limiter.ask(address(n), 2).unwrap();
        }
        limiter.ask(address(ADDRESSES_MAX + 1), WINDOW_MS + 2).unwrap();
        assert_eq!(limiter.remembered(), 1, "what is over goes first");
    }
}
