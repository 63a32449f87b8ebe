//! What each ingredient contributes: the ranking with one of them left out at a time.

use super::served::{Parts, Without};
use crate::domain::recommend::for_viewer::Ranking;
use crate::domain::recommend::similar::Ridge;

/// All variants of a site's ranking by name, the whole first.
pub(super) fn variants(whole: Ranking) -> Vec<(&'static str, Parts)> {
    let whole = Parts {
        ranking: whole,
        ..Parts::default()
    };
    let ridge = |change: fn(&mut Ridge)| {
        let mut parts = whole.clone();
        change(&mut parts.ridge);
        parts
    };
    let ranking = |change: fn(&mut Ranking)| {
        let mut parts = whole.clone();
        change(&mut parts.ranking);
        parts
    };
    let without = |what: Without| Parts {
        without: Some(what),
        ..whole.clone()
    };
    vec![
        ("all", whole.clone()),
        ("cosine for the regression", without(Without::Regression)),
        (
            "candidates by co-watches",
            ridge(|ridge| {
                ridge.start_power = 0.0;
                ridge.end_power = 0.0;
            }),
        ),
        ("no negative weights", without(Without::NegativeWeights)),
        ("no metadata", ridge(|ridge| ridge.metadata = 0.0)),
        (
            "no thumbs in the target",
            ridge(|ridge| ridge.not_liked = 1.0),
        ),
        ("no damping", ridge(|ridge| ridge.damping = 0.0)),
        (
            "no order of watching on pages",
            ridge(|ridge| ridge.next = 0.0),
        ),
        ("no opinions", without(Without::Opinions)),
        ("no recency", ranking(|ranking| ranking.recency = 0.0)),
        ("no popularity", ranking(|ranking| ranking.popularity = 0.0)),
        (
            "no co-watches for newcomers",
            ranking(|ranking| ranking.co_watching = 0.0),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_but_the_first_leaves_something_out() {
        let whole = Parts::default();

        let is_whole = |parts: &Parts| {
            parts.ridge == whole.ridge && parts.ranking == whole.ranking && parts.without.is_none()
        };

        let all: Vec<bool> = variants(Ranking::default())
            .iter()
            .map(|(_, parts)| is_whole(parts))
            .collect();
        assert_eq!(all.iter().filter(|whole| **whole).count(), 1);
        assert!(all[0]);
    }
}
