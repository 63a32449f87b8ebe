//! Values of columns, and what they are to the domain. One that no version ever wrote is an error that names it.
//!
//! [`record!`] names each column of a table once, as the field of a struct; its statements, its parameters and its
//! reading follow from that, so that no value can come to stand in another's column.

use chrono::{DateTime, Utc};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Result, Row, Statement};
use serde::Serialize;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::domain::error::StoreError;
use crate::domain::stamp::Stamp;

/// What a statement selects, read in one order: that of the fields.
pub(super) trait Record: Sized {
    fn read(row: &Row<'_>) -> Result<Self>;
}

/// A row of a table, all columns of it that are written from here. Every statement takes [`Self::parameters`].
pub(super) trait TableRecord: Record {
    const SELECT: &'static str;
    const INSERT: &'static str;
    /// Puts it in the place of the row with its key. What is not among the columns stays: a later version may have more.
    const REPLACE: &'static str;
    /// Changes the row with its key, if that is of one revision less. For tables with a `revision`.
    const UPDATE: &'static str;

    fn parameters(&self) -> Vec<(&'static str, &dyn ToSql)>;

    /// Says how many rows were written.
    fn write(&self, statement: &mut Statement<'_>) -> Result<usize> {
        statement.execute(&*self.parameters())
    }
}

/// Declares a [`Record`], or, with a table and its key, a [`TableRecord`].
macro_rules! record {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident { $($field:tt)+ }
    ) => {
        $crate::adapters::sqlite::columns::record! {
            @record $(#[$meta])* $vis $name { $($field)+ }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident in $table:ident by ($($key_seen:vis $key:ident: $key_type:ty),+) {
            $($seen:vis $column:ident: $type:ty,)+
        }
    ) => {
        $crate::adapters::sqlite::columns::record! {
            @record $(#[$meta])* $vis $name { $($key_seen $key: $key_type,)+ $($seen $column: $type,)+ }
        }

        impl $crate::adapters::sqlite::columns::TableRecord for $name {
            const SELECT: &'static str = concat!(
                "SELECT ",
                $crate::adapters::sqlite::columns::joined!(", "; $([stringify!($key)])+ $([stringify!($column)])+),
                " FROM ", stringify!($table),
            );
            const INSERT: &'static str = concat!(
                "INSERT INTO ", stringify!($table), " (",
                $crate::adapters::sqlite::columns::joined!(", "; $([stringify!($key)])+ $([stringify!($column)])+),
                ") VALUES (",
                $crate::adapters::sqlite::columns::joined!(
                    ", "; $([":", stringify!($key)])+ $([":", stringify!($column)])+
                ),
                ")",
            );
            const REPLACE: &'static str = concat!(
                "INSERT INTO ", stringify!($table), " (",
                $crate::adapters::sqlite::columns::joined!(", "; $([stringify!($key)])+ $([stringify!($column)])+),
                ") VALUES (",
                $crate::adapters::sqlite::columns::joined!(
                    ", "; $([":", stringify!($key)])+ $([":", stringify!($column)])+
                ),
                ") ON CONFLICT (",
                $crate::adapters::sqlite::columns::joined!(", "; $([stringify!($key)])+),
                ") DO UPDATE SET ",
                $crate::adapters::sqlite::columns::joined!(
                    ", "; $([stringify!($column), " = excluded.", stringify!($column)])+
                ),
            );
            const UPDATE: &'static str = concat!(
                "UPDATE ", stringify!($table), " SET ",
                $crate::adapters::sqlite::columns::joined!(
                    ", "; $([stringify!($column), " = :", stringify!($column)])+
                ),
                " WHERE ",
                $crate::adapters::sqlite::columns::joined!(
                    " AND "; $([stringify!($key), " = :", stringify!($key)])+
                ),
                " AND revision = :revision - 1",
            );

            fn parameters(&self) -> Vec<(&'static str, &dyn rusqlite::ToSql)> {
                vec![
                    $((concat!(":", stringify!($key)), &self.$key),)+
                    $((concat!(":", stringify!($column)), &self.$column),)+
                ]
            }
        }
    };
    (
        @record $(#[$meta:meta])* $vis:vis $name:ident { $($seen:vis $column:ident: $type:ty,)+ }
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $($seen $column: $type,)+
        }

        impl $crate::adapters::sqlite::columns::Record for $name {
            fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                let mut columns = $crate::adapters::sqlite::columns::Columns::of(row);
                Ok(Self {
                    $($column: columns.next(stringify!($column))?,)+
                })
            }
        }
    };
}
pub(super) use record;

/// Texts with something between them, each of several parts in brackets.
macro_rules! joined {
    ($between:literal; [$($first:expr),+] $([$($rest:expr),+])*) => {
        concat!($($first,)+ $($between, $($rest,)+)*)
    };
}
pub(super) use joined;

