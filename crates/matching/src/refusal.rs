//! Why there is no outcome. Each reason has a code that stays the same and its data by name, for programs and translations;
//! the sentence is for developers. It holds no other language.

use crate::Shortage;

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A list is longer, or a number higher, than its limit.
    #[error("{place}: {count}, at most {max} are accepted; split the matching by unit or by batch")]
    TooMany {
        /// Where it stands.
        place: String,
        /// Its length, or the number.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A unit has more than [`crate::UNIT_INSPECTORS_MAX`] inspectors.
    #[error("inspectors of unit {unit}: {count}, at most {max} are accepted; split the unit")]
    TooManyOfUnit {
        /// The unit.
        unit: String,
        /// Its inspectors.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A unit has more than [`crate::UNIT_PAIRS_MAX`] combinations of a visit and an inspector.
    #[error("visits times inspectors of unit {unit}: {count}, at most {max} are accepted; split the matching by batch")]
    TooManyPairs {
        /// The unit.
        unit: String,
        /// Visits times inspectors.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A text is empty, longer than [`crate::TEXT_BYTES_MAX`] bytes, or holds a control or invisible character.
    #[error(
        "{place}: {value:?} is not a text of 1 to 64 bytes without control or invisible characters; correct this id or code"
    )]
    BadText {
        /// Where it stands, as `visits[3].id`.
        place: String,
        /// The text.
        value: String,
    },
    /// A day is not a real day in the form `YYYY-MM-DD`.
    #[error("{place}: {value:?} is not a real day in the form YYYY-MM-DD; correct it")]
    BadDay {
        /// Where it stands.
        place: String,
        /// The text.
        value: String,
    },
    /// A span ends before it begins.
    #[error("{place}: the span ends before it begins; exchange the two days")]
    Backwards {
        /// Where it stands.
        place: String,
    },
    /// An id or code occurs twice in a list whose entries must differ.
    #[error("{place}: {value:?} occurs twice; remove one entry")]
    Duplicate {
        /// The list.
        place: String,
        /// The repeated text.
        value: String,
    },
    /// A recusal or separation names an inspector that the document does not list.
    #[error("{place}: inspector {value:?} is not in the document; add the inspector or remove the entry")]
    UnknownInspector {
        /// Where it stands.
        place: String,
        /// The id.
        value: String,
    },
    /// The rules ask for what this algorithm does not do.
    #[error("{place}: {value:?} is not supported by this version; it seats 2 with \"mingcha pairs v1\"")]
    BadRule {
        /// The key.
        place: String,
        /// Its value.
        value: String,
    },
    /// The bytes are not a document of this kind.
    #[error("the matching document cannot be read: {0}; use the file as it was published")]
    Unreadable(String),
    /// The bytes are a document, but not in canonical form, so its digest would not be that of the commitment.
    #[error("the matching document is not in canonical form; use the file as it was published")]
    NotCanonical,
    /// Visits without a lawful team, ascending by visit id.
    #[error("{} visits cannot have two lawful inspectors; see the report for each", .0.len())]
    Infeasible(Vec<Shortage>),
    /// A visit passed the feasibility test and still found no team. That is a defect of this crate; the matching is refused as a whole.
    #[error(
        "visit {visit:?} was not seated although a team exists; report this as a defect with the matching document"
    )]
    Unplaced {
        /// The visit.
        visit: String,
    },
}

impl Refusal {
    /// Every code with the names of its data.
    pub const ALL: &'static [(&'static str, &'static [&'static str])] = &[
        ("too-many", &["place", "count", "max"]),
        ("too-many-of-unit", &["unit", "count", "max"]),
        ("too-many-pairs", &["unit", "count", "max"]),
        ("bad-text", &["place", "value"]),
        ("bad-day", &["place", "value"]),
        ("backwards", &["place"]),
        ("duplicate", &["place", "value"]),
        ("unknown-inspector", &["place", "value"]),
        ("bad-rule", &["place", "value"]),
        ("unreadable", &[]),
        ("not-canonical", &[]),
        ("infeasible", &["count"]),
        ("unplaced", &["visit"]),
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too-many",
            Self::TooManyOfUnit { .. } => "too-many-of-unit",
            Self::TooManyPairs { .. } => "too-many-pairs",
            Self::BadText { .. } => "bad-text",
            Self::BadDay { .. } => "bad-day",
            Self::Backwards { .. } => "backwards",
            Self::Duplicate { .. } => "duplicate",
            Self::UnknownInspector { .. } => "unknown-inspector",
            Self::BadRule { .. } => "bad-rule",
            Self::Unreadable(_) => "unreadable",
            Self::NotCanonical => "not-canonical",
            Self::Infeasible(_) => "infeasible",
            Self::Unplaced { .. } => "unplaced",
        }
    }

    /// The data by name, as [`Refusal::ALL`] lists it. What a library said of unreadable bytes stands in the sentence only.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooMany { place, count, max } => {
                vec![("place", place.clone()), ("count", count.to_string()), ("max", max.to_string())]
            }
            Self::TooManyOfUnit { unit, count, max } | Self::TooManyPairs { unit, count, max } => {
                vec![("unit", unit.clone()), ("count", count.to_string()), ("max", max.to_string())]
            }
            Self::BadText { place, value }
            | Self::BadDay { place, value }
            | Self::Duplicate { place, value }
            | Self::UnknownInspector { place, value }
            | Self::BadRule { place, value } => vec![("place", place.clone()), ("value", value.clone())],
            Self::Backwards { place } => vec![("place", place.clone())],
            Self::Unreadable(_) | Self::NotCanonical => Vec::new(),
            Self::Infeasible(shortages) => vec![("count", shortages.len().to_string())],
            Self::Unplaced { visit } => vec![("visit", visit.clone())],
        }
    }
}
