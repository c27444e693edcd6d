//! How often one object should have been drawn: the distribution of a sum of independent coins (Poisson-binomial).

/// Mass that is cut off at the upper end.
const CUT: f64 = 1e-35;

/// The chances of being drawn 0, 1, 2 … times. One buffer serves millions of objects.
#[derive(Default)]
pub(crate) struct Times {
    masses: Vec<f64>,
}

impl Times {
    /// Starts again: drawn 0 times for sure.
    pub(crate) fn clear(&mut self) {
        self.masses.clear();
        self.masses.push(1.0);
    }

    /// One more draw with this chance.
    pub(crate) fn add(&mut self, chance: f64) {
        if chance <= 0.0 {
            return;
        }
        self.masses.push(0.0);
        let mut before = 0.0;
        for mass in &mut self.masses {
            let here = *mass;
            *mass = here * (1.0 - chance) + before * chance;
            before = here;
        }
        while self.masses.last().is_some_and(|last| *last < CUT) {
            self.masses.pop();
        }
    }

    pub(crate) fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// The chance of at least `times`.
    pub(crate) fn at_least(&self, times: usize) -> f64 {
        self.masses.iter().skip(times).rev().sum()
    }

    /// The greatest chance of "at least k times", over all k, that is not above `limit`.
    pub(crate) fn greatest_tail_within(&self, limit: f64) -> f64 {
        let mut tail = 0.0;
        for mass in self.masses.iter().rev() {
            if tail + mass > limit {
                break;
            }
            tail += mass;
        }
        tail
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn coins_add_up() {
        let mut times = Times::default();
        times.clear();
        for chance in [0.5, 0.5, 0.0, 1.0, 0.5] {
            times.add(chance);
        }
        for (found, expected) in times.masses().iter().zip([0.0, 0.125, 0.375, 0.375, 0.125]) {
            assert!((found - expected).abs() < 1e-15);
        }
        assert!((times.at_least(3) - 0.5).abs() < 1e-15);
        assert!((times.greatest_tail_within(0.4) - 0.125).abs() < 1e-15);
        assert!(times.greatest_tail_within(0.1).abs() < 1e-15);
    }
}
