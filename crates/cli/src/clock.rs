//! The machine's clock and randomness: the only place of the product that reads them.

use std::time::{SystemTime, UNIX_EPOCH};

use app::Clock;
use domain::Instant;

/// The machine's own time and random source.
#[derive(Clone, Copy, Debug)]
pub struct MachineClock;

impl Clock for MachineClock {
    #[allow(clippy::disallowed_methods, reason = "this is where the clock is read")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    #[allow(clippy::disallowed_methods, clippy::panic, reason = "this is where randomness comes from")]
    fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        if let Err(error) = getrandom::fill(&mut seed) {
            // Without randomness every id, token and salt would be guessable: better to stop.
            panic!("the operating system gives no randomness: {error}");
        }
        seed
    }
}
