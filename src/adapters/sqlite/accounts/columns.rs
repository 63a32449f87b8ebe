//! What columns keep, and what it is to the domain. Something that no version ever wrote is an error that names it.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use rusqlite::types::{
    FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, Value, ValueRef,
};
use serde::Serialize;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::EmailAddress;
use crate::domain::error::StoreError;
use crate::domain::stamp::Stamp;

/// A variant, kept as its name.
pub(super) struct Named<T>(pub(super) T);

/// A list or the like, kept as JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Named<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_value(&self.0) {
            Ok(serde_json::Value::String(name)) => Ok(ToSqlOutput::Owned(Value::Text(name))),
            Ok(other) => {
                let error = format!("{other} is no name");
                Err(rusqlite::Error::ToSqlConversionFailure(error.into()))
            }
            Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(error.into())),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Named<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        T::deserialize(value.as_str()?.into_deserializer())
            .map(Self)
            .map_err(|error: Error| FromSqlError::other(error))
    }
}

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0)
            .map(|text| ToSqlOutput::Owned(Value::Text(text)))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

/// Reads a column of milliseconds since 1970 UTC.
pub(in crate::adapters::sqlite) fn read_time(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<DateTime<Utc>> {
    time(row.get(column)?, column)
}

/// The same, where there may be none.
pub(super) fn find_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let millis: Option<i64> = row.get(column)?;
    millis.map(|millis| time(millis, column)).transpose()
}

fn time(millis: i64, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| {
        let error = FromSqlError::OutOfRange(millis);
        rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error))
    })
}

/// Reads a column of an address. An error does not repeat it: errors are logged.
pub(super) fn read_email(row: &Row<'_>, column: usize) -> rusqlite::Result<EmailAddress> {
    parse_email(row.get_ref(column)?.as_str()?, column)
}

/// The same, where there may be none.
pub(super) fn find_email(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<EmailAddress>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| parse_email(text, column)).transpose()
}

fn parse_email(text: &str, column: usize) -> rusqlite::Result<EmailAddress> {
    EmailAddress::parse(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// Reads three columns: the revision, and when the row was first and last written.
pub(super) fn read_stamp(row: &Row<'_>, first: usize) -> rusqlite::Result<Stamp> {
    Ok(Stamp {
        revision: row.get::<_, i64>(first)?.cast_unsigned(),
        created_at: read_time(row, first + 1)?,
        updated_at: read_time(row, first + 2)?,
    })
}

/// Many ids as one parameter, so that one cached statement serves lists of any length.
pub(super) fn json_array(ids: impl Iterator<Item = i64>) -> String {
    serde_json::Value::from_iter(ids).to_string()
}

/// A limit as the database takes it.
pub(super) fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
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
            code == rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                || code == rusqlite::ffi::SQLITE_CONSTRAINT_ROWID
        })
}

/// Whether a unique key other than the table's own is taken.
pub(super) fn is_second(error: &rusqlite::Error) -> bool {
    extended_code(error) == Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE)
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
