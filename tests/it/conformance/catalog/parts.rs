//! Every part of the catalogue: read whole, and in the change feed.

use chrono::TimeDelta;
use reelgraph::domain::catalog::{
    CatalogBatch, CatalogPart, Changed, Collection, Episode, Genre, Title,
};
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::stamp::Stamp;

use super::backend::{Opened, open};
use super::feed::{changed, sequences};
use super::samples::{
    collection, episode, film, genre, person, put_collections, put_episodes, put_genres,
    put_people, put_titles, revised, series,
};

on_every_backend!(open on [sqlite, mongo]:
    each_part_is_read_whole_in_pages_of_any_size,
    an_empty_part_has_no_page,
    what_cannot_be_read_ends_no_walk,
    titles_come_with_their_watchers,
    what_was_written_since_the_last_change_follows_in_the_feed,
    genres_collections_and_episodes_are_changes,
    the_last_change_is_that_of_the_last_write,
    a_change_that_cannot_be_read_is_told_of,
);

/// Five things of each sort, in no order.
fn everything() -> CatalogBatch {
    let numbers = || [4, 1, 9, 7, 2];
    CatalogBatch {
        titles: numbers().map(of_either_kind).into(),
        people: numbers().map(person).into(),
        genres: numbers().map(|number| genre(number, "Genre")).into(),
        collections: numbers().map(collection).into(),
        episodes: [1, 2, 3, 4, 5].map(|number| episode(3, 1, number)).into(),
        ..CatalogBatch::default()
    }
}

fn of_either_kind(number: u64) -> Title {
    if number.is_multiple_of(2) {
        film(number)
    } else {
        series(number)
    }
}

async fn each_part_is_read_whole_in_pages_of_any_size(store: &Opened) {
    store.put(&everything()).await.unwrap();

    for limit in [1, 2, 4, 5, 6, 100, usize::MAX] {
        let mut found = CatalogBatch::default();
        for part in CatalogPart::ALL {
            let before = found.clone();
            let pages = walk(store, part, limit, &mut found).await;
            assert_eq!(pages, 5_usize.div_ceil(limit), "{part:?} by {limit}");
            assert_ne!(found, before, "{part:?} by {limit}");
        }
        assert_eq!(found, sorted(everything()), "by {limit}");
    }
}

async fn an_empty_part_has_no_page(store: &Opened) {
    for part in CatalogPart::ALL {
        let nothing = (CatalogBatch::default(), None);
        let found = store.part_after(part, i64::MIN, 10).await.unwrap();
        assert_eq!(found, nothing, "{part:?}");
    }
}

async fn what_cannot_be_read_ends_no_walk(store: &Opened) {
    store.put(&everything()).await.unwrap();
    let all = sorted(everything());
    for spoilt in [1, 2] {
        store
            .spoil(CatalogPart::Titles, all.titles[spoilt].id.to_i64())
            .await;
        store
            .spoil(CatalogPart::People, all.people[spoilt].id.to_i64())
            .await;
        store
            .spoil(CatalogPart::Genres, all.genres[spoilt].id.to_i64())
            .await;
        let collection = all.collections[spoilt].id.to_i64();
        store.spoil(CatalogPart::Collections, collection).await;
        let episode = all.episodes[spoilt].id.to_i64();
        store.spoil(CatalogPart::Episodes, episode).await;
    }
    let mut readable = all;
    readable.titles.drain(1..=2);
    readable.people.drain(1..=2);
    readable.genres.drain(1..=2);
    readable.collections.drain(1..=2);
    readable.episodes.drain(1..=2);

    for limit in [1, 2, 3, 100] {
        let mut found = CatalogBatch::default();
        for part in CatalogPart::ALL {
            walk(store, part, limit, &mut found).await;
        }
        assert_eq!(found, readable, "by {limit}");
    }
}

async fn titles_come_with_their_watchers(store: &Opened) {
    put_titles(store, [film(1), film(2)]).await.unwrap();
    store.put_watchers(1, &[(TitleId(2), 5)]).await.unwrap();

    let (found, next) = store
        .part_after(CatalogPart::Titles, i64::MIN, 10)
        .await
        .unwrap();

    let watched = Title {
        watchers: 5,
        ..film(2)
    };
    assert_eq!((found.titles, next), (vec![film(1), watched], None));
}

async fn what_was_written_since_the_last_change_follows_in_the_feed(store: &Opened) {
    store.put(&everything()).await.unwrap();
    let from = store.last_change().await.unwrap();

    let (first, next) = store
        .part_after(CatalogPart::Titles, i64::MIN, 2)
        .await
        .unwrap();
    let again = revised(&of_either_kind(1), |title| title.year = Some(2001));
    put_titles(store, [again.clone(), film(0)]).await.unwrap();
    let (rest, last) = store
        .part_after(CatalogPart::Titles, next.unwrap(), 100)
        .await
        .unwrap();
    let changes = store.changes_after(from, 100).await.unwrap();

    assert_eq!(first.titles, [of_either_kind(1), film(2)]);
    assert_eq!(rest.titles, [film(4), of_either_kind(7), of_either_kind(9)]);
    assert_eq!(last, None);
    let changes: Vec<_> = changes.into_iter().map(|change| change.changed).collect();
    assert_eq!(changes, [Changed::Title(again), Changed::Title(film(0))]);
}

