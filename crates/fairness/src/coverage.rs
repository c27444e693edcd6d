//! Coverage: how many of a stratum's, or a unit's, objects were eligible and drawn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ground::Ground;

/// A row of the coverage tables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The stratum's code, or the unit's name.
    pub code: String,
    /// The name that it had last.
    pub label: String,
    /// Draws in which it had eligible objects.
    pub draws: u64,
    /// Eligible objects, counted in each draw.
    pub eligible: u64,
    /// Drawn objects, counted in each draw.
    pub drawn: u64,
    /// What the sizes of the cells give on average.
    pub expected: f64,
    /// Distinct objects that were eligible.
    pub distinct: u64,
    /// Distinct objects that were drawn at least once.
    pub distinct_drawn: u64,
}

impl Coverage {
    /// Drawn in parts of eligible.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.drawn as f64 / self.eligible.max(1) as f64
    }

    /// Drawn in parts of expected, where something was.
    #[must_use]
    pub fn against_expected(&self) -> Option<f64> {
        (self.expected > 0.0).then(|| self.drawn as f64 / self.expected)
    }
}

/// By stratum, in the order in which the series names them first. Objects of overlapping strata count in each.
pub(crate) fn by_stratum(ground: &Ground<'_>) -> Vec<Coverage> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut table: Vec<(Coverage, Vec<u8>)> = Vec::new();
    let subjects = usize::try_from(ground.series.subjects).unwrap_or(0);
    for stratum in ground.draws.iter().flat_map(|draw| &draw.draw.strata) {
        let place = *places.entry(&stratum.code).or_insert_with(|| {
            table.push((Coverage { code: stratum.code.clone(), ..Coverage::default() }, vec![0; subjects]));
            table.len() - 1
        });
        let Some((coverage, seen)) = table.get_mut(place) else { continue };
        coverage.label.clone_from(&stratum.label);
        coverage.draws += u64::from(stratum.cells.iter().any(|cell| !cell.rows.is_empty()));
        for cell in &stratum.cells {
            coverage.eligible += cell.rows.len() as u64;
            coverage.drawn += cell.drawn();
            for row in &cell.rows {
                if let Some(seen) = usize::try_from(row.subject).ok().and_then(|index| seen.get_mut(index)) {
                    *seen |= if row.drawn { 3 } else { 1 };
                }
            }
        }
        coverage.expected = coverage.drawn as f64;
    }
    let rows = table.into_iter().map(|(coverage, seen)| Coverage {
        distinct: seen.iter().filter(|seen| **seen > 0).count() as u64,
        distinct_drawn: seen.iter().filter(|seen| **seen == 3).count() as u64,
        ..coverage
    });
    rows.collect()
}

/// By unit, in the order of their names. An object is distinct in the unit that it had last.
pub(crate) fn by_unit(ground: &Ground<'_>) -> Vec<Coverage> {
    let units = ground.series.units.iter();
    let mut table: Vec<Coverage> =
        units.map(|name| Coverage { code: name.clone(), label: name.clone(), ..Coverage::default() }).collect();
    let subjects = usize::try_from(ground.series.subjects).unwrap_or(0);
    let mut last: Vec<Option<(u16, bool)>> = vec![None; subjects];
    let mut in_draw = vec![0_u32; table.len()];
    for (draw, number) in ground.draws.iter().zip(1_u32..) {
        for cell in draw.draw.strata.iter().flat_map(|stratum| &stratum.cells) {
            let chance = cell.drawn() as f64 / cell.rows.len().max(1) as f64;
            for row in &cell.rows {
                let unit = usize::from(row.unit);
                if let (Some(coverage), Some(in_draw)) = (table.get_mut(unit), in_draw.get_mut(unit)) {
                    coverage.draws += u64::from(std::mem::replace(in_draw, number) != number);
                    coverage.eligible += 1;
                    coverage.drawn += u64::from(row.drawn);
                    coverage.expected += chance;
                }
                if let Some(last) = usize::try_from(row.subject).ok().and_then(|index| last.get_mut(index)) {
                    *last = Some((row.unit, row.drawn || last.is_some_and(|(_, drawn)| drawn)));
                }
            }
        }
    }
    for (unit, drawn) in last.into_iter().flatten() {
        if let Some(coverage) = table.get_mut(usize::from(unit)) {
            coverage.distinct += 1;
            coverage.distinct_drawn += u64::from(drawn);
        }
    }
    table.retain(|coverage| coverage.eligible > 0);
    table.sort_by(|one, two| one.code.cmp(&two.code));
    table
}
