//! What changes the catalogue.

use rusqlite::{Connection, OptionalExtension, Params, ffi, named_params, params};
use serde::Serialize;

use super::list::kind;
use super::rows;
use super::side::SideTables;
use crate::adapters::sqlite::db::store_error;
use crate::domain::catalog::{CatalogBatch, Collection, Episode, Genre, Person, Title, TitleOrder};
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::page::KeyValue;

const INSERT_TITLE: &str = "INSERT INTO titles
    (id, slug, revision, kind, year, by_name, by_added, by_released, by_popularity, sequence, waiting_since,
        age, open_from, open_until)
    VALUES (:id, :slug, :revision, :kind, :year, :by_name, :by_added, :by_released, 0, :sequence, :sequence,
        :age, :open_from, :open_until)";
const UPDATE_TITLE: &str = "UPDATE titles
    SET slug = :slug, revision = :revision, kind = :kind, year = :year, by_name = :by_name, by_added = :by_added,
        by_released = :by_released, age = :age, open_from = :open_from, open_until = :open_until,
        sequence = :sequence, waiting_since = coalesce(waiting_since, :sequence)
    WHERE id = :id AND revision = :revision - 1";
const INSERT_PERSON: &str =
    "INSERT INTO people VALUES (:id, :slug, :revision, :sequence, :document)";
const UPDATE_PERSON: &str = "UPDATE people
    SET slug = :slug, revision = :revision, sequence = :sequence, document = :document
    WHERE id = :id AND revision = :revision - 1";
const INSERT_GENRE: &str = "INSERT INTO genres VALUES (:id, :slug, :name, :revision, :document)";
const UPDATE_GENRE: &str = "UPDATE genres
    SET slug = :slug, name = :name, revision = :revision, document = :document
    WHERE id = :id AND revision = :revision - 1";
const INSERT_COLLECTION: &str = "INSERT INTO collections VALUES (:id, :slug, :revision, :document)";
const UPDATE_COLLECTION: &str = "UPDATE collections
    SET slug = :slug, revision = :revision, document = :document
    WHERE id = :id AND revision = :revision - 1";
const INSERT_EPISODE: &str =
    "INSERT INTO episodes VALUES (:id, :series, :season, :number, :revision, :document)";
const UPDATE_EPISODE: &str = "UPDATE episodes
    SET series = :series, season = :season, number = :number, revision = :revision, document = :document
    WHERE id = :id AND revision = :revision - 1";

/// Writes the batch. What replaces a document goes before what is new, so that a slug or place that one thing gives up
/// can be taken by a new one in the same batch.
pub(super) fn put(connection: &Connection, batch: &CatalogBatch) -> Result<(), StoreError> {
    let mut feed = Feed::open(connection)?;
    let mut side = SideTables::default();
    for title in replacements_first(&batch.titles, |title| title.stamp.revision) {
        put_title(connection, title, feed.next(), &mut side)?;
    }
    side.write(connection)?;
    for person in replacements_first(&batch.people, |person| person.stamp.revision) {
        put_person(connection, person, feed.next())?;
    }
    for genre in replacements_first(&batch.genres, |genre| genre.stamp.revision) {
        put_genre(connection, genre)?;
    }
    for collection in replacements_first(&batch.collections, |it| it.stamp.revision) {
        put_collection(connection, collection)?;
    }
    for episode in replacements_first(&batch.episodes, |episode| episode.stamp.revision) {
        put_episode(connection, episode)?;
    }
    feed.close(connection)
}

/// Sets how popular titles are.
pub(super) fn put_popularity(
    connection: &Connection,
    counts: &[(TitleId, u64)],
) -> Result<(), StoreError> {
    let mut feed = Feed::open(connection)?;
    let mut update = connection
        .prepare_cached(
            "UPDATE titles SET by_popularity = ?2, sequence = ?3 WHERE id = ?1 AND by_popularity <> ?2",
        )
        .map_err(store_error)?;
    for (title, count) in counts {
        let by_popularity = count.cast_signed().wrapping_neg();
        update
            .execute(params![title.to_i64(), by_popularity, feed.next()])
            .map_err(store_error)?;
    }
    feed.close(connection)
}

/// Takes the mark from titles that were not written since.
pub(super) fn mark_projected(
    connection: &Connection,
    titles: &[(TitleId, u64)],
) -> Result<(), StoreError> {
    let mut update = connection
        .prepare_cached("UPDATE titles SET waiting_since = NULL WHERE id = ? AND revision = ?")
        .map_err(store_error)?;
    for (title, revision) in titles {
        update
            .execute(params![title.to_i64(), revision.cast_signed()])
            .map_err(store_error)?;
    }
    Ok(())
}

