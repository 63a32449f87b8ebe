//! Where the values of things of the catalogue are from, as rows.

use rusqlite::Connection;

use crate::adapters::sqlite::columns::{Json, TableRecord, read, record};
use crate::adapters::sqlite::statements::{execute, readable};
use crate::domain::catalog::{CatalogNode, FieldsFrom, ValueSources};
use crate::domain::error::StoreError;

/// What those are called that cannot be read.
const VALUE_SOURCES: &str = "catalog_value_sources";

record! {
    struct SourcesRow in catalog_value_sources by (sort: String, node: i64) {
        revision: i64,
        sources: Json<Vec<FieldsFrom>>,
    }
}

/// Writes those of a batch in the place of what was known before.
pub(super) fn put(connection: &Connection, all: &[ValueSources]) -> Result<(), StoreError> {
    for sources in all {
        let row = SourcesRow::of(sources);
        execute(connection, SourcesRow::REPLACE, &*row.parameters())?;
    }
    Ok(())
}

/// Those of these things.
pub(super) fn of(
    connection: &Connection,
    nodes: &[CatalogNode],
) -> rusqlite::Result<Vec<ValueSources>> {
    let sql = format!(
        "{} WHERE (sort, node) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
        SourcesRow::SELECT
    );
    let nodes: Vec<(&str, i64)> = nodes
        .iter()
        .map(|node| (node.sort(), node.to_i64()))
        .collect();
    let read = read::<SourcesRow, _>;
    Ok(readable(connection, VALUE_SOURCES, &sql, [Json(nodes)], read)?.0)
}

impl SourcesRow {
    fn of(sources: &ValueSources) -> Self {
        Self {
            sort: sources.node.sort().to_owned(),
            node: sources.node.to_i64(),
            revision: sources.revision.cast_signed(),
            sources: Json(sources.groups()),
        }
    }
}

impl TryFrom<SourcesRow> for ValueSources {
    type Error = String;

    fn try_from(row: SourcesRow) -> Result<Self, String> {
        let node = CatalogNode::from_stored(&row.sort, row.node);
        let node = node.ok_or_else(|| format!("{} has no sources of values", row.sort))?;
        Ok(Self::of_groups(
            node,
            row.revision.cast_unsigned(),
            row.sources.0,
        ))
    }
}
