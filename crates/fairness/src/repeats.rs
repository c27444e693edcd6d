//! Repeats: are the objects of earlier draws drawn again as often as chance has it? Given what was drawn before, the number
//! of the already drawn among a cell's drawn is hypergeometric.

use serde::{Deserialize, Serialize};

use crate::finding::{Family, Finding, Method, Statistic};
use crate::ground::Ground;
use crate::hypergeometric::{Marked, Tally};

/// How many of a draw had been drawn before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// The draw's label.
    pub draw: String,
    /// Its year.
    pub year: i32,
    /// How many it drew in all, everywhere.
    pub drawn: u64,
    /// Of these, drawn by the draw before it, too.
    pub at_once: f64,
    /// What chance gives.
    pub at_once_expected: f64,
    /// Of these, drawn by any earlier draw of the series.
    pub ever: f64,
    /// What chance gives.
    pub ever_expected: f64,
}

/// The findings and the table.
pub(crate) fn repeats(ground: &Ground<'_>) -> (Vec<Finding>, Vec<Repeat>) {
    let mut findings = Vec::new();
    let mut table = Vec::new();
    // For each object the number (from 1) of the last draw that drew it.
    let mut last = vec![0_u32; usize::try_from(ground.series.subjects).unwrap_or(0)];
    let mut overall = [Tally::default(), Tally::default()];
    for (draw, number) in ground.draws.iter().zip(1_u32..) {
        let last_of = |subject: u32| last.get(usize::try_from(subject).unwrap_or(usize::MAX)).copied().unwrap_or(0);
        let mut tallies = [Tally::default(), Tally::default()];
        let mut counted = [(0.0, 0.0); 2];
        for cell in &draw.cells {
            for (which, before) in [(0, number - 1), (1, 1)] {
                let rows = cell.rows.iter().filter(|row| last_of(row.subject) >= before.max(1));
                let (mut marked, mut observed) = (0, 0);
                for row in rows {
                    marked += 1;
                    observed += u64::from(row.drawn);
                }
                let part = Marked { population: cell.population(), marked, drawn: cell.drawn };
                for tallies in [&mut tallies, &mut overall] {
                    if let Some(tally) = tallies.get_mut(which) {
                        tally.add(part, observed);
                    }
                }
                if let Some((all, mean)) = counted.get_mut(which) {
                    *all += observed as f64;
                    *mean += part.mean();
                }
            }
        }
        let rows = draw.cells.iter().flat_map(|cell| cell.rows.iter()).filter(|row| row.drawn);
        for row in rows {
            if let Some(last) = usize::try_from(row.subject).ok().and_then(|index| last.get_mut(index)) {
                *last = number;
            }
        }
        if number == 1 {
            continue;
        }
        let label = &draw.draw.label;
        findings.extend(judge(&tallies).map(|finding| Finding { draw: Some(label.clone()), ..finding }));
        let [(at_once, at_once_expected), (ever, ever_expected)] = counted;
        table.push(Repeat {
            draw: label.clone(),
            year: draw.draw.year,
            drawn: draw.cells.iter().map(|cell| cell.drawn).sum(),
            at_once,
            at_once_expected,
            ever,
            ever_expected,
        });
    }
    if ground.draws.len() > 2 {
        // Over the series the marked of a draw depend on those before it: the sum is a martingale, not quite independent.
        findings.extend(judge(&overall).map(|finding| Finding { method: Method::Approximate, ..finding }));
    }
    (findings, table)
}

fn judge(tallies: &[Tally; 2]) -> impl Iterator<Item = Finding> + use<> {
    let [at_once, ever] = tallies.each_ref().map(Tally::judge);
    let both = [(Statistic::AgainAtOnce, at_once), (Statistic::AgainEver, ever)];
    let judged = both.into_iter().filter_map(|(statistic, judged)| Some((statistic, judged?)));
    judged.map(|(statistic, judged)| Finding::of(Family::Repeats, statistic, judged))
}
