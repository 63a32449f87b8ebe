//! Revisions of the catalogue as rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::adapters::sqlite::columns::{
    self, Json, TableRecord, Text, Time, limit as rows, read, record,
};
use crate::adapters::sqlite::statements::{execute, fill, insert, readable};
use crate::domain::catalog::{
    Author, CatalogNode, CatalogRevision, FieldChange, RevisionKind, RevisionSource,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{RevisionId, RunId, UserId};
use crate::domain::page::{Direction, KeyValue, Slice, Window};
use crate::domain::revising::{NAMING, RevisionFilter};

/// What revisions are called that cannot be read.
const REVISIONS: &str = "catalog_revisions";

record! {
    struct RevisionRow in catalog_revisions by (id: i64) {
        sort: String,
        node: i64,
        number: i64,
        kind: Text<RevisionKind>,
        at: Time,
        author: Json<Author>,
        user: Option<i64>,
        source: Text<RevisionSource>,
        run: Text<RunId>,
        fields: Json<Vec<FieldChange>>,
    }
}

/// Where in the change feed the documents of a batch are, by what they are of and their revision.
#[derive(Default)]
pub(super) struct Places(HashMap<(CatalogNode, u64), i64>);

impl Places {
    pub(super) fn put(&mut self, node: CatalogNode, revision: u64, sequence: i64) {
        self.0.insert((node, revision), sequence);
    }
}

/// Writes the revisions of a batch, each with the place of its document.
pub(super) fn put(
    connection: &Connection,
    revisions: &[CatalogRevision],
    places: &Places,
) -> Result<(), StoreError> {
    for revision in revisions {
        let place = places.0.get(&(revision.node, revision.number));
        let place = place.ok_or_else(|| {
            StoreError::failed("a batch has a revision of what is not written with it")
        })?;
        insert(connection, &RevisionRow::at(*place, revision))?;
    }
    Ok(())
}

/// A page of those that pass.
pub(super) fn page(
    connection: &Connection,
    filter: &RevisionFilter,
    window: &Window,
) -> rusqlite::Result<Slice<CatalogRevision>> {
    let is_forward = window.direction == Direction::Forward;
    let (beyond, order) = if is_forward {
        ("<", "DESC")
    } else {
        (">", "ASC")
    };
    let mut conditions: Vec<String> = Vec::new();
    let mut parameters: Vec<Value> = Vec::new();
    let mut only = |condition: &str, value: Value| {
        parameters.push(value);
        conditions.push(condition.replace('?', &format!("?{}", parameters.len())));
    };
    if let Some(node) = filter.node {
        only("sort = ?", Value::from(node.sort().to_owned()));
        only("node = ?", Value::from(node.to_i64()));
    }
    if let Some(user) = filter.author {
        only("user = ?", Value::from(user.to_i64()));
    }
    if let Some(source) = filter.source {
        only("source = ?", Value::from(source.as_str().to_owned()));
    }
    if let Some(run) = filter.run {
        only("run = ?", Value::from(run.to_string()));
    }
    if let Some(field) = &filter.field {
        // What is narrowed down otherwise is few, and asked one by one; all of a field are read by it.
        let is_narrow = filter.node.is_some() || filter.author.is_some() || filter.run.is_some();
        let has = if is_narrow {
            "EXISTS (SELECT 1 FROM catalog_revision_fields WHERE field = ? AND revision = id)"
        } else {
            "id IN (SELECT revision FROM catalog_revision_fields WHERE field = ?)"
        };
        only(has, Value::from(field.clone()));
    }
    if let Some(keyset) = &window.start
        && let KeyValue::Number(start) = keyset.id
    {
        only(&format!("id {beyond} ?"), Value::from(start));
    }
    let condition = match conditions.as_slice() {
        [] => String::new(),
        all => format!(" WHERE {}", all.join(" AND ")),
    };
    let last = parameters.len() + 1;
    let sql = format!(
        "{}{condition} ORDER BY id {order} LIMIT ?{last} OFFSET ?{}",
        RevisionRow::SELECT,
        last + 1
    );
    // One more than is wanted tells whether there are more.
    let found = fill(window.limit.saturating_add(1), |wanted, seen| {
        let page = [wanted, seen].map(|number| Value::from(rows(number)));
        let parameters = params_from_iter(parameters.iter().cloned().chain(page));
        let read = read::<RevisionRow, _>;
        readable(connection, REVISIONS, &sql, parameters, read)
    })?;
    Ok(Slice::from_overfetched(found, window))
}

pub(super) fn by_id(
    connection: &Connection,
    ids: &[RevisionId],
) -> rusqlite::Result<Vec<CatalogRevision>> {
    let sql = format!(
        "{} WHERE id IN (SELECT value FROM json_each(?1))",
        RevisionRow::SELECT
    );
    let ids = columns::list(ids.iter().map(|id| id.to_i64()));
    let read = read::<RevisionRow, _>;
    Ok(readable(connection, REVISIONS, &sql, [ids], read)?.0)
}

/// Those of each thing after a revision of it, the latest first.
pub(super) fn since(
    connection: &Connection,
    seen: &[(CatalogNode, u64)],
    limit: usize,
) -> rusqlite::Result<Vec<CatalogRevision>> {
    let sql = format!(
        "{} WHERE id IN (SELECT catalog_revisions.id FROM json_each(?1) AS seen CROSS JOIN catalog_revisions
            ON sort = seen.value ->> 0 AND node = seen.value ->> 1 AND number > seen.value ->> 2)
         ORDER BY id DESC LIMIT ?2",
        RevisionRow::SELECT
    );
    let parameters = (Json(keys(seen)), rows(limit));
    let read = read::<RevisionRow, _>;
    Ok(readable(connection, REVISIONS, &sql, parameters, read)?.0)
}

