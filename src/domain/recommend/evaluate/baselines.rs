//! Baselines, simpler than the ranking: the same list for everybody, or counts of who watched both.

use super::indexed::{IndexedSplit, Viewer};
use super::lists::{Lists, best, cut};
use crate::domain::recommend::error::RecommendError;

/// The most watched titles, the same for everybody.
pub(super) struct Popularity<'a> {
    indexed: &'a IndexedSplit<'a>,
}

impl<'a> Popularity<'a> {
    pub(super) fn new(indexed: &'a IndexedSplit<'a>) -> Self {
        Self { indexed }
    }

    fn scores(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        (0_u32..)
            .zip(&self.indexed.watchers)
            .map(|(title, watchers)| {
                #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 viewers")]
                let score = watchers.len() as f64;
                (title, score)
            })
    }
}

impl Lists for Popularity<'_> {
    fn for_viewer(&self, viewer: &Viewer) -> Result<Vec<u32>, RecommendError> {
        Ok(best(self.indexed, viewer, self.scores()))
    }

    fn on_page(&self, title: u32) -> Result<Vec<u32>, RecommendError> {
        Ok(cut(self.scores().filter(|(other, _)| *other != title)))
    }
}

/// Σ over the viewer's titles of who watched both, as the well-known Cypher examples count; or of the same as a
/// cosine, divided by √(watchers of the one · watchers of the other).
pub(super) struct CoWatches<'a> {
    indexed: &'a IndexedSplit<'a>,
    /// What a watch of each title counts.
    counts: Vec<f64>,
}

impl<'a> CoWatches<'a> {
    /// By the plain count.
    pub(super) fn plain(indexed: &'a IndexedSplit<'a>) -> Self {
        let counts = vec![1.0; indexed.titles.len()];
        Self { indexed, counts }
    }

    /// Scores by the cosine of the titles' watchers.
    pub(super) fn cosine(indexed: &'a IndexedSplit<'a>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 viewers")]
        let count = |watchers: &Vec<u32>| (watchers.len().max(1) as f64).sqrt().recip();
        let counts = indexed.watchers.iter().map(count).collect();
        Self { indexed, counts }
    }

    /// What speaks for each title if these were watched.
    ///
    /// `Σ_i c_i G_ij c_j = c_j Σ_v x_vj Σ_i x_vi c_i`: first how much each other viewer has in common with these
    /// titles, then what those watched. No matrix of titles by titles.
    fn scores(&self, watched: &[u32]) -> Vec<(u32, f64)> {
        let indexed = self.indexed;
        let mut shared = vec![0.0; indexed.watched.len()];
        for title in watched {
            for viewer in &indexed.watchers[*title as usize] {
                shared[*viewer as usize] += self.counts[*title as usize];
            }
        }
        let mut scores = vec![0.0; indexed.titles.len()];
        for (shared, watched) in shared.iter().zip(&indexed.watched) {
            if *shared > 0.0 {
                for title in watched {
                    scores[*title as usize] += shared;
                }
            }
        }
        let counted = scores.into_iter().zip(&self.counts);
        (0_u32..)
            .zip(counted)
            .map(|(title, (score, count))| (title, score * count))
            .collect()
    }
}

impl Lists for CoWatches<'_> {
    fn for_viewer(&self, viewer: &Viewer) -> Result<Vec<u32>, RecommendError> {
        let scores = self.scores(&viewer.seen).into_iter();
        Ok(best(self.indexed, viewer, scores))
    }

    fn on_page(&self, title: u32) -> Result<Vec<u32>, RecommendError> {
        let scores = self.scores(&[title]).into_iter();
        Ok(cut(scores.filter(|(other, _)| *other != title)))
    }
}
