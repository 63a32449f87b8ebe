//! From neighbourhoods to lists: pure, the same for every store, with the same rounding whatever the store.
//!
//! A score is the sum of its reasons by construction: the reasons are collected first, and added up in the order in
//! which they are shown.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::affinity::{Features, Rarity, Term, for_viewer, on_title_page};
use super::graph::{ProfileNeighbourhood, TitleNeighbourhood};
use super::types::{Reason, ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::{GenreId, TitleId};

/// What popularity adds for a viewer of whom nothing is known, as a share of the best score that it can give.
const POPULARITY: f64 = 0.2;
/// How much a thumb up multiplies the weight of a watch.
const LIKED: f64 = 2.0;
/// In a list for nobody in particular: what each further title of the same first genre keeps of its score.
const SAME_GENRE_AGAIN: f64 = 0.85;
/// How many watched titles one suggestion names as its reasons; the others are summed up in one.
const NAMED_SEEDS: usize = 3;

type Reasons = BTreeMap<(ReasonKind, ReasonSource), f64>;

/// Titles like `seed`, the best first, ties by id. `features` has the candidates; one that is not there is left out.
pub fn like_title(
    seed: &Features,
    around: &TitleNeighbourhood,
    features: &HashMap<TitleId, Features>,
    rarity: &Rarity,
) -> Vec<Recommendation> {
    let co_watches: HashMap<TitleId, u32> = around
        .similar
        .iter()
        .map(|edge| (edge.to, edge.co_watches))
        .collect();
    let others = features.values().filter(|other| other.id != seed.id);
    rank(others.map(|other| {
        let mut reasons = Reasons::new();
        add(
            &mut reasons,
            1.0,
            on_title_page(
                seed,
                other,
                co_watches.get(&other.id).copied().unwrap_or(0),
                rarity,
            ),
        );
        (other.id, reasons)
    }))
}

/// Titles for a viewer, the best first, ties by id: Σ weight of each watched title · its affinity, and a little for
/// popularity, the less the more was watched. `features` has the watched titles and the candidates.
pub fn like_viewer(
    around: &ProfileNeighbourhood,
    features: &HashMap<TitleId, Features>,
    rarity: &Rarity,
) -> Vec<Recommendation> {
    let watched: HashSet<TitleId> = around.watched.iter().copied().collect();
    let most_watched = features
        .values()
        .map(|other| other.watchers)
        .max()
        .unwrap_or(0);
    let weights = seed_weights(around);
    let mut candidates: Vec<&Features> = features
        .values()
        .filter(|other| !watched.contains(&other.id))
        .collect();
    candidates.sort_unstable_by_key(|other| other.id);
    let co_watches: Vec<HashMap<TitleId, u32>> = around
        .seeds
        .iter()
        .map(|seed| {
            seed.similar
                .iter()
                .map(|edge| (edge.to, edge.co_watches))
                .collect()
        })
        .collect();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a profile watches fewer than 2^53 titles"
    )]
    let popularity = POPULARITY / (1.0 + around.watched.len() as f64);
    rank(candidates.into_iter().map(|other| {
        let mut reasons = Reasons::new();
        for ((seed, weight), co_watches) in around.seeds.iter().zip(&weights).zip(&co_watches) {
            if let Some(seed) = features.get(&seed.title).filter(|_| *weight > 0.0) {
                let terms = for_viewer(
                    seed,
                    other,
                    co_watches.get(&other.id).copied().unwrap_or(0),
                    rarity,
                );
                add(&mut reasons, *weight, terms.into_iter().map(of_the_seed));
            }
        }
        let mut reasons = fold_small_seeds(reasons, other.id);
        add(
            &mut reasons,
            popularity,
            [popular_term(
                ReasonSource::Title(other.id),
                other.watchers,
                most_watched,
            )],
        );
        (other.id, reasons)
    }))
}

/// The most watched titles of several genres: each title loses a little for every better one of its first genre.
/// `candidates` are the most watched first.
pub fn popular(candidates: &[(Features, Option<GenreId>)]) -> Vec<Recommendation> {
    let most_watched = candidates
        .iter()
        .map(|(other, _)| other.watchers)
        .max()
        .unwrap_or(0);
    let mut seen: HashMap<Option<GenreId>, i32> = HashMap::new();
    rank(candidates.iter().map(|(other, first_genre)| {
        let before = seen.entry(*first_genre).or_default();
        let factor = SAME_GENRE_AGAIN.powi(*before);
        *before += 1;
        let source = first_genre.map_or(ReasonSource::Title(other.id), ReasonSource::Genre);
        let mut reasons = Reasons::new();
        add(
            &mut reasons,
            factor,
            [popular_term(source, other.watchers, most_watched)],
        );
        (other.id, reasons)
    }))
}

