//! Facts about the list that is made for a viewer.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::features::Rarity;
use super::super::for_viewer::{Grounds, Lift, Ranking, Vote, draft};
use super::super::graph::{SimilarEdge, Taste, TasteEdge, Weight};
use super::super::types::{ReasonKind, ReasonSource, Recommendation};
use super::{Features, assert_adds_up, assert_close, edge, ids, known, title};
use crate::domain::ids::{CollectionId, GenreId, PersonId, TitleId};
use crate::domain::watching::MutedSource;

/// A whole watch, so many days ago.
fn watched(id: u64, days: i64) -> TasteEdge {
    TasteEdge {
        title: TitleId(id),
        weight: 1.0,
        plays: 1,
        completions: 1,
        last_at: DateTime::UNIX_EPOCH - TimeDelta::days(days),
        liked: None,
        revision: 1,
    }
}

fn votes(edges: &[TasteEdge]) -> Vec<Vote> {
    let taste = Taste {
        edges: edges.to_vec(),
    };
    Ranking::default().votes(&taste, |_: DateTime<Utc>| 1.0, |_| 100)
}

fn strengths(edges: &[TasteEdge]) -> Vec<f64> {
    votes(edges).iter().map(|vote| vote.strength).collect()
}

/// A viewer and everything around them.
struct Site {
    taste: Vec<TasteEdge>,
    lists: Vec<Vec<SimilarEdge>>,
    features: HashMap<TitleId, Features>,
    muted: Vec<MutedSource>,
    /// Watched titles that may not be seen.
    unnamed: Vec<TitleId>,
    lifts: HashMap<TitleId, Lift>,
}

impl Site {
    fn new(
        taste: Vec<TasteEdge>,
        lists: Vec<Vec<SimilarEdge>>,
        features: impl IntoIterator<Item = Features>,
    ) -> Self {
        Self {
            taste,
            lists,
            features: known(features),
            muted: Vec::new(),
            unnamed: Vec::new(),
            lifts: HashMap::new(),
        }
    }

    fn suggestions(&self) -> Vec<Recommendation> {
        let lists: Vec<Arc<[SimilarEdge]>> =
            self.lists.iter().map(|list| list.clone().into()).collect();
        let mut votes = votes(&self.taste);
        for vote in &mut votes {
            vote.named = !self.unnamed.contains(&vote.title);
        }
        let mut titles: Vec<TitleId> = draft(&votes, &lists, []).map(|draft| draft.title).collect();
        titles.extend(
            self.lifts
                .keys()
                .filter(|title| !titles.contains(title))
                .copied()
                .collect::<Vec<_>>(),
        );
        let seeds: Vec<Option<&Features>> = votes
            .iter()
            .map(|vote| self.features.get(&vote.title))
            .collect();
        let unknown = |title| Features {
            id: title,
            directors: Vec::new(),
            actors: Vec::new(),
            genres: Vec::new(),
            decade: None,
            watchers: 0,
        };
        let titles: Vec<Features> = titles
            .into_iter()
            .map(|title| {
                let known = self.features.get(&title).cloned();
                known.unwrap_or_else(|| unknown(title))
            })
            .collect();
        let grounds = Grounds {
            votes: &votes,
            lists: &lists,
            seeds: &seeds,
            rarity: &Rarity::new(99, [(GenreId(1), 5), (GenreId(2), 60)]),
            muted: &self.muted,
            lifts: &self.lifts,
            most_watched: 100,
        };
        let list = Ranking::default().explain(&grounds, &titles.iter().collect::<Vec<_>>());
        list.iter().for_each(assert_adds_up);
        list
    }
}

fn reason(found: &Recommendation, kind: ReasonKind) -> Option<f64> {
    let mut reasons = found.reasons.iter();
    reasons
        .find(|reason| reason.kind == kind)
        .map(|reason| reason.contribution)
}

#[test]
fn a_thumb_counts_more_than_a_watch_and_a_try_counts_next_to_nothing() {
    let thumb = |liked| TasteEdge {
        liked: Some(liked),
        ..watched(1, 0)
    };
    let weight = |weight| TasteEdge {
        weight,
        ..watched(1, 0)
    };

    let strength = |edge: TasteEdge| strengths(&[edge])[0];

    assert_close(strength(thumb(true)), 1.0);
    assert_close(strength(watched(1, 0)), 0.4);
    assert_close(strength(weight(0.3)), 0.03);
    assert_close(strength(weight(0.1)), 0.03);
    assert_close(strength(thumb(false)), -0.5);
    assert!(strength(weight(0.6)) > 0.1 && strength(weight(0.6)) < 0.4);
    assert!(strength(weight(2.0)) > 0.4);
    assert_close(strength(weight(1e9)), 0.8);
}

