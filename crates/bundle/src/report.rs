//! What a verification found: its steps with their verdicts, and the exit code. It checks nothing itself.

use draw::{Args, Digest};

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Ok,
    /// It does not hold.
    Failed,
    /// It could not be checked, or not wholly.
    Partial,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Failed, Self::Partial];

    /// The verdict's stable word, for programs and translations.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Partial => "partial",
        }
    }
}

/// The steps of a verification, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepName {
    /// The bundle's files are those that a bundle has.
    Files,
    /// The commitment document complies.
    Commitment,
    /// Its digest is the one that was announced.
    Announced,
    /// The scheme complies and is the committed one.
    Scheme,
    /// The sizes comply, are the committed ones and follow from their populations.
    Sizes,
    /// `roll.json` complies and is the committed roll.
    RollDocument,
    /// The roll file gives the root, in order and with distinct ids.
    Roll,
    /// Exclusions, populations and sizes follow from the roll.
    Populations,
    /// The reveals match their commitments and give the seed.
    Reveals,
    /// The beacon's value and proof.
    Beacon,
    /// The result follows from roll, scheme and seed.
    Result,
    /// The inclusion proofs.
    Proofs,
    /// The signatures.
    Signatures,
    /// The addenda.
    Addenda,
    /// A receipt complies.
    Receipt,
}

impl StepName {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Files,
        Self::Commitment,
        Self::Announced,
        Self::Scheme,
        Self::Sizes,
        Self::RollDocument,
        Self::Roll,
        Self::Populations,
        Self::Reveals,
        Self::Beacon,
        Self::Result,
        Self::Proofs,
        Self::Signatures,
        Self::Addenda,
        Self::Receipt,
    ];

    /// The step's stable word, for programs and translations.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Commitment => "commitment",
            Self::Announced => "announced",
            Self::Scheme => "scheme",
            Self::Sizes => "sizes",
            Self::RollDocument => "roll-document",
            Self::Roll => "roll",
            Self::Populations => "populations",
            Self::Reveals => "reveals",
            Self::Beacon => "beacon",
            Self::Result => "result",
            Self::Proofs => "proofs",
            Self::Signatures => "signatures",
            Self::Addenda => "addenda",
            Self::Receipt => "receipt",
        }
    }
}

/// One step with what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub name: StepName,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Where it does not hold; empty for a fact.
    pub place: String,
    /// The code of the fact ([`crate::Fact`]), or of what does not hold ([`crate::BundleError::code`]).
    pub code: &'static str,
    /// The data by name.
    pub args: Args,
    /// The same in an English sentence.
    pub detail: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The steps in order. A step that needs a failed one is left out.
    pub steps: Vec<Step>,
    /// The digest of the commitment, if it could be read.
    pub commitment: Option<Digest>,
    /// The digest of the result, if it was recomputed from the roll and holds: what an auditor or a witness can put a name to.
    pub result: Option<Digest>,
}

impl Report {
    /// The worst of the steps: failed before partial before OK.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let any = |verdict| self.steps.iter().any(|step| step.verdict == verdict);
        if any(Verdict::Failed) {
            Verdict::Failed
        } else if any(Verdict::Partial) {
            Verdict::Partial
        } else {
            Verdict::Ok
        }
    }

    /// The exit code: 0 all holds, 1 something does not, 3 partial.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.verdict() {
            Verdict::Ok => 0,
            Verdict::Failed => 1,
            Verdict::Partial => 3,
        }
    }

    /// The step of a name, if it was made.
    #[must_use]
    pub fn step(&self, name: StepName) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }
}
