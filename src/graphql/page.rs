//! Pages of lists, as connections (the Relay cursor connections specification).

use std::borrow::Cow;

use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};

use super::cursor::{Cursor, Order};
use super::error::{ApiError, Result};
use super::total::Total;
use super::turns::take_turns;
use crate::domain::error::ErrorCode;
use crate::domain::page::{Direction, Keyset, MAX_PAGE, Slice, Window};

/// Which page somebody asks for.
#[derive(Debug, Default)]
pub(crate) struct PageArgs {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

impl PageArgs {
    /// A page of a list that runs forward only.
    pub(crate) fn forward(first: Option<i32>, after: Option<String>) -> Self {
        Self {
            first,
            after,
            ..Self::default()
        }
    }

    /// The page as the domain asks for it: `default` rows unless it says how many. Errors name the argument.
    pub(crate) fn window(self, order: &Order, default: usize) -> Result<Window> {
        let is_backward = self.last.is_some() || self.before.is_some();
        let refused = match (&self.first, &self.after) {
            (Some(_), _) => "first",
            (_, Some(_)) => "after",
            (None, None) => "",
        };
        if is_backward && !refused.is_empty() {
            return Err(ApiError::argument(
                ErrorCode::Invalid,
                refused,
                "a page starts at one end: give `first` and `after`, or `last` and `before`",
            ));
        }
        let (direction, size, cursor) = if is_backward {
            (
                Direction::Backward,
                ("last", self.last),
                ("before", self.before),
            )
        } else {
            (
                Direction::Forward,
                ("first", self.first),
                ("after", self.after),
            )
        };
        Ok(Window {
            limit: limit(size.0, size.1, default)?,
            start: cursor
                .1
                .map(|text| parse_cursor(cursor.0, &text, order))
                .transpose()?,
            direction,
        })
    }
}

/// How many rows an argument asks for: 1 to [`MAX_PAGE`].
pub(crate) fn limit(argument: &'static str, asked: Option<i32>, default: usize) -> Result<usize> {
    let Some(asked) = asked else {
        return Ok(default);
    };
    usize::try_from(asked)
        .ok()
        .filter(|rows| (1..=MAX_PAGE).contains(rows))
        .ok_or_else(|| {
            ApiError::argument(
                ErrorCode::OutOfRange,
                argument,
                format!("`{argument}` must be 1 to {MAX_PAGE}"),
            )
        })
}

fn parse_cursor(argument: &'static str, cursor: &str, order: &Order) -> Result<Keyset> {
    order.parse(cursor).ok_or_else(|| {
        ApiError::argument(
            ErrorCode::BadCursor,
            argument,
            format!("`{argument}` is not a cursor of this list in this order"),
        )
    })
}

/// A row with its cursor.
pub(crate) trait Edge: OutputType + 'static {
    /// What the row is.
    type Node: OutputType;

    /// What a page of these rows is called in the schema.
    const CONNECTION: &'static str;

    /// What the row is.
    fn node(&self) -> &Self::Node;

    /// What a client gives back to go on behind this row.
    fn cursor(&self) -> &Cursor;
}

/// A page of a list.
pub(crate) struct Connection<E> {
    edges: Vec<E>,
    has_next_page: bool,
    has_previous_page: bool,
    total: Total,
}

impl<E: Edge> Connection<E> {
    /// A page that was read with a window. The row at the window's start is on the other side of it.
    pub(crate) fn new(slice: Slice<E>, window: &Window, total: Total) -> Self {
        let is_forward = window.direction == Direction::Forward;
        let has_before = window.start.is_some();
        Self {
            edges: slice.rows,
            has_next_page: if is_forward {
                slice.has_more
            } else {
                has_before
            },
            has_previous_page: if is_forward {
                has_before
            } else {
                slice.has_more
            },
            total,
        }
    }
}

/// A page of a list, in the order of the list.
#[Object(name_type)]
impl<E: Edge> Connection<E> {
    /// The rows, each with its cursor and what is true of it in this list only.
    async fn edges(&self) -> &[E] {
        take_turns(self.edges.len()).await;
        &self.edges
    }

    /// The rows without their cursors, in the same order: short for `edges { node }`.
    async fn nodes(&self) -> Vec<&E::Node> {
        take_turns(self.edges.len()).await;
        self.edges.iter().map(Edge::node).collect()
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next_page,
            has_previous_page: self.has_previous_page,
            start_cursor: self.edges.first().map(|edge| edge.cursor().clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor().clone()),
        }
    }

    /// How many rows the whole list has; null where counting them would mean walking through it.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        self.total.count(ctx).await
    }
}

impl<E: Edge> TypeName for Connection<E> {
    fn type_name() -> Cow<'static, str> {
        E::CONNECTION.into()
    }
}

