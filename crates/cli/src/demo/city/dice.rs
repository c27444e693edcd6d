//! Choices that look random and are not: each hangs on a label and a number only.
//!
//! It must never serve a draw: whoever knows the label knows every throw.

/// A source of choices for one thing.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    state: u64,
}

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Dice {
    /// The choices for thing number `index` of the kind `label`.
    pub fn new(label: &str, index: u64) -> Self {
        // FNV-1a tells the labels apart; the mixing below does the rest.
        let hash = label
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        Self { state: hash ^ index.wrapping_mul(STEP).rotate_left(17) }
    }

    /// The next 64 bits (splitmix64).
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        // The high half of the product: as even as 64 bits allow.
        let product = u128::from(self.next()) * u128::from(bound);
        u32::try_from(product >> 64).unwrap_or(0)
    }

    /// True `per_mille` times out of a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of `choices`; the default of the type for none.
    pub fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let index = self.below(u32::try_from(choices.len()).unwrap_or(u32::MAX));
        choices.get(usize::try_from(index).unwrap_or(0)).copied().unwrap_or_default()
    }

    /// Puts a list into an order that depends on the label only.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(u32::try_from(last + 1).unwrap_or(u32::MAX));
            list.swap(last, usize::try_from(other).unwrap_or(0));
        }
    }
}