/// Those of each thing after a revision of it that gave it another name, the first first.
pub(super) fn renames_since(
    connection: &Connection,
    seen: &[(CatalogNode, u64)],
    limit: usize,
) -> rusqlite::Result<Vec<CatalogRevision>> {
    let sql = format!(
        "{} WHERE id IN (SELECT catalog_revisions.id FROM json_each(?1) AS seen CROSS JOIN catalog_revisions
            ON sort = seen.value ->> 0 AND node = seen.value ->> 1 AND number > seen.value ->> 2)
         AND EXISTS (SELECT 1 FROM catalog_revision_fields
            WHERE field IN (SELECT value FROM json_each(?3)) AND revision = catalog_revisions.id)
         ORDER BY id LIMIT ?2",
        RevisionRow::SELECT
    );
    let parameters = (Json(keys(seen)), rows(limit), columns::list(NAMING));
    let read = read::<RevisionRow, _>;
    Ok(readable(connection, REVISIONS, &sql, parameters, read)?.0)
}

/// Things, each with a number, as statements read them.
fn keys(seen: &[(CatalogNode, u64)]) -> Vec<(&'static str, i64, i64)> {
    seen.iter()
        .map(|(node, number)| (node.sort(), node.to_i64(), number.cast_signed()))
        .collect()
}

/// Deletes those of the first ones that are old.
pub(super) fn delete(
    connection: &Connection,
    before: DateTime<Utc>,
    limit: usize,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM catalog_revisions WHERE id IN (
        SELECT id FROM (SELECT id, at FROM catalog_revisions ORDER BY id LIMIT ?2) WHERE at < ?1)";
    execute(connection, sql, (Time(before), rows(limit)))
}

impl RevisionRow {
    fn at(place: i64, revision: &CatalogRevision) -> Self {
        Self {
            id: place,
            sort: revision.node.sort().to_owned(),
            node: revision.node.to_i64(),
            number: revision.number.cast_signed(),
            kind: Text(revision.kind),
            at: Time(revision.at),
            author: Json(revision.author),
            user: revision.author.user().map(UserId::to_i64),
            source: Text(revision.source),
            run: Text(revision.run),
            fields: Json(revision.fields.clone()),
        }
    }
}

impl TryFrom<RevisionRow> for CatalogRevision {
    type Error = String;

    fn try_from(row: RevisionRow) -> Result<Self, String> {
        let node = CatalogNode::from_stored(&row.sort, row.node);
        let node = node.ok_or_else(|| format!("{} has no revisions", row.sort))?;
        Ok(Self {
            id: RevisionId::from_i64(row.id),
            node,
            number: row.number.cast_unsigned(),
            kind: row.kind.0,
            at: row.at.0,
            author: row.author.0,
            source: row.source.0,
            run: row.run.0,
            fields: row.fields.0,
        })
    }
}
