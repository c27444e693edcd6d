//! The sealed document: what is known before the match seed. It holds no names of people or firms, only ids, days and codes.

use serde::{Deserialize, Serialize};

/// The algorithm that a document is sealed with; a changed algorithm gets another text, so that an old matching stays recomputable.
pub const ALGORITHM: &str = "mingcha pairs v1";

/// The whole input of one matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The visits that need a team; at most [`crate::VISITS_MAX`], ids distinct.
    pub visits: Vec<Visit>,
    /// The directory of inspectors; at most [`crate::INSPECTORS_MAX`], ids distinct. Units without visits may be listed.
    pub inspectors: Vec<Inspector>,
    /// Declared conflicts: this inspector never visits this subject.
    pub recusals: Vec<Recusal>,
    /// How teams are formed.
    pub rules: Rules,
}

/// One entry through the door that needs two inspectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Stable id of the visit.
    pub id: String,
    /// The inspected subject, as recusals name it.
    pub subject: String,
    /// The competent unit; only its inspectors are eligible.
    pub unit: String,
    /// The planned day, `YYYY-MM-DD`, on which certificates, qualifications and leave are judged.
    pub day: String,
    /// Qualification codes, each of which at least one of the two inspectors holds; distinct, at most [`crate::REQUIRES_MAX`].
    pub requires: Vec<String>,
}

/// One entry of the directory of inspectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspector {
    /// Stable id of the inspector.
    pub id: String,
    /// The unit that the inspector belongs to.
    pub unit: String,
    /// Validity of the enforcement certificate.
    pub certificate: Span,
    /// Qualifications with their validity.
    pub qualifications: Vec<Qualification>,
    /// Days on which the inspector is not available.
    pub leave: Vec<Span>,
    /// Visits already carried from earlier matchings, at most [`crate::PRIOR_LOAD_MAX`]; counted where [`Rules::balance`] says so.
    pub prior_load: u32,
}

/// Days from `from` to `to`, both included, `YYYY-MM-DD`. What has no end is written with `9999-12-31`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

impl Span {
    /// Whether `day` lies in the span. Days in `YYYY-MM-DD` compare as texts.
    #[must_use]
    pub fn holds(&self, day: &str) -> bool {
        self.from.as_str() <= day && day <= self.to.as_str()
    }
}

/// A qualification and its validity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Qualification {
    /// The code, as visits require it.
    pub code: String,
    /// First day of validity.
    pub from: String,
    /// Last day of validity.
    pub to: String,
}

impl Qualification {
    /// Whether the qualification is valid on `day`.
    #[must_use]
    pub fn holds(&self, day: &str) -> bool {
        self.from.as_str() <= day && day <= self.to.as_str()
    }
}

/// An inspector who never visits a subject (回避).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recusal {
    /// An inspector of the document.
    pub inspector: String,
    /// A subject; it need not have a visit here.
    pub subject: String,
}

/// How teams are formed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// [`ALGORITHM`].
    pub algorithm: String,
    /// Seats of a team: 2, as the law asks for.
    pub seats: u32,
    /// What loads are balanced.
    pub balance: Balance,
    /// Pairs of inspectors who never form a team (kin, for example).
    pub separate: Vec<Separation>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { algorithm: ALGORITHM.to_owned(), seats: 2, balance: Balance::Load, separate: Vec::new() }
    }
}

/// Which load is kept even.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Balance {
    /// Earlier visits (`prior_load`) and those of this matching together.
    Load,
    /// Only the visits of this matching.
    Visits,
}

/// Two inspectors who never form a team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Separation {
    /// One of the two; in canonical form the smaller id.
    pub one: String,
    /// The other.
    pub other: String,
}