fn put_title(
    connection: &Connection,
    title: &Title,
    sequence: i64,
    side: &mut SideTables,
) -> Result<(), StoreError> {
    let id = title.id.to_i64();
    let is_new = title.stamp.revision == 1;
    let before = if is_new {
        None
    } else {
        stored_title(connection, id)?
    };
    let [by_added, by_released] =
        [TitleOrder::NewestAdded, TitleOrder::NewestReleased].map(|order| downwards(order, title));
    let (open_from, open_until) = title.publication.open_millis();
    put_one(
        connection,
        if is_new { INSERT_TITLE } else { UPDATE_TITLE },
        named_params! {
            ":id": id,
            ":slug": title.slug,
            ":revision": title.stamp.revision.cast_signed(),
            ":kind": kind(title.kind),
            ":year": title.year,
            ":by_name": crate::domain::text::sort_name(&title.name),
            ":by_added": by_added,
            ":by_released": by_released,
            ":age": title.age(),
            ":open_from": open_from,
            ":open_until": open_until,
            ":sequence": sequence,
        },
    )?;
    let sql = "INSERT OR REPLACE INTO title_documents VALUES (?, ?)";
    execute(connection, sql, params![id, json(title)?])?;
    side.change(before.as_ref(), title);
    Ok(())
}

fn stored_title(connection: &Connection, id: i64) -> Result<Option<Title>, StoreError> {
    connection
        .prepare_cached("SELECT document FROM title_documents WHERE id = ?")
        .and_then(|mut statement| statement.query_one([id], rows::document).optional())
        .map_err(store_error)
}

fn put_person(connection: &Connection, person: &Person, sequence: i64) -> Result<(), StoreError> {
    put_one(
        connection,
        if person.stamp.revision == 1 {
            INSERT_PERSON
        } else {
            UPDATE_PERSON
        },
        named_params! {
            ":id": person.id.to_i64(),
            ":slug": person.slug,
            ":revision": person.stamp.revision.cast_signed(),
            ":sequence": sequence,
            ":document": json(person)?,
        },
    )
}

fn put_genre(connection: &Connection, genre: &Genre) -> Result<(), StoreError> {
    put_one(
        connection,
        if genre.stamp.revision == 1 {
            INSERT_GENRE
        } else {
            UPDATE_GENRE
        },
        named_params! {
            ":id": genre.id.to_i64(),
            ":slug": genre.slug,
            ":name": genre.name,
            ":revision": genre.stamp.revision.cast_signed(),
            ":document": json(genre)?,
        },
    )
}

fn put_collection(connection: &Connection, collection: &Collection) -> Result<(), StoreError> {
    put_one(
        connection,
        if collection.stamp.revision == 1 {
            INSERT_COLLECTION
        } else {
            UPDATE_COLLECTION
        },
        named_params! {
            ":id": collection.id.to_i64(),
            ":slug": collection.slug,
            ":revision": collection.stamp.revision.cast_signed(),
            ":document": json(collection)?,
        },
    )
}

fn put_episode(connection: &Connection, episode: &Episode) -> Result<(), StoreError> {
    put_one(
        connection,
        if episode.stamp.revision == 1 {
            INSERT_EPISODE
        } else {
            UPDATE_EPISODE
        },
        named_params! {
            ":id": episode.id.to_i64(),
            ":series": episode.series.to_i64(),
            ":season": episode.season,
            ":number": episode.number,
            ":revision": episode.stamp.revision.cast_signed(),
            ":document": json(episode)?,
        },
    )
}

/// Writes one row, which must fit.
fn put_one(connection: &Connection, sql: &str, params: impl Params) -> Result<(), StoreError> {
    match execute(connection, sql, params)? {
        0 => Err(StoreError::Conflict),
        _ => Ok(()),
    }
}

pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<usize, StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute(params))
        .map_err(|error| {
            if is_taken(&error) {
                StoreError::Conflict
            } else {
                store_error(error)
            }
        })
}

/// Whether an id, a slug or a place belongs to something else already.
fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        matches!(
            error.extended_code,
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_ROWID
        )
    })
}

fn replacements_first<T>(
    things: &[T],
    revision: impl Fn(&T) -> u64 + Copy,
) -> impl Iterator<Item = &T> {
    let replacing = things.iter().filter(move |thing| revision(thing) != 1);
    replacing.chain(things.iter().filter(move |thing| revision(thing) == 1))
}

/// A title's place in an order that runs downwards, as its column keeps it.
fn downwards(order: TitleOrder, title: &Title) -> i64 {
    match order.keyset(title).value {
        KeyValue::Number(number) => number.saturating_neg(),
        KeyValue::Text(_) => 0,
    }
}

pub(super) fn json(thing: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(thing).map_err(StoreError::failed)
}

/// Gives out the numbers of the change feed. There is one writer, so nobody sees them out of order.
struct Feed {
    last: i64,
}

impl Feed {
    fn open(connection: &Connection) -> Result<Self, StoreError> {
        let last = connection
            .prepare_cached("SELECT last FROM catalog_feed")
            .and_then(|mut statement| statement.query_one((), |row| row.get(0)))
            .map_err(store_error)?;
        Ok(Self { last })
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    fn close(self, connection: &Connection) -> Result<(), StoreError> {
        execute(connection, "UPDATE catalog_feed SET last = ?", [self.last]).map(drop)
    }
}
