//! Numbers that look random and follow from a text, so that every server draws the same.

use sha2::{Digest, Sha256};

/// A generator of numbers (`SplitMix64`), in the order in which they are asked for.
pub(super) struct Dice(u64);

impl Dice {
    /// The numbers of a text.
    pub(super) fn of(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let first = digest.iter().take(8);
        Self(first.fold(0, |seed, byte| (seed << 8) | u64::from(*byte)))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    pub(super) fn share(&mut self) -> f64 {
        let high = u32::try_from(self.roll() >> 32).unwrap_or(0);
        f64::from(high) / 4_294_967_296.0
    }

    /// From one number to below another.
    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.share()
    }

    /// A whole number below another, which is not 0.
    pub(super) fn below(&mut self, count: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(count)).unwrap_or(0)
    }

    /// One of two things.
    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// One of a list, which is not empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let count = u32::try_from(list.len()).unwrap_or(u32::MAX);
        &list[self.below(count) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gives_the_same_numbers_and_another_text_gives_others() {
        let rolls = |text: &str| -> Vec<u64> {
            let mut dice = Dice::of(text);
            (0..4).map(|_| dice.roll()).collect()
        };

        assert_eq!(rolls("heat-1995"), rolls("heat-1995"));
        assert_ne!(rolls("heat-1995"), rolls("heat-1986"));
    }

    #[test]
    fn numbers_stay_within_what_is_asked_for() {
        let mut dice = Dice::of("any");
        for _ in 0..1_000 {
            assert!((0.0..1.0).contains(&dice.share()));
            assert!((-2.0..3.0).contains(&dice.between(-2.0, 3.0)));
            assert!(dice.below(3) < 3);
            assert!([1, 2].contains(dice.pick(&[1, 2])));
        }
    }
}
