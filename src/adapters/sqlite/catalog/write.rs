//! What changes the catalogue.

use rusqlite::{Connection, named_params};
use serde::Serialize;

use super::revisions::{self, Places};
use super::rows::{CollectionRow, EpisodeRow, GenreRow, PersonRow};
use super::side::SideTables;
use super::value_sources;
use crate::adapters::sqlite::columns::{TableRecord, json_over, only, unsigned};
use crate::adapters::sqlite::db::{NOW, store_error};
use crate::adapters::sqlite::statements::{
    all, changed, execute, find, insert, one, update, write,
};
use crate::domain::catalog::{
    Biography, CatalogBatch, CatalogNode, Collection, Episode, Genre, Overview, Person, Title,
};
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::stamp::Stamp;

const INSERT_TITLE: &str =
    "INSERT INTO titles (id, slug, revision, by_popularity, sequence, waiting_since)
    VALUES (:id, :slug, :revision, 0, :sequence, :sequence)";
const UPDATE_TITLE: &str = "UPDATE titles
    SET slug = :slug, revision = :revision, sequence = :sequence,
        waiting_since = min(coalesce(waiting_since, :sequence), :sequence)
    WHERE id = :id AND revision = :revision - 1";
const PUT_DOCUMENT: &str =
    "INSERT OR REPLACE INTO title_documents (id, document) VALUES (:id, :document)";
const PUT_POPULARITY: &str = "UPDATE titles
    SET by_popularity = :popularity, counted = :count
    WHERE id = :id AND by_popularity <> :popularity AND counted <= :count";
const PUT_COUNTED: &str = "UPDATE titles SET counted = :count WHERE id = :id AND counted < :count";

/// Writes the batch. What replaces a document goes before what is new, so that a slug or ordinal that one thing gives
/// up can be taken by a new one in the same batch.
pub(super) fn put(connection: &Connection, batch: &CatalogBatch) -> Result<(), StoreError> {
    let mut feed = Feed::open(connection)?;
    let mut side = SideTables::default();
    for title in replacements_first(&batch.titles, |title| title.stamp.revision) {
        let place = feed.next(CatalogNode::Title(title.id), title.stamp);
        put_title(connection, title, place, &mut side)?;
    }
    side.write(connection)?;
    for person in replacements_first(&batch.people, |person| person.stamp.revision) {
        let mut told = batch.biographies.iter();
        let told = told.find(|it| it.person == person.id);
        let place = feed.next(CatalogNode::Person(person.id), person.stamp);
        put_person(connection, person, told, place)?;
    }
    for genre in replacements_first(&batch.genres, |genre| genre.stamp.revision) {
        let place = feed.next(CatalogNode::Genre(genre.id), genre.stamp);
        put_genre(connection, genre, place)?;
    }
    for collection in replacements_first(&batch.collections, |it| it.stamp.revision) {
        let place = feed.next(CatalogNode::Collection(collection.id), collection.stamp);
        put_collection(connection, collection, place)?;
    }
    for episode in replacements_first(&batch.episodes, |episode| episode.stamp.revision) {
        let mut told = batch.overviews.iter();
        let told = told.find(|it| it.episode == episode.id);
        let place = feed.next(CatalogNode::Episode(episode.id), episode.stamp);
        put_episode(connection, episode, told, place)?;
    }
    revisions::put(connection, &batch.revisions, &feed.places)?;
    value_sources::put(connection, &batch.value_sources)?;
    feed.close(connection)
}

/// Gives a number to a count.
pub(super) fn begin_count(connection: &Connection) -> rusqlite::Result<u64> {
    let sql =
        format!("UPDATE watcher_counts SET last = last + 1, updated_at = {NOW} RETURNING last");
    one(connection, &sql, (), unsigned)
}

/// Sets how many watchers titles have. Says of which that was news.
pub(super) fn put_watchers(
    connection: &Connection,
    count: u64,
    watchers: &[(TitleId, u64)],
) -> Result<Vec<TitleId>, StoreError> {
    let mut update = connection
        .prepare_cached(PUT_POPULARITY)
        .map_err(store_error)?;
    let mut news = Vec::new();
    for (title, watchers) in watchers {
        let put = update.execute(named_params! {
            ":id": title.to_i64(),
            ":popularity": watchers.cast_signed().wrapping_neg(),
            ":count": count.cast_signed(),
        });
        if put.map_err(store_error)? > 0 {
            news.push(*title);
        } else {
            let counted = named_params! { ":id": title.to_i64(), ":count": count.cast_signed() };
            execute(connection, PUT_COUNTED, counted)?;
        }
    }
    Ok(news)
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
            .execute([title.to_i64(), revision.cast_signed()])
            .map_err(store_error)?;
    }
    Ok(())
}

/// Marks titles as waiting, behind all that were written. Says which of them there are.
pub(super) fn mark_waiting(
    connection: &Connection,
    titles: &[TitleId],
) -> rusqlite::Result<Vec<TitleId>> {
    let mut known = Vec::with_capacity(titles.len());
    let sql = "UPDATE titles SET waiting_since = coalesce(waiting_since, ?2) WHERE id = ?1";
    for title in titles {
        if write(connection, sql, [title.to_i64(), i64::MAX])? > 0 {
            known.push(*title);
        }
    }
    Ok(known)
}

/// The ids that follow.
pub(super) fn ids_after(
    connection: &Connection,
    after: Option<TitleId>,
    limit: i64,
) -> rusqlite::Result<Vec<TitleId>> {
    let after = after.map_or(i64::MIN, TitleId::to_i64);
    let sql = "SELECT id FROM titles WHERE id > ?1 ORDER BY id LIMIT ?2";
    all(connection, sql, [after, limit], |row| {
        only(row).map(TitleId::from_i64)
    })
}

