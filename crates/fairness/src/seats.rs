//! Seats: where the seed shares a stratum's size out over its cells, each cell has the floor of its share, and one more with
//! the fraction's chance. Which cells had the luck is tested over the draws, so that every object's chance stays n/N.

use std::collections::BTreeMap;

use crate::finding::{Family, Finding, Method, Statistic};
use crate::ground::Ground;
use crate::hypergeometric::{Judged, Window};
use crate::series::{Cell, Split};
use crate::tail::probability;

struct Luck {
    sum: Window,
    expected: f64,
    observed: u64,
}

pub(crate) fn seats(ground: &Ground<'_>) -> Vec<Finding> {
    let mut cells: BTreeMap<&str, Luck> = BTreeMap::new();
    let strata = ground.draws.iter().flat_map(|draw| &draw.draw.strata);
    for stratum in strata.filter(|stratum| stratum.split == Split::Random) {
        let rows: u64 = stratum.cells.iter().map(|cell| cell.rows.len() as u64).sum();
        let size: u64 = stratum.cells.iter().map(Cell::drawn).sum();
        for cell in &stratum.cells {
            let share = size * cell.rows.len() as u64;
            let fraction = share % rows.max(1);
            if fraction == 0 {
                continue;
            }
            let chance = fraction as f64 / rows as f64;
            let luck = cells.entry(cell.value.as_deref().unwrap_or_default()).or_insert_with(|| Luck {
                sum: Window::zero(),
                expected: 0.0,

                observed: 0,
            });
            luck.sum = luck.sum.plus(&Window::coin(chance));
            luck.expected += chance;
            luck.observed += cell.drawn() - share / rows;
        }
    }
    let findings = cells.into_iter().map(|(name, luck)| {
        let p = probability(luck.sum.tails(luck.observed).two_sided());
        let judged = Judged { observed: luck.observed as f64, expected: luck.expected, p, method: Method::Exact };
        Finding { name: Some(name.to_owned()), ..Finding::of(Family::Seats, Statistic::Seats, judged) }
    });
    findings.collect()
}