/// The columns of a row, one after the other.
pub(super) struct Columns<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> Columns<'r, 's> {
    pub(super) fn of(row: &'r Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    /// The next one. To look a name up would cost more than to read the value, so that only debug builds compare it.
    pub(super) fn next<T: FromSql>(&mut self, name: &str) -> Result<T> {
        let column = self.next;
        self.next += 1;
        debug_assert_eq!(self.row.as_ref().column_name(column), Ok(name));
        self.row.get(column)
    }
}

/// The JSON of a thing in the place of what is stored of it. Fields that this version does not know stay: a later one has
/// written them.
pub(super) fn json_over(
    stored: Option<&str>,
    thing: &impl Serialize,
) -> std::result::Result<String, StoreError> {
    let mut fields = serde_json::to_value(thing).map_err(StoreError::failed)?;
    let stored = stored.map(serde_json::from_str).transpose();
    if let Some(serde_json::Value::Object(stored)) = stored.map_err(StoreError::failed)?
        && let Some(fields) = fields.as_object_mut()
    {
        for (name, value) in stored {
            fields.entry(name).or_insert(value);
        }
    }
    Ok(fields.to_string())
}

/// Reads a record as what it is to the domain.
pub(super) fn read<R, T>(row: &Row<'_>) -> Result<T>
where
    R: Record,
    T: TryFrom<R, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    T::try_from(R::read(row)?).map_err(|error| FromSqlError::Other(error.into()).into())
}

/// Reads the only column that was selected, whatever it is called.
pub(super) fn only<T: FromSql>(row: &Row<'_>) -> Result<T> {
    const ONLY: usize = 0;
    debug_assert_eq!(row.as_ref().column_count(), 1);
    row.get(ONLY)
}

/// Reads the only column that was selected: a count or another number that is never negative.
pub(super) fn unsigned(row: &Row<'_>) -> Result<u64> {
    only(row).map(i64::cast_unsigned)
}

/// Time, kept as milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time(pub(super) DateTime<Utc>);

/// What is one string to serde, a variant or an address, kept as that.
#[derive(Debug)]
pub(super) struct Text<T>(pub(super) T);

/// A list or the like, kept as JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl ToSql for Time {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.timestamp_millis().into())
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let millis = value.as_i64()?;
        DateTime::from_timestamp_millis(millis)
            .map(Self)
            .ok_or(FromSqlError::OutOfRange(millis))
    }
}

impl<T: Serialize> ToSql for Text<T> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match serde_json::to_value(&self.0) {
            Ok(serde_json::Value::String(text)) => Ok(ToSqlOutput::Owned(Value::Text(text))),
            Ok(other) => {
                let error = format!("{other} is no text");
                Err(rusqlite::Error::ToSqlConversionFailure(error.into()))
            }
            Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(error.into())),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        T::deserialize(value.as_str()?.into_deserializer())
            .map(Self)
            .map_err(|error: Error| FromSqlError::other(error))
    }
}

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
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

/// How often a row was written, and when, from its columns.
pub(super) fn stamp(revision: i64, created_at: Time, updated_at: Time) -> Stamp {
    Stamp {
        revision: revision.cast_unsigned(),
        created_at: created_at.0,
        updated_at: updated_at.0,
    }
}

/// The document that a column keeps of a thing.
pub(super) fn json(thing: &impl Serialize) -> std::result::Result<String, StoreError> {
    serde_json::to_string(thing).map_err(StoreError::failed)
}

/// Many values as one parameter, for `json_each`: one cached statement serves lists of any length.
pub(super) fn list<T: Into<serde_json::Value>>(values: impl IntoIterator<Item = T>) -> String {
    serde_json::Value::from_iter(values).to_string()
}

/// A limit as the database takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::adapters::sqlite::columns;

    record! {
        #[derive(Debug, PartialEq)]
        struct Place in places by (house: i64, room: i64) {
            name: String,
            revision: i64,
        }
    }

    record! {
        #[derive(Debug, PartialEq)]
        struct Swapped {
            room: i64,
            house: i64,
        }
    }

    fn places() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE places (revision INTEGER, name TEXT, room INTEGER, house INTEGER,
                 PRIMARY KEY (house, room))",
            )
            .unwrap();
        connection
    }

    fn place(name: &str, revision: i64) -> Place {
        Place {
            house: 1,
            room: 2,
            name: name.to_owned(),
            revision,
        }
    }

    #[test]
    fn each_value_goes_to_its_column_and_comes_from_it() {
        let connection = places();
        let write =
            |sql, place: &Place| place.write(&mut connection.prepare(sql).unwrap()).unwrap();
        let stored = || {
            connection
                .query_one(Place::SELECT, (), Place::read)
                .unwrap()
        };

        write(Place::INSERT, &place("hall", 1));
        assert_eq!(stored(), place("hall", 1));
        assert_eq!(write(Place::UPDATE, &place("kitchen", 2)), 1);
        assert_eq!(stored(), place("kitchen", 2));
        assert_eq!(write(Place::UPDATE, &place("late", 2)), 0);
        assert_eq!(stored(), place("kitchen", 2));
        write(Place::REPLACE, &place("attic", 9));
        assert_eq!(stored(), place("attic", 9));
    }

    #[test]
    #[should_panic(expected = "left: Ok(\"house\")")]
    fn a_statement_in_another_order_is_noticed() {
        let connection = places();
        place("hall", 1)
            .write(&mut connection.prepare(Place::INSERT).unwrap())
            .unwrap();

        let read = columns::read::<Swapped, Swapped>;
        let swapped = connection.query_one("SELECT house, room FROM places", (), read);

        drop(swapped);
    }

    #[test]
    fn a_time_that_was_never_written_is_an_error() {
        let connection = Connection::open_in_memory().unwrap();
        let read = |sql: &str| connection.query_one(sql, (), only::<Time>);

        assert_eq!(read("SELECT 5").unwrap().0.timestamp_millis(), 5);
        assert!(read("SELECT 9223372036854775807").is_err());
        assert!(read("SELECT 'today'").is_err());
    }
}
