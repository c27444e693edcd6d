//! Exact distributions of counts: how many marked objects are among the drawn of a cell, and sums of such counts over cells
//! and draws. Distributions are kept as windows around their mode; what is cut off is below 1e-30 of the mode.

use crate::finding::Method;
use crate::tail::{self, Tails, probability};

/// What is cut off, in parts of the mode.
const CUT: f64 = 1e-30;
/// Multiplications that an exact sum may cost; above, its variance is large and the normal distribution serves.
const EXACT_COST_MAX: f64 = 4e6;

/// `drawn` of `population` were drawn, each set with the same chance; `marked` of the population carry a mark.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marked {
    pub(crate) population: u64,
    pub(crate) marked: u64,
    pub(crate) drawn: u64,
}

impl Marked {
    pub(crate) fn mean(self) -> f64 {
        self.drawn as f64 * self.marked as f64 / self.population as f64
    }

    pub(crate) fn variance(self) -> f64 {
        let (population, marked, drawn) = (self.population as f64, self.marked as f64, self.drawn as f64);
        if population < 2.0 {
            return 0.0;
        }
        self.mean() * (1.0 - marked / population) * (population - drawn) / (population - 1.0)
    }

    /// The third central moment.
    fn third_moment(self) -> f64 {
        let (population, marked, drawn) = (self.population as f64, self.marked as f64, self.drawn as f64);
        if population < 3.0 {
            return 0.0;
        }
        let asymmetry = (population - 2.0 * marked) * (population - 2.0 * drawn) / (population * (population - 2.0));
        self.variance() * asymmetry
    }

    /// Whether chance has any say.
    fn varies(self) -> bool {
        self.marked > 0 && self.marked < self.population && self.drawn > 0 && self.drawn < self.population
    }

    /// An estimate of the window's width.
    fn width(self) -> f64 {
        let support = self.marked.min(self.drawn) as f64 + 1.0;
        support.min(25.0 * self.variance().sqrt() + 12.0)
    }

    fn window(self) -> Window {
        let Self { population, marked, drawn } = self;
        let least = (marked + drawn).saturating_sub(population);
        let most = marked.min(drawn);
        let mode = u128::from(marked + 1) * u128::from(drawn + 1) / u128::from(population + 2);
        let mode = u64::try_from(mode).unwrap_or(most).clamp(least, most);
        // P(k + 1) / P(k)
        let step = |k: u64| {
            let up = (marked - k) as f64 * (drawn - k) as f64;
            up / ((k + 1) as f64 * (population + k + 1 - marked - drawn) as f64)
        };
        let mut down = Vec::new();
        let (mut mass, mut k) = (1.0, mode);
        while k > least && mass > CUT {
            k -= 1;
            mass /= step(k);
            down.push(mass);
        }
        let mut masses: Vec<f64> = down.into_iter().rev().collect();
        let start = k;
        masses.push(1.0);
        (mass, k) = (1.0, mode);
        while k < most && mass > CUT {
            mass *= step(k);
            k += 1;
            masses.push(mass);
        }
        Window { start, masses }.normalised()
    }
}

/// A distribution of whole numbers from `start` on.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    start: u64,
    masses: Vec<f64>,
}

impl Window {
    /// Always 0.
    pub(crate) fn zero() -> Self {
        Self { start: 0, masses: vec![1.0] }
    }

    /// 1 with the chance `p`, or 0.
    pub(crate) fn coin(p: f64) -> Self {
        Self { start: 0, masses: vec![1.0 - p, p] }
    }

    fn normalised(mut self) -> Self {
        let total: f64 = self.masses.iter().sum();
        for mass in &mut self.masses {
            *mass /= total;
        }
        self
    }

    /// The distribution of the sum of two independent numbers.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut masses = vec![0.0; (self.masses.len() + other.masses.len()).saturating_sub(1)];
        for (offset, one) in self.masses.iter().enumerate() {
            for (into, two) in masses.iter_mut().skip(offset).zip(&other.masses) {
                *into += one * two;
            }
        }
        let top = masses.iter().copied().fold(0.0, f64::max) * CUT;
        let front = masses.iter().take_while(|mass| **mass < top).count();
        let back = masses.iter().rev().take_while(|mass| **mass < top).count();
        masses.truncate(masses.len() - back);
        masses.drain(..front);
        Self { start: self.start + other.start + front as u64, masses }
    }

    pub(crate) fn tails(&self, observed: u64) -> Tails {
        let before = usize::try_from(observed.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let below: f64 = self.masses.iter().take(before).sum();
        let above: f64 = self.masses.iter().skip(before.saturating_add(1)).sum();
        if observed < self.start {
            return Tails { lower: 0.0, upper: 1.0 };
        }
        let at = self.masses.get(before).copied().unwrap_or(0.0);
        Tails { lower: below + at, upper: above + at }
    }
}