#[test]
fn the_newer_watch_counts_more() {
    let strengths = strengths(&[watched(1, 0), watched(2, 1), watched(3, 2), watched(4, 3)]);

    assert!(strengths.is_sorted_by(|a, b| a > b), "{strengths:?}");
    assert!((strengths[3] - 0.2).abs() < 1e-12);
}

#[test]
fn what_the_watched_titles_speak_for_is_suggested_and_the_reasons_name_them() {
    let site = Site::new(
        vec![watched(1, 0), watched(2, 1)],
        vec![vec![edge(3, 0.2)], vec![edge(3, 0.2), edge(4, 0.1)]],
        [title(1), title(2), title(3), title(4)],
    );

    let list = site.suggestions();

    assert_eq!(ids(&list), [3, 4]);
    let sources: Vec<_> = list[0]
        .reasons
        .iter()
        .filter(|reason| reason.kind == ReasonKind::Watched)
        .map(|reason| reason.source)
        .collect();
    assert_eq!(
        sources,
        [
            ReasonSource::Title(TitleId(1)),
            ReasonSource::Title(TitleId(2))
        ]
    );
}

#[test]
fn what_may_not_be_seen_speaks_without_a_name() {
    let liked = TasteEdge {
        liked: Some(true),
        ..watched(2, 1)
    };
    let mut site = Site::new(
        vec![watched(1, 0), liked],
        vec![vec![edge(3, 0.2)], vec![edge(3, 0.2)]],
        [title(1), title(2), title(3)],
    );
    let named = site.suggestions();

    site.unnamed = vec![TitleId(1), TitleId(2)];
    let unnamed = site.suggestions();

    assert_eq!(ids(&unnamed), ids(&named));
    assert_close(unnamed[0].score, named[0].score);
    let itself = ReasonSource::Title(TitleId(3));
    let mut reasons = unnamed[0].reasons.iter();
    assert!(reasons.all(|reason| reason.source == itself), "{unnamed:?}");
}

#[test]
fn a_liked_title_is_named_as_liked() {
    let liked = TasteEdge {
        liked: Some(true),
        ..watched(1, 0)
    };
    let site = Site::new(vec![liked], vec![vec![edge(2, 0.2)]], [title(1), title(2)]);

    let list = site.suggestions();

    assert_eq!(list[0].reasons[0].kind, ReasonKind::Liked);
}

#[test]
fn a_disliked_title_speaks_against_and_it_is_said() {
    let disliked = TasteEdge {
        liked: Some(false),
        ..watched(1, 1)
    };
    let site = Site::new(
        vec![watched(2, 0), disliked],
        vec![vec![edge(3, 0.5), edge(4, 0.4)], vec![edge(3, 0.4)]],
        [title(1), title(2), title(3), title(4)],
    );

    let list = site.suggestions();

    assert_eq!(ids(&list), [4, 3]);
    assert!(reason(&list[1], ReasonKind::Against).unwrap() < 0.0);
    assert_eq!(reason(&list[0], ReasonKind::Against), None);
}

#[test]
fn a_director_an_actor_and_a_rare_genre_in_common_are_reasons_and_a_common_genre_is_none() {
    let heat = Features {
        directors: vec![PersonId(1)],
        actors: vec![PersonId(2)],
        genres: vec![GenreId(1), GenreId(2)],
        ..title(1)
    };
    let insider = Features {
        id: TitleId(2),
        ..heat.clone()
    };
    let weight = Weight {
        sum: 1.0,
        director: 0.3,
        actor: 0.2,
        genre: 0.1,
    };
    let to_insider = SimilarEdge {
        weight,
        ..edge(2, 0.0)
    };
    let site = Site::new(vec![watched(1, 0)], vec![vec![to_insider]], [heat, insider]);

    let list = site.suggestions();

    let is_genre = |reason: &&super::super::types::Reason| reason.kind == ReasonKind::SharedGenre;
    let genres: Vec<_> = list[0].reasons.iter().filter(is_genre).collect();
    assert_eq!(genres.len(), 1);
    assert_eq!(genres[0].source, ReasonSource::Genre(GenreId(1)));
    let close = |kind, expected: f64| (reason(&list[0], kind).unwrap() - expected).abs() < 1e-12;
    assert!(close(ReasonKind::SharedDirector, 0.12));
    assert!(close(ReasonKind::SharedActor, 0.08));
    assert!(close(ReasonKind::SharedGenre, 0.04));
    assert!(close(ReasonKind::Watched, 0.16));
}