async fn genres_collections_and_episodes_are_changes(store: &Opened) {
    put_episodes(store, [episode(1, 1, 1), episode(1, 1, 2)])
        .await
        .unwrap();
    put_genres(store, [genre(1, "Drama")]).await.unwrap();
    put_titles(store, [film(1)]).await.unwrap();
    put_collections(store, [collection(1)]).await.unwrap();
    let seen = store.changes_after(0, 100).await.unwrap();

    let genre = Genre {
        name: "Dramatic".to_owned(),
        stamp: next(genre(1, "Drama").stamp),
        ..genre(1, "Drama")
    };
    let collection = Collection {
        name: "All of it".to_owned(),
        stamp: next(collection(1).stamp),
        ..collection(1)
    };
    let episode_again = Episode {
        name: None,
        stamp: next(episode(1, 1, 1).stamp),
        ..episode(1, 1, 1)
    };
    put_collections(store, [collection.clone()]).await.unwrap();
    put_genres(store, [genre.clone()]).await.unwrap();
    put_episodes(store, [episode_again.clone()]).await.unwrap();

    assert_eq!(
        changed(&seen),
        [
            Changed::Episode(episode(1, 1, 1)),
            Changed::Episode(episode(1, 1, 2)),
            Changed::Genre(self::genre(1, "Drama")),
            Changed::Title(film(1)),
            Changed::Collection(self::collection(1)),
        ]
    );
    let last = seen.last().unwrap().sequence;
    let news = [
        Changed::Collection(collection),
        Changed::Genre(genre),
        Changed::Episode(episode_again),
    ];
    let since = store.changes_after(last, 100).await.unwrap();
    assert_eq!(changed(&since), news);
    let all = store.changes_after(0, 100).await.unwrap();
    assert!(all.is_sorted_by(|a, b| a.sequence < b.sequence));
    let still = [Changed::Episode(episode(1, 1, 2)), Changed::Title(film(1))];
    assert_eq!(changed(&all), [&still[..], &news].concat());
}

async fn the_last_change_is_that_of_the_last_write(store: &Opened) {
    let before = store.last_change().await.unwrap();

    let mut last = Vec::new();
    put_titles(store, [film(1), film(2)]).await.unwrap();
    last.push(store.last_change().await.unwrap());
    put_people(store, [person(1)]).await.unwrap();
    last.push(store.last_change().await.unwrap());
    put_genres(store, [genre(1, "Drama")]).await.unwrap();
    last.push(store.last_change().await.unwrap());
    put_collections(store, [collection(1)]).await.unwrap();
    last.push(store.last_change().await.unwrap());
    put_episodes(store, [episode(1, 1, 1)]).await.unwrap();
    last.push(store.last_change().await.unwrap());
    store.put_watchers(1, &[(TitleId(1), 5)]).await.unwrap();

    assert_eq!(before, 0);
    let changes = sequences(&store.changes_after(0, 100).await.unwrap());
    assert_eq!(last, changes[1..]);
    assert_eq!(store.last_change().await.unwrap(), last[4]);
}

async fn a_change_that_cannot_be_read_is_told_of(store: &Opened) {
    put_genres(store, (1..=4).map(|number| genre(number, "Genre")))
        .await
        .unwrap();
    for spoilt in [1, 2, 4] {
        store.spoil(CatalogPart::Genres, spoilt).await;
    }
    put_episodes(store, [episode(1, 1, 1)]).await.unwrap();

    let found = store.changes_after(0, 100).await.unwrap();
    let part = store.changes_after(0, 2).await.unwrap();

    let expected = [
        Changed::Unreadable(CatalogPart::Genres, 1),
        Changed::Unreadable(CatalogPart::Genres, 2),
        Changed::Genre(genre(3, "Genre")),
        Changed::Unreadable(CatalogPart::Genres, 4),
        Changed::Episode(episode(1, 1, 1)),
    ];
    assert_eq!(changed(&found), expected);
    assert_eq!(changed(&part), expected[..2]);
}

/// Reads a part in pages. Says how many there were.
async fn walk(store: &Opened, part: CatalogPart, limit: usize, found: &mut CatalogBatch) -> usize {
    let (mut pages, mut after) = (0, i64::MIN);
    loop {
        let (page, next) = store.part_after(part, after, limit).await.unwrap();
        pages += 1;
        found.titles.extend(page.titles);
        found.people.extend(page.people);
        found.genres.extend(page.genres);
        found.collections.extend(page.collections);
        found.episodes.extend(page.episodes);
        match next {
            Some(next) => {
                assert!(next > after, "{part:?} goes on after {next}");
                after = next;
            }
            None => return pages,
        }
    }
}

/// As parts are read: by id.
fn sorted(mut batch: CatalogBatch) -> CatalogBatch {
    batch.titles.sort_by_key(|title| title.id.to_i64());
    batch.people.sort_by_key(|person| person.id.to_i64());
    batch.genres.sort_by_key(|genre| genre.id.to_i64());
    batch.collections.sort_by_key(|it| it.id.to_i64());
    batch.episodes.sort_by_key(|episode| episode.id.to_i64());
    batch
}

fn next(stamp: Stamp) -> Stamp {
    stamp.next(stamp.updated_at + TimeDelta::minutes(1))
}
