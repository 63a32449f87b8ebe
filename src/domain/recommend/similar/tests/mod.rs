//! The edges against what the formula says, worked out the slow way: with every pair in a square.

mod exact;
mod examples;

use proptest::prelude::*;

use super::histories::Histories;
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use crate::domain::recommend::features::Features;

/// A title that shares nothing with any other.
fn title(id: u64) -> Features {
    Features {
        id: TitleId(id),
        directors: vec![],
        actors: vec![],
        genres: vec![],
        decade: None,
        watchers: 0,
    }
}

/// Titles with the first ids, and who watched and liked which of them, by place.
fn histories(titles: Vec<Features>, watched: &[Vec<(usize, bool)>]) -> Histories {
    let ids: Vec<TitleId> = titles.iter().map(|title| title.id).collect();
    let mut histories = Histories::default();
    for title in titles {
        histories.put_title(title);
    }
    for (profile, watched) in (0..).zip(watched) {
        let mut seen = std::collections::HashSet::new();
        let once = watched.iter().filter(|(index, _)| seen.insert(*index));
        histories.put_profile(
            ProfileId(profile),
            once.map(|(index, liked)| (ids[*index], *liked)),
        );
    }
    histories
}

/// Some titles with people, genres and decades in common, and some viewers.
fn site() -> impl Strategy<Value = Histories> {
    let one = (
        prop::collection::btree_set(0_u64..6, 0..3),
        prop::collection::btree_set(10_u64..20, 0..4),
        prop::collection::btree_set(0_u64..5, 0..4),
        prop::option::of(197_i32..=200),
    );
    let titles = prop::collection::vec(one, 2..40);
    let viewers = prop::collection::vec(
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..15),
        0..30,
    );
    (titles, viewers).prop_map(|(titles, viewers)| {
        let titles: Vec<Features> = (1_u64..)
            .zip(titles)
            .map(|(id, (directors, actors, genres, decade))| Features {
                directors: directors.into_iter().map(PersonId).collect(),
                actors: actors.into_iter().take(3).map(PersonId).collect(),
                genres: genres.into_iter().map(GenreId).collect(),
                decade: decade.map(|decade| decade * 10),
                ..title(id)
            })
            .collect();
        let watched: Vec<Vec<(usize, bool)>> = viewers
            .into_iter()
            .map(|watches| {
                let index = |(index, liked): (prop::sample::Index, bool)| {
                    (index.index(titles.len()), liked)
                };
                watches.into_iter().map(index).collect()
            })
            .collect();
        histories(titles, &watched)
    })
}
