//! What changes the catalogue, inside a transaction.

use std::collections::HashMap;

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Error;
use mongodb::options::ReturnDocument;

use super::documents::{self, COLLECTIONS, COUNTERS, EPISODES, FEED, GENRES, PEOPLE, TITLES};
use super::revisions::{REVISIONS, RevisionDocument};
use super::value_sources::{self, VALUE_SOURCES};
use crate::adapters::mongo::bulk::{Update, update, update_each};
use crate::adapters::mongo::db::{Abort, MongoDb, is_duplicate, store_error};
use crate::adapters::mongo::fields;
use crate::adapters::mongo::find::BATCH;
use crate::domain::catalog::CatalogBatch;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;

/// How many updates go in one command: the greatest documents have some 50 kB.
const UPDATES: usize = 200;

/// A batch as documents, so that a transaction that is tried again need not make them anew.
pub(super) struct Prepared {
    parts: [Part; 5],
    revisions: Vec<RevisionDocument>,
    value_sources: Vec<Update<Document, Document>>,
}

/// What is written to one collection.
struct Part {
    collection: &'static str,
    /// What things of it are called in revisions.
    sort: &'static str,
    /// Those that replace the document of one revision less.
    replacing: Vec<Document>,
    new: Vec<Document>,
}

impl Prepared {
    pub(super) fn new(batch: &CatalogBatch) -> Result<Self, StoreError> {
        let titles = batch.titles.iter();
        let people = batch.people.iter();
        let genres = batch.genres.iter();
        let collections = batch.collections.iter();
        let episodes = batch.episodes.iter();
        let revisions = batch.revisions.iter().map(RevisionDocument::of);
        let value_sources = batch.value_sources.iter().map(value_sources::update);
        Ok(Self {
            revisions: revisions.collect::<Result<_, _>>()?,
            value_sources: value_sources.collect::<Result<_, _>>()?,
            parts: [
                Part::new((TITLES, "title"), titles.map(documents::title))?,
                Part::new(
                    (PEOPLE, "person"),
                    people.map(|person| documents::person(person, batch)),
                )?,
                Part::new(
                    (GENRES, "genre"),
                    genres.map(|genre| documents::document(genre, &genre.stamp)),
                )?,
                Part::new(
                    (COLLECTIONS, "collection"),
                    collections.map(|it| documents::document(it, &it.stamp)),
                )?,
                Part::new(
                    (EPISODES, "episode"),
                    episodes.map(|episode| documents::episode(episode, batch)),
                )?,
            ],
        })
    }
}

impl Part {
    fn new(
        (collection, sort): (&'static str, &'static str),
        documents: impl Iterator<Item = Result<Document, StoreError>>,
    ) -> Result<Self, StoreError> {
        let documents: Vec<Document> = documents.collect::<Result<_, _>>()?;
        let (new, replacing) = documents
            .into_iter()
            .partition(|document| revision(document) == 1);
        Ok(Self {
            collection,
            sort,
            replacing,
            new,
        })
    }

    fn len(&self) -> usize {
        self.replacing.len() + self.new.len()
    }
}

/// Writes a batch. What replaces a document goes before what is new, so that a slug or ordinal that one thing gives up
/// can be taken by a new one in the same batch.
pub(super) async fn put(
    db: &MongoDb,
    session: &mut ClientSession,
    batch: &Prepared,
) -> Result<(), Abort<StoreError>> {
    let count = batch.parts.iter().map(Part::len).sum();
    let mut feed = Feed::reserve(db, session, count).await?;
    for part in &batch.parts {
        let updates: Vec<_> = part
            .replacing
            .iter()
            .map(|document| replacement(part, document, &mut feed))
            .collect();
        let found = update(db, session, part.collection, &updates, UPDATES).await?;
        if found != updates.len() {
            return Err(Abort::Refused(StoreError::Conflict));
        }
        if part.new.is_empty() {
            continue;
        }
        let new = part.new.iter().map(|document| {
            let mut document = document.clone();
            let sequence = feed.next(part, &document);
            document.insert("sequence", sequence);
            if part.collection == TITLES {
                document.insert("unprojected", sequence);
                document.insert("popularity", 0_i64);
            }
            document
        });
        db.collection::<Document>(part.collection)
            .insert_many(new)
            .session(&mut *session)
            .await
            .map_err(refused_if_taken)?;
    }
    update(db, session, VALUE_SOURCES, &batch.value_sources, UPDATES).await?;
    if batch.revisions.is_empty() {
        return Ok(());
    }
    let revisions = batch.revisions.iter().map(|revision| {
        let place = feed.places.get(&revision.of_document());
        let place = place.ok_or_else(|| {
            StoreError::failed("a batch has a revision of what is not written with it")
        })?;
        revision.at(*place)
    });
    let revisions: Result<Vec<Document>, StoreError> = revisions.collect();
    db.collection::<Document>(REVISIONS)
        .insert_many(revisions.map_err(Abort::Refused)?)
        .session(session)
        .await
        .map(drop)
        .map_err(refused_if_taken)
}

