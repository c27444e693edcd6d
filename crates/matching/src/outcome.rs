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
