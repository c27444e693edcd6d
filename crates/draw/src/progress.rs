//! How long loops tell how far they are, and how they are stopped.

use std::ops::ControlFlow;

use crate::refused::{Reason, Refused};

/// Called now and then with what is done and the total; `Break` cancels with [`Reason::Cancelled`].
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// Steps between two calls of the progress function.
const STEPS: u64 = 1 << 14;

/// A progress function that reports nothing and never cancels.
pub fn unattended(_done: u64, _total: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Counts steps and calls the progress function at intervals.
pub struct Ticker {
    done: u64,
    total: u64,
}

impl Ticker {
    /// A count towards `total`, which may be an estimate.
    #[must_use]
    pub const fn new(total: u64) -> Self {
        Self { done: 0, total }
    }

    /// Counts a step.
    ///
    /// # Errors
    /// [`Reason::Cancelled`] where the progress function asked for it.
    pub fn tick(&mut self, progress: Progress<'_>) -> Result<(), Refused> {
        self.done += 1;
        if self.done.is_multiple_of(STEPS) { self.report(progress) } else { Ok(()) }
    }

    /// Counts so many steps at once.
    ///
    /// # Errors
    /// As [`Ticker::tick`].
    pub fn advance(&mut self, steps: u64, progress: Progress<'_>) -> Result<(), Refused> {
        self.done += steps;
        self.report(progress)
    }

    /// Reports what is done now.
    ///
    /// # Errors
    /// As [`Ticker::tick`].
    pub fn report(&self, progress: Progress<'_>) -> Result<(), Refused> {
        match progress(self.done, self.total.max(self.done)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Refused::new("", Reason::Cancelled)),
        }
    }
}
