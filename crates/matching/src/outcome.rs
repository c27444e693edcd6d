//! What a matching says: teams, loads and, where it cannot be done, why. Texts for people are made elsewhere from this data.

use serde::{Deserialize, Serialize};

/// The result of one matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// One team for each visit, ascending by visit id.
    pub teams: Vec<Team>,
    /// The load of every inspector of the document, ascending by id, also of those without a visit.
    pub loads: Vec<Load>,
}

/// The two inspectors of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// The visit.
    pub visit: String,
    /// The leader (组长).
    pub leader: String,
    /// The second member.
    pub member: String,
    /// Out of how many the two were chosen.
    pub why: Why,
}

/// How many inspectors of the unit each rule took away; one is counted under the first rule that applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Inspectors of the competent unit.
    pub unit: usize,
    /// Of these, without a certificate valid on the day.
    pub certificate: usize,
    /// Of the rest, on leave that day.
    pub leave: usize,
    /// Of the rest, recused from the subject.
    pub recused: usize,
    /// What remains.
    pub eligible: usize,
    /// For each required qualification, how many of the eligible hold it on the day; ascending by code.
    pub holders: Vec<Holders>,
}

/// Eligible holders of a qualification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holders {
    /// The required code.
    pub code: String,
    /// Eligible inspectors who hold it on the day of the visit.
    pub eligible: usize,
}

/// Visits of one inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// The inspector.
    pub inspector: String,
    /// The inspector's unit.
    pub unit: String,
    /// Visits from earlier matchings, as the document states them.
    pub prior: u32,
    /// Visits given in this matching.
    pub visits: u32,
}

/// A visit that cannot have a lawful team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shortage {
    /// The visit.
    pub visit: String,
    /// Its subject.
    pub subject: String,
    /// Its unit.
    pub unit: String,
    /// Its day.
    pub day: String,
    /// The first rule that leaves too few people.
    pub short: Short,
    /// The counts behind it.
    pub why: Why,
}

/// The first rule that leaves a visit with fewer than two lawful inspectors, and what a clerk can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "rule")]
pub enum Short {
    /// The unit itself has fewer than two inspectors: complete the directory or send the visit to another unit.
    Unit,
    /// Too few certificates are valid on the day: renew certificates or move the day.
    Certificate,
    /// Too many are on leave: move the day.
    Leave,
    /// Too many are recused: send the visit to another unit.
    Recusal,
    /// Nobody eligible holds these codes on the day: record the qualification, or send the visit to another unit.
    Qualification {
        /// The codes that nobody eligible holds, ascending.
        codes: Vec<String>,
    },
    /// Each code has a holder, but no two people who may form a team hold them all: split the visit's items or lift a separation.
    Team,
}

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A list is longer than its limit.
    #[error("{what}: {count} entries, at most {max} are accepted; split the matching by unit or by batch")]
    TooMany {
        /// The list.
        what: String,
        /// Its length.
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
    #[error("rules.{place}: {value:?} is not supported by this version; it seats 2 with \"mingcha pairs v1\"")]
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
