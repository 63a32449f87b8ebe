//! What is written, and what is refused: whole or not at all.

use futures::future::join_all;
use reelgraph::domain::catalog::{
    CatalogBatch, Collection, Episode, Genre, Person, TitleFilter, TitleListStore, Visibility,
};
use reelgraph::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};

use super::backend::{Opened, open};
use super::samples::{
    by_id, collection, episode, film, genre, is_conflict, person, put_collections, put_episodes,
    put_genres, put_people, put_titles, revised, series,
};

on_every_backend!(open on [memory, sqlite, mongo]:
    a_batch_is_written_whole,
    an_empty_batch_changes_nothing,
    a_batch_is_seen_whole,
    a_batch_of_which_a_part_does_not_fit_is_not_written,
    a_first_revision_needs_an_id_that_is_not_there,
    a_later_revision_replaces_the_one_before_it,
    a_revision_that_is_not_the_next_is_refused,
    a_document_is_replaced_twice_in_one_batch,
    a_slug_belongs_to_one_thing_of_a_kind,
    a_slug_that_is_given_up_can_be_taken,
    a_place_belongs_to_one_episode,
    of_concurrent_writes_to_one_document_one_wins,
    concurrent_writes_to_different_documents_all_win,
    a_thousand_titles_and_their_people_are_one_batch,
);

async fn a_batch_is_written_whole(store: &Opened) {
    let batch = everything();

    store.put(&batch).await.unwrap();

    assert_eq!(stored(store).await, batch);
}

async fn a_batch_is_seen_whole(store: &Opened) {
    put_titles(store, [film(1), film(2)]).await.unwrap();
    let writer = async {
        let mut titles = [film(1), film(2)];
        for _ in 0..20 {
            titles = titles.map(|title| revised(&title, |_| ()));
            put_titles(store, titles.clone()).await.unwrap();
        }
    };
    let reader = async {
        loop {
            let found = store.titles(&[TitleId(1), TitleId(2)]).await.unwrap();
            let revisions: Vec<_> = found.iter().map(|title| title.stamp.revision).collect();
            assert_eq!(revisions[0], revisions[1]);
            if revisions[0] == 21 {
                break;
            }
            // What comes from memory does not wait.
            tokio::task::yield_now().await;
        }
    };

    tokio::join!(writer, reader);
}

async fn an_empty_batch_changes_nothing(store: &Opened) {
    store.put(&everything()).await.unwrap();

    store.put(&CatalogBatch::default()).await.unwrap();
    store.put_watchers(1, &[]).await.unwrap();
    store.source().mark_titles_projected(&[]).await.unwrap();

    assert_eq!(stored(store).await, everything());
}

async fn a_batch_of_which_a_part_does_not_fit_is_not_written(store: &Opened) {
    store.put(&everything()).await.unwrap();
    let changes = store.changes_after(0, 100).await.unwrap();
    let fitting = CatalogBatch {
        titles: vec![
            revised(&film(1), |title| title.genres = vec![GenreId(404)]),
            film(11),
        ],
        people: vec![person(11)],
        genres: vec![genre(11, "New")],
        collections: vec![collection(11)],
        episodes: vec![episode(2, 1, 11)],
        ..CatalogBatch::default()
    };
    let parts: [fn(&mut CatalogBatch); 5] = [
        |batch| batch.titles.push(film(1)),
        |batch| batch.people.push(person(1)),
        |batch| batch.genres.push(genre(1, "Again")),
        |batch| batch.collections.push(collection(1)),
        |batch| batch.episodes.push(episode(2, 1, 1)),
    ];
    for add_what_is_there in parts {
        let mut batch = fitting.clone();
        add_what_is_there(&mut batch);

        assert!(is_conflict(&store.put(&batch).await), "{batch:?}");

        assert_eq!(stored(store).await, everything());
        assert_eq!(store.changes_after(0, 100).await.unwrap(), changes);
        let moved = TitleFilter {
            genres: Some(vec![GenreId(404)]),
            ..TitleFilter::default()
        };
        assert_eq!(
            store
                .count_titles(&Visibility::everything(), &moved)
                .await
                .unwrap(),
            0
        );
    }
    store.put(&fitting).await.unwrap();
}

async fn a_first_revision_needs_an_id_that_is_not_there(store: &Opened) {
    store.put(&everything()).await.unwrap();
    let mut title = film(1);
    title.slug = "another".into();
    let mut person = person(1);
    person.slug = "another".into();
    let mut genre = genre(1, "Another");
    genre.slug = "another".into();
    let mut episode = episode(2, 1, 1);
    episode.number = 77;

    assert!(is_conflict(&put_titles(store, [title]).await));
    assert!(is_conflict(&put_people(store, [person]).await));
    assert!(is_conflict(&put_genres(store, [genre]).await));
    assert!(is_conflict(&put_episodes(store, [episode]).await));
    assert!(is_conflict(&put_titles(store, [film(5), film(5)]).await));

    assert_eq!(stored(store).await, everything());
}

