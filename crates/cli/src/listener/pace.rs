//! How long a transfer may be waited for: each wait has an end, and all waits together must be worth the bytes that they
//! brought. A slow telephone goes on for as long as it sends; whoever falls silent, or drips, does not.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use super::limits::Patience;

/// The time kept for one transfer in one direction. Only waiting counts, not our own work between two waits.
#[derive(Debug)]
pub struct Pace {
    silent: Duration,
    slow_after: Duration,
    bytes_per_second_min: u64,
    waited: Duration,
    bytes: u64,
    since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// Nothing has moved yet.
    pub fn new(patience: &Patience) -> Self {
        Self {
            silent: patience.silent,
            slow_after: patience.slow_after,
            bytes_per_second_min: patience.bytes_per_second_min.max(1),
            waited: Duration::ZERO,
            bytes: 0,
            since: None,
            alarm: None,
        }
    }

    /// Another transfer begins.
    pub fn restart(&mut self) {
        self.waited = Duration::ZERO;
        self.bytes = 0;
        self.since = None;
    }

    /// So many bytes moved.
    pub fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// Nothing moves: ready once that has lasted too long. Wakes the task when it has.
    pub fn poll_too_long(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.since.is_none() {
            let now = Instant::now();
            self.since = Some(now);
            let worth = Duration::from_millis(self.bytes.saturating_mul(1000) / self.bytes_per_second_min);
            let left = (self.slow_after + worth).saturating_sub(self.waited);
            let until = now + self.silent.min(left);
            match &mut self.alarm {
                Some(alarm) => alarm.as_mut().reset(until),
                None => self.alarm = Some(Box::pin(tokio::time::sleep_until(until))),
            }
        }
        match &mut self.alarm {
            Some(alarm) => alarm.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn patience(silent: u64, slow_after: u64) -> Patience {
        let ms = Duration::from_millis;
        Patience { silent: ms(silent), slow_after: ms(slow_after), bytes_per_second_min: 1000, ..Patience::default() }
    }

    /// Waits `ms` for the next bytes; false if that was too long.
    async fn wait(pace: &mut Pace, ms: u64, bytes: usize) -> bool {
        let moved = tokio::time::sleep(Duration::from_millis(ms));
        let fine = tokio::select! {
            biased;
            () = poll_fn(|context| pace.poll_too_long(context)) => false,
            () = moved => true,
        };
        pace.moved(bytes);
        fine
    }

    #[tokio::test]
    async fn silence_ends_and_slowness_goes_on() {
        let mut silent = Pace::new(&patience(1_000, 10_000));
        assert!(wait(&mut silent, 1, 1).await);
        assert!(!wait(&mut silent, 3_000, 1).await, "silent");

        // 600 bytes each 300 ms are twice the rate that is asked for.
        let mut slow = Pace::new(&patience(10_000, 500));
        for _ in 0..6 {
            assert!(wait(&mut slow, 300, 600).await, "slow, but it moves");
        }
    }

    #[tokio::test]
    async fn a_drip_ends_and_our_own_work_does_not_count() {
        let mut drip = Pace::new(&patience(10_000, 400));
        let mut drops = 0;
        while wait(&mut drip, 100, 1).await {
            drops += 1;
            assert!(drops < 20, "a byte each 100 ms is no transfer");
        }
        let mut ours = Pace::new(&patience(10_000, 400));
        for _ in 0..6 {
            assert!(wait(&mut ours, 5, 1).await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
