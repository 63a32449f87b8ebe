//! Indexes: what the catalogue is found by.

use bson::{Document, doc};

use super::documents::{COLLECTIONS, COUNTERS, EPISODES, FEED, GENRES, PEOPLE, TITLES};
use super::revisions::REVISIONS;
use crate::adapters::mongo::db::{MongoDb, is_duplicate, store_error};
use crate::adapters::mongo::indexes::{Build, Index, drop_obsolete, has, make};
use crate::domain::error::StoreError;

/// Makes the indexes and the counter, unless they are there. Says whether all are there now.
pub(super) async fn ensure(db: &MongoDb, build: Build) -> Result<bool, StoreError> {
    let mut is_whole = true;
    for (collection, indexes) in [
        (TITLES, titles()),
        (PEOPLE, vec![unique("slug"), unique("sequence")]),
        (GENRES, vec![unique("slug"), in_feed()]),
        (COLLECTIONS, vec![unique("slug"), in_feed()]),
        (EPISODES, vec![by_ordinal(), in_feed()]),
        (REVISIONS, revisions()),
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

/// Drops the indexes that only versions of before list titles by. Says whether there were any.
pub(super) async fn clear(db: &MongoDb) -> Result<bool, StoreError> {
    let titles = db.collection::<Document>(TITLES);
    drop_obsolete(&titles, &obsolete_of_titles()).await
}

fn titles() -> Vec<Index> {
    vec![
        unique("slug"),
        unique("sequence"),
        Index::on(doc! { "external_ids": 1 }),
        // Most titles are in no collection.
        Index::on(doc! { "collection.collection": 1 }).sparse(),
        // What was counted lately is read from it alone.
        Index::on(doc! { "counted": 1, "_id": 1, "popularity": 1 }).sparse(),
        // Only titles that wait for projection are in it.
        Index::on(doc! { "unprojected": 1 }).only(doc! { "unprojected": { "$gt": 0 } }),
    ]
}

/// What versions of before listed titles by. Such a version that still runs lists them without, which takes longer.
fn obsolete_of_titles() -> Vec<Document> {
    vec![
        doc! { "credits.person": 1 },
        doc! { "languages": 1 },
        doc! { "year": 1 },
        doc! { "kind": 1, "age": 1, "open_from": 1, "open_until": 1 },
        doc! { "kind": 1, "sort_name": 1, "_id": 1 },
        doc! { "kind": 1, "created_at": -1, "_id": 1 },
        doc! { "kind": 1, "released": -1, "_id": 1 },
        doc! { "kind": 1, "popularity": -1, "_id": 1 },
        doc! { "genres": 1, "sort_name": 1, "_id": 1 },
        doc! { "genres": 1, "created_at": -1, "_id": 1 },
        doc! { "genres": 1, "released": -1, "_id": 1 },
        doc! { "genres": 1, "popularity": -1, "_id": 1 },
    ]
}

fn by_ordinal() -> Index {
    Index::on(doc! { "series": 1, "season": 1, "number": 1 }).unique()
}

fn revisions() -> Vec<Index> {
    vec![
        Index::on(doc! { "sort": 1, "node": 1, "_id": 1 }).named("of_node"),
        Index::on(doc! { "run": 1, "_id": 1 }).named("of_run"),
        Index::on(doc! { "fields": 1, "_id": 1 }).named("of_field"),
        Index::on(doc! { "source": 1, "_id": 1 }).named("of_source"),
        // Commands have no account.
        Index::on(doc! { "user": 1, "_id": 1 })
            .named("of_user")
            .only(has("user")),
    ]
}

/// What was last written before it was part of the change feed has no place there.
fn in_feed() -> Index {
    unique("sequence").sparse()
}

fn unique(field: &str) -> Index {
    Index::on(doc! { field: 1 }).unique()
}
