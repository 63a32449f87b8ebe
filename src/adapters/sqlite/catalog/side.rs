//! Side tables: what titles are found by besides their own columns.

use std::collections::BTreeSet;

use rusqlite::{Connection, Params};
use serde::Serialize;

use crate::adapters::sqlite::columns::json;
use crate::adapters::sqlite::statements::execute;
use crate::domain::catalog::Title;
use crate::domain::error::StoreError;

/// What a batch changes in these tables. Rows that stay as they are, as most do, are not touched; new ones go in
/// sorted, a table at a time, which is many times faster than title by title.
#[derive(Default)]
pub(super) struct SideTables {
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
        let external_ids = ["provider", "code", "title"];
        self.external_ids
            .write(connection, "title_external_ids", &external_ids)?;
        self.collections
            .write(connection, "title_collections", &["collection", "title"])
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

    /// The columns are those of the rows, in their order.
    fn write(
        &self,
        connection: &Connection,
        table: &str,
        columns: &[&str],
    ) -> Result<(), StoreError> {
        let listed = columns.join(", ");
        if !self.gone.is_empty() {
            let values = vec!["?"; columns.len()].join(", ");
            let delete = format!("DELETE FROM {table} WHERE ({listed}) = ({values})");
            for row in &self.gone {
                execute(connection, &delete, row.clone())?;
            }
        }
        if !self.new.is_empty() {
            let indices = 0..columns.len();
            let values: Vec<String> = indices.map(|index| format!("value ->> {index}")).collect();
            let insert = format!(
                "INSERT INTO {table} ({listed}) SELECT {} FROM json_each(?)",
                values.join(", ")
            );
            execute(connection, &insert, [json(&self.new)?])?;
        }
        Ok(())
    }
}
