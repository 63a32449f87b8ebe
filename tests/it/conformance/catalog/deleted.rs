//! What curators have deleted is kept with that, and comes back as it was.

use reelgraph::domain::catalog::{Collection, Episode, Genre, Person, TitleListStore};
use reelgraph::domain::ids::{CollectionId, EpisodeId, TitleId};

use super::backend::{Opened, open};
use super::samples::{
    at, collection, episode, genre, person, put_collections, put_episodes, put_genres, put_people,
    put_titles, series,
};

on_every_backend!(open on [memory, sqlite, mongo]:
    somebody_notes_that_they_were_deleted,
    genres_and_collections_note_what_became_of_them,
    an_episode_that_was_deleted_is_of_no_series,
);

async fn somebody_notes_that_they_were_deleted(store: &Opened) {
    let gone = Person {
        deleted: true,
        stamp: person(1).stamp.next(at(2)),
        ..person(1)
    };
    put_people(store, [person(1), person(2)]).await.unwrap();

    put_people(store, [gone.clone()]).await.unwrap();

    assert_eq!(store.deleted_people().await.unwrap(), [gone.id]);
    assert_eq!(store.people(&[gone.id]).await.unwrap(), vec![gone.clone()]);
    let slugs = [gone.slug.clone()];
    assert_eq!(
        store.people_by_slug(&slugs).await.unwrap(),
        vec![gone.clone()]
    );
    let back = Person {
        deleted: false,
        stamp: gone.stamp.next(at(3)),
        ..gone
    };
    put_people(store, [back.clone()]).await.unwrap();
    assert_eq!(store.deleted_people().await.unwrap(), []);
    assert_eq!(store.people(&[back.id]).await.unwrap(), [back]);
}

async fn genres_and_collections_note_what_became_of_them(store: &Opened) {
    put_genres(store, [genre(1, "Drama")]).await.unwrap();
    put_collections(store, [collection(1), collection(2)])
        .await
        .unwrap();
    let genre = Genre {
        deleted: true,
        stamp: genre(1, "Drama").stamp.next(at(2)),
        ..genre(1, "Drama")
    };
    let merged = Collection {
        merged_into: Some(CollectionId(2)),
        stamp: collection(1).stamp.next(at(2)),
        ..collection(1)
    };
    let deleted = Collection {
        deleted: true,
        stamp: collection(2).stamp.next(at(3)),
        ..collection(2)
    };

    put_genres(store, [genre.clone()]).await.unwrap();
    put_collections(store, [merged.clone(), deleted.clone()])
        .await
        .unwrap();

    let mut gone = store.gone_collections().await.unwrap();
    gone.sort_unstable();
    assert_eq!(gone, [merged.id, deleted.id]);
    assert_eq!(store.genres(&[genre.id]).await.unwrap(), [genre]);
    let of = async |collection: &Collection| store.collections(&[collection.id]).await.unwrap();
    assert_eq!(of(&merged).await, [merged]);
    assert_eq!(of(&deleted).await, [deleted]);
}

async fn an_episode_that_was_deleted_is_of_no_series(store: &Opened) {
    let (own, stays) = (episode(4, 1, 1), episode(4, 1, 2));
    put_titles(store, [series(4)]).await.unwrap();
    put_episodes(store, [own.clone(), stays.clone()])
        .await
        .unwrap();
    let deleted = |episode: &Episode| Episode {
        series: TitleId::of_deleted(episode.id),
        deleted_from: Some(episode.series),
        stamp: episode.stamp.next(at(2)),
        ..episode.clone()
    };
    let of_series = async || store.episodes_of_series(&[TitleId(4)]).await.unwrap();

    put_episodes(store, [deleted(&own)]).await.unwrap();

    assert_eq!(of_series().await, std::slice::from_ref(&stays));
    let found = store.episodes(&[own.id]).await.unwrap();
    assert_eq!(found, [deleted(&own)]);
    // Another one of its place can be deleted as well.
    let other = Episode {
        id: EpisodeId(77),
        ..own.clone()
    };
    put_episodes(store, [other.clone()]).await.unwrap();
    put_episodes(store, [deleted(&other)]).await.unwrap();
    assert_eq!(of_series().await, std::slice::from_ref(&stays));
    let back = Episode {
        stamp: deleted(&own).stamp.next(at(3)),
        ..own
    };
    put_episodes(store, [back.clone()]).await.unwrap();
    assert_eq!(of_series().await, [back, stays]);
}
