//! Facts about the list on a title's page.

use super::super::features::Rarity;
use super::super::origin::Origin;
use super::super::other_parts::OtherParts;
use super::super::title_page::{Compared, Page, like_title};
use super::super::types::{ReasonKind, ReasonSource, Recommendation};
use super::{Features, SimilarEdge, assert_adds_up, assert_close, edge, ids, title};
use crate::domain::ids::{GenreId, PersonId, TitleId};

fn follows(to: u64, affinity: f64) -> SimilarEdge {
    SimilarEdge {
        affinity,
        ..edge(to, 0.0)
    }
}

/// A title of which nobody knows where it is from.
fn from_nowhere(features: Features) -> Compared<'static> {
    Compared {
        features,
        origin: Origin::default(),
    }
}

/// The page of a title that is part of no collection, made of these others.
fn list(
    seed: Compared<'_>,
    edges: &[SimilarEdge],
    others: &[Compared<'_>],
    rarity: &Rarity,
) -> Vec<Recommendation> {
    let page = Page {
        seed,
        edges,
        parts: OtherParts::default(),
        rarity,
    };
    like_title(&page, others)
}

/// The same of titles from nowhere.
fn page(
    seed: Features,
    edges: &[SimilarEdge],
    others: impl IntoIterator<Item = Features>,
    rarity: &Rarity,
) -> Vec<Recommendation> {
    let others: Vec<Compared<'_>> = others.into_iter().map(from_nowhere).collect();
    list(from_nowhere(seed), edges, &others, rarity)
}

#[test]
fn the_affinity_of_the_edge_is_the_score_and_says_that_viewers_are_the_reason() {
    let all = [title(1), title(2), title(3), title(4)];
    let edges = [follows(2, 1.5), follows(3, 2.5)];

    let list = page(title(1), &edges, all, &Rarity::default());

    assert_eq!(ids(&list), [3, 2]);
    assert_close(list[0].score, 2.5);
    let reason = &list[0].reasons[0];
    assert_eq!(
        (reason.kind, reason.source),
        (ReasonKind::SimilarViewers, ReasonSource::Title(TitleId(1)))
    );
}

#[test]
fn what_both_share_is_told_apart_and_the_rest_is_what_viewers_watched() {
    let rarity = Rarity::new(99, [(GenreId(1), 10), (GenreId(2), 50)]);
    let heat = Features {
        directors: vec![PersonId(1)],
        actors: vec![PersonId(2), PersonId(3)],
        genres: vec![GenreId(1)],
        decade: Some(1990),
        ..title(1)
    };
    let insider = Features {
        directors: vec![PersonId(1)],
        actors: vec![PersonId(2)],
        genres: vec![GenreId(1)],
        decade: Some(1990),
        watchers: 30,
        ..title(2)
    };
    let damping = 40.0_f64.powf(0.35);
    let affinity = (20.0 + 2.0 + 2.0 / 3.0 + 1.0 + 1.0) / damping;

    let list = page(heat, &[follows(2, affinity)], [insider], &rarity);

    assert_adds_up(&list[0]);
    let part = |kind| {
        let mut reasons = list[0].reasons.iter();
        let reason = reasons.find(|reason| reason.kind == kind);
        reason.unwrap().contribution * damping
    };
    for (kind, expected) in [
        (ReasonKind::SimilarViewers, 20.0),
        (ReasonKind::SharedDirector, 2.0),
        (ReasonKind::SharedActor, 2.0 / 3.0),
        (ReasonKind::SharedGenre, 1.0),
        (ReasonKind::SameDecade, 1.0),
    ] {
        assert!((part(kind) - expected).abs() < 1e-9, "{kind:?}");
    }
}

#[test]
fn the_score_stays_the_affinity_when_metadata_alone_comes_to_more_by_now() {
    let by_mann = |id, watchers| Features {
        directors: vec![PersonId(1)],
        decade: Some(1990),
        watchers,
        ..title(id)
    };
    let edges = [follows(2, 0.5)];

    let list = page(by_mann(1, 9), &edges, [by_mann(2, 0)], &Rarity::default());

    assert!((list[0].score - 0.5).abs() < 1e-12);
    assert_adds_up(&list[0]);
    assert!(
        list[0]
            .reasons
            .iter()
            .all(|reason| reason.contribution > 0.0)
    );
}

#[test]
fn a_title_without_an_edge_is_alike_by_its_metadata() {
    let western = |id| Features {
        genres: vec![GenreId(1)],
        ..title(id)
    };
    let all = [western(2), title(3)];

    let list = page(western(1), &[], all, &Rarity::default());

    assert_eq!(ids(&list), [2]);
}

#[test]
fn beside_an_unwatched_title_the_better_known_of_equals_goes_first() {
    let western = |id, watchers| Features {
        genres: vec![GenreId(1)],
        watchers,
        ..title(id)
    };
    let all = [western(2, 5), western(3, 500)];

    let list = page(western(1, 0), &[], all, &Rarity::default());

    assert_eq!(ids(&list), [3, 2]);
}

#[test]
fn where_nobody_watched_one_of_both_country_and_language_count() {
    let (korea, japan) = (["KR".to_owned()], ["JP".to_owned()]);
    let (korean, japanese) = (["ko".to_owned()], ["ja".to_owned()]);
    let drama = |id, watchers| Features {
        genres: vec![GenreId(1)],
        watchers,
        ..title(id)
    };
    let of_korea = |features| Compared {
        features,
        origin: Origin {
            countries: &korea,
            languages: &korean,
        },
    };
    let of_japan = |features| Compared {
        features,
        origin: Origin {
            countries: &japan,
            languages: &japanese,
        },
    };
    let others = [of_japan(drama(2, 0)), of_korea(drama(3, 0))];

    let beside_unknown = list(of_korea(drama(1, 0)), &[], &others, &Rarity::default());
    let beside_known = list(of_korea(drama(1, 90)), &[], &others, &Rarity::default());

    for (list, damping) in [(&beside_unknown, 1.0), (&beside_known, 10.0_f64.powf(0.35))] {
        assert_eq!(ids(list), [3, 2]);
        list.iter().for_each(assert_adds_up);
        assert_close((list[0].score - list[1].score) * damping, 0.4);
        let said = |found: &Recommendation| {
            let mut reasons = found.reasons.iter();
            let origin = reasons.find(|reason| reason.kind == ReasonKind::SharedOrigin);
            origin.map(|reason| reason.source)
        };
        assert_eq!(said(&list[0]), Some(ReasonSource::Title(TitleId(1))));
        assert_eq!(said(&list[1]), None);
    }
}

#[test]
fn where_both_were_watched_it_does_not_matter_where_they_are_from() {
    let korea = ["KR".to_owned()];
    let of_korea = |id| Compared {
        features: title(id),
        origin: Origin {
            countries: &korea,
            languages: &[],
        },
    };
    let others = [from_nowhere(title(2)), of_korea(3)];
    let edges = [follows(2, 1.0), follows(3, 1.0)];

    let list = list(of_korea(1), &edges, &others, &Rarity::default());

    assert_eq!(ids(&list), [2, 3]);
    assert_eq!(list[0].score.to_bits(), list[1].score.to_bits());
}

#[test]
fn people_and_genres_count_more_than_where_a_title_is_from() {
    let korea = ["KR".to_owned()];
    let korean = ["ko".to_owned()];
    let of_korea = |features| Compared {
        features,
        origin: Origin {
            countries: &korea,
            languages: &korean,
        },
    };
    let seed = Features {
        actors: vec![PersonId(1)],
        genres: vec![GenreId(1)],
        watchers: 0,
        ..title(1)
    };
    let same_genre = Features {
        actors: vec![],
        id: TitleId(2),
        ..seed.clone()
    };
    let same_actor = Features {
        genres: vec![],
        id: TitleId(3),
        ..seed.clone()
    };
    let neither = Features {
        genres: vec![],
        actors: vec![],
        id: TitleId(4),
        ..seed.clone()
    };
    let others = [
        of_korea(neither),
        from_nowhere(same_actor),
        from_nowhere(same_genre),
    ];

    let list = list(of_korea(seed), &[], &others, &Rarity::default());

    assert_eq!(ids(&list), [2, 3, 4]);
}

#[test]
fn one_director_does_not_fill_the_page_of_a_title_that_nobody_watched() {
    let by_mann = |id| Features {
        directors: vec![PersonId(1)],
        genres: vec![GenreId(1)],
        watchers: 0,
        ..title(id)
    };
    let by_others = |id| Features {
        directors: vec![PersonId(id)],
        ..by_mann(id)
    };
    let all = (2..=13).map(by_mann).chain((21..=40).map(by_others));

    let list = page(by_mann(1), &[], all, &Rarity::default());

    let expected: Vec<u64> = (2..=5).chain(21..=28).collect();
    assert_eq!(ids(&list)[..12], expected);
    assert_eq!(list.len(), 32);
}
