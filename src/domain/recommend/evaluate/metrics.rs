//! How good lists are, viewer by viewer.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::Serialize;

use super::bootstrap::Picks;
use super::indexed::{Follower, IndexedSplit, Viewer};
use super::lists::Lists;
use crate::domain::recommend::error::RecommendError;

/// What is measured; the formulas are those that the variants name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Metric {
    /// Normalised discounted cumulative gain of the first 10, the gain being 0 or 1, the ideal a list that begins with
    /// min(10, relevant) hits.
    #[serde(rename = "ndcg@10")]
    Ndcg10,
    /// The same of the first 100.
    #[serde(rename = "ndcg@100")]
    Ndcg100,
    /// Hits among the first 20 / min(20, relevant).
    #[serde(rename = "recall@20")]
    Recall20,
    /// The share of all titles that is among the first 10 of anybody.
    #[serde(rename = "coverage@10")]
    Coverage10,
    /// The mean of −log₂ of the share of viewers who watched it, over the first 10.
    #[serde(rename = "novelty@10")]
    Novelty10,
    /// Whether the title that was watched next is among the first 10 of the page of the one before, without what the
    /// viewer knows already.
    #[serde(rename = "hit@10")]
    Hit10,
}

impl Metric {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] = [
        Self::Ndcg10,
        Self::Ndcg100,
        Self::Recall20,
        Self::Coverage10,
        Self::Novelty10,
        Self::Hit10,
    ];
    /// Those of which more is better.
    pub const GAINS: [Self; 4] = [Self::Ndcg10, Self::Ndcg100, Self::Recall20, Self::Hit10];
    /// Those of lists for viewers.
    pub(super) const OF_VIEWERS: [Self; 5] = [
        Self::Ndcg10,
        Self::Ndcg100,
        Self::Recall20,
        Self::Coverage10,
        Self::Novelty10,
    ];

    /// The name as tables print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndcg10 => "NDCG@10",
            Self::Ndcg100 => "NDCG@100",
            Self::Recall20 => "Recall@20",
            Self::Coverage10 => "coverage@10",
            Self::Novelty10 => "novelty@10",
            Self::Hit10 => "hit@10",
        }
    }
}

/// How good a viewer's list is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Score {
    ndcg10: f64,
    ndcg100: f64,
    recall20: f64,
    /// `None` of an empty list.
    novelty10: Option<f64>,
    /// The numbers of the first 10 titles.
    top: Vec<u32>,
}

/// The scores of all viewers.
pub(super) fn score_all(
    indexed: &IndexedSplit<'_>,
    lists: &dyn Lists,
) -> Result<Vec<Score>, RecommendError> {
    let score_one = |viewer: &Viewer| Ok(score(indexed, viewer, &lists.for_viewer(viewer)?));
    indexed.viewers.par_iter().map(score_one).collect()
}

fn score(indexed: &IndexedSplit<'_>, viewer: &Viewer, list: &[u32]) -> Score {
    let hits: Vec<bool> = list
        .iter()
        .map(|title| viewer.relevant.contains(title))
        .collect();
    let relevant = viewer.relevant.len();
    let top = &list[..list.len().min(10)];
    let viewers = float(indexed.watched.len()) + 1.0;
    let news = |title: &u32| -((float(indexed.watchers(*title)) + 0.5) / viewers).log2();
    Score {
        ndcg10: ndcg(&hits, relevant, 10),
        ndcg100: ndcg(&hits, relevant, 100),
        recall20: recall(&hits, relevant, 20),
        novelty10: mean(top.iter().map(news)),
        top: top.to_vec(),
    }
}

/// The discount of a place in a list, from 0.
fn discount(index: usize) -> f64 {
    (float(index) + 2.0).log2().recip()
}

fn ndcg(hits: &[bool], relevant: usize, length: usize) -> f64 {
    let found: f64 = (0..)
        .zip(hits.iter().take(length))
        .filter(|(_, hit)| **hit)
        .map(|(index, _)| discount(index))
        .sum();
    let ideal: f64 = (0..relevant.min(length)).map(discount).sum();
    if ideal > 0.0 { found / ideal } else { 0.0 }
}

