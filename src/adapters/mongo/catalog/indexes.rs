//! What the catalogue is found by.

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

use super::documents::{COLLECTIONS, COUNTERS, EPISODES, FEED, GENRES, PEOPLE, TITLES};
use crate::adapters::mongo::db::{MongoDb, is_duplicate, store_error};
use crate::domain::error::StoreError;

/// Makes the indexes and the counter, unless they are there.
pub(super) async fn ensure(db: &MongoDb) -> Result<(), StoreError> {
    for (collection, indexes) in [
        (TITLES, titles()),
        (PEOPLE, vec![unique("slug"), unique("sequence")]),
        (GENRES, vec![unique("slug")]),
        (COLLECTIONS, vec![unique("slug")]),
        (EPISODES, vec![place()]),
    ] {
        db.collection::<Document>(collection)
            .create_indexes(indexes)
            .await
            .map_err(store_error)?;
    }
    let counter = db
        .collection::<Document>(COUNTERS)
        .update_one(
            doc! { "_id": FEED },
            doc! { "$setOnInsert": { "last": 0_i64 } },
        )
        .upsert(true)
        .await;
    match counter {
        // Another server that starts at the same time has made it.
        Err(error) if is_duplicate(&error) => Ok(()),
        other => other.map(drop).map_err(store_error),
    }
}

/// Each order once by kind, which every list names (all kinds, if it does not matter), and once by genre. People and
/// external ids have few titles each, so that those can be sorted when they are found.
fn titles() -> Vec<IndexModel> {
    let mut indexes = vec![
        unique("slug"),
        unique("sequence"),
        index(doc! { "credits.person": 1 }),
        index(doc! { "external_ids": 1 }),
        index(doc! { "languages": 1 }),
        index(doc! { "year": 1 }),
        // Counts what may be seen without a look at the documents, and finds the few that are for a small child.
        index(doc! { "kind": 1, "age": 1, "open_from": 1, "open_until": 1 }),
        of_collection(),
        waiting(),
    ];
    for set in ["kind", "genres"] {
        for (order, direction) in [
            ("sort_name", 1),
            ("created_at", -1),
            ("released", -1),
            ("popularity", -1),
        ] {
            indexes.push(index(doc! { set: 1, order: direction, "_id": 1 }));
        }
    }
    indexes
}

/// Only titles that wait for projection are in it.
fn waiting() -> IndexModel {
    let mut index = index(doc! { "unprojected": 1 });
    index
        .options
        .get_or_insert_default()
        .partial_filter_expression = Some(doc! { "unprojected": { "$gt": 0 } });
    index
}

/// Most titles are in no collection, and not in it.
fn of_collection() -> IndexModel {
    let mut index = index(doc! { "collection.collection": 1 });
    index.options.get_or_insert_default().sparse = Some(true);
    index
}

fn place() -> IndexModel {
    let mut index = index(doc! { "series": 1, "season": 1, "number": 1 });
    index.options.get_or_insert_default().unique = Some(true);
    index
}

fn unique(field: &str) -> IndexModel {
    let mut index = index(doc! { field: 1 });
    index.options.get_or_insert_default().unique = Some(true);
    index
}

fn index(keys: Document) -> IndexModel {
    let options = IndexOptions::builder().build();
    IndexModel::builder().keys(keys).options(options).build()
}
