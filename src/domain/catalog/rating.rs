//! One number for how good a title is, of the scores that other sites give and of the thumbs of viewers.
//!
//! It is a Bayesian mean, as the "weighted rating" that `IMDb` describes for its charts: `(v·R + m·C) / (v + m)`, for `v`
//! votes of the mean `R`, in which `m` votes of the middling `C` stand for all that nobody has said. So a title that one
//! person likes does not stand before one that thousands like. `C` is a constant and not the mean of the catalogue, so
//! that the number of a title changes with what is said of that title alone.

use super::reception::{Rating, Thumbs};
use super::scores::RatingScore;
use super::types::Title;

/// `C`: how a title is rated of which nobody says anything.
const MIDDLING: f64 = 6.5;
/// `m`: for how many votes that stands.
const PRIOR_VOTES: f64 = 25.0;
/// For how many votes the score of another site stands at the most: a million there do not drown what is said here.
const MOST_VOTES: u64 = 1000;
/// For how many it stands if nobody knows.
const UNKNOWN_VOTES: u64 = 100;

/// What the scores of other sites say of a title, as votes: with its thumbs they are how good it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Votes {
    /// The points of all of them.
    sum: f64,
    count: f64,
}

impl Votes {
    /// Those that these scores stand for.
    fn of(scores: &[RatingScore]) -> Self {
        let elsewhere = scores.iter().filter_map(vote);
        elsewhere.fold(Self::default(), Self::and)
    }

    /// So many votes more, of so many points each.
    fn and(self, (points, votes): (f64, f64)) -> Self {
        Self {
            sum: self.sum + points * votes,
            count: self.count + votes,
        }
    }

    /// How good a title is by these and by its thumbs; see [`Title::rating`].
    pub fn with(self, Thumbs { likes, dislikes }: Thumbs) -> Option<Rating> {
        let here = [(10.0, votes(likes)), (0.0, votes(dislikes))];
        let Self { sum, count } = here.into_iter().fold(self, Self::and);
        if count <= 0.0 {
            return None;
        }
        Rating::of_points((sum + PRIOR_VOTES * MIDDLING) / (count + PRIOR_VOTES))
    }
}

impl Title {
    /// How good it is by all that is said of it; `None` if nobody says anything. A like is a vote of 10 points and a
    /// dislike one of none; a score of another site is so many votes as were given there, up to 1000, and 100 if nobody
    /// knows how many.
    pub fn rating(&self) -> Option<Rating> {
        self.votes().with(self.reception.thumbs)
    }

    /// What other sites say of it, without its thumbs.
    pub fn votes(&self) -> Votes {
        Votes::of(&self.scores)
    }
}

/// The points that another site gives, and for how many votes they stand.
fn vote(score: &RatingScore) -> Option<(f64, f64)> {
    let share = score.value / score.max;
    let known = score.votes.unwrap_or(UNKNOWN_VOTES).min(MOST_VOTES);
    // What nobody has voted for says nothing.
    (share.is_finite() && known > 0).then(|| (share.clamp(0.0, 1.0) * 10.0, votes(known)))
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 viewers")]
fn votes(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rating(scores: &[(f64, f64, Option<u64>)], likes: u64, dislikes: u64) -> Option<Rating> {
        let scores = scores.iter().map(|(value, max, votes)| RatingScore {
            source: "imdb".to_owned(),
            value: *value,
            max: *max,
            votes: *votes,
        });
        let scores: Vec<RatingScore> = scores.collect();
        Votes::of(&scores).with(Thumbs { likes, dislikes })
    }

    #[test]
    fn it_is_the_mean_of_what_is_said_and_of_what_nobody_said() {
        let parts = |scores: &[(f64, f64, Option<u64>)], likes, dislikes| {
            rating(scores, likes, dislikes).map(Rating::parts)
        };
        let many = (9.0, 10.0, Some(1_000_000));

        // (1000 · 9 + 25 · 6.5) / 1025, (100 · 9 + 25 · 6.5) / 125, (3 · 10 + 25 · 6.5) / 28.
        assert_eq!(parts(&[many], 0, 0), Some(8939));
        assert_eq!(parts(&[(90.0, 100.0, None)], 0, 0), Some(8500));
        assert_eq!(parts(&[], 3, 0), Some(6875));
        // (1000 · 9 + 500 · 0 + 25 · 6.5) / 1525.
        assert_eq!(parts(&[many], 0, 500), Some(6008));
        assert_eq!(parts(&[], 0, 0), None);
        assert_eq!(parts(&[(9.0, 10.0, Some(0))], 0, 0), None);
        assert_eq!(parts(&[(9.0, 0.0, Some(9))], 0, 0), None);
    }

    #[test]
    fn each_like_is_for_it_each_dislike_against_it_and_none_leads_out_of_the_scale() {
        for likes in [0, 1, 20, 10_000, u64::MAX / 4] {
            for dislikes in [0, 1, 20, 10_000, u64::MAX / 4] {
                let rated = |likes, dislikes| rating(&[(7.0, 10.0, None)], likes, dislikes);
                let both = rated(likes, dislikes);
                assert!(both.is_some_and(|it| it.parts() <= 10_000));
                assert!(rated(likes + 10, dislikes) >= both);
                assert!(rated(likes, dislikes + 10) <= both);
            }
        }
    }
}
