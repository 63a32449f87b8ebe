//! The change feed, and the catalogue read whole.

use bson::{Document, RawDocumentBuf, doc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::documents::{COLLECTIONS, COUNTERS, EPISODES, FEED, GENRES, PEOPLE, TITLES, readable};
use crate::adapters::mongo::db::{MongoDb, patiently, store_error};
use crate::adapters::mongo::fields;
use crate::adapters::mongo::find::{self, BATCH};
use crate::domain::catalog::{CatalogBatch, CatalogPart, Change, Changed};
use crate::domain::error::StoreError;

/// A document with its place in the feed.
#[derive(Deserialize)]
struct Entry {
    sequence: i64,
    collection: String,
    document: RawDocumentBuf,
}

/// Up to `limit` changes after a number.
pub(super) async fn changes_after(
    db: &MongoDb,
    sequence: u64,
    limit: usize,
) -> Result<Vec<Change>, StoreError> {
    let mut from = i64::try_from(sequence).unwrap_or(i64::MAX);
    let mut changes = Vec::new();
    while changes.len() < limit {
        let wanted = limit - changes.len();
        let entries = patiently(db.timeout, entries_after(db, from, wanted)).await?;
        from = entries.last().map_or(from, |last| last.sequence);
        let is_last = entries.len() < wanted;
        changes.extend(entries.iter().filter_map(change));
        // Those without an id of ours were passed over: there may be more beyond them.
        if is_last {
            break;
        }
    }
    Ok(changes)
}

/// The number of the last change.
pub(super) async fn last_change(db: &MongoDb) -> Result<u64, StoreError> {
    patiently(db.timeout, async {
        let mut session = db.session().await?;
        last(db, &mut session).await.map(i64::cast_unsigned)
    })
    .await
}

/// A page of a part of the catalogue, by id, and where it goes on.
pub(super) async fn part_after(
    db: &MongoDb,
    part: CatalogPart,
    after: i64,
    limit: usize,
) -> Result<(CatalogBatch, Option<i64>), StoreError> {
    let mut batch = CatalogBatch::default();
    let next = match part {
        CatalogPart::Titles => page(db, TITLES, after, limit, &mut batch.titles).await,
        CatalogPart::People => page(db, PEOPLE, after, limit, &mut batch.people).await,
        CatalogPart::Genres => page(db, GENRES, after, limit, &mut batch.genres).await,
        CatalogPart::Collections => {
            page(db, COLLECTIONS, after, limit, &mut batch.collections).await
        }
        CatalogPart::Episodes => page(db, EPISODES, after, limit, &mut batch.episodes).await,
    };
    Ok((batch, next?))
}

/// Puts what can be read of a page of a collection into `things`. Says after which id it goes on.
async fn page<T: DeserializeOwned>(
    db: &MongoDb,
    collection: &'static str,
    after: i64,
    limit: usize,
    things: &mut Vec<T>,
) -> Result<Option<i64>, StoreError> {
    let documents = db.collection::<RawDocumentBuf>(collection);
    let beyond = doc! { "_id": { "$gt": after } };
    // With one more, to know whether it goes on.
    let most = Some(limit.saturating_add(1));
    let mut found = find::documents(&documents, beyond, doc! { "_id": 1 }, most).await?;
    let goes_on = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map_or(Ok(after), |last| last.get_i64("_id"));
    let last = last.map_err(StoreError::failed)?;
    let read = found.iter().filter_map(|it| readable(collection, it));
    things.extend(read);
    Ok(goes_on.then_some(last))
}

/// Up to `limit` documents that stand in the feed after a number.
async fn entries_after(db: &MongoDb, from: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
    // The session makes each read see at least what the one before it saw. The collections are read one after the other,
    // so what is committed meanwhile must not count: the counter says how far all is there. A document that is written
    // meanwhile is missing here and comes later, at its new place.
    let mut session = db.session().await?;
    let to = last(db, &mut session).await?;
    if to <= from {
        return Ok(Vec::new());
    }
    let titles = db.collection::<Document>(TITLES);
    let found = titles
        .aggregate(entries(from, to, fields::limit(limit)))
        .batch_size(BATCH)
        .session(&mut session)
        .with_type::<Entry>();
    let mut found = found.await.map_err(store_error)?;
    let found = found.stream(&mut session).try_collect().await;
    found.map_err(store_error)
}

async fn last(db: &MongoDb, session: &mut ClientSession) -> Result<i64, StoreError> {
    let counter = db
        .collection::<Document>(COUNTERS)
        .find_one(doc! { "_id": FEED })
        .session(session)
        .await
        .map_err(store_error)?;
    Ok(counter.map_or(0, |counter| counter.get_i64("last").unwrap_or(0)))
}

/// The stages that find [`Entry`]s of all collections in their order; they begin with titles. Each part runs along an
/// index.
fn entries(from: i64, to: i64, limit: i64) -> Vec<Document> {
    let part = |collection: &str| {
        vec![
            doc! { "$match": { "sequence": { "$gt": from, "$lte": to } } },
            doc! { "$sort": { "sequence": 1 } },
            doc! { "$limit": limit },
            doc! { "$project": {
                "_id": 0,
                "sequence": 1,
                "collection": { "$literal": collection },
                "document": "$$ROOT",
            } },
        ]
    };
    let mut stages = part(TITLES);
    for collection in [PEOPLE, GENRES, COLLECTIONS, EPISODES] {
        stages.push(doc! { "$unionWith": { "coll": collection, "pipeline": part(collection) } });
    }
    stages.extend([
        doc! { "$sort": { "sequence": 1 } },
        doc! { "$limit": limit },
    ]);
    stages
}

/// What an entry tells; `None`: it is nothing that any version has written.
fn change(entry: &Entry) -> Option<Change> {
    let document = &entry.document;
    let (part, read) = match entry.collection.as_str() {
        TITLES => (
            CatalogPart::Titles,
            readable(TITLES, document).map(Changed::Title),
        ),
        PEOPLE => (
            CatalogPart::People,
            readable(PEOPLE, document).map(Changed::Person),
        ),
        GENRES => (
            CatalogPart::Genres,
            readable(GENRES, document).map(Changed::Genre),
        ),
        COLLECTIONS => (
            CatalogPart::Collections,
            readable(COLLECTIONS, document).map(Changed::Collection),
        ),
        _ => (
            CatalogPart::Episodes,
            readable(EPISODES, document).map(Changed::Episode),
        ),
    };
    let unreadable = || Some(Changed::Unreadable(part, document.get_i64("_id").ok()?));
    Some(Change {
        sequence: entry.sequence.cast_unsigned(),
        changed: read.or_else(unreadable)?,
    })
}