/// Where a page lies in its list.
#[derive(SimpleObject)]
struct PageInfo {
    /// Whether the list goes on after this page.
    has_next_page: bool,
    /// Whether the list has rows before this page.
    has_previous_page: bool,
    /// The cursor of the first row, for `before`; null if the page is empty.
    start_cursor: Option<Cursor>,
    /// The cursor of the last row, for `after`; null if the page is empty.
    end_cursor: Option<Cursor>,
}

/// Which way the values of a list run; ids run up among equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sorted {
    Ascending,
    Descending,
}

/// A page of a list that is in memory, forward from the window's start. If the row there has gone meanwhile, the page
/// starts at the first row that would have followed it.
pub(crate) fn page_of<T>(
    rows: impl IntoIterator<Item = T>,
    window: &Window,
    sorted: Sorted,
    keyset: impl Fn(&T) -> Keyset,
) -> Slice<T> {
    let mut rows: Vec<T> = rows.into_iter().collect();
    if let Some(start) = &window.start {
        let is_after = |row: &T| {
            let keyset = keyset(row);
            let by_value = match sorted {
                Sorted::Ascending => keyset.value.cmp(&start.value),
                Sorted::Descending => start.value.cmp(&keyset.value),
            };
            by_value.then_with(|| keyset.id.cmp(&start.id)).is_gt()
        };
        let same = rows.iter().position(|row| keyset(row) == *start);
        let next = same.map(|index| index + 1);
        let next = next.or_else(|| rows.iter().position(is_after));
        rows.drain(..next.unwrap_or(rows.len()));
    }
    rows.truncate(window.limit + 1);
    Slice::from_overfetched(rows, window)
}

#[cfg(test)]
mod tests {
    use super::*;

    static ORDER: Order = Order::by_number("numbers");

    fn window(args: PageArgs) -> async_graphql::Result<Window> {
        Ok(args.window(&ORDER, 20)?)
    }

    fn code_and_field(args: PageArgs) -> (String, String) {
        let extensions = window(args).unwrap_err().extensions.unwrap();
        let text = |name| match extensions.get(name) {
            Some(async_graphql::Value::String(text)) => text.clone(),
            other => panic!("{name} is {other:?}"),
        };
        (text("code"), text("field"))
    }

    fn refused(code: &str, field: &str) -> (String, String) {
        (code.into(), field.into())
    }

    #[test]
    fn a_page_has_a_size_and_a_direction() {
        let cursor = || Some(ORDER.cursor(Keyset::by_number(5, 1)).to_string());
        let start = Keyset::by_number(5, 1);

        assert_eq!(window(PageArgs::default()).unwrap(), Window::first(20));
        assert_eq!(
            window(PageArgs::forward(Some(100), cursor())).unwrap(),
            Window::after(100, start.clone())
        );
        let backward = PageArgs {
            last: Some(1),
            before: cursor(),
            ..PageArgs::default()
        };
        let expected = Window {
            limit: 1,
            start: Some(start),
            direction: Direction::Backward,
        };
        assert_eq!(window(backward).unwrap(), expected);
    }

    #[test]
    fn an_impossible_page_is_refused_by_name() {
        let last = |last| PageArgs {
            last: Some(last),
            ..PageArgs::default()
        };
        for first in [i32::MIN, -1, 0, 101] {
            assert_eq!(
                code_and_field(PageArgs::forward(Some(first), None)),
                refused("OUT_OF_RANGE", "first")
            );
        }
        assert_eq!(code_and_field(last(0)), refused("OUT_OF_RANGE", "last"));
        let both = PageArgs {
            first: Some(1),
            ..last(1)
        };
        assert_eq!(code_and_field(both), refused("INVALID", "first"));
        assert_eq!(
            code_and_field(PageArgs::forward(None, Some("nonsense".into()))),
            refused("BAD_CURSOR", "after")
        );
        let before = PageArgs {
            before: Some("nonsense".into()),
            ..PageArgs::default()
        };
        assert_eq!(code_and_field(before), refused("BAD_CURSOR", "before"));
    }

    #[test]
    fn a_page_in_memory_follows_its_cursor() {
        let keyset = |row: &(i64, i64)| Keyset::by_number(row.0, row.1);
        let rows = [(9, 1), (9, 4), (7, 2), (3, 3)];
        let after = |start, limit| {
            let window = Window::after(limit, keyset(&start));
            let slice = page_of(rows, &window, Sorted::Descending, keyset);
            (slice.rows, slice.has_more)
        };

        assert_eq!(after((9, 1), 2), (vec![(9, 4), (7, 2)], true));
        assert_eq!(after((9, 2), 2), (vec![(9, 4), (7, 2)], true));
        assert_eq!(after((7, 2), 2), (vec![(3, 3)], false));
        assert_eq!(after((3, 3), 2), (vec![], false));
    }
}