#[test]
fn what_shares_a_muted_genre_does_not_speak_for_it_and_the_rest_still_does() {
    let crime = |id| Features {
        genres: vec![GenreId(1)],
        ..title(id)
    };
    let mut site = Site::new(
        vec![watched(1, 0), watched(2, 1)],
        vec![vec![edge(3, 0.5), edge(4, 0.2)], vec![edge(4, 0.1)]],
        [crime(1), title(2), crime(3), title(4)],
    );
    assert_eq!(ids(&site.suggestions()), [3, 4]);

    site.muted = vec![MutedSource::Genre(GenreId(1))];

    let list = site.suggestions();
    assert_eq!(ids(&list), [4, 3]);
    assert_eq!(reason(&list[1], ReasonKind::Watched), None);
}

#[test]
fn the_next_part_comes_up_where_a_later_one_stood_and_says_why() {
    let mut site = Site::new(
        vec![watched(1, 0)],
        vec![vec![edge(2, 0.4)]],
        [title(1), title(2), title(3)],
    );
    let lift = Lift {
        collection: CollectionId(9),
        score: 0.6,
    };
    site.lifts.insert(TitleId(3), lift);

    let suggested = site.suggestions();

    assert_eq!(ids(&suggested), [3, 2]);
    assert_eq!(
        suggested[0].reasons[0].source,
        ReasonSource::Collection(CollectionId(9))
    );
    assert!((reason(&suggested[0], ReasonKind::NextInCollection).unwrap() - 0.6).abs() < 1e-12);
}

#[test]
fn of_many_watched_titles_three_are_named_and_the_others_are_viewers_like_you() {
    let taste: Vec<TasteEdge> = (1..=9).map(|id| watched(id, 0)).collect();
    let lists = vec![vec![edge(20, 0.1)]; 9];
    let site = Site::new(taste, lists, (1..=9).chain([20]).map(title));

    let list = site.suggestions();

    let named = list[0].reasons.iter();
    assert_eq!(
        named
            .filter(|reason| reason.kind == ReasonKind::Watched)
            .count(),
        3
    );
    assert!(reason(&list[0], ReasonKind::SimilarViewers).unwrap() > 0.0);
}

#[test]
fn for_a_viewer_of_one_title_plain_co_watching_speaks_too_and_hardly_for_one_of_many() {
    let per_co_watch = |titles: u64| {
        let edges: Vec<TasteEdge> = (0..titles).map(|id| watched(id, 0)).collect();
        votes(&edges)[0].per_co_watch
    };

    assert!((per_co_watch(1) - 2.0 / 4.0 / 150.0).abs() < 1e-12);
    assert!(per_co_watch(30) > 0.0 && per_co_watch(30) < per_co_watch(1) / 200.0);
    assert!(per_co_watch(31).abs() < f64::MIN_POSITIVE);
}

#[test]
fn of_equals_the_better_known_goes_first() {
    let famous = Features {
        watchers: 1000,
        ..title(3)
    };
    let site = Site::new(
        vec![watched(1, 0)],
        vec![vec![edge(2, 0.2), edge(3, 0.2)]],
        [title(1), title(2), famous],
    );

    assert_eq!(ids(&site.suggestions()), [3, 2]);
}

#[test]
fn drafts_come_the_best_first_ties_by_id_and_after_them_what_is_known() {
    let lists: [Arc<[SimilarEdge]>; 1] = [[
        edge(5, 0.5),
        edge(4, 0.2),
        edge(3, 0.5),
        edge(2, -0.1),
        edge(6, 0.9),
    ]
    .into()];
    let known = [2, 6, 9, 7].map(TitleId);

    let votes = votes(&[watched(1, 0)]);
    let drafts = draft(&votes, &lists, known);

    let titles: Vec<u64> = drafts.map(|draft| draft.title.0).collect();
    assert_eq!(titles, [6, 3, 5, 4, 2, 9, 7]);
}