async fn a_later_revision_replaces_the_one_before_it(store: &Opened) {
    store.put(&everything()).await.unwrap();
    let next = next_of_everything();

    store.put(&next).await.unwrap();

    assert_eq!(stored(store).await, next);
}

async fn a_revision_that_is_not_the_next_is_refused(store: &Opened) {
    store.put(&everything()).await.unwrap();
    store.put(&next_of_everything()).await.unwrap();
    for revision in [0, 1, 2, 4, 5] {
        let mut batch = next_of_everything();
        batch.titles[0].stamp.revision = revision;
        batch.people[0].stamp.revision = revision;
        batch.genres[0].stamp.revision = revision;
        batch.episodes[0].stamp.revision = revision;

        let title = put_titles(store, [batch.titles[0].clone()]).await;
        let person = put_people(store, [batch.people[0].clone()]).await;
        let genre = put_genres(store, [batch.genres[0].clone()]).await;
        let episode = put_episodes(store, [batch.episodes[0].clone()]).await;

        for result in [title, person, genre, episode] {
            assert!(is_conflict(&result), "revision {revision}");
        }
    }
    let not_there = revised(&film(404), |_| ());
    assert!(is_conflict(&put_titles(store, [not_there]).await));
    assert_eq!(stored(store).await, next_of_everything());
}

async fn a_document_is_replaced_twice_in_one_batch(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    let second = revised(&film(1), |title| title.duration = Some(2));
    let third = revised(&second, |title| title.duration = Some(3));

    let wrong_way = put_titles(store, [third.clone(), second.clone()]).await;
    put_titles(store, [second, third.clone()]).await.unwrap();

    assert!(is_conflict(&wrong_way));
    let found = store.titles(&[TitleId(1)]).await.unwrap();
    assert_eq!(by_id(found), [third]);
}

async fn a_slug_belongs_to_one_thing_of_a_kind(store: &Opened) {
    let mut all = everything();
    for title in &mut all.titles {
        title.slug = format!("slug-{}", title.id);
    }
    for person in &mut all.people {
        person.slug = format!("slug-{}", person.id);
    }
    for genre in &mut all.genres {
        genre.slug = format!("slug-{}", genre.id);
    }
    for collection in &mut all.collections {
        collection.slug = format!("slug-{}", collection.id);
    }
    store.put(&all).await.unwrap();
    let slug = || "slug-1".to_owned();

    let mut title = film(9);
    title.slug = slug();
    assert!(is_conflict(&put_titles(store, [title]).await));
    let title = revised(&all.titles[1], |title| title.slug = slug());
    assert!(is_conflict(&put_titles(store, [title]).await));
    let mut new = person(9);
    new.slug = slug();
    assert!(is_conflict(&put_people(store, [new]).await));
    let mut next = all.people[1].clone();
    next.stamp.revision = 2;
    next.slug = slug();
    assert!(is_conflict(&put_people(store, [next]).await));
    let mut new = genre(9, "New");
    new.slug = slug();
    assert!(is_conflict(&put_genres(store, [new]).await));
    let mut next = all.genres[1].clone();
    next.stamp.revision = 2;
    next.slug = slug();
    assert!(is_conflict(&put_genres(store, [next]).await));
    let mut new = collection(9);
    new.slug = slug();
    assert!(is_conflict(&put_collections(store, [new]).await));
    let mut next = all.collections[1].clone();
    next.stamp.revision = 2;
    next.slug = slug();
    assert!(is_conflict(&put_collections(store, [next]).await));

    assert_eq!(stored(store).await, all);
}

async fn a_slug_that_is_given_up_can_be_taken(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    let renamed = revised(&film(1), |title| title.slug = "renamed".into());
    let mut heir = film(2);
    heir.slug = film(1).slug;

    put_titles(store, [heir.clone(), renamed.clone()])
        .await
        .unwrap();

    let slugs = [film(1).slug, renamed.slug.clone()];
    let found = store.titles_by_slug(&slugs).await.unwrap();
    assert_eq!(by_id(found), [renamed, heir]);
}

async fn a_place_belongs_to_one_episode(store: &Opened) {
    let all = [episode(2, 1, 1), episode(2, 1, 2)];
    put_episodes(store, all.clone()).await.unwrap();
    let new = Episode {
        id: EpisodeId(77),
        ..episode(2, 1, 1)
    };
    let mut moved = episode(2, 1, 2);
    moved.stamp.revision = 2;
    moved.number = 1;
    let elsewhere = [
        Episode {
            id: EpisodeId(78),
            ..episode(2, 2, 1)
        },
        Episode {
            id: EpisodeId(79),
            ..episode(3, 1, 1)
        },
    ];

    assert!(is_conflict(&put_episodes(store, [new]).await));
    assert!(is_conflict(&put_episodes(store, [moved]).await));
    put_episodes(store, elsewhere.clone()).await.unwrap();

    let found = store.episodes_of_series(&[TitleId(2), TitleId(3)]).await;
    assert_eq!(found.unwrap(), [all, elsewhere].concat());
}

