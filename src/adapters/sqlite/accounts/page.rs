//! Pages of lists by a time, then by an id.

use rusqlite::{Connection, Row, params_from_iter};

use super::columns::row_limit;
use crate::domain::page::{Direction, KeyValue, Slice, Window};

/// A list by a time, then by id, ascending. There is an index that runs in its order.
pub(super) struct List<T> {
    pub(super) select: &'static str,
    /// What is listed; its parameters begin at `?1`.
    pub(super) condition: &'static str,
    pub(super) scope: Vec<i64>,
    pub(super) time: &'static str,
    pub(super) is_latest_first: bool,
    pub(super) read: fn(&Row<'_>) -> rusqlite::Result<T>,
}

impl<T> List<T> {
    pub(super) fn page(
        &self,
        connection: &Connection,
        window: &Window,
    ) -> rusqlite::Result<Slice<T>> {
        let (sql, parameters) = self.statement(window)?;
        let rows = connection
            .prepare_cached(&sql)?
            .query_map(params_from_iter(parameters), self.read)?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Slice::from_overfetched(rows, window))
    }

    /// A statement for one row more than the window wants, and its parameters.
    fn statement(&self, window: &Window) -> rusqlite::Result<(String, Vec<i64>)> {
        let Self {
            select,
            condition,
            time,
            ..
        } = self;
        let is_forward = window.direction == Direction::Forward;
        let (beyond, by_time) = way(is_forward != self.is_latest_first);
        let (after, by_id) = way(is_forward);
        let mut parameters = self.scope.clone();
        let mut start = String::new();
        if let Some(keyset) = &window.start {
            let (n, m) = (parameters.len() + 1, parameters.len() + 2);
            // The first condition follows from the second; it tells the index where to begin.
            start =
                format!(" AND {time} {beyond}= ?{n} AND ({time} {beyond} ?{n} OR id {after} ?{m})");
            parameters.extend([number(&keyset.value)?, number(&keyset.id)?]);
        }
        parameters.push(row_limit(window.limit.saturating_add(1)));
        let limit = parameters.len();
        let sql = format!(
            "{select} WHERE {condition}{start} ORDER BY {time} {by_time}, id {by_id} LIMIT ?{limit}"
        );
        Ok((sql, parameters))
    }
}

/// What comes after, and the order that leads there.
fn way(is_up: bool) -> (&'static str, &'static str) {
    if is_up { (">", "ASC") } else { ("<", "DESC") }
}

fn number(value: &KeyValue) -> rusqlite::Result<i64> {
    match value {
        KeyValue::Number(number) => Ok(*number),
        KeyValue::Text(_) => Err(rusqlite::Error::ToSqlConversionFailure(
            "a place in a list by time is a time and an id".into(),
        )),
    }
}
