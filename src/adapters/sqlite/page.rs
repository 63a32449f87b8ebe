//! Pages of lists by a time, then by an id, and how many rows they have.

use rusqlite::types::Value;
use rusqlite::{Connection, Result, Row, params_from_iter};
use uuid::Uuid;

use super::columns::{limit, read, record};
use super::statements::{all, fill, readable};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{Direction, KeyValue, Slice, Window};

/// A list by a time, then by an id, ascending. There is an index that runs in its order.
pub(super) struct List<T> {
    /// What its rows are called that cannot be read, and are passed over; `None`: such a row is an error.
    pub(super) kind: Option<&'static str>,
    pub(super) select: &'static str,
    pub(super) table: &'static str,
    /// The index to take, where the planner would take another.
    pub(super) index: Option<&'static str>,
    /// What is listed; its parameters begin at `?1`.
    pub(super) condition: &'static str,
    pub(super) scope: Vec<i64>,
    pub(super) time: &'static str,
    pub(super) is_latest_first: bool,
    pub(super) id: &'static str,
    pub(super) read: fn(&Row<'_>) -> Result<T>,
}

impl<T> List<T> {
    pub(super) fn page(&self, connection: &Connection, window: &Window) -> Result<Slice<T>> {
        let (sql, parameters) = self.statement(window)?;
        let page = |wanted, seen| {
            let page = [wanted, seen].map(|number| Value::from(limit(number)));
            parameters.iter().cloned().chain(page)
        };
        // One row more than the window wants.
        let wanted = window.limit.saturating_add(1);
        let rows = match self.kind {
            Some(kind) => fill(wanted, |wanted, seen| {
                let parameters = params_from_iter(page(wanted, seen));
                readable(connection, kind, &sql, parameters, self.read)
            }),
            None => all(
                connection,
                &sql,
                params_from_iter(page(wanted, 0)),
                self.read,
            ),
        }?;
        Ok(Slice::from_overfetched(rows, window))
    }

    /// How many rows there are of each `title`, by title, counted along an index.
    pub(super) fn count_by_title(
        &self,
        connection: &Connection,
        index: &str,
    ) -> Result<Vec<(TitleId, u64)>> {
        let sql = format!(
            "SELECT title, count(*) AS rows FROM {} INDEXED BY {index} WHERE {} GROUP BY title ORDER BY title",
            self.table, self.condition
        );
        let scope = params_from_iter(&self.scope);
        all(connection, &sql, scope, read::<Counted, _>)
    }

    /// A statement for the rows of a window, and its parameters but for the last two: how many, and beyond how many.
    fn statement(&self, window: &Window) -> Result<(String, Vec<Value>)> {
        let Self {
            select,
            condition,
            time,
            id,
            ..
        } = self;
        let is_forward = window.direction == Direction::Forward;
        let (beyond, by_time) = direction(is_forward != self.is_latest_first);
        let (after, by_id) = direction(is_forward);
        let mut parameters: Vec<Value> = self.scope.iter().copied().map(Value::from).collect();
        let mut start = String::new();
        if let Some(keyset) = &window.start {
            let (n, m) = (parameters.len() + 1, parameters.len() + 2);
            // The first condition follows from the second; it tells the index where to begin.
            start = format!(
                " AND {time} {beyond}= ?{n} AND ({time} {beyond} ?{n} OR {id} {after} ?{m})"
            );
            parameters.extend([bound(&keyset.value)?, bound(&keyset.id)?]);
        }
        let index = self.index.map(|index| format!(" INDEXED BY {index}"));
        let (way, last) = (index.unwrap_or_default(), parameters.len() + 1);
        let sql = format!(
            "{select}{way} WHERE {condition}{start} ORDER BY {time} {by_time}, {id} {by_id} LIMIT ?{last} OFFSET ?{}",
            last + 1
        );
        Ok((sql, parameters))
    }
}

/// How many rows there are of each title of a profile, by a statement that gives `title` and `rows`.
pub(super) fn counted_by_title(
    connection: &Connection,
    sql: &str,
    profile: ProfileId,
) -> Result<Vec<(TitleId, u64)>> {
    all(connection, sql, [profile.to_i64()], read::<Counted, _>)
}

record! {
    struct Counted {
        title: i64,
        rows: i64,
    }
}

impl From<Counted> for (TitleId, u64) {
    fn from(row: Counted) -> Self {
        (TitleId::from_i64(row.title), row.rows.cast_unsigned())
    }
}

/// What comes after, and the order that leads there.
fn direction(is_up: bool) -> (&'static str, &'static str) {
    if is_up { (">", "ASC") } else { ("<", "DESC") }
}

/// A part of a keyset as the tables have it: the only texts are the names of plays.
fn bound(value: &KeyValue) -> Result<Value> {
    match value {
        KeyValue::Number(number) => Ok(Value::Integer(*number)),
        KeyValue::Text(name) => Uuid::parse_str(name)
            .map(|name| Value::Blob(name.into_bytes().to_vec()))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into())),
    }
}