fn recall(hits: &[bool], relevant: usize, length: usize) -> f64 {
    let found = hits.iter().take(length).filter(|hit| **hit).count();
    float(found) / float(relevant.min(length).max(1))
}

/// What the scores of the picked viewers come to, in the order of [`Metric::OF_VIEWERS`].
pub(super) fn sum_up(indexed: &IndexedSplit<'_>, scores: &[Score], picks: Picks<'_>) -> Vec<f64> {
    let picked = || picks.iter().map(|pick| &scores[*pick as usize]);
    let of = |metric: fn(&Score) -> f64| mean(picked().map(metric)).unwrap_or(0.0);
    let mut shown = vec![false; indexed.titles.len()];
    picked()
        .flat_map(|score| &score.top)
        .for_each(|title| shown[*title as usize] = true);
    let shown = shown.iter().filter(|shown| **shown).count();
    vec![
        of(|score| score.ndcg10),
        of(|score| score.ndcg100),
        of(|score| score.recall20),
        float(shown) / float(indexed.universe().max(1)),
        mean(picked().filter_map(|score| score.novelty10)).unwrap_or(0.0),
    ]
}

/// How often each follower's next title was on the page of the one before.
pub(super) fn hits(
    indexed: &IndexedSplit<'_>,
    lists: &dyn Lists,
) -> Result<Vec<f64>, RecommendError> {
    let starts: HashSet<u32> = indexed
        .followers
        .iter()
        .flat_map(|follower| follower.steps.iter().map(|(from, _)| *from))
        .collect();
    let mut pages: Vec<Vec<u32>> = vec![Vec::new(); indexed.titles.len()];
    let made: Vec<(u32, Vec<u32>)> = starts
        .into_par_iter()
        .map(|title| Ok((title, lists.on_page(title)?)))
        .collect::<Result<_, RecommendError>>()?;
    for (title, page) in made {
        pages[title as usize] = page;
    }
    let hits = |follower: &Follower| {
        let is_hit = |(from, to): &(u32, u32)| {
            let page = pages[*from as usize].iter();
            let mut news = page
                .filter(|title| !follower.knows(**title, *from))
                .take(10);
            f64::from(u8::from(news.any(|title| title == to)))
        };
        mean(follower.steps.iter().map(is_hit)).unwrap_or(0.0)
    };
    Ok(indexed.followers.par_iter().map(hits).collect())
}

/// The mean of those that were picked.
pub(super) fn mean_of(values: &[f64], picks: Picks<'_>) -> f64 {
    mean(picks.iter().map(|pick| values[*pick as usize])).unwrap_or(0.0)
}

/// `None` if there are none.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_usize);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / float(count))
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 of anything")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1/log₂ of 2, 3, 4, 5.
    const DISCOUNTS: [f64; 4] = [1.0, 0.630_929_753_571_457_4, 0.5, 0.430_676_558_073_393_1];

    fn assert_close(value: f64, expected: f64) {
        assert!(
            (value - expected).abs() < 1e-12,
            "{value} is not {expected}"
        );
    }

    #[test]
    fn gains_fade_with_the_place() {
        let hits = [true, false, false, true];

        // Two relevant titles: the ideal has them on the first two places.
        assert_close(
            ndcg(&hits, 2, 10),
            (DISCOUNTS[0] + DISCOUNTS[3]) / (DISCOUNTS[0] + DISCOUNTS[1]),
        );
        // Only the first three places count.
        assert_close(
            ndcg(&hits, 5, 3),
            DISCOUNTS[0] / (DISCOUNTS[0] + DISCOUNTS[1] + DISCOUNTS[2]),
        );
        assert_close(ndcg(&[true; 200], 300, 100), 1.0);
        assert_close(ndcg(&[], 3, 10), 0.0);
    }

    #[test]
    fn recall_is_of_what_fits_into_the_list() {
        let hits = [true, false, true, true];

        assert_close(recall(&hits, 4, 20), 0.75);
        assert_close(recall(&hits, 10, 3), 2.0 / 3.0);
        assert_close(recall(&[], 2, 20), 0.0);
    }
}
