//! The tables that titles are found by besides their own columns.

use std::collections::BTreeSet;

use rusqlite::{Connection, Params};
use serde::Serialize;

use super::write::{execute, json};
use crate::domain::catalog::Title;
use crate::domain::error::StoreError;

/// What a batch changes in these tables. Rows that stay as they are, as most do, are not touched; new ones go in
/// sorted, a table at a time, which is many times faster than title by title.
#[derive(Default)]
pub(super) struct SideTables {
    genres: Rows<(i64, i64)>,
    people: Rows<(i64, i64)>,
    languages: Rows<(String, i64)>,
    external_ids: Rows<(String, String, i64)>,
    collections: Rows<(i64, i64)>,
}

struct Rows<R> {
    gone: BTreeSet<R>,
    new: BTreeSet<R>,
}

impl SideTables {
    /// Takes in that a title is replaced.
    pub(super) fn change(&mut self, before: Option<&Title>, now: &Title) {
        self.genres.change(before, now, |title| {
            let genres = title.genres.iter();
            genres
                .map(|genre| (genre.to_i64(), title.id.to_i64()))
                .collect()
        });
        self.people.change(before, now, |title| {
            let credits = title.credits.iter();
            credits
                .map(|credit| (credit.person.to_i64(), title.id.to_i64()))
                .collect()
        });
        self.languages.change(before, now, |title| {
            let languages = title.languages.iter().cloned();
            languages
                .map(|language| (language, title.id.to_i64()))
                .collect()
        });
        self.external_ids.change(before, now, |title| {
            let ids = title.external_ids.iter().cloned();
            ids.map(|id| (id.provider, id.value, title.id.to_i64()))
                .collect()
        });
        self.collections.change(before, now, |title| {
            let collection = title.collection.iter();
            collection
                .map(|part_of| (part_of.collection.to_i64(), title.id.to_i64()))
                .collect()
        });
    }

    pub(super) fn write(&self, connection: &Connection) -> Result<(), StoreError> {
        self.genres.write(
            connection,
            "DELETE FROM title_genres WHERE genre = ? AND title = ?",
            "INSERT INTO title_genres SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        )?;
        self.people.write(
            connection,
            "DELETE FROM title_people WHERE person = ? AND title = ?",
            "INSERT INTO title_people SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        )?;
        self.languages.write(
            connection,
            "DELETE FROM title_languages WHERE language = ? AND title = ?",
            "INSERT INTO title_languages SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        )?;
        self.external_ids.write(
            connection,
            "DELETE FROM title_external_ids WHERE provider = ? AND code = ? AND title = ?",
            "INSERT INTO title_external_ids SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)",
        )?;
        self.collections.write(
            connection,
            "DELETE FROM title_collections WHERE collection = ? AND title = ?",
            "INSERT INTO title_collections SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        )
    }
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self {
            gone: BTreeSet::new(),
            new: BTreeSet::new(),
        }
    }
}

impl<R: Ord + Clone + Serialize + Params> Rows<R> {
    fn change(
        &mut self,
        before: Option<&Title>,
        now: &Title,
        rows: impl Fn(&Title) -> BTreeSet<R>,
    ) {
        let before = before.map(&rows).unwrap_or_default();
        let now = rows(now);
        // The same title may be replaced twice in a batch.
        for row in before.difference(&now) {
            if !self.new.remove(row) {
                self.gone.insert(row.clone());
            }
        }
        for row in now.difference(&before) {
            if !self.gone.remove(row) {
                self.new.insert(row.clone());
            }
        }
    }

    fn write(&self, connection: &Connection, delete: &str, insert: &str) -> Result<(), StoreError> {
        for row in &self.gone {
            execute(connection, delete, row.clone())?;
        }
        if !self.new.is_empty() {
            execute(connection, insert, [json(&self.new)?])?;
        }
        Ok(())
    }
}
