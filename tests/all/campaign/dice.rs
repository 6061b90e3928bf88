//! Random choices that follow from a seed.

/// A generator of random numbers (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Returns a number from 0 to 99.
    pub(super) fn percent(&mut self) -> u64 {
        self.next() % 100
    }

    /// Returns whether a chance of so many percent came true.
    pub(super) fn is_within(&mut self, percent: u64) -> bool {
        self.percent() < percent
    }
}
