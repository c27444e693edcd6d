//! What a test found, and the rule by which many tests share one false-alarm rate.

use serde::{Deserialize, Serialize};

use crate::hypergeometric::Judged;

/// A fair series alarms with at most this chance, whatever its size and however many tests its report makes.
///
/// A bureau that looks twice a year (at the year, and at the last ten) reads twenty reports in ten years; together they
/// alarm falsely with at most 0.6 %.
pub const ALPHA: f64 = 3e-4;
/// Findings of a family that a report keeps, the most improbable first.
pub const KEPT_MAX: usize = 10;

/// Tests of one question. Each family may use one tenth of [`ALPHA`], shared evenly by its tests (Bonferroni), whether the
/// family has tests in this series or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Each unit over the series.
    Units,
    /// Each unit in each stratum of each draw.
    UnitsByStratum,
    /// Position on the roll, over the series.
    Position,
    /// Position on the roll, draw by draw.
    PositionByDraw,
    /// Neighbours and gaps, over the series.
    Spacing,
    /// Neighbours and gaps, draw by draw.
    SpacingByDraw,
    /// Who was drawn again.
    Repeats,
    /// The most improbable object that was never drawn.
    NeverDrawn,
    /// Objects drawn too often, and how many were never drawn.
    Times,
    /// Sizes of cells that the seed decided.
    Seats,
}

impl Family {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 10] = [
        Self::Units,
        Self::UnitsByStratum,
        Self::Position,
        Self::PositionByDraw,
        Self::Spacing,
        Self::SpacingByDraw,
        Self::Repeats,
        Self::NeverDrawn,
        Self::Times,
        Self::Seats,
    ];
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Drawn objects of a unit.
    Unit,
    /// Drawn objects of the first hundredth of the roll's eligible rows.
    RollHead,
    /// Drawn objects of the last hundredth of the roll's eligible rows.
    RollTail,
    /// Drawn objects of the first hundredth of each cell.
    CellHead,
    /// Drawn objects of the last hundredth of each cell.
    CellTail,
    /// Drawn objects of one of twenty equal parts of the roll, from 1.
    RollPart(u8),
    /// The mean position of the drawn in their cell, from 0 to 1.
    MeanPosition,
    /// Neighbours in a cell that were both drawn (both spared, where more than half was drawn).
    Adjacent,
    /// Gaps between drawn objects that are at least as wide as the mean gap.
    WideGaps,
    /// Blocks of a cell as long as the mean distance, in which nobody was drawn.
    EmptyBlocks,
    /// Drawn objects that the draw before had drawn.
    AgainAtOnce,
    /// Drawn objects that any earlier draw had drawn.
    AgainEver,
    /// The object that was never drawn and had the smallest chance of that.
    LeastLikelyNever,
    /// Objects that were never drawn.
    NeverCount,
    /// The object whose times drawn were the most improbable.
    MostOften,
    /// Places that a cell received beyond the floor of its share.
    Seats,
}

/// How a p-value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The exact distribution given the sizes.
    Exact,
    /// The normal distribution, for large counts.
    Approximate,
    /// A bound that the true p-value does not exceed.
    Bound,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The question.
    pub family: Family,
    /// What was counted.
    pub statistic: Statistic,
    /// The draw's label, where the test looks at one draw.
    pub draw: Option<String>,
    /// The stratum's name, where the test looks at one stratum.
    pub stratum: Option<String>,
    /// The unit's or the cell's name, where there is one.
    pub name: Option<String>,
    /// The object's number, where there is one.
    pub subject: Option<u32>,
    /// What was counted.
    pub observed: f64,
    /// What chance gives on average.
    pub expected: f64,
    /// The chance of a result at least this far from the expected one, on either side, in a fair series.
    pub p: f64,
    /// The same after counting all tests of the report: below [`ALPHA`], this finding alarms.
    pub adjusted: f64,
    /// How `p` came about.
    pub method: Method,
}

impl Finding {
    /// Whether this finding alarms.
    #[must_use]
    pub fn alarms(&self) -> bool {
        self.adjusted < ALPHA
    }
}

/// A family's tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FamilyResult {
    /// The question.
    pub family: Family,
    /// How many tests were made.
    pub tests: u64,
    /// How many of them alarm.
    pub alarms: u64,
    /// The most improbable ones, at most [`KEPT_MAX`].
    pub findings: Vec<Finding>,
}

impl FamilyResult {
    /// Counts a family's tests and keeps the most improbable.
    pub(crate) fn of(family: Family, mut findings: Vec<Finding>) -> Self {
        let tests = findings.len() as u64;
        let factor = tests as f64 * Family::ALL.len() as f64;
        for finding in &mut findings {
            finding.adjusted = (finding.p * factor).min(1.0);
        }
        let alarms = findings.iter().filter(|finding| finding.alarms()).count() as u64;
        findings.sort_by(|one, two| one.p.total_cmp(&two.p));
        findings.truncate(KEPT_MAX);
        Self { family, tests, alarms, findings }
    }
}

impl Finding {
    pub(crate) fn of(family: Family, statistic: Statistic, judged: Judged) -> Self {
        Self {
            family,
            statistic,
            draw: None,
            stratum: None,
            name: None,
            subject: None,
            observed: judged.observed,
            expected: judged.expected,
            p: judged.p,
            adjusted: 1.0,
            method: judged.method,
        }
    }
}
