//! What is told at length: lives of people and what happens in episodes, stored with them and read by itself.

use reelgraph::domain::catalog::{Biography, CatalogBatch, Episode, Overview, Person, Texts};
use reelgraph::domain::ids::{EpisodeId, PersonId};

use super::backend::{Opened, open};
use super::samples::{biography, episode, is_conflict, overview, person, texts};

on_every_backend!(open on [memory, sqlite, mongo]:
    what_is_told_is_read_by_itself,
    what_nobody_tells_is_empty_and_what_is_not_there_left_out,
    what_a_write_does_not_tell_stays,
    what_is_told_anew_replaces_all_of_it,
    what_is_refused_tells_nothing,
);

fn lives() -> Texts {
    texts(&[("de", "Geboren.\n\nGestorben."), ("pt-BR", "Nasceu.")])
}

fn plots() -> Texts {
    texts(&[("en", "It begins.")])
}

/// Somebody and an episode, with what is told of both.
fn told(person: &Person, lives: Texts, episode: &Episode, plots: Texts) -> CatalogBatch {
    CatalogBatch {
        biographies: vec![biography(person, lives)],
        overviews: vec![overview(episode, plots)],
        ..written(person, episode)
    }
}

/// The same, with nothing told of either.
fn written(person: &Person, episode: &Episode) -> CatalogBatch {
    CatalogBatch {
        people: vec![person.clone()],
        episodes: vec![episode.clone()],
        ..CatalogBatch::default()
    }
}

fn next_person(person: &Person) -> Person {
    Person {
        name: format!("{} again", person.name),
        stamp: person.stamp.next(person.stamp.updated_at),
        ..person.clone()
    }
}

fn next_episode(episode: &Episode) -> Episode {
    Episode {
        name: None,
        stamp: episode.stamp.next(episode.stamp.updated_at),
        ..episode.clone()
    }
}

async fn lives_of<const N: usize>(store: &Opened, ids: [u64; N]) -> Vec<Biography> {
    let mut found = store.biographies(&ids.map(PersonId)).await.unwrap();
    found.sort_by_key(|told| told.person);
    found
}

async fn plots_of(store: &Opened, ids: &[EpisodeId]) -> Vec<Overview> {
    let mut found = store.overviews(ids).await.unwrap();
    found.sort_by_key(|told| told.episode);
    found
}

async fn what_is_told_is_read_by_itself(store: &Opened) {
    let (person, episode) = (person(1), episode(2, 0, 3));

    store
        .put(&told(&person, lives(), &episode, plots()))
        .await
        .unwrap();

    assert_eq!(lives_of(store, [1]).await, [biography(&person, lives())]);
    let found = plots_of(store, &[episode.id]).await;
    assert_eq!(found, [overview(&episode, plots())]);
    assert_eq!(store.people(&[person.id]).await.unwrap(), [person]);
    assert_eq!(store.episodes(&[episode.id]).await.unwrap(), [episode]);
}

async fn what_nobody_tells_is_empty_and_what_is_not_there_left_out(store: &Opened) {
    let (person, episode) = (person(1), episode(2, 1, 1));
    store.put(&written(&person, &episode)).await.unwrap();

    let found = lives_of(store, [404, 1]).await;
    assert_eq!(found, [biography(&person, Texts::default())]);
    let found = plots_of(store, &[EpisodeId(404), episode.id]).await;
    assert_eq!(found, [overview(&episode, Texts::default())]);
}

async fn what_a_write_does_not_tell_stays(store: &Opened) {
    let (person, episode) = (person(1), episode(2, 1, 1));
    let first = told(&person, lives(), &episode, plots());
    store.put(&first).await.unwrap();

    let (person, episode) = (next_person(&person), next_episode(&episode));
    store.put(&written(&person, &episode)).await.unwrap();

    assert_eq!(lives_of(store, [1]).await, [biography(&person, lives())]);
    let found = plots_of(store, &[episode.id]).await;
    assert_eq!(found, [overview(&episode, plots())]);
    assert_eq!(store.people(&[person.id]).await.unwrap(), [person]);
}

async fn what_is_told_anew_replaces_all_of_it(store: &Opened) {
    let (mut person, mut episode) = (person(1), episode(2, 1, 1));
    let first = told(&person, lives(), &episode, plots());
    store.put(&first).await.unwrap();

    for anew in [texts(&[("fr", "Née.")]), Texts::default()] {
        (person, episode) = (next_person(&person), next_episode(&episode));
        let next = told(&person, anew.clone(), &episode, anew.clone());
        store.put(&next).await.unwrap();

        let found = lives_of(store, [1]).await;
        assert_eq!(found, [biography(&person, anew.clone())]);
        let found = plots_of(store, &[episode.id]).await;
        assert_eq!(found, [overview(&episode, anew)]);
    }
}

async fn what_is_refused_tells_nothing(store: &Opened) {
    let (person, episode) = (person(1), episode(2, 1, 1));
    let first = told(&person, lives(), &episode, plots());
    store.put(&first).await.unwrap();

    // Both are there already.
    let again = told(&person, Texts::default(), &episode, Texts::default());
    assert!(is_conflict(&store.put(&again).await));

    assert_eq!(lives_of(store, [1]).await, [biography(&person, lives())]);
    let found = plots_of(store, &[episode.id]).await;
    assert_eq!(found, [overview(&episode, plots())]);
}
