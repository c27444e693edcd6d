//! How often one address may ask. Kept in memory: a restart forgets it, and several servers count apart. It is a guard
//! against reading lists out code by code, not a secret that it keeps: the lists are public.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

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
}

impl Limiter {
    /// Counts one question. `now_ms` is milliseconds since 1970.
    ///
    /// # Errors
    /// The seconds to wait, if the address has asked [`CHECKS_PER_MINUTE_MAX`] times within the minute.
    pub fn ask(&self, address: IpAddr, now_ms: i64) -> Result<(), i64> {
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
        let window = windows.entry(address).or_insert(Window { began_ms: now_ms, asked: 0 });
        if over(window) {
            *window = Window { began_ms: now_ms, asked: 0 };
        }
        if window.asked >= CHECKS_PER_MINUTE_MAX {
            return Err(((window.began_ms + WINDOW_MS - now_ms + 999) / 1000).max(1));
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

/// One line has a whole /64 of version 6, so that is one asker; mapped addresses are those of version 4.
fn household(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    if let Some(four) = six.to_ipv4_mapped() {
        return IpAddr::V4(four);
    }
    let [a, b, c, d, ..] = six.segments();
    IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
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
        assert_eq!(limiter.ask(ip("10.0.0.1"), 2_000), Err(59));
        assert_eq!(limiter.ask(ip("10.0.0.1"), 60_999), Err(1));
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
    fn one_line_is_one_asker() {
        let check = |a: &str, b: &str, same| assert_eq!(household(ip(a)) == household(ip(b)), same, "{a} {b}");
        check("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true);
        check("2001:db8:1:2::1", "2001:db8:1:3::1", false);
        check("::ffff:10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
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
