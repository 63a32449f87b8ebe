//! Running statements, each prepared once a connection, and what a failed write means.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, Result, Row, ffi};
use uuid::Uuid;

use super::columns::TableRecord;
use super::db::store_error;
use crate::domain::error::StoreError;
use crate::domain::unreadable::pass_over;

/// The columns of keys that may stand in the log.
const KEYS: [&str; 7] = ["id", "profile", "kind", "item", "title", "source", "day"];

/// All rows that a statement finds, in its order.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    connection
        .prepare_cached(sql)?
        .query_map(params, read)?
        .collect()
}

/// All rows that a statement finds, in its order, without those that this version cannot read: these are passed over as
/// `kind`. Says as well how many rows there were.
pub(super) fn readable<T>(
    connection: &Connection,
    kind: &'static str,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<(Vec<T>, usize)> {
    readable_until(connection, kind, sql, params, read, |_| false)
}

/// The same, up to the row with which there are enough.
pub(super) fn readable_until<T>(
    connection: &Connection,
    kind: &'static str,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
    mut are_enough: impl FnMut(&T) -> bool,
) -> Result<(Vec<T>, usize)> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let (mut found, mut seen) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        seen += 1;
        match read(row) {
            Ok(thing) => {
                let is_last = are_enough(&thing);
                found.push(thing);
                if is_last {
                    break;
                }
            }
            Err(
                error @ (rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)),
            ) => pass_over(kind, &name(row), &error),
            Err(error) => return Err(error),
        }
    }
    Ok((found, seen))
}

/// Up to `limit` rows that can be read, however many are passed over among them. `page` reads so many of those that are
/// beyond so many, as [`readable`] does.
pub(super) fn fill<T>(
    limit: usize,
    mut page: impl FnMut(usize, usize) -> Result<(Vec<T>, usize)>,
) -> Result<Vec<T>> {
    let (mut found, mut seen) = (Vec::new(), 0);
    loop {
        let wanted = limit - found.len();
        let (more, rows) = page(wanted, seen)?;
        found.extend(more);
        seen += rows;
        if rows < wanted || found.len() == limit {
            return Ok(found);
        }
    }
}

/// The slug or id of the document in the first columns of a row, whatever else the statement asks for; without one what
/// of a key is in them.
fn name(row: &Row<'_>) -> String {
    let mut key = Vec::new();
    for column in 0..row.as_ref().column_count().min(3) {
        let is_key = row
            .as_ref()
            .column_name(column)
            .is_ok_and(|name| KEYS.contains(&name));
        match row.get_ref(column) {
            Ok(ValueRef::Integer(number)) if is_key => key.push(number.to_string()),
            Ok(ValueRef::Blob(bytes)) if is_key => {
                key.extend(Uuid::from_slice(bytes).ok().map(|id| id.to_string()));
            }
            Ok(ValueRef::Text(text)) => {
                let document: Option<serde_json::Value> = serde_json::from_slice(text).ok();
                let field = |name| document.as_ref().and_then(|document| document.get(name));
                if let Some(named) = field("slug").or(field("id")) {
                    return named.to_string();
                }
                key.extend(is_key.then(|| String::from_utf8_lossy(text).into_owned()));
            }
            _ => {}
        }
    }
    key.join(" ")
}

/// The row that a statement finds, which must be there.
pub(super) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<T> {
    connection.prepare_cached(sql)?.query_row(params, read)
}

/// The row that a statement finds, if there is one.
pub(super) fn find<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    one(connection, sql, params, read).optional()
}

/// Whether a statement finds anything.
pub(super) fn exists(connection: &Connection, sql: &str, params: impl Params) -> Result<bool> {
    connection.prepare_cached(sql)?.exists(params)
}

/// Says how many rows were written.
pub(super) fn write(connection: &Connection, sql: &str, params: impl Params) -> Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}

/// The same; a key that is taken is a conflict.
pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> std::result::Result<usize, StoreError> {
    write(connection, sql, params).map_err(write_error)
}

/// Adds a row, which must not be there.
pub(super) fn insert<R: TableRecord>(
    connection: &Connection,
    row: &R,
) -> std::result::Result<(), StoreError> {
    execute(connection, R::INSERT, &*row.parameters()).map(drop)
}

/// Puts a row in the place of that of one revision less, which must be there.
pub(super) fn update<R: TableRecord>(
    connection: &Connection,
    row: &R,
) -> std::result::Result<(), StoreError> {
    changed(execute(connection, R::UPDATE, &*row.parameters())?)
}

/// What it means if a row that must be there was not found.
pub(super) fn changed(rows: usize) -> std::result::Result<(), StoreError> {
    match rows {
        0 => Err(StoreError::Conflict),
        _ => Ok(()),
    }
}

/// What a failed write means: a key that is taken is a conflict.
pub(super) fn write_error(error: rusqlite::Error) -> StoreError {
    if is_taken(&error) {
        StoreError::Conflict
    } else {
        store_error(error)
    }
}

/// Whether a key is taken: the table's own, or another that must be unique.
pub(super) fn is_taken(error: &rusqlite::Error) -> bool {
    is_second(error)
        || extended_code(error).is_some_and(|code| {
            code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY || code == ffi::SQLITE_CONSTRAINT_ROWID
        })
}

/// Whether a unique key other than the table's own is taken.
pub(super) fn is_second(error: &rusqlite::Error) -> bool {
    extended_code(error) == Some(ffi::SQLITE_CONSTRAINT_UNIQUE)
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
