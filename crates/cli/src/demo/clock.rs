//! The demo's clock. Seed 000 is a task of May 2021, and its deadlines only make sense there: the city is played as of
//! those days, with time going on as fast as the machine works. Rehearsals repeat time and randomness as well.

use std::sync::Mutex;

use app::Clock;
use domain::Instant;
use sha2::{Digest as _, Sha256};

use crate::clock::MachineClock;

/// A clock that is set to the day of the scene.
#[derive(Debug)]
pub struct DemoClock {
    rehearsal: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Scene time minus machine time, milliseconds; in a rehearsal the scene time itself.
    shift: i64,
    seeds: u64,
}

impl DemoClock {
    /// A clock that shows machine time until it is set. A rehearsal's clock goes on by a millisecond with every action
    /// instead of with the machine, however often it is looked at meanwhile, and its randomness is fixed.
    #[must_use]
    pub fn new(rehearsal: bool) -> Self {
        Self { rehearsal, state: Mutex::new(State { shift: 0, seeds: 0 }) }
    }

    /// Sets the scene.
    pub fn set(&self, at: Instant) {
        let mut state = self.lock();
        state.shift = if self.rehearsal { at.unix_ms() } else { at.since_ms(MachineClock.now()) };
    }

    /// Back to machine time; a rehearsal has none and stays.
    pub fn release(&self) {
        if !self.rehearsal {
            self.lock().shift = 0;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Instant {
        let shift = self.lock().shift;
        if self.rehearsal { Instant::from_unix_ms(shift) } else { MachineClock.now().plus_ms(shift) }
    }

    fn seed(&self) -> [u8; 32] {
        if !self.rehearsal {
            return MachineClock.seed();
        }
        let mut state = self.lock();
        state.seeds += 1;
        state.shift += 1;
        Sha256::digest(format!("mingcha rehearsal {}", state.seeds)).into()
    }
}
