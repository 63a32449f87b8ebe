//! Who was merged into somebody else, what credits people, and what became of the episodes of series that were merged.

use reelgraph::domain::catalog::{
    CreditRole, CreditedIn, Episode, EpisodeMerge, EpisodeMerging, EpisodeMove, MergeStep, Person,
    PersonMerge, Title, TitleListStore, TitleMerge, TitleState,
};
use reelgraph::domain::ids::{EpisodeId, PersonId, RunId, TitleId};
use uuid::Uuid;

use super::backend::{Opened, open};
use super::samples::{
    at, credit, episode, film, person, put_episodes, put_people, put_titles, revised, series,
};

on_every_backend!(open on [memory, sqlite, mongo]:
    who_was_merged_is_listed_until_that_is_undone,
    what_credits_somebody_is_found_whatever_became_of_it,
    an_episode_is_of_the_series_that_it_was_moved_to,
    an_episode_notes_what_it_was_merged_into,
);

async fn who_was_merged_is_listed_until_that_is_undone(store: &Opened) {
    let merge = PersonMerge {
        id: RunId(Uuid::from_u128(7)),
        into: PersonId(2),
    };
    let gone = Person {
        merge: Some(merge),
        stamp: person(1).stamp.next(at(2)),
        ..person(1)
    };
    put_people(store, [person(1), person(2)]).await.unwrap();

    put_people(store, [gone.clone()]).await.unwrap();

    assert_eq!(store.merged_people().await.unwrap(), [(gone.id, merge)]);
    assert_eq!(store.people(&[gone.id]).await.unwrap(), vec![gone.clone()]);
    let slugs = [gone.slug.clone()];
    assert_eq!(
        store.people_by_slug(&slugs).await.unwrap(),
        vec![gone.clone()]
    );
    let back = Person {
        merge: None,
        stamp: gone.stamp.next(at(3)),
        ..gone
    };
    put_people(store, [back.clone()]).await.unwrap();
    assert_eq!(store.merged_people().await.unwrap(), []);
    assert_eq!(store.people(&[back.id]).await.unwrap(), [back]);
}

async fn what_credits_somebody_is_found_whatever_became_of_it(store: &Opened) {
    let of = |title: Title, person: u64, role: CreditRole| Title {
        credits: Vec::new(),
        crew: vec![credit(person, role, 0)],
        ..title
    };
    let titles = [
        of(film(1), 1, CreditRole::Writer),
        of(film(2), 2, CreditRole::Producer),
        of(film(3), 1, CreditRole::Composer),
        of(series(4), 3, CreditRole::Writer),
    ];
    put_titles(store, titles.clone()).await.unwrap();
    let gone = revised(&titles[2], |title| {
        title.publication.state = TitleState::Hidden;
        title.merge = Some(TitleMerge {
            id: RunId(Uuid::from_u128(7)),
            into: TitleId(2),
            step: MergeStep::Done,
            since: at(3),
            was: TitleState::Published,
            episode: None,
        });
    });
    put_titles(store, [gone]).await.unwrap();
    let guest = Episode {
        directors: Vec::new(),
        crew: vec![credit(1, CreditRole::Guest, 0)],
        ..episode(4, 1, 1)
    };
    put_episodes(store, [guest]).await.unwrap();
    let credited = async |people: &[u64]| {
        let people: Vec<PersonId> = people.iter().copied().map(PersonId).collect();
        store.credited_in(&people).await.unwrap()
    };
    let expected = |titles: &[u64], series: &[u64]| CreditedIn {
        titles: titles.iter().copied().map(TitleId).collect(),
        series: series.iter().copied().map(TitleId).collect(),
    };

    assert_eq!(credited(&[1]).await, expected(&[1, 3], &[4]));
    assert_eq!(credited(&[1, 2, 3]).await, expected(&[1, 2, 3, 4], &[4]));
    assert_eq!(credited(&[9]).await, expected(&[], &[]));
}

async fn an_episode_is_of_the_series_that_it_was_moved_to(store: &Opened) {
    let own = episode(4, 1, 1);
    let (stays, other) = (episode(4, 2, 1), episode(5, 1, 2));
    put_titles(store, [series(4), series(5)]).await.unwrap();
    let all = [own.clone(), stays.clone(), other.clone()];
    put_episodes(store, all).await.unwrap();
    let note = |merge: u128, from: u64| EpisodeMove {
        id: RunId(Uuid::from_u128(merge)),
        from: TitleId(from),
    };
    let merging = EpisodeMerging {
        merged: None,
        moves: vec![note(7, 4)],
        stands_for: vec![note(8, 6)],
    };
    let moved = Episode {
        series: TitleId(5),
        merging: Some(Box::new(merging)),
        stamp: own.stamp.next(at(2)),
        ..own.clone()
    };
    let of_series = async |series: u64| {
        let series = [TitleId(series)];
        store.episodes_of_series(&series).await.unwrap()
    };

    put_episodes(store, [moved.clone()]).await.unwrap();

    assert_eq!(of_series(4).await, std::slice::from_ref(&stays));
    assert_eq!(of_series(5).await, [moved.clone(), other.clone()]);
    let found = store.episodes(&[own.id]).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&moved));
    let seasons = store.seasons(&[TitleId(4), TitleId(5)]).await.unwrap();
    let seasons = seasons
        .iter()
        .map(|it| (it.id.series, it.id.number, it.episodes));
    let expected = [(TitleId(4), 2, 1), (TitleId(5), 1, 2)];
    assert_eq!(seasons.collect::<Vec<_>>(), expected);
    let back = Episode {
        stamp: moved.stamp.next(at(3)),
        ..own
    };
    put_episodes(store, [back.clone()]).await.unwrap();
    assert_eq!(of_series(4).await, [back, stays]);
    assert_eq!(of_series(5).await, [other]);
}

async fn an_episode_notes_what_it_was_merged_into(store: &Opened) {
    let own = episode(4, 1, 1);
    put_titles(store, [series(4)]).await.unwrap();
    put_episodes(store, [own.clone()]).await.unwrap();
    let merging = EpisodeMerging {
        merged: Some(EpisodeMerge {
            id: RunId(Uuid::from_u128(7)),
            into: EpisodeId(9),
        }),
        ..EpisodeMerging::default()
    };
    let merged = Episode {
        merging: Some(Box::new(merging)),
        stamp: own.stamp.next(at(2)),
        ..own.clone()
    };

    put_episodes(store, [merged.clone()]).await.unwrap();

    let found = store.episodes(&[own.id]).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&merged));
    let back = Episode {
        stamp: merged.stamp.next(at(3)),
        ..own
    };
    put_episodes(store, [back.clone()]).await.unwrap();
    assert_eq!(store.episodes(&[back.id]).await.unwrap(), [back]);
}
