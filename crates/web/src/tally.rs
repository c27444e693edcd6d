//! How often something happened, told to the log at most once a minute: whoever runs into a limit a thousand times a second
//! must not fill the disk with it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two lines.
pub const BETWEEN: Duration = Duration::from_secs(60);

/// Counts one kind of event.
#[derive(Debug, Default)]
pub struct Tally {
    state: Mutex<(Option<Instant>, u64)>,
}

impl Tally {
    /// Nothing has happened.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: Mutex::new((None, 0)) }
    }

    /// It happened. Returns how often since the last line, if it is time for another one.
    pub fn note(&self) -> Option<u64> {
        self.note_at(Instant::now())
    }

    fn note_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (told, times) = *state;
        let due = told.is_none_or(|told| now.saturating_duration_since(told) >= BETWEEN);
        *state = if due { (Some(now), 0) } else { (told, times + 1) };
        due.then_some(times + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_minute_with_how_often() {
        let tally = Tally::new();
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(tally.note_at(at(0)), Some(1));
        assert_eq!(tally.note_at(at(1)), None);
        assert_eq!(tally.note_at(at(59)), None);
        assert_eq!(tally.note_at(at(60)), Some(3));
        assert_eq!(tally.note_at(at(61)), None);
    }
}
