//! What changes the catalogue, inside a transaction.

use bson::{Bson, Document, doc};
use mongodb::error::Error;
use mongodb::options::ReturnDocument;
use mongodb::{ClientSession, Database};

use super::documents::{self, COLLECTIONS, COUNTERS, EPISODES, FEED, GENRES, PEOPLE, TITLES};
use crate::adapters::mongo::db::{Abort, DUPLICATE, is_duplicate};
use crate::domain::catalog::CatalogBatch;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;

/// How many updates go in one command: a command has at most 16 MB, and the greatest documents some 50 kB.
const UPDATES: usize = 200;

/// A batch as documents, so that a transaction that is tried again need not make them anew.
pub(super) struct Prepared {
    parts: [Part; 5],
}

/// What is written to one collection.
struct Part {
    collection: &'static str,
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
        Ok(Self {
            parts: [
                Part::new(TITLES, titles.map(documents::title))?,
                Part::new(
                    PEOPLE,
                    people.map(|person| documents::document(person, &person.stamp)),
                )?,
                Part::new(
                    GENRES,
                    genres.map(|genre| documents::document(genre, &genre.stamp)),
                )?,
                Part::new(
                    COLLECTIONS,
                    collections.map(|it| documents::document(it, &it.stamp)),
                )?,
                Part::new(
                    EPISODES,
                    episodes.map(|episode| documents::document(episode, &episode.stamp)),
                )?,
            ],
        })
    }
}

impl Part {
    fn new(
        collection: &'static str,
        documents: impl Iterator<Item = Result<Document, StoreError>>,
    ) -> Result<Self, StoreError> {
        let documents: Vec<Document> = documents.collect::<Result<_, _>>()?;
        let (new, replacing) = documents
            .into_iter()
            .partition(|document| revision(document) == 1);
        Ok(Self {
            collection,
            replacing,
            new,
        })
    }

    fn is_in_feed(&self) -> bool {
        matches!(self.collection, TITLES | PEOPLE)
    }

    fn len(&self) -> usize {
        self.replacing.len() + self.new.len()
    }
}

/// Writes a batch. What replaces a document goes before what is new, so that a slug or place that one thing gives up
/// can be taken by a new one in the same batch.
pub(super) async fn put(
    database: &Database,
    session: &mut ClientSession,
    batch: &Prepared,
) -> Result<(), Abort<StoreError>> {
    let numbered = batch.parts.iter().filter(|part| part.is_in_feed());
    let mut feed = Feed::reserve(database, session, numbered.map(Part::len).sum()).await?;
    for part in &batch.parts {
        let updates: Vec<Document> = part
            .replacing
            .iter()
            .map(|document| replacement(part, document, &mut feed))
            .collect();
        if update(database, session, part.collection, &updates).await? != updates.len() {
            return Err(Abort::Refused(StoreError::Conflict));
        }
        if part.new.is_empty() {
            continue;
        }
        let new = part.new.iter().map(|document| {
            let mut document = document.clone();
            if part.is_in_feed() {
                let sequence = feed.next();
                document.insert("sequence", sequence);
                if part.collection == TITLES {
                    document.insert("unprojected", sequence);
                    document.insert("popularity", 0_i64);
                }
            }
            document
        });
        database
            .collection::<Document>(part.collection)
            .insert_many(new)
            .session(&mut *session)
            .await
            .map_err(refused_if_taken)?;
    }
    Ok(())
}

/// Sets how popular titles are. Those that are so by now are not found, and so not changed.
pub(super) async fn put_popularity(
    database: &Database,
    session: &mut ClientSession,
    counts: &[(TitleId, u64)],
) -> Result<(), Abort<StoreError>> {
    let mut feed = Feed::reserve(database, session, counts.len()).await?;
    let updates: Vec<Document> = counts
        .iter()
        .map(|(title, count)| {
            let count = count.cast_signed();
            doc! {
                "q": { "_id": title.to_i64(), "popularity": { "$ne": count } },
                "u": { "$set": { "popularity": count, "sequence": feed.next() } },
            }
        })
        .collect();
    update(database, session, TITLES, &updates).await.map(drop)
}

/// Takes the mark from titles that were not written since.
pub(super) async fn mark_projected(
    database: &Database,
    session: &mut ClientSession,
    titles: &[(TitleId, u64)],
) -> Result<(), Abort<StoreError>> {
    let updates: Vec<Document> = titles
        .iter()
        .map(|(title, revision)| {
            doc! {
                "q": { "_id": title.to_i64(), "revision": revision.cast_signed() },
                "u": { "$unset": { "unprojected": "" } },
            }
        })
        .collect();
    update(database, session, TITLES, &updates).await.map(drop)
}

/// The update that replaces the document of one revision less. A title keeps its popularity and, if it waits for
/// projection already, its place among those that wait.
fn replacement(part: &Part, document: &Document, feed: &mut Feed) -> Document {
    let guard = doc! { "_id": document.get("_id"), "revision": revision(document) - 1 };
    let mut document = document.clone();
    if !part.is_in_feed() {
        return doc! { "q": guard, "u": document };
    }
    let sequence = feed.next();
    document.insert("sequence", sequence);
    if part.collection != TITLES {
        return doc! { "q": guard, "u": document };
    }
    let kept = doc! {
        "popularity": "$popularity",
        "unprojected": { "$ifNull": ["$unprojected", sequence] },
    };
    doc! {
        "q": guard,
        "u": [{ "$replaceWith": { "$mergeObjects": [{ "$literal": document }, kept] } }],
    }
}

/// Runs updates in their order and gives how many of them found their document.
async fn update(
    database: &Database,
    session: &mut ClientSession,
    collection: &str,
    updates: &[Document],
) -> Result<usize, Abort<StoreError>> {
    let mut found = 0;
    for updates in updates.chunks(UPDATES) {
        let answer = database
            .run_command(doc! { "update": collection, "updates": updates })
            .session(&mut *session)
            .await
            .map_err(refused_if_taken)?;
        // Failures of single updates stand in an answer that is a success to the driver.
        if let Some(Bson::Array(errors)) = answer.get("writeErrors") {
            let is_taken = errors.iter().all(|error| {
                error
                    .as_document()
                    .is_some_and(|error| error.get_i32("code").ok() == Some(DUPLICATE))
            });
            return Err(Abort::Refused(if is_taken {
                StoreError::Conflict
            } else {
                StoreError::failed(format!("updates failed: {errors:?}"))
            }));
        }
        found += usize::try_from(answer.get_i32("n").unwrap_or(0)).unwrap_or(0);
    }
    Ok(found)
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
}

impl Feed {
    async fn reserve(
        database: &Database,
        session: &mut ClientSession,
        count: usize,
    ) -> Result<Self, Abort<StoreError>> {
        if count == 0 {
            return Ok(Self { last: 0 });
        }
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let counter = database
            .collection::<Document>(COUNTERS)
            .find_one_and_update(doc! { "_id": FEED }, doc! { "$inc": { "last": count } })
            .upsert(true)
            .return_document(ReturnDocument::After)
            .session(session)
            .await?;
        let last = counter.and_then(|counter| counter.get_i64("last").ok());
        Ok(Self {
            last: last.unwrap_or(count) - count,
        })
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }
}
