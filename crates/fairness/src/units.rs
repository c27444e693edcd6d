//! Units: was one drawn more, or less, than its share of each cell says? Over the series, and in each stratum of each draw.

use std::collections::BTreeMap;

use crate::finding::{Family, Finding, Statistic};
use crate::ground::{Ground, GroundCell};
use crate::hypergeometric::{Marked, Tally};

/// The findings of both families, and over the series each unit's tally, for what the report could notice.
pub(crate) struct Units {
    pub(crate) overall: Vec<Finding>,
    pub(crate) by_stratum: Vec<Finding>,
    pub(crate) tallies: Vec<Tally>,
}

/// Eligible and drawn objects of a unit in a cell.
type Counts = BTreeMap<u16, (u64, u64)>;

pub(crate) fn units(ground: &Ground<'_>) -> Units {
    let names = &ground.series.units;
    let mut tallies = vec![Tally::default(); names.len()];
    let mut by_stratum = Vec::new();
    for draw in &ground.draws {
        let mut strata: BTreeMap<(usize, u16), Tally> = BTreeMap::new();
        for cell in draw.cells.iter().filter(|cell| cell.varies()) {
            for (unit, (marked, observed)) in count(cell) {
                let part = Marked { population: cell.population(), marked, drawn: cell.drawn };
                if let Some(tally) = tallies.get_mut(usize::from(unit)) {
                    tally.add(part, observed);
                }
                strata.entry((cell.place, unit)).or_default().add(part, observed);
            }
        }
        for ((place, unit), tally) in strata {
            let label = draw.draw.strata.get(place).map(|stratum| stratum.label.clone());
            let name = names.get(usize::from(unit)).cloned();
            by_stratum.extend(tally.judge().map(|judged| Finding {
                draw: Some(draw.draw.label.clone()),
                stratum: label,
                name,
                ..Finding::of(Family::UnitsByStratum, Statistic::Unit, judged)
            }));
        }
    }
    let overall = tallies.iter().zip(names).filter_map(|(tally, name)| {
        let judged = tally.judge()?;
        Some(Finding { name: Some(name.clone()), ..Finding::of(Family::Units, Statistic::Unit, judged) })
    });
    let overall = overall.collect();
    Units { overall, by_stratum, tallies }
}

fn count(cell: &GroundCell<'_>) -> Counts {
    // Objects of a unit often stand together; the tree is asked once for each run.
    let mut counts = Counts::new();
    for run in cell.rows.chunk_by(|one, two| one.unit == two.unit) {
        if let Some(first) = run.first() {
            let entry = counts.entry(first.unit).or_default();
            entry.0 += run.len() as u64;
            entry.1 += run.iter().filter(|row| row.drawn).count() as u64;
        }
    }
    counts
}
