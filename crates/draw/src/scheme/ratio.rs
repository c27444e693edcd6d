//! Exact ratios and sizes. No floating point occurs anywhere: `100 × 0.07` is 7.

use crate::refused::Reason;
use crate::scheme::Rounding;

/// Ratios have at most nine digits, so every one is a whole number of billionths.
const BILLION: u128 = 1_000_000_000;

/// A share from 0 to 1, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio {
    text: String,
    billionths: u32,
}

impl Ratio {
    /// Reads `0`, `1`, or `0.` and 1 to 9 digits.
    ///
    /// # Errors
    /// [`Reason::NotARatio`] for anything else, `1.0` and `.5` included.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let billionths = match (text, text.strip_prefix("0.")) {
            ("0", _) => Some(0),
            ("1", _) => Some(1_000_000_000),
            (_, Some(digits))
                if (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                format!("{digits:0<9}").parse().ok()
            }
            _ => None,
        };
        billionths.map(|billionths| Self { text: text.to_owned(), billionths }).ok_or(Reason::NotARatio)
    }

    /// The ratio as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The ratio in billionths, exactly.
    #[must_use]
    pub const fn billionths(&self) -> u32 {
        self.billionths
    }

    /// `ratio × rows`, rounded. Never above `rows`.
    #[must_use]
    pub fn of(&self, rows: u64, rounding: Rounding) -> u64 {
        let product = u128::from(self.billionths) * u128::from(rows);
        let size = match rounding {
            Rounding::Ceil => product.div_ceil(BILLION),
            Rounding::HalfUp => (product + BILLION / 2) / BILLION,
            Rounding::Floor => product / BILLION,
        };
        u64::try_from(size).map_or(rows, |size| size.min(rows))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// The golden sizes of seed 000 (rows, ratio, ceil, half-up, floor), 巴彦淖尔's classes, and Qingdao's strata.
    const GOLDEN: [(u64, &str, u64, u64, u64); 18] = [
        (3, "0.01", 1, 0, 0),
        (7, "1", 7, 7, 7),
        (213, "0.3", 64, 64, 63),
        (486, "0.1", 49, 49, 48),
        (1_247, "0.05", 63, 62, 62),
        (94, "0.3", 29, 28, 28),
        (41, "0.15", 7, 6, 6),
        (61_283, "0.03", 1_839, 1_838, 1_838),
        (2, "1", 2, 2, 2),
        (1_109, "0.3", 333, 333, 332),
        (2_318, "0.1", 232, 232, 231),
        (143_577, "0.005", 718, 718, 717),
        (898, "0.3", 270, 269, 269),
        (1_581, "0.1", 159, 158, 158),
        (5_658, "0.02", 114, 113, 113),
        (22_186, "0.01", 222, 222, 221),
        (312, "0.2", 63, 62, 62),
        (447, "0.2", 90, 89, 89),
    ];

    #[test]
    fn golden_sizes() {
        for (rows, ratio, ceil, half_up, floor) in GOLDEN {
            let ratio = Ratio::parse(ratio).unwrap();
            let sizes = [Rounding::Ceil, Rounding::HalfUp, Rounding::Floor].map(|rounding| ratio.of(rows, rounding));
            assert_eq!(sizes, [ceil, half_up, floor], "{rows} × {}", ratio.as_str());
        }
        let sum = |range: std::ops::Range<usize>| {
            GOLDEN[range].iter().fold((0, 0, 0), |sum, row| (sum.0 + row.2, sum.1 + row.3, sum.2 + row.4))
        };
        assert_eq!((sum(0..12), sum(12..16), sum(16..18)), ((3_344, 3_339, 3_334), (765, 762, 761), (153, 151, 151)));
    }

    #[test]
    fn exact_and_bounded() {
        for (rows, ratio, rounding, expected) in [
            (100, "0.07", Rounding::Ceil, 7),
            (100, "0.070000001", Rounding::Ceil, 8),
            (1, "0.5", Rounding::HalfUp, 1),
            (1, "0.499999999", Rounding::HalfUp, 0),
            (0, "1", Rounding::Ceil, 0),
            (u64::MAX, "1", Rounding::HalfUp, u64::MAX),
            (5, "0", Rounding::Ceil, 0),
        ] {
            assert_eq!(Ratio::parse(ratio).unwrap().of(rows, rounding), expected, "{rows} × {ratio}");
        }
        for bad in ["", "0.", ".5", "1.0", "00", "0.1234567890", "2", "-0.1", "0,5", "0.5 ", "１"] {
            assert_eq!(Ratio::parse(bad), Err(Reason::NotARatio), "{bad:?}");
        }
    }
}
