//! What a report of this size could notice at all: a silent report on little data says little.

use serde::{Deserialize, Serialize};

use crate::finding::{ALPHA, Family};
use crate::position::Position;
use crate::tail;
use crate::units::Units;

/// With nine chances in ten, what would have alarmed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// The smallest excess of the middle unit, in parts of its share (0.2: drawn 20 % too often).
    pub unit_excess: Option<f64>,
    /// How many drawn objects the last hundredth of the roll should have.
    pub tail_expected: f64,
    /// Whether leaving out the last hundredth of the roll alarms for sure.
    pub tail_noticed: bool,
}

/// Nine chances in ten.
const POWER_Z: f64 = 1.281_551_6;

pub(crate) fn sensitivity(units: &Units, position: &Position) -> Sensitivity {
    let limit = |tests: usize| ALPHA / (Family::ALL.len() * tests.max(1)) as f64;
    let z = tail::normal_quantile_upper(limit(units.overall.len()) / 2.0) + POWER_Z;
    let mut excesses: Vec<f64> = units
        .tallies
        .iter()
        .filter(|tally| tally.variance() > 0.0)
        .map(|tally| z * tally.variance().sqrt() / tally.mean())
        .collect();
    excesses.sort_by(f64::total_cmp);
    let tail_expected = position.tail.mean();
    let nobody = position.tail.judge_nobody();
    Sensitivity {
        unit_excess: excesses.get(excesses.len() / 2).copied(),
        tail_expected,
        tail_noticed: nobody.is_some_and(|p| p < limit(position.overall.len())),
    }
}
