//! Indexes: what the catalogue is found by.

use bson::{Document, doc};

use super::documents::{COLLECTIONS, COUNTERS, EPISODES, FEED, GENRES, PEOPLE, TITLES};
use crate::adapters::mongo::db::{MongoDb, is_duplicate, store_error};
use crate::adapters::mongo::indexes::{Build, Index, make};
use crate::domain::error::StoreError;

/// Makes the indexes and the counter, unless they are there. Says whether all are there now.
pub(super) async fn ensure(db: &MongoDb, build: Build) -> Result<bool, StoreError> {
    let mut is_whole = true;
    for (collection, indexes) in [
        (TITLES, titles()),
        (PEOPLE, vec![unique("slug"), unique("sequence")]),
        (GENRES, vec![unique("slug")]),
        (COLLECTIONS, vec![unique("slug")]),
        (EPISODES, vec![by_ordinal()]),
    ] {
        is_whole &= make(&db.collection::<Document>(collection), indexes, build).await?;
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
        Err(error) if is_duplicate(&error) => Ok(is_whole),
        other => other.map(|_| is_whole).map_err(store_error),
    }
}

/// Each order once by kind, which every list names (all kinds, if it does not matter), and once by genre. People and
/// external ids have few titles each, so that those can be sorted when they are found.
fn titles() -> Vec<Index> {
    let mut indexes = vec![
        unique("slug"),
        unique("sequence"),
        Index::on(doc! { "credits.person": 1 }),
        Index::on(doc! { "external_ids": 1 }),
        Index::on(doc! { "languages": 1 }),
        Index::on(doc! { "year": 1 }),
        // Counts what may be seen without a look at the documents, and finds the few that are for a small child.
        Index::on(doc! { "kind": 1, "age": 1, "open_from": 1, "open_until": 1 }),
        // Most titles are in no collection.
        Index::on(doc! { "collection.collection": 1 }).sparse(),
        // What was counted lately is read from it alone.
        Index::on(doc! { "counted": 1, "_id": 1, "popularity": 1 }).sparse(),
        // Only titles that wait for projection are in it.
        Index::on(doc! { "unprojected": 1 }).only(doc! { "unprojected": { "$gt": 0 } }),
    ];
    for set in ["kind", "genres"] {
        for (order, direction) in [
            ("sort_name", 1),
            ("created_at", -1),
            ("released", -1),
            ("popularity", -1),
        ] {
            indexes.push(Index::on(doc! { set: 1, order: direction, "_id": 1 }));
        }
    }
    indexes
}

fn by_ordinal() -> Index {
    Index::on(doc! { "series": 1, "season": 1, "number": 1 }).unique()
}

fn unique(field: &str) -> Index {
    Index::on(doc! { field: 1 }).unique()
}
