//! The ranking, by examples: what titles and viewers get, and why.

mod for_viewer;
mod popular;
mod title_page;

use std::collections::HashMap;

use super::features::Features;
use super::graph::{SimilarEdge, Weight};
use super::types::Recommendation;
use crate::domain::ids::TitleId;

/// A title that shares nothing with any other, watched by a hundred.
fn title(id: u64) -> Features {
    Features {
        id: TitleId(id),
        directors: vec![],
        actors: vec![],
        genres: vec![],
        decade: None,
        watchers: 100,
    }
}

fn known(titles: impl IntoIterator<Item = Features>) -> HashMap<TitleId, Features> {
    titles.into_iter().map(|title| (title.id, title)).collect()
}

/// An edge of which nothing is known but how much it weighs.
fn edge(to: u64, weight: f64) -> SimilarEdge {
    SimilarEdge {
        to: TitleId(to),
        weight: Weight {
            sum: weight,
            ..Weight::default()
        },
        affinity: 0.0,
        co_watches: 0,
    }
}

fn ids(list: &[Recommendation]) -> Vec<u64> {
    list.iter().map(|found| found.title.0).collect()
}

fn assert_adds_up(found: &Recommendation) {
    let sum: f64 = found.reasons.iter().map(|reason| reason.contribution).sum();
    assert_eq!(sum.to_bits(), found.score.to_bits(), "{found:?}");
}

fn assert_close(number: f64, expected: f64) {
    assert!((number - expected).abs() < 1e-12, "{number}");
}