/// The share of each watched title in the viewer's taste. What was disliked, or not really watched, has none.
fn seed_weights(around: &ProfileNeighbourhood) -> Vec<f64> {
    let raw = |seed: &super::graph::Seed| match seed.liked {
        Some(false) => 0.0,
        Some(true) => seed.weight * LIKED,
        None => seed.weight,
    };
    let sum: f64 = around.seeds.iter().map(raw).sum();
    around
        .seeds
        .iter()
        .map(|seed| if sum > 0.0 { raw(seed) / sum } else { 0.0 })
        .collect()
}

/// For a viewer, the decade in common is part of "because you watched".
fn of_the_seed(term: Term) -> Term {
    match term.kind {
        ReasonKind::SameDecade => Term {
            kind: ReasonKind::Watched,
            ..term
        },
        _ => term,
    }
}

/// Names the watched titles that matter most to a suggestion and sums up the others as "viewers like you".
fn fold_small_seeds(reasons: Reasons, other: TitleId) -> Reasons {
    let mut seeds: Vec<_> = reasons
        .iter()
        .filter(|((kind, _), _)| *kind == ReasonKind::Watched)
        .map(|(key, value)| (*key, *value))
        .collect();
    seeds.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
    let small: HashSet<_> = seeds
        .into_iter()
        .skip(NAMED_SEEDS)
        .map(|(key, _)| key)
        .collect();
    let mut folded = Reasons::new();
    for (key, value) in reasons {
        let key = if small.contains(&key) {
            (ReasonKind::SimilarViewers, ReasonSource::Title(other))
        } else {
            key
        };
        *folded.entry(key).or_default() += value;
    }
    folded
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
fn popular_term(source: ReasonSource, watchers: u64, most: u64) -> Term {
    Term {
        kind: ReasonKind::Popular,
        source,
        value: (watchers as f64 + 1.0) / (most as f64 + 1.0),
    }
}

fn add(reasons: &mut Reasons, factor: f64, terms: impl IntoIterator<Item = Term>) {
    for term in terms {
        *reasons.entry((term.kind, term.source)).or_default() += factor * term.value;
    }
}

fn rank(candidates: impl Iterator<Item = (TitleId, Reasons)>) -> Vec<Recommendation> {
    let mut ranked: Vec<Recommendation> = candidates
        .map(|(title, reasons)| recommendation(title, reasons))
        .filter(|found| found.score > 0.0)
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.title.cmp(&b.title)));
    ranked
}