/// Takes the mark from titles that were not written since.
pub(super) async fn mark_projected(
    db: &MongoDb,
    titles: &[(TitleId, u64)],
) -> Result<(), StoreError> {
    let updates = titles.iter().map(|(title, revision)| {
        Update::of(
            doc! { "_id": title.to_i64(), "revision": revision.cast_signed() },
            doc! { "$unset": { "unprojected": "" } },
        )
    });
    let updated = update_each(db, TITLES, updates.collect()).await;
    updated.map(drop)
}

/// Marks titles as waiting, behind all that were written.
pub(super) async fn mark_waiting(db: &MongoDb, titles: &[i64]) -> Result<(), StoreError> {
    let filter = doc! { "_id": { "$in": titles }, "unprojected": { "$exists": false } };
    let marked = db
        .collection::<Document>(TITLES)
        .update_many(filter, doc! { "$set": { "unprojected": i64::MAX } })
        .await;
    marked.map(drop).map_err(store_error)
}

/// The ids of the titles that a filter finds, by id.
pub(super) async fn ids(
    db: &MongoDb,
    filter: Document,
    limit: Option<usize>,
) -> Result<Vec<i64>, StoreError> {
    let found: Vec<Document> = db
        .collection::<Document>(TITLES)
        .find(filter)
        .projection(doc! { "_id": 1 })
        .sort(doc! { "_id": 1 })
        .limit(limit.map_or(0, fields::limit))
        .batch_size(BATCH)
        .await
        .map_err(store_error)?
        .try_collect()
        .await
        .map_err(store_error)?;
    let id = |title: &Document| title.get_i64("_id").map_err(StoreError::failed);
    found.iter().map(id).collect()
}

/// The update of the document of one revision less. Fields that this version does not know stay: a later one has written
/// them. A title keeps its watchers as well and, if it waits for projection already, its place among those that wait.
fn replacement(part: &Part, document: &Document, feed: &mut Feed) -> Update<Document, Bson> {
    let guard = doc! { "_id": document.get("_id"), "revision": revision(document) - 1 };
    let mut document = document.clone();
    let sequence = feed.next(part, &document);
    document.insert("sequence", sequence);
    if part.collection != TITLES {
        document.remove("_id");
        return Update::of(guard, doc! { "$set": document }.into());
    }
    let waiting = doc! { "unprojected": { "$min": ["$unprojected", sequence] } };
    let merged = doc! { "$mergeObjects": ["$$ROOT", { "$literal": document.clone() }, waiting] };
    let mut stages = vec![doc! { "$replaceWith": merged }];
    // Fields that are not there if there is nothing to say.
    let silent: Vec<&str> = documents::OPTIONAL
        .into_iter()
        .filter(|field| !document.contains_key(field))
        .collect();
    if !silent.is_empty() {
        stages.push(doc! { "$unset": silent });
    }
    Update::of(guard, stages.into())
}

fn refused_if_taken(error: Error) -> Abort<StoreError> {
    if is_duplicate(&error) {
        Abort::Refused(StoreError::Conflict)
    } else {
        Abort::Driver(error)
    }
}

fn revision(document: &Document) -> i64 {
    document.get_i64("revision").unwrap_or(0)
}

/// Gives out the numbers of the change feed.
///
/// The counter is changed first, inside the transaction: whoever else writes must wait for this commit, so numbers
/// become visible in their order. What is not used is a gap, which does not matter.
struct Feed {
    last: i64,
    /// The numbers of documents: by the sort of what they are of, its id, and their revision.
    places: HashMap<(&'static str, i64, i64), i64>,
}

impl Feed {
    async fn reserve(
        db: &MongoDb,
        session: &mut ClientSession,
        count: usize,
    ) -> Result<Self, Abort<StoreError>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let counter = db
            .collection::<Document>(COUNTERS)
            .find_one_and_update(doc! { "_id": FEED }, doc! { "$inc": { "last": count } })
            .upsert(true)
            .return_document(ReturnDocument::After)
            .session(session)
            .await?;
        let last = counter.and_then(|counter| counter.get_i64("last").ok());
        Ok(Self {
            last: last.unwrap_or(count) - count,
            places: HashMap::new(),
        })
    }

    fn next(&mut self, part: &Part, document: &Document) -> i64 {
        self.last += 1;
        let id = document.get_i64("_id").unwrap_or(0);
        self.places
            .insert((part.sort, id, revision(document)), self.last);
        self.last
    }
}