/// A count over many cells, and what it should be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    parts: Vec<Marked>,
    observed: u64,
}

/// What a tally comes to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) observed: f64,
    pub(crate) expected: f64,
    pub(crate) p: f64,
    pub(crate) method: Method,
}

impl Tally {
    /// Adds a cell in which `observed` of the drawn carry the mark. Cells without chance are passed over.
    pub(crate) fn add(&mut self, part: Marked, observed: u64) {
        if part.varies() {
            self.parts.push(part);
            self.observed += observed;
        }
    }

    pub(crate) fn variance(&self) -> f64 {
        self.parts.iter().map(|part| part.variance()).sum()
    }

    pub(crate) fn mean(&self) -> f64 {
        self.parts.iter().map(|part| part.mean()).sum()
    }

    /// The p-value that the test would give if nobody of the marked had been drawn.
    pub(crate) fn judge_nobody(&self) -> Option<f64> {
        Self { parts: self.parts.clone(), observed: 0 }.judge().map(|judged| judged.p)
    }

    /// The two-sided test; nothing where chance had no say. The parts are independent given their sizes.
    pub(crate) fn judge(&self) -> Option<Judged> {
        if self.parts.is_empty() {
            return None;
        }
        let (expected, variance) = (self.mean(), self.variance());
        let widest = 25.0 * variance.sqrt() + 12.0;
        let cost: f64 = self.parts.iter().map(|part| part.width() * widest).sum();
        let exact = cost <= EXACT_COST_MAX;
        let tails = if exact {
            let sum = self.parts.iter().fold(Window::zero(), |sum, part| sum.plus(&part.window()));
            sum.tails(self.observed)
        } else {
            let third = self.parts.iter().map(|part| part.third_moment()).sum();
            tail::normal(self.observed as f64, expected, variance, third)
        };
        let method = if exact { Method::Exact } else { Method::Approximate };
        Some(Judged { observed: self.observed as f64, expected, p: probability(tails.two_sided()), method })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn a_cell_is_hypergeometric() {
        // 10 objects, 4 marked, 3 drawn: C(4,k) C(6,3-k) / 120.
        let window = Marked { population: 10, marked: 4, drawn: 3 }.window();
        for (k, ways) in [20.0, 60.0, 36.0, 4.0].into_iter().enumerate() {
            close(window.masses[k], ways / 120.0);
        }
        close(window.tails(2).upper, 40.0 / 120.0);
        close(window.tails(1).lower, 80.0 / 120.0);
        // Everything drawn but one: at least 3 of the 4 marked.
        let window = Marked { population: 10, marked: 4, drawn: 9 }.window();
        assert_eq!((window.start, window.masses.len()), (3, 2));
        close(window.masses[0], 0.4);
    }

    #[test]
    fn moments_are_those_of_the_window() {
        let part = Marked { population: 997, marked: 61, drawn: 203 };
        let window = part.window();
        let moment = |centre: f64, power: i32| -> f64 {
            let each = window.masses.iter().enumerate();
            each.map(|(k, mass)| (window.start as f64 + k as f64 - centre).powi(power) * mass).sum()
        };
        close(moment(0.0, 1), part.mean());
        close(moment(part.mean(), 2), part.variance());
        close(moment(part.mean(), 3), part.third_moment());
    }

    #[test]
    fn sums_are_exact_and_the_normal_tail_follows_them() {
        let part = Marked { population: 2_000, marked: 60, drawn: 100 };
        let mut tally = Tally::default();
        for _ in 0..40 {
            tally.add(part, 4);
        }
        let exact = tally.judge().expect("a test");
        assert_eq!(exact.method, Method::Exact);
        let third: f64 = tally.parts.iter().map(|part| part.third_moment()).sum();
        let normal = tail::normal(160.0, exact.expected, tally.variance(), third).two_sided();
        assert!((0.7..1.6).contains(&(normal / exact.p)), "{normal} for {}", exact.p);
        tally.add(Marked { population: 5, marked: 5, drawn: 3 }, 3);
        assert_eq!(tally.parts.len(), 40, "a cell in which all are marked says nothing");
    }
}
