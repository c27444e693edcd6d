//! The report: everything that is told of a series.

use serde::{Deserialize, Serialize};

use crate::coverage::{self, Coverage};
use crate::finding::{ALPHA, Family, FamilyResult};
use crate::ground::{LeftOut, Progress, ground};
use crate::objects::{Bucket, Never, Objects, objects};
use crate::position::{Position, position};
use crate::repeats::{Repeat, repeats};
use crate::seats::seats;
use crate::sensitivity::{Sensitivity, sensitivity};
use crate::series::{Fault, Series};
use crate::spacing::spacing;
use crate::units::{Units, units};

/// The fairness report of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Draws that count.
    pub draws: u64,
    /// The years of the first and the last of them.
    pub years: Option<(i32, i32)>,
    /// Distinct objects that were eligible.
    pub eligible: u64,
    /// Distinct objects that were drawn.
    pub drawn: u64,
    /// The overall false-alarm rate: [`ALPHA`].
    pub alpha: f64,
    /// What the tests could not look at.
    pub left_out: LeftOut,
    /// Coverage by stratum.
    pub strata: Vec<Coverage>,
    /// Coverage by unit.
    pub units: Vec<Coverage>,
    /// Who was never drawn.
    pub never: Never,
    /// How many objects were drawn how many times.
    pub times: Vec<Bucket>,
    /// Years since last drawn, of the objects that were eligible in the last year.
    pub since: Vec<Bucket>,
    /// Who was drawn again, by draw.
    pub repeats: Vec<Repeat>,
    /// The tests, all families in their order.
    pub families: Vec<FamilyResult>,
    /// What this report could notice.
    pub sensitivity: Sensitivity,
}

impl Report {
    /// Whether any test alarms.
    #[must_use]
    pub fn alarms(&self) -> bool {
        self.families.iter().any(|family| family.alarms > 0)
    }

    /// How many tests were made.
    #[must_use]
    pub fn tests(&self) -> u64 {
        self.families.iter().map(|family| family.tests).sum()
    }

    /// The smallest p-value after counting all tests; 1 where there was nothing to test.
    #[must_use]
    pub fn smallest_adjusted(&self) -> f64 {
        let findings = self.families.iter().flat_map(|family| &family.findings);
        findings.map(|finding| finding.adjusted).fold(1.0, f64::min)
    }
}

/// Makes the report of a series.
///
/// # Errors
/// [`Fault`]: data that is no series; cancelled.
pub fn report(series: &Series, progress: Progress<'_>) -> Result<Report, Fault> {
    series.check()?;
    let ground = ground(series, progress)?;
    let Objects { eligible, drawn, never, times, since, never_drawn, often } = objects(&ground, progress)?;
    let units = units(&ground);
    let position = position(&ground);
    let (spacing, spacing_by_draw) = spacing(&ground);
    let (again, repeats) = repeats(&ground);
    let sensitivity = sensitivity(&units, &position);
    let Units { overall: units, by_stratum: units_by_stratum, .. } = units;
    let Position { overall: position, by_draw: position_by_draw, .. } = position;
    let families = [
        (Family::Units, units),
        (Family::UnitsByStratum, units_by_stratum),
        (Family::Position, position),
        (Family::PositionByDraw, position_by_draw),
        (Family::Spacing, spacing),
        (Family::SpacingByDraw, spacing_by_draw),
        (Family::Repeats, again),
        (Family::NeverDrawn, never_drawn),
        (Family::Times, often),
        (Family::Seats, seats(&ground)),
    ];
    let first = ground.draws.first().map(|draw| draw.draw.year);
    let last = ground.draws.last().map(|draw| draw.draw.year);
    Ok(Report {
        draws: ground.draws.len() as u64,
        years: first.zip(last),
        eligible,
        drawn,
        alpha: ALPHA,
        left_out: ground.left_out,
        strata: coverage::by_stratum(&ground),
        units: coverage::by_unit(&ground),
        never,
        times,
        since,
        repeats,
        families: families.into_iter().map(|(family, findings)| FamilyResult::of(family, findings)).collect(),
        sensitivity,
    })
}
