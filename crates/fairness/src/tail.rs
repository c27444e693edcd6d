//! Tails of distributions: the normal one for large counts, and bounds that hold always.

/// Probabilities smaller than this are stated as this: nobody needs them more exactly, and sums of doubles do not give them.
pub(crate) const SMALLEST: f64 = 1e-30;

/// The probabilities of at most, and of at least, what was observed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tails {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Tails {
    /// Twice the smaller tail, at most 1.
    pub(crate) fn two_sided(self) -> f64 {
        probability(2.0 * self.lower.min(self.upper))
    }
}

/// Into the range that is stated.
pub(crate) fn probability(p: f64) -> f64 {
    p.clamp(SMALLEST, 1.0)
}

/// The upper tail of the standard normal distribution.
pub(crate) fn normal_upper(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// The `z` above which the standard normal distribution has `p`, by bisection; `p` between 1e-30 and 0.5.
pub(crate) fn normal_quantile_upper(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if normal_upper(middle) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Tails of a sum of whole numbers by the normal distribution, with continuity correction. Skewness enters by the first term
/// of Cramér's series, and only where it makes a tail heavier.
pub(crate) fn normal(observed: f64, mean: f64, variance: f64, third_moment: f64) -> Tails {
    if variance <= 0.0 {
        return Tails { lower: 1.0, upper: 1.0 };
    }
    let deviation = variance.sqrt();
    let skewness = third_moment / (variance * deviation);
    let tail = |z: f64, skewness: f64| {
        let heavier = if z > 0.0 { (skewness * z.powi(3) / 6.0).clamp(0.0, 3.0).exp() } else { 1.0 };
        (normal_upper(z) * heavier).min(1.0)
    };
    Tails {
        lower: tail((mean - observed - 0.5) / deviation, -skewness),
        upper: tail((observed - mean - 0.5) / deviation, skewness),
    }
}

/// Upper bounds on the tails of a sum of `count` indicators with the mean `mean` that are independent or negatively
/// associated (Hoeffding 1963, Theorem 1; Joag-Dev and Proschan 1983 for the association). Never smaller than the truth.
pub(crate) fn bounded(observed: f64, mean: f64, count: f64) -> Tails {
    if count <= 0.0 || mean <= 0.0 || mean >= count {
        return Tails { lower: 1.0, upper: 1.0 };
    }
    let bound = (-count * divergence(observed / count, mean / count)).exp();
    Tails { lower: if observed < mean { bound } else { 1.0 }, upper: if observed > mean { bound } else { 1.0 } }
}

/// The divergence of two coins.
fn divergence(a: f64, p: f64) -> f64 {
    let term = |x: f64, y: f64| if x <= 0.0 { 0.0 } else { x * (x / y).ln() };
    term(a, p) + term(1.0 - a, 1.0 - p)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn known_values_of_the_normal_tail() {
        // Abramowitz and Stegun, table 26.2.
        close(normal_upper(1.0), 0.158_655_253_9);
        close(normal_upper(3.0), 1.349_898_031_6e-3);
        close(normal_upper(5.0), 2.866_515_718_8e-7);
        close(normal_quantile_upper(1.349_898_031_6e-3), 3.0);
        close(normal_quantile_upper(0.025), 1.959_963_984_5);
    }

    #[test]
    fn the_bound_is_the_exact_tail_where_nothing_or_all_happens() {
        close(bounded(0.0, 5.0, 10.0).lower, 0.5_f64.powi(10));
        close(bounded(10.0, 2.0, 10.0).upper, 0.2_f64.powi(10));
        assert!((bounded(7.0, 5.0, 10.0).lower - 1.0).abs() < f64::EPSILON);
        // Binomial(10, 1/2): P(X >= 8) = 56/1024; the bound may only be larger.
        assert!(bounded(8.0, 5.0, 10.0).upper > 56.0 / 1024.0);
    }

    #[test]
    fn the_normal_tail_is_near_the_binomial_one() {
        // Binomial(1000, 1/2): P(X >= 600) = 1.364232e-10 (exact sum).
        let found = normal(600.0, 500.0, 250.0, 0.0).upper;
        assert!((0.5..2.0).contains(&(found / 1.364_232e-10)), "{found}");
    }
}
