//! Position: do head, tail or any part of the roll's order have less than their chance? A program that skips along a list
//! never reaches its end, and a list that was cut short has none.

use crate::finding::{Family, Finding, Method, Statistic};
use crate::ground::{Ground, GroundCell, GroundDraw};
use crate::hypergeometric::{Judged, Marked, Tally};
use crate::tail::{self, probability};

/// Equal parts into which the roll is cut.
const PARTS: u8 = 20;
/// Head and tail are one in this many.
const EDGE: u64 = 100;
/// The mean position is tested from this many drawn on: of fewer, the normal distribution says too little.
const DRAWN_MIN: u64 = 12;

/// The findings of both families, and the tally of the roll's tail.
pub(crate) struct Position {
    pub(crate) overall: Vec<Finding>,
    pub(crate) by_draw: Vec<Finding>,
    pub(crate) tail: Tally,
}

/// The counts of a draw, or of many.
#[derive(Default)]
struct Counts {
    roll_head: Tally,
    roll_tail: Tally,
    cell_head: Tally,
    cell_tail: Tally,
    mean: Mean,
}

/// The sum of the drawn objects' positions in their cells, each between 0 and 1.
#[derive(Default)]
struct Mean {
    drawn: u64,
    sum: f64,
    variance: f64,
}

pub(crate) fn position(ground: &Ground<'_>) -> Position {
    let mut overall = Counts::default();
    let mut parts = vec![Tally::default(); usize::from(PARTS)];
    let mut by_draw = Vec::new();
    let mut ranks = vec![0_u32; usize::try_from(ground.series.subjects).unwrap_or(0)];
    for draw in &ground.draws {
        let eligible = rank(draw, &mut ranks);
        let rank_of = |subject: u32| ranks.get(usize::try_from(subject).unwrap_or(usize::MAX)).copied().unwrap_or(0);
        let mut counts = Counts::default();
        for cell in draw.cells.iter().filter(|cell| cell.varies()) {
            count_parts(cell, eligible, &rank_of, &mut parts);
            for counts in [&mut counts, &mut overall] {
                counts.add(cell, eligible, &rank_of);
            }
        }
        let findings = counts.findings(Family::PositionByDraw);
        by_draw.extend(findings.map(|finding| Finding { draw: Some(draw.draw.label.clone()), ..finding }));
    }
    let mut findings: Vec<_> = overall.findings(Family::Position).collect();
    for (tally, number) in parts.iter().zip(1..) {
        let judged = tally.judge();
        findings.extend(judged.map(|judged| Finding::of(Family::Position, Statistic::RollPart(number), judged)));
    }
    Position { overall: findings, by_draw, tail: overall.roll_tail }
}

/// Numbers the eligible objects of a draw in the roll's order, from 0, and counts them.
fn rank(draw: &GroundDraw<'_>, ranks: &mut [u32]) -> u64 {
    ranks.fill(0);
    for row in draw.cells.iter().flat_map(|cell| cell.rows.iter()) {
        if let Some(rank) = usize::try_from(row.subject).ok().and_then(|index| ranks.get_mut(index)) {
            *rank = 1;
        }
    }
    let mut before = 0;
    for rank in ranks {
        before += std::mem::replace(rank, before);
    }
    u64::from(before)
}

/// One hundredth, at least one.
const fn edge(rows: u64) -> u64 {
    rows.div_ceil(EDGE)
}

fn count_parts(cell: &GroundCell<'_>, eligible: u64, rank_of: &impl Fn(u32) -> u32, parts: &mut [Tally]) {
    let mut counts = vec![(0_u64, 0_u64); parts.len()];
    for row in cell.rows.iter() {
        let part = u64::from(rank_of(row.subject)) * u64::from(PARTS) / eligible.max(1);
        if let Some((marked, observed)) = usize::try_from(part).ok().and_then(|part| counts.get_mut(part)) {
            *marked += 1;
            *observed += u64::from(row.drawn);
        }
    }
    for (tally, (marked, observed)) in parts.iter_mut().zip(counts) {
        tally.add(Marked { population: cell.population(), marked, drawn: cell.drawn }, observed);
    }
}

impl Counts {
    fn add(&mut self, cell: &GroundCell<'_>, eligible: u64, rank_of: &impl Fn(u32) -> u32) {
        let (population, drawn) = (cell.population(), cell.drawn);
        let add = |tally: &mut Tally, within: &dyn Fn(u64, u64) -> bool| {
            let rows = cell.rows.iter().zip(0..).filter(|(row, place)| within(u64::from(rank_of(row.subject)), *place));
            let (mut marked, mut observed) = (0, 0);
            for (row, _) in rows {
                marked += 1;
                observed += u64::from(row.drawn);
            }
            tally.add(Marked { population, marked, drawn }, observed);
        };
        let (roll_edge, cell_edge) = (edge(eligible), edge(population));
        add(&mut self.roll_head, &|rank, _| rank < roll_edge);
        add(&mut self.roll_tail, &|rank, _| rank >= eligible - roll_edge);
        add(&mut self.cell_head, &|_, place| place < cell_edge);
        add(&mut self.cell_tail, &|_, place| place >= population - cell_edge);
        self.mean.add(cell);
    }

    fn findings(&self, family: Family) -> impl Iterator<Item = Finding> + use<> {
        let tallies = [
            (Statistic::RollHead, self.roll_head.judge()),
            (Statistic::RollTail, self.roll_tail.judge()),
            (Statistic::CellHead, self.cell_head.judge()),
            (Statistic::CellTail, self.cell_tail.judge()),
            (Statistic::MeanPosition, self.mean.judge()),
        ];
        let judged = tallies.into_iter().filter_map(|(statistic, judged)| Some((statistic, judged?)));
        judged.map(move |(statistic, judged)| Finding::of(family, statistic, judged))
    }
}

impl Mean {
    fn add(&mut self, cell: &GroundCell<'_>) {
        let rows = cell.population() as f64;
        let drawn = cell.rows.iter().zip(0_u32..).filter(|(row, _)| row.drawn);
        self.sum += drawn.map(|(_, place)| (f64::from(place) + 0.5) / rows).sum::<f64>();
        self.drawn += cell.drawn;
        let size = cell.drawn as f64;
        self.variance += size * (rows - size) * (rows + 1.0) / (12.0 * rows * rows);
    }

    /// Wilcoxon's rank sum, cell by cell.
    fn judge(&self) -> Option<Judged> {
        if self.drawn < DRAWN_MIN || self.variance <= 0.0 {
            return None;
        }
        let size = self.drawn as f64;
        let z = (self.sum - size / 2.0) / self.variance.sqrt();
        Some(Judged {
            observed: self.sum / size,
            expected: 0.5,
            p: probability(2.0 * tail::normal_upper(z.abs())),
            method: Method::Approximate,
        })
    }
}
