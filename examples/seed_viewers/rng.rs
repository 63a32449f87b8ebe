//! Chance that is the same on every machine: `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number
//! generators", OOPSLA 2014). The standard generators of the crate rand may change between its versions.

/// A seeded source of chance.
pub(crate) struct Rng(u64);

impl Rng {
    /// Starts from a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 32 bits.
    fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 32) as u32
    }

    /// From 0 to just under 1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.bits()) / 4_294_967_296.0
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high - low) + 1;
        low + ((u64::from(self.bits()) * span) >> 32) as u32
    }

    /// True this often, from 0 (never) to 1 (always).
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A place in the list, each as often as its weight says; none if all weights are zero.
    pub(crate) fn pick(&mut self, weights: &[f64]) -> Option<usize> {
        let mut rest = self.unit() * weights.iter().sum::<f64>();
        let mut last = None;
        for (index, weight) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
            if rest < *weight {
                return Some(index);
            }
            rest -= weight;
            last = Some(index);
        }
        last
    }
}
