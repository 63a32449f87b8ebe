//! Facts about the list on a title's page.

use super::super::features::Rarity;
use super::super::title_page::like_title;
use super::super::types::{ReasonKind, ReasonSource};
use super::{Features, SimilarEdge, assert_adds_up, assert_close, edge, ids, known, title};
use crate::domain::ids::{GenreId, PersonId, TitleId};

fn follows(to: u64, affinity: f64) -> SimilarEdge {
    SimilarEdge {
        affinity,
        ..edge(to, 0.0)
    }
}

#[test]
fn the_affinity_of_the_edge_is_the_score_and_says_that_viewers_are_the_reason() {
    let all = known([title(1), title(2), title(3), title(4)]);
    let edges = [follows(2, 1.5), follows(3, 2.5)];

    let list = like_title(&title(1), &edges, &all, &Rarity::default());

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

    let all = known([insider]);
    let list = like_title(&heat, &[follows(2, affinity)], &all, &rarity);

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
    let all = known([by_mann(2, 0)]);

    let list = like_title(&by_mann(1, 9), &[follows(2, 0.5)], &all, &Rarity::default());

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
    let all = known([western(2), title(3)]);

    let list = like_title(&western(1), &[], &all, &Rarity::default());

    assert_eq!(ids(&list), [2]);
}

#[test]
fn beside_an_unwatched_title_the_better_known_of_equals_goes_first() {
    let western = |id, watchers| Features {
        genres: vec![GenreId(1)],
        watchers,
        ..title(id)
    };
    let all = known([western(2, 5), western(3, 500)]);

    let list = like_title(&western(1, 0), &[], &all, &Rarity::default());

    assert_eq!(ids(&list), [3, 2]);
}
