//! Suggestions for somebody about whom nothing is known.

use std::collections::HashMap;

use super::features::Features;
use super::reasons::{Reasons, ranked};
use super::types::{ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::GenreId;

/// What each further title of the same first genre keeps of its score.
const SAME_GENRE_AGAIN: f64 = 0.85;

/// The most watched titles of several genres: each title loses a little for every better one of its first genre.
/// `candidates` are the most watched first.
pub(super) fn popular(candidates: &[(Features, Option<GenreId>)]) -> Vec<Recommendation> {
    let most_watched = candidates.iter().map(|(other, _)| other.watchers).max();
    let most_watched = most_watched.unwrap_or(0);
    let mut seen: HashMap<Option<GenreId>, i32> = HashMap::new();
    ranked(candidates.iter().map(|(other, first_genre)| {
        let before = seen.entry(*first_genre).or_default();
        let factor = SAME_GENRE_AGAIN.powi(*before);
        *before += 1;
        let source = first_genre.map_or(ReasonSource::Title(other.id), ReasonSource::Genre);
        let mut reasons = Reasons::default();
        let value = factor * share(other.watchers, most_watched);
        reasons.add(ReasonKind::Popular, source, value);
        reasons.into_recommendation(other.id)
    }))
}

/// How well known a title is beside the best known; a title that nobody watched is not nothing.
#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
pub(super) fn share(watchers: u64, most: u64) -> f64 {
    (watchers as f64 + 1.0) / (most as f64 + 1.0)
}
