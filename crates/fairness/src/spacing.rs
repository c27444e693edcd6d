//! Spacing: systematic sampling never draws two neighbours and keeps its distance; a clump does the opposite. In a cell of
//! more than one half drawn, the spared objects are looked at instead, because the same trick is used to leave out.

use crate::finding::{Family, Finding, Method, Statistic};
use crate::ground::{Ground, GroundCell};
use crate::hypergeometric::{Judged, Marked, Tally};
use crate::tail::{self, probability};

#[derive(Default)]
struct Counts {
    adjacent: Tally,
    wide: Indicators,
    empty: Indicators,
}

/// A sum of indicators that are negatively associated within a cell and independent between cells.
#[derive(Default)]
struct Indicators {
    count: f64,
    mean: f64,
    observed: f64,
}

/// The findings of both families.
pub(crate) fn spacing(ground: &Ground<'_>) -> (Vec<Finding>, Vec<Finding>) {
    let mut overall = Counts::default();
    let mut by_draw = Vec::new();
    for draw in &ground.draws {
        let mut counts = Counts::default();
        for cell in draw.cells.iter().filter(|cell| cell.varies()) {
            let places = rarer(cell);
            for counts in [&mut counts, &mut overall] {
                counts.add(cell.population(), &places);
            }
        }
        let findings = counts.findings(Family::SpacingByDraw);
        by_draw.extend(findings.map(|finding| Finding { draw: Some(draw.draw.label.clone()), ..finding }));
    }
    (overall.findings(Family::Spacing).collect(), by_draw)
}

/// The places of the drawn, or of the spared where they are fewer.
fn rarer(cell: &GroundCell<'_>) -> Vec<u64> {
    let looked_for = cell.drawn * 2 <= cell.population();
    cell.rows.iter().zip(0..).filter(|(row, _)| row.drawn == looked_for).map(|(_, place)| place).collect()
}

impl Counts {
    fn add(&mut self, population: u64, places: &[u64]) {
        let size = places.len() as u64;
        let Some(distance) = population.checked_div(size) else { return };
        let gaps: Vec<u64> = places.iter().zip(places.iter().skip(1)).map(|(place, next)| next - place - 1).collect();
        // Of all sets of `size` places, those with `k` neighbours are as many as a hypergeometric count says: the runs of a
        // random set are hypergeometric (Wald and Wolfowitz 1940), and neighbours are places less runs.
        let adjacent = gaps.iter().filter(|gap| **gap == 0).count() as u64;
        self.adjacent.add(Marked { population, marked: size.saturating_sub(1), drawn: size }, adjacent);
        // The gaps are a composition drawn at random, which is log-concave parts given their sum: negatively associated.
        let wide = distance.saturating_sub(1);
        if wide > 0 {
            let observed = gaps.iter().filter(|gap| **gap >= wide).count();
            self.wide.add(gaps.len() as u64, free(population, size, wide), observed as u64);
        }
        // Occupation of fixed blocks by a random set is negatively associated as well.
        if distance > 1 {
            let blocks = population / distance;
            let mut occupied: Vec<u64> =
                places.iter().map(|place| place / distance).filter(|block| *block < blocks).collect();
            occupied.dedup();
            self.empty.add(blocks, free(population, size, distance), blocks - occupied.len() as u64);
        }
    }

    fn findings(&self, family: Family) -> impl Iterator<Item = Finding> + use<> {
        let all = [
            (Statistic::Adjacent, self.adjacent.judge()),
            (Statistic::WideGaps, self.wide.judge()),
            (Statistic::EmptyBlocks, self.empty.judge()),
        ];
        let judged = all.into_iter().filter_map(|(statistic, judged)| Some((statistic, judged?)));
        judged.map(move |(statistic, judged)| Finding::of(family, statistic, judged))
    }
}

/// The chance that a set of `size` of `population` places misses `width` given ones: C(N − w, n) / C(N, n).
fn free(population: u64, size: u64, width: u64) -> f64 {
    let (few, many) = (size.min(width), size.max(width));
    if few + many > population {
        return 0.0;
    }
    let logarithm = |i: u64| ((population - many - i) as f64 / (population - i) as f64).ln();
    (0..few).map(logarithm).sum::<f64>().exp()
}

impl Indicators {
    fn add(&mut self, count: u64, chance: f64, observed: u64) {
        if chance > 0.0 && chance < 1.0 {
            self.count += count as f64;
            self.mean += count as f64 * chance;
            self.observed += observed as f64;
        }
    }

    fn judge(&self) -> Option<Judged> {
        if self.count <= 0.0 {
            return None;
        }
        let p = probability(tail::bounded(self.observed, self.mean, self.count).two_sided());
        Some(Judged { observed: self.observed, expected: self.mean, p, method: Method::Bound })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Every set of 4 of 11 places, one by one.
    fn sets() -> Vec<Vec<u64>> {
        let all = (0_u32..1 << 11).filter(|bits| bits.count_ones() == 4);
        all.map(|bits| (0..11).filter(|place| bits >> place & 1 == 1).collect()).collect()
    }

    #[test]
    fn neighbours_are_hypergeometric_and_the_means_are_exact() {
        let sets = sets();
        assert_eq!(sets.len(), 330);
        let mut neighbours = [0.0; 4];
        let (mut wide, mut empty, mut adjacent) = (0.0, 0.0, 0.0);
        for places in &sets {
            let mut counts = Counts::default();
            counts.add(11, places);
            neighbours[places.windows(2).filter(|pair| pair[1] == pair[0] + 1).count()] += 1.0;
            adjacent += counts.adjacent.judge().expect("a test").observed;
            wide += counts.wide.observed - counts.wide.mean;
            empty += counts.empty.observed - counts.empty.mean;
        }
        // C(3,k) C(8,4-k)
        assert_eq!(neighbours, [70.0, 168.0, 84.0, 8.0]);
        assert!((adjacent - 168.0 - 2.0 * 84.0 - 3.0 * 8.0).abs() < 1e-9);
        assert!(wide.abs() < 1e-9 && empty.abs() < 1e-9, "{wide} {empty}");
    }

    #[test]
    fn the_bound_holds_over_all_sets() {
        let sets = sets();
        for limit in [0.3, 0.1, 0.03] {
            let below = |of: fn(&Counts) -> f64| {
                let p_values = sets.iter().map(|places| {
                    let mut counts = Counts::default();
                    counts.add(11, places);
                    of(&counts)
                });
                p_values.filter(|p| *p <= limit).count() as f64 / 330.0
            };
            assert!(below(|counts| counts.wide.judge().expect("a test").p) <= limit);
            assert!(below(|counts| counts.empty.judge().expect("a test").p) <= limit);
            assert!(below(|counts| counts.adjacent.judge().expect("a test").p) <= limit);
        }
    }
}
