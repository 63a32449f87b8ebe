//! Keyset paging: a page starts after a row's place in the order, never at an offset, so rows that come or go
//! between two pages shift nothing.

use serde::{Deserialize, Serialize};

/// The most rows that a page may have.
pub const MAX_PAGE: usize = 100;

/// One component of a row's place in an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyValue {
    /// A count, a rank, an id, or a time in milliseconds since 1970 UTC.
    Number(i64),
    /// A text, compared byte by byte.
    Text(String),
}

/// A row's place in an order: what it is sorted by, then its id, which breaks ties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Keyset {
    /// What the list is sorted by.
    pub value: KeyValue,
    /// The row's id, ascending among equal values whichever way the values run.
    pub id: KeyValue,
}

impl Keyset {
    /// A keyset of an order by a number.
    pub fn by_number(value: i64, id: i64) -> Self {
        Self {
            value: KeyValue::Number(value),
            id: KeyValue::Number(id),
        }
    }

    /// A keyset of an order by a text.
    pub fn by_text(value: impl Into<String>, id: i64) -> Self {
        Self {
            value: KeyValue::Text(value.into()),
            id: KeyValue::Number(id),
        }
    }
}

/// Which way a page runs from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The rows that follow the start (`first`, `after`).
    Forward,
    /// The rows that come before the start (`last`, `before`).
    Backward,
}

/// The page that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window {
    /// The most rows of the page; 1 to [`MAX_PAGE`].
    pub limit: usize,
    /// The row next to the page, itself not part of it. `None`: from the end of the list that `direction` leaves.
    pub start: Option<Keyset>,
    /// Which way the page runs from `start`.
    pub direction: Direction,
}

impl Window {
    /// The first rows of a list.
    pub fn first(limit: usize) -> Self {
        Self {
            limit,
            start: None,
            direction: Direction::Forward,
        }
    }

    /// The rows after a keyset.
    pub fn after(limit: usize, start: Keyset) -> Self {
        Self {
            limit,
            start: Some(start),
            direction: Direction::Forward,
        }
    }
}

/// A page of rows in list order, whichever way the window ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// Whether the list goes on past the page in the window's direction.
    pub has_more: bool,
}

impl<T> Slice<T> {
    /// A page from up to `limit + 1` rows that a store read from the window's start in its direction.
    pub fn from_overfetched(mut rows: Vec<T>, window: &Window) -> Self {
        let has_more = rows.len() > window.limit;
        rows.truncate(window.limit);
        if window.direction == Direction::Backward {
            rows.reverse();
        }
        Self { rows, has_more }
    }

    /// The same page of something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Slice<U> {
        Slice {
            rows: self.rows.into_iter().map(f).collect(),
            has_more: self.has_more,
        }
    }
}