fn put_title(
    connection: &Connection,
    title: &Title,
    sequence: i64,
    side: &mut SideTables,
) -> Result<(), StoreError> {
    let id = title.id.to_i64();
    let is_new = title.stamp.revision == 1;
    let stored = stored(connection, "title_documents", id, title.stamp)?;
    let before: Option<Title> = stored
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(StoreError::failed)?;
    let written = execute(
        connection,
        if is_new { INSERT_TITLE } else { UPDATE_TITLE },
        named_params! {
            ":id": id,
            ":slug": title.slug,
            ":revision": title.stamp.revision.cast_signed(),
            ":sequence": sequence,
        },
    )?;
    changed(written)?;
    let document = named_params! { ":id": id, ":document": json_over(stored.as_deref(), title)? };
    execute(connection, PUT_DOCUMENT, document)?;
    side.change(before.as_ref(), title);
    Ok(())
}

/// The document that is stored of something that was written before.
fn stored(
    connection: &Connection,
    table: &str,
    id: i64,
    stamp: Stamp,
) -> Result<Option<String>, StoreError> {
    if stamp.revision == 1 {
        return Ok(None);
    }
    let sql = format!("SELECT document FROM {table} WHERE id = ?");
    find(connection, &sql, [id], only).map_err(store_error)
}

/// Somebody's document, with what is told of their life, if anything is said of that.
#[derive(Serialize)]
struct PersonDocument<'a> {
    #[serde(flatten)]
    person: &'a Person,
    #[serde(flatten)]
    biography: Option<&'a Biography>,
}

/// The same of an episode.
#[derive(Serialize)]
struct EpisodeDocument<'a> {
    #[serde(flatten)]
    episode: &'a Episode,
    #[serde(flatten)]
    overview: Option<&'a Overview>,
}

fn put_person(
    connection: &Connection,
    person: &Person,
    biography: Option<&Biography>,
    sequence: i64,
) -> Result<(), StoreError> {
    let id = person.id.to_i64();
    let stored = stored(connection, "people", id, person.stamp)?;
    let row = PersonRow {
        id,
        slug: person.slug.clone(),
        revision: person.stamp.revision.cast_signed(),
        sequence,
        document: json_over(stored.as_deref(), &PersonDocument { person, biography })?,
    };
    put_row(connection, person.stamp, &row)
}

fn put_genre(connection: &Connection, genre: &Genre, sequence: i64) -> Result<(), StoreError> {
    let id = genre.id.to_i64();
    let stored = stored(connection, "genres", id, genre.stamp)?;
    let row = GenreRow {
        id,
        slug: genre.slug.clone(),
        name: genre.name.clone(),
        revision: genre.stamp.revision.cast_signed(),
        sequence,
        document: json_over(stored.as_deref(), genre)?,
    };
    put_row(connection, genre.stamp, &row)
}

fn put_collection(
    connection: &Connection,
    collection: &Collection,
    sequence: i64,
) -> Result<(), StoreError> {
    let id = collection.id.to_i64();
    let stored = stored(connection, "collections", id, collection.stamp)?;
    let row = CollectionRow {
        id,
        slug: collection.slug.clone(),
        revision: collection.stamp.revision.cast_signed(),
        sequence,
        document: json_over(stored.as_deref(), collection)?,
    };
    put_row(connection, collection.stamp, &row)
}

fn put_episode(
    connection: &Connection,
    episode: &Episode,
    overview: Option<&Overview>,
    sequence: i64,
) -> Result<(), StoreError> {
    let id = episode.id.to_i64();
    let stored = stored(connection, "episodes", id, episode.stamp)?;
    let row = EpisodeRow {
        id,
        series: episode.series.to_i64(),
        season: episode.season,
        number: episode.number,
        revision: episode.stamp.revision.cast_signed(),
        sequence,
        document: json_over(stored.as_deref(), &EpisodeDocument { episode, overview })?,
    };
    put_row(connection, episode.stamp, &row)
}

/// Adds a row with its first revision; with a later one, it replaces the row of one less.
fn put_row(
    connection: &Connection,
    stamp: Stamp,
    row: &impl TableRecord,
) -> Result<(), StoreError> {
    if stamp.revision == 1 {
        insert(connection, row)
    } else {
        update(connection, row)
    }
}

fn replacements_first<T>(
    things: &[T],
    revision: impl Fn(&T) -> u64 + Copy,
) -> impl Iterator<Item = &T> {
    let replacing = things.iter().filter(move |thing| revision(thing) != 1);
    replacing.chain(things.iter().filter(move |thing| revision(thing) == 1))
}

/// Gives out the numbers of the change feed. There is one writer, so nobody sees them out of order.
struct Feed {
    last: i64,
    places: Places,
}

impl Feed {
    fn open(connection: &Connection) -> Result<Self, StoreError> {
        let last =
            one(connection, "SELECT last FROM catalog_feed", (), only).map_err(store_error)?;
        Ok(Self {
            last,
            places: Places::default(),
        })
    }

    /// The number of a document.
    fn next(&mut self, node: CatalogNode, stamp: Stamp) -> i64 {
        self.last += 1;
        self.places.put(node, stamp.revision, self.last);
        self.last
    }

    fn close(self, connection: &Connection) -> Result<(), StoreError> {
        execute(connection, "UPDATE catalog_feed SET last = ?", [self.last]).map(drop)
    }
}
