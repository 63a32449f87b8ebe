//! Collections, and the titles that are part of them.

use reelgraph::domain::catalog::CatalogBatch;
use reelgraph::domain::ids::CollectionId;

use super::backend::{Opened, open};
use super::samples::{
    by_id, collection, is_conflict, part, put_collections, put_titles, revised, series,
};

on_every_backend!(open on [memory, sqlite, mongo]:
    collections_are_found_by_id_and_slug,
    titles_of_collections_are_those_that_are_part_of_one,
    a_title_may_join_a_collection_move_and_leave_it,
    a_refused_write_leaves_a_title_where_it_was,
    a_collection_and_its_titles_are_one_batch,
);

async fn collections_are_found_by_id_and_slug(store: &Opened) {
    put_collections(store, [collection(1), collection(2), collection(3)])
        .await
        .unwrap();

    let found = store.collections(&[CollectionId(404), CollectionId(2)]);
    assert_eq!(found.await.unwrap(), [collection(2)]);
    let slugs = ["collection-3", "COLLECTION-1", "nothing"].map(str::to_owned);
    let found = store.collections_by_slug(&slugs).await.unwrap();
    assert_eq!(found, [collection(3)]);
}

async fn titles_of_collections_are_those_that_are_part_of_one(store: &Opened) {
    let titles = [
        part(1, Some(1)),
        part(2, Some(2)),
        part(3, None),
        part(4, Some(1)),
        part(5, Some(3)),
        series(6),
    ];
    put_titles(store, titles).await.unwrap();

    let wanted = [CollectionId(3), CollectionId(404), CollectionId(1)];
    let found = store.titles_of_collections(&wanted).await.unwrap();

    let expected = [part(1, Some(1)), part(4, Some(1)), part(5, Some(3))];
    assert_eq!(by_id(found), expected);
}

async fn a_title_may_join_a_collection_move_and_leave_it(store: &Opened) {
    let members = async |number| {
        let found = store.titles_of_collections(&[CollectionId(number)]).await;
        by_id(found.unwrap())
    };
    let alone = part(1, None);
    put_titles(store, [alone.clone(), part(2, Some(1))])
        .await
        .unwrap();

    let joined = revised(&alone, |title| {
        title.collection = part(1, Some(1)).collection;
    });
    put_titles(store, [joined.clone()]).await.unwrap();
    assert_eq!(members(1).await, [joined.clone(), part(2, Some(1))]);

    let moved = revised(&joined, |title| {
        title.collection = part(1, Some(9)).collection;
    });
    put_titles(store, [moved.clone()]).await.unwrap();
    assert_eq!(members(1).await, [part(2, Some(1))]);
    assert_eq!(members(9).await, std::slice::from_ref(&moved));

    let left = revised(&moved, |title| title.collection = None);
    put_titles(store, [left]).await.unwrap();
    assert_eq!(members(9).await, []);
}

async fn a_refused_write_leaves_a_title_where_it_was(store: &Opened) {
    put_titles(store, [part(1, Some(1))]).await.unwrap();
    let moved = revised(&part(1, Some(1)), |title| {
        title.collection = part(1, Some(9)).collection;
    });

    let result = put_titles(store, [moved, part(1, Some(1))]).await;

    assert!(is_conflict(&result));
    let both = [CollectionId(1), CollectionId(9)];
    let found = store.titles_of_collections(&both).await.unwrap();
    assert_eq!(by_id(found), [part(1, Some(1))]);
}

async fn a_collection_and_its_titles_are_one_batch(store: &Opened) {
    let batch = CatalogBatch {
        titles: (1..=1000).map(|number| part(number, Some(1))).collect(),
        collections: vec![collection(1)],
        ..CatalogBatch::default()
    };

    store.put(&batch).await.unwrap();

    let found = store.titles_of_collections(&[CollectionId(1)]).await;
    assert_eq!(by_id(found.unwrap()), batch.titles);
    let found = store.collections(&[CollectionId(1)]).await.unwrap();
    assert_eq!(found, batch.collections);
}
