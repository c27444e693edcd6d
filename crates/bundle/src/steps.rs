//! How a verification collects what its steps found.

use draw::Digest;

use crate::error::BundleError;
use crate::report::{Report, Step, StepName, Verdict};

/// A step's value and what it says, or why it does not hold.
pub(crate) type Found<T> = Result<(T, String), BundleError>;

/// The steps so far.
#[derive(Default)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    cancelled: Option<BundleError>,
    /// The digest of the result that was recomputed from the roll.
    recomputed: Option<Digest>,
}

impl Steps {
    /// Records what a check found, and gives its value on.
    pub(crate) fn check<T>(&mut self, name: StepName, found: Found<T>) -> Option<T> {
        match found {
            Ok((value, detail)) => {
                self.steps.push(Step { name, verdict: Verdict::Ok, code: None, detail });
                Some(value)
            }
            Err(error) if error.is_cancelled() => {
                self.cancelled = Some(error);
                None
            }
            Err(error) => {
                let (code, detail) = (Some(error.code()), error.to_string());
                self.steps.push(Step { name, verdict: Verdict::Failed, code, detail });
                None
            }
        }
    }

    /// Records that something owed was not checked, or not wholly.
    pub(crate) fn partial(&mut self, name: StepName, detail: String) {
        self.steps.push(Step { name, verdict: Verdict::Partial, code: None, detail });
    }

    /// Whether a step was made and did not fail.
    pub(crate) fn holds(&self, name: StepName) -> bool {
        self.steps.iter().any(|step| step.name == name && step.verdict != Verdict::Failed)
    }

    /// Why the verification was cancelled, if it was.
    pub(crate) fn cancelled(&mut self) -> Option<BundleError> {
        self.cancelled.take()
    }

    /// The report.
    pub(crate) fn report(self, commitment: Option<Digest>) -> Report {
        let failed = self.steps.iter().any(|step| step.verdict == Verdict::Failed);
        Report { steps: self.steps, commitment, result: self.recomputed.filter(|_| !failed) }
    }

    /// Records the digest of a result that was recomputed from the roll.
    pub(crate) fn recomputed(&mut self, result: Digest) {
        self.recomputed = Some(result);
    }
}
