//! How a verification collects what its steps found.

use draw::Digest;

use crate::error::BundleError;
use crate::fact::Fact;
use crate::report::{Report, Step, StepName, Verdict};

/// A step's value and what it says, or why it does not hold.
pub(crate) type Found<T> = Result<(T, Fact), BundleError>;

/// The steps so far.
#[derive(Default)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    stopped: Option<BundleError>,
    /// The digest of the result that was recomputed from the roll.
    recomputed: Option<Digest>,
}

impl Steps {
    /// Records what a check found, and gives its value on.
    pub(crate) fn check<T>(&mut self, name: StepName, found: Found<T>) -> Option<T> {
        match found {
            Ok((value, fact)) => {
                self.tell(name, Verdict::Ok, &fact);
                Some(value)
            }
            // A file that the machine does not give is no finding about the draw.
            Err(error) if error.is_cancelled() || matches!(error, BundleError::Io { .. }) => {
                self.stopped.get_or_insert(error);
                None
            }
            Err(error) => {
                let (place, code, args) = (error.place().to_owned(), error.code(), error.args());
                let detail = error.to_string();
                self.steps.push(Step { name, verdict: Verdict::Failed, place, code, args, detail });
                None
            }
        }
    }

    /// Records that something owed was not checked, or not wholly.
    pub(crate) fn partial(&mut self, name: StepName, fact: &Fact) {
        self.tell(name, Verdict::Partial, fact);
    }

    fn tell(&mut self, name: StepName, verdict: Verdict, fact: &Fact) {
        let (code, args, detail) = (fact.code(), fact.args(), fact.to_string());
        self.steps.push(Step { name, verdict, place: String::new(), code, args, detail });
    }

    /// Whether a step was made and did not fail.
    pub(crate) fn holds(&self, name: StepName) -> bool {
        self.steps.iter().any(|step| step.name == name && step.verdict != Verdict::Failed)
    }

    /// Why the verification stopped, if it did: cancelled, or a file that could not be read.
    pub(crate) fn stopped(&mut self) -> Option<BundleError> {
        self.stopped.take()
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
