//! How certain a number is: the percentile bootstrap over viewers (Efron and Tibshirani, "An Introduction to the
//! Bootstrap", 1993).

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use serde::Serialize;

/// How often the viewers are drawn anew.
const RESAMPLES: u64 = 1000;
/// The same draws for everything that is compared, and each time.
const SEED: u64 = 7;

/// Which viewers were drawn, with repetitions.
pub(super) type Picks<'a> = &'a [u32];

/// A number, and between which two it lies with 95 % certainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The mean over the whole sample.
    pub value: f64,
    /// The lower bound of the interval.
    pub low: f64,
    /// The upper bound of the interval.
    pub high: f64,
}

/// Several numbers of the same viewers, as they are and as they come out when the viewers are drawn anew.
pub(super) struct Resamples {
    whole: Vec<f64>,
    drawn: Vec<Vec<f64>>,
}

impl Resamples {
    /// Resamples of `viewers` viewers. `numbers` gives the numbers of those that were picked, always as many.
    pub(super) fn new(viewers: usize, numbers: impl Fn(Picks<'_>) -> Vec<f64> + Sync) -> Self {
        let viewers = u32::try_from(viewers).unwrap_or(u32::MAX);
        let all: Vec<u32> = (0..viewers).collect();
        let draw = |round: u64| {
            let mut rng = StdRng::seed_from_u64(SEED.wrapping_add(round << 32));
            let picks: Vec<u32> = all.iter().map(|_| rng.random_range(0..viewers)).collect();
            numbers(&picks)
        };
        Self {
            whole: numbers(&all),
            drawn: (0..RESAMPLES).into_par_iter().map(draw).collect(),
        }
    }

    /// The interval of something that is computed from the numbers: of one of them, or of a difference, which is
    /// paired, because both come from the same viewers.
    pub(super) fn interval(&self, of: impl Fn(&[f64]) -> f64) -> Interval {
        let mut drawn: Vec<f64> = self.drawn.iter().map(|numbers| of(numbers)).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let rounds = drawn.len();
        Interval {
            value: of(&self.whole),
            low: drawn[rounds * 25 / 1000],
            high: drawn[rounds * 975 / 1000 - 1],
        }
    }

    /// The interval of a number that comes out lower the fewer different viewers there are, as they are in each draw:
    /// moved to where the mean of the draws is the number itself.
    pub(super) fn interval_moved(&self, of: impl Fn(&[f64]) -> f64) -> Interval {
        let drawn = self.drawn.iter().map(|numbers| of(numbers));
        #[expect(clippy::cast_precision_loss, reason = "a thousand")]
        let mean = drawn.sum::<f64>() / self.drawn.len() as f64;
        let Interval { value, low, high } = self.interval(of);
        Interval {
            value,
            low: low + value - mean,
            high: high + value - mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_as_wide_as_the_mean_is_unsure() {
        // 0 and 1 by turns: the mean of n has a standard deviation of ½/√n.
        let values: Vec<f64> = (0..400).map(|at| f64::from(at % 2)).collect();
        let mean = |picks: Picks<'_>| {
            let sum: f64 = picks.iter().map(|pick| values[*pick as usize]).sum();
            vec![sum / 400.0]
        };

        let interval = Resamples::new(400, mean).interval(|numbers| numbers[0]);

        let expected = 1.96 * 0.5 / 20.0;
        assert_eq!(interval.value.to_bits(), 0.5_f64.to_bits());
        assert!(
            (interval.high - 0.5 - expected).abs() < 0.01,
            "{interval:?}"
        );
        assert!((0.5 - interval.low - expected).abs() < 0.01, "{interval:?}");
        assert_eq!(
            Resamples::new(400, mean).interval(|numbers| numbers[0]),
            interval,
            "the draws are always the same"
        );
    }

    #[test]
    fn a_difference_is_paired() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let both = |picks: Picks<'_>| {
            let sum: f64 = picks.iter().map(|pick| values[*pick as usize]).sum();
            vec![sum, sum + 3.0]
        };

        let difference = Resamples::new(100, both).interval(|numbers| numbers[1] - numbers[0]);

        assert!((difference.low - 3.0).abs() < 1e-9 && (difference.high - 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_shrinks_with_the_viewers_is_moved_back() {
        let different = |picks: Picks<'_>| {
            let mut picks = picks.to_vec();
            picks.sort_unstable();
            picks.dedup();
            #[expect(clippy::cast_precision_loss, reason = "a hundred")]
            let share = picks.len() as f64 / 100.0;
            vec![share]
        };

        let resamples = Resamples::new(100, different);

        assert!(resamples.interval(|numbers| numbers[0]).high < 0.8);
        let moved = resamples.interval_moved(|numbers| numbers[0]);
        assert!(moved.low < 1.0 && moved.high > 1.0, "{moved:?}");
    }
}
