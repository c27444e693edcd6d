//! What of the log does not hold: a code that stays the same for programs, its data, and the sentence for an auditor.

/// Something of the log that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditFault {
    /// Leaves are missing between two numbers.
    Gap {
        /// The number that should have followed.
        expected: i64,
        /// The number that did.
        found: i64,
    },
    /// An event no longer has the hash it was sealed with.
    ChangedEvent {
        /// Its number.
        seq: i64,
        /// Its id.
        event: String,
    },
    /// A head is not the root of the leaves before it.
    ChangedHead {
        /// How many leaves it covers.
        size: i64,
    },
    /// A head covers more leaves than there are.
    MissingLeaves {
        /// How many it covers.
        size: i64,
        /// How many there are.
        found: i64,
    },
    /// The root that someone wrote down elsewhere is none of ours.
    UnknownRoot {
        /// That root.
        root: String,
    },
}

impl AuditFault {
    /// Every code. They are public: programs read them in `--json`.
    pub const CODES: [&'static str; 5] = ["gap", "changed-event", "changed-head", "missing-leaves", "unknown-root"];

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::ChangedEvent { .. } => "changed-event",
            Self::ChangedHead { .. } => "changed-head",
            Self::MissingLeaves { .. } => "missing-leaves",
            Self::UnknownRoot { .. } => "unknown-root",
        }
    }

    /// The data by name.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Gap { expected, found } => vec![("expected", expected.to_string()), ("found", found.to_string())],
            Self::ChangedEvent { seq, event } => vec![("seq", seq.to_string()), ("event", event.clone())],
            Self::ChangedHead { size } => vec![("size", size.to_string())],
            Self::MissingLeaves { size, found } => vec![("size", size.to_string()), ("found", found.to_string())],
            Self::UnknownRoot { root } => vec![("root", root.clone())],
        }
    }

    /// The sentence for a person.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Gap { expected, found } => text::audit::gap(*expected, *found),
            Self::ChangedEvent { seq, event } => text::audit::changed_event(*seq, event),
            Self::ChangedHead { size } => text::audit::changed_head(*size),
            Self::MissingLeaves { size, found } => text::audit::missing_leaves(*size, *found),
            Self::UnknownRoot { root } => text::audit::unknown_root(root),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_code_and_a_sentence_with_its_data() {
        let all = [
            AuditFault::Gap { expected: 41, found: 43 },
            AuditFault::ChangedEvent { seq: 41, event: "0190-e".to_owned() },
            AuditFault::ChangedHead { size: 41 },
            AuditFault::MissingLeaves { size: 43, found: 41 },
            AuditFault::UnknownRoot { root: "00ff".to_owned() },
        ];
        assert_eq!(all.each_ref().map(AuditFault::code), AuditFault::CODES);
        for fault in all {
            let words = fault.words();
            for (name, value) in fault.args() {
                assert!(words.contains(&value), "{name} of {} is missing in {words}", fault.code());
            }
        }
    }
}
