//! The change feed, and the catalogue read whole.

use std::collections::BTreeSet;

use rusqlite::{Connection, Result, Row};
use serde::de::DeserializeOwned;

use super::rows::{self, ChangedTitle};
use super::store::{DOCUMENTS, TITLES};
use crate::adapters::sqlite::columns::{self, only, read};
use crate::adapters::sqlite::statements::{all, find, one, readable};
use crate::domain::catalog::{CatalogBatch, CatalogPart, Change, Changed};

/// How far the feed goes after a number, also where a document cannot be read.
const SEQUENCES: &str = "SELECT sequence FROM titles WHERE sequence > ?1
    UNION ALL SELECT sequence FROM people WHERE sequence > ?1
    UNION ALL SELECT sequence FROM genres WHERE sequence > ?1
    UNION ALL SELECT sequence FROM collections WHERE sequence > ?1
    UNION ALL SELECT sequence FROM episodes WHERE sequence > ?1
    ORDER BY sequence LIMIT ?2";

/// Up to `limit` changes after a number. All tables have sequences of one counter: what they have to offer, merged.
pub(super) fn changes_after(
    connection: &Connection,
    sequence: u64,
    limit: usize,
) -> Result<Vec<Change>> {
    let mut from = i64::try_from(sequence).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    if last_change(connection)? <= from {
        return Ok(found);
    }
    loop {
        let wanted = limit - found.len();
        let numbers: Vec<i64> = all(connection, SEQUENCES, [from, columns::limit(wanted)], only)?;
        let Some(last) = numbers.last() else {
            return Ok(found);
        };
        let range = [from, *last];
        let (mut changes, _) = readable(
            connection,
            TITLES,
            "SELECT sequence, document, by_popularity FROM titles JOIN title_documents USING (id)
             WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence",
            range,
            read::<ChangedTitle, Change>,
        )?;
        changes.extend(changes_in(connection, "people", range, Changed::Person)?);
        changes.extend(changes_in(connection, "genres", range, Changed::Genre)?);
        changes.extend(changes_in(
            connection,
            "collections",
            range,
            Changed::Collection,
        )?);
        changes.extend(changes_in(connection, "episodes", range, Changed::Episode)?);
        let read: BTreeSet<u64> = changes.iter().map(|change| change.sequence).collect();
        let unreadable = numbers.iter().map(|number| number.cast_unsigned());
        for sequence in unreadable.filter(|number| !read.contains(number)) {
            changes.extend(unreadable_at(connection, sequence)?);
        }
        changes.sort_unstable_by_key(|change| change.sequence);
        found.extend(changes);
        if numbers.len() < wanted || found.len() == limit {
            return Ok(found);
        }
        from = *last;
    }
}

/// The number of the last change.
pub(super) fn last_change(connection: &Connection) -> Result<i64> {
    one(connection, "SELECT last FROM catalog_feed", (), only)
}

/// A page of a part of the catalogue, by id, and where it goes on.
pub(super) fn part_after(
    connection: &Connection,
    part: CatalogPart,
    after: i64,
    limit: usize,
) -> Result<(CatalogBatch, Option<i64>)> {
    let table = table(part);
    // With one more, to know whether it goes on.
    let ids = format!("SELECT id FROM {table} WHERE id > ?1 ORDER BY id LIMIT ?2");
    let most = columns::limit(limit.saturating_add(1));
    let ids: Vec<i64> = all(connection, &ids, [after, most], only)?;
    let shown = &ids[..ids.len().min(limit)];
    let last = shown.last().copied().unwrap_or(after);
    let range = [after, last];
    let mut batch = CatalogBatch::default();
    match part {
        CatalogPart::Titles => {
            let sql = format!("{} WHERE id > ?1 AND id <= ?2 ORDER BY id", rows::TITLES);
            batch.titles = readable(connection, TITLES, &sql, range, rows::title)?.0;
        }
        CatalogPart::People => batch.people = documents(connection, table, range)?,
        CatalogPart::Genres => batch.genres = documents(connection, table, range)?,
        CatalogPart::Collections => batch.collections = documents(connection, table, range)?,
        CatalogPart::Episodes => batch.episodes = documents(connection, table, range)?,
    }
    Ok((batch, (ids.len() > limit).then_some(last)))
}

/// What stands at a place in the feed and cannot be read.
fn unreadable_at(connection: &Connection, sequence: u64) -> Result<Option<Change>> {
    for part in CatalogPart::ALL {
        let sql = format!("SELECT id FROM {} WHERE sequence = ?1", table(part));
        let found: Option<i64> = find(connection, &sql, [sequence.cast_signed()], only)?;
        if let Some(id) = found {
            let changed = Changed::Unreadable(part, id);
            return Ok(Some(Change { sequence, changed }));
        }
    }
    Ok(None)
}

fn table(part: CatalogPart) -> &'static str {
    match part {
        CatalogPart::Titles => TITLES,
        CatalogPart::People => "people",
        CatalogPart::Genres => "genres",
        CatalogPart::Collections => "collections",
        CatalogPart::Episodes => "episodes",
    }
}

/// What was changed of a table between two numbers, the second of them included.
fn changes_in<T: DeserializeOwned>(
    connection: &Connection,
    table: &str,
    range: [i64; 2],
    changed: fn(T) -> Changed,
) -> Result<Vec<Change>> {
    let sql = format!(
        "SELECT sequence, document FROM {table} WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence"
    );
    let change = |row: &Row<'_>| rows::change(row, changed);
    Ok(readable(connection, DOCUMENTS, &sql, range, change)?.0)
}

/// What a table has between two ids, the second of them included, by id.
fn documents<T: DeserializeOwned>(
    connection: &Connection,
    table: &str,
    range: [i64; 2],
) -> Result<Vec<T>> {
    let sql = format!("SELECT document FROM {table} WHERE id > ?1 AND id <= ?2 ORDER BY id");
    Ok(readable(connection, DOCUMENTS, &sql, range, rows::document)?.0)
}