fn recommendation(title: TitleId, reasons: Reasons) -> Recommendation {
    let mut reasons: Vec<Reason> = reasons
        .into_iter()
        .map(|((kind, source), contribution)| Reason {
            kind,
            contribution,
            source,
        })
        .collect();
    reasons.sort_by(|a, b| {
        b.contribution
            .total_cmp(&a.contribution)
            .then((a.kind, a.source).cmp(&(b.kind, b.source)))
    });
    let score = reasons.iter().map(|reason| reason.contribution).sum();
    Recommendation {
        title,
        score,
        reasons,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::affinity::tests::features;
    use super::super::graph::{Seed, SimilarEdge};
    use super::*;

    fn edge(to: u64, co_watches: u32) -> SimilarEdge {
        SimilarEdge {
            to: TitleId(to),
            affinity: 0.0,
            co_watches,
        }
    }

    fn seed(title: u64, weight: f64, similar: Vec<SimilarEdge>) -> Seed {
        Seed {
            title: TitleId(title),
            weight,
            last_at: DateTime::UNIX_EPOCH,
            liked: None,
            similar,
        }
    }

    fn known(ids: &[u64]) -> HashMap<TitleId, Features> {
        ids.iter()
            .map(|id| {
                (
                    TitleId(*id),
                    Features {
                        genres: vec![],
                        decade: None,
                        ..features(*id)
                    },
                )
            })
            .collect()
    }

    fn ids(list: &[Recommendation]) -> Vec<u64> {
        list.iter().map(|found| found.title.0).collect()
    }

    #[test]
    fn what_more_viewers_watched_too_comes_first_and_says_so() {
        let around = TitleNeighbourhood {
            similar: vec![edge(2, 5), edge(3, 9)],
            by_people: vec![],
        };
        let all = known(&[1, 2, 3, 4]);

        let list = like_title(&all[&TitleId(1)], &around, &all, &Rarity::default());

        assert_eq!(ids(&list), [3, 2]);
        assert_eq!(list[0].reasons.len(), 1);
        assert_eq!(
            (list[0].reasons[0].kind, list[0].reasons[0].source),
            (ReasonKind::SimilarViewers, ReasonSource::Title(TitleId(1)))
        );
    }

    #[test]
    fn a_viewer_never_gets_what_was_watched() {
        let around = ProfileNeighbourhood {
            seeds: vec![seed(1, 1.0, vec![edge(2, 5), edge(3, 5)])],
            watched: vec![TitleId(1), TitleId(2)],
            by_people: vec![],
        };

        assert_eq!(
            ids(&like_viewer(
                &around,
                &known(&[1, 2, 3]),
                &Rarity::default()
            )),
            [3]
        );
    }

    #[test]
    fn the_weight_of_a_watch_is_the_weight_of_its_suggestions() {
        let seeds = vec![
            seed(1, 3.0, vec![edge(3, 5)]),
            seed(2, 1.0, vec![edge(4, 5)]),
        ];
        let around = ProfileNeighbourhood {
            seeds,
            watched: vec![TitleId(1), TitleId(2)],
            by_people: vec![],
        };

        let list = like_viewer(&around, &known(&[1, 2, 3, 4]), &Rarity::default());

        let watched = |found: &Recommendation| {
            found
                .reasons
                .iter()
                .find(|reason| reason.kind == ReasonKind::Watched)
                .unwrap()
                .contribution
        };
        assert_eq!(ids(&list), [3, 4]);
        assert!((watched(&list[0]) / watched(&list[1]) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_dislike_takes_a_watch_out() {
        let mut disliked = seed(1, 9.0, vec![edge(3, 5)]);
        disliked.liked = Some(false);
        let around = ProfileNeighbourhood {
            seeds: vec![disliked, seed(2, 1.0, vec![edge(4, 5)])],
            watched: vec![TitleId(1), TitleId(2)],
            by_people: vec![],
        };

        assert_eq!(
            ids(&like_viewer(
                &around,
                &known(&[1, 2, 3, 4]),
                &Rarity::default()
            ))[0],
            4
        );
    }

    #[test]
    fn every_score_is_the_sum_of_its_reasons() {
        let seeds: Vec<Seed> = (1..=9)
            .map(|id| {
                seed(
                    id,
                    1.0 / f64::from(u32::try_from(id).unwrap()),
                    vec![edge(20, 3), edge(21, 7)],
                )
            })
            .collect();
        let watched = (1..=9).map(TitleId).collect();
        let mut all = known(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22]);
        for other in all.values_mut() {
            other.genres = vec![GenreId(1), GenreId(2)];
            other.decade = Some(1990);
        }
        let list = like_viewer(
            &ProfileNeighbourhood {
                seeds,
                watched,
                by_people: vec![],
            },
            &all,
            &Rarity::default(),
        );

        assert_eq!(ids(&list), [21, 20, 22]);
        for found in &list {
            assert_eq!(
                found
                    .reasons
                    .iter()
                    .map(|reason| reason.contribution)
                    .sum::<f64>()
                    .to_bits(),
                found.score.to_bits()
            );
            assert!(
                found
                    .reasons
                    .iter()
                    .filter(|reason| reason.kind == ReasonKind::Watched)
                    .count()
                    <= NAMED_SEEDS
            );
        }
    }

    #[test]
    fn a_list_for_nobody_mixes_genres() {
        let crime = Some(GenreId(1));
        let title = |id, watchers, genre| {
            (
                Features {
                    watchers,
                    ..features(id)
                },
                genre,
            )
        };
        let candidates = [
            title(1, 100, crime),
            title(2, 99, crime),
            title(3, 98, crime),
            title(4, 90, Some(GenreId(2))),
        ];

        assert_eq!(ids(&popular(&candidates)), [1, 4, 2, 3]);
    }
}