async fn of_concurrent_writes_to_one_document_one_wins(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    let rivals: Vec<_> = (1..=8)
        .map(|number| revised(&film(1), |title| title.duration = Some(number)))
        .collect();

    let results = join_all(
        rivals
            .iter()
            .map(|title| put_titles(store, [title.clone()])),
    )
    .await;

    let winners: Vec<_> = std::iter::zip(&rivals, &results)
        .filter(|(_, result)| result.is_ok())
        .map(|(title, _)| title)
        .collect();
    let refused = results.iter().filter(|result| is_conflict(result)).count();
    assert_eq!((winners.len(), refused), (1, 7), "{results:?}");
    let found = store.titles(&[TitleId(1)]).await.unwrap();
    assert_eq!(by_id(found).iter().collect::<Vec<_>>(), winners);
}

async fn concurrent_writes_to_different_documents_all_win(store: &Opened) {
    let all: Vec<_> = (1..=30).map(film).collect();

    let writes = all.iter().map(|title| put_titles(store, [title.clone()]));
    let results = join_all(writes).await;

    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(store.source().titles_after(None, 100).await.unwrap(), all);
}

async fn a_thousand_titles_and_their_people_are_one_batch(store: &Opened) {
    let batch = CatalogBatch {
        titles: (1..=1000).map(film).collect(),
        people: (1..=1500).map(person).collect(),
        ..CatalogBatch::default()
    };
    let next = CatalogBatch {
        titles: batch.titles.iter().map(|t| revised(t, |_| ())).collect(),
        ..CatalogBatch::default()
    };

    store.put(&batch).await.unwrap();
    store.put(&next).await.unwrap();

    let found = store.source().titles_after(None, 2000).await.unwrap();
    assert_eq!(found, next.titles);
    let ids: Vec<_> = (1..=1500).map(PersonId).collect();
    let mut people = store.people(&ids).await.unwrap();
    people.sort_by_key(|person| person.id);
    assert_eq!(people, batch.people);
}

/// Two of each kind, sorted by id.
fn everything() -> CatalogBatch {
    CatalogBatch {
        titles: vec![film(1), series(2)],
        people: vec![person(1), person(2)],
        genres: vec![genre(1, "Drama"), genre(2, "War")],
        collections: vec![collection(1), collection(2)],
        episodes: vec![episode(2, 1, 1), episode(2, 1, 2)],
        ..CatalogBatch::default()
    }
}

/// The same, written once more, with something changed in each.
fn next_of_everything() -> CatalogBatch {
    let all = everything();
    CatalogBatch {
        titles: all
            .titles
            .iter()
            .map(|title| revised(title, |title| title.slug.push_str("-new")))
            .collect(),
        people: all.people.into_iter().map(next_person).collect(),
        genres: all.genres.into_iter().map(next_genre).collect(),
        collections: all.collections.into_iter().map(next_collection).collect(),
        episodes: all.episodes.into_iter().map(next_episode).collect(),
        ..CatalogBatch::default()
    }
}

fn next_person(person: Person) -> Person {
    Person {
        slug: format!("{}-new", person.slug),
        born: None,
        stamp: person.stamp.next(person.stamp.updated_at),
        ..person
    }
}

fn next_genre(genre: Genre) -> Genre {
    Genre {
        name: format!("{} new", genre.name),
        stamp: genre.stamp.next(genre.stamp.updated_at),
        ..genre
    }
}

fn next_collection(collection: Collection) -> Collection {
    Collection {
        name: format!("{} new", collection.name),
        stamp: collection.stamp.next(collection.stamp.updated_at),
        ..collection
    }
}

fn next_episode(episode: Episode) -> Episode {
    Episode {
        name: None,
        number: episode.number + 10,
        stamp: episode.stamp.next(episode.stamp.updated_at),
        ..episode
    }
}

/// All that is stored, sorted by id.
async fn stored(store: &Opened) -> CatalogBatch {
    let ids = || 1..=100;
    let series: Vec<_> = ids().map(TitleId).collect();
    let people: Vec<_> = ids().map(PersonId).collect();
    let mut people = store.people(&people).await.unwrap();
    people.sort_by_key(|person| person.id);
    let mut genres = store.all_genres().await.unwrap();
    genres.sort_by_key(|genre| genre.id);
    let collections: Vec<_> = ids().map(CollectionId).collect();
    let mut collections = store.collections(&collections).await.unwrap();
    collections.sort_by_key(|collection| collection.id);
    CatalogBatch {
        titles: store.source().titles_after(None, 100).await.unwrap(),
        people,
        genres,
        collections,
        episodes: store.episodes_of_series(&series).await.unwrap(),
        ..CatalogBatch::default()
    }
}
