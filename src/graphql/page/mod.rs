//! Pages of lists, as connections (the Relay cursor connections specification).

use std::borrow::Cow;
use std::cmp::Reverse;
use std::hash::{DefaultHasher, Hash, Hasher};

use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};

use super::cursor::{Cursor, Given, MOST_GIVEN, Order};
use super::error::{ApiError, Result};
use super::total::Total;
use super::turns::take_turns;
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::page::{Direction, KeyValue, Keyset, MAX_PAGE, Slice, Window};

/// Which page somebody asks for.
#[derive(Debug, Default)]
pub(crate) struct PageArgs {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

impl PageArgs {
    /// A page as the arguments of a field say it.
    pub(crate) fn both(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Self {
        Self {
            first,
            after,
            last,
            before,
        }
    }

    /// The page as the domain asks for it: `default` rows unless it says how many. Errors name the argument.
    pub(crate) fn window(self, order: &Order, default: usize) -> Result<Window> {
        let parse = |text: &str| order.parse(text).map(|keyset| (keyset, Given::default()));
        Ok(self.read(parse, default)?.0)
    }

    /// The same, and what was given up to the row that it starts behind. `is_of` says whether a place is one of the list.
    pub(crate) fn window_behind(
        self,
        order: &Order,
        default: usize,
        is_of: impl Fn(&Keyset) -> bool,
    ) -> Result<(Window, Given)> {
        let parse = |text: &str| order.parse_behind(text).filter(|(start, _)| is_of(start));
        self.read(parse, default)
    }

    /// A page of a list that is made anew for each page. `list` is what it is made for: cursors are good for no other.
    pub(crate) fn of_list(
        self,
        order: &'static Order,
        list: impl Hash,
        default: usize,
    ) -> Result<ListPage> {
        let mut hasher = DefaultHasher::new();
        list.hash(&mut hasher);
        let list = Keyset::by_number(hasher.finish().cast_signed(), 0);
        let (window, given) = self.read(
            |text| {
                let behind = order.parse_behind(text);
                behind.filter(|(named, _)| named.value == list.value)
            },
            default,
        )?;
        Ok(ListPage {
            order,
            list,
            window,
            given,
        })
    }

    fn read(
        self,
        parse: impl Fn(&str) -> Option<(Keyset, Given)>,
        default: usize,
    ) -> Result<(Window, Given)> {
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
        let limit = limit(size.0, size.1, default)?;
        let behind = cursor.1.map(|text| parse_cursor(cursor.0, &text, parse));
        let (start, given) = behind.transpose()?.unzip();
        let window = Window {
            limit,
            start,
            direction,
        };
        Ok((window, given.unwrap_or_default()))
    }
}

/// A page of a list that may change while somebody leafs through it, because they or others watch something, or because
/// another server has it: the rows that follow of the list as it is now, without what the pages before gave. So no row
/// comes twice, and none of the list is left out. Whoever goes back from a row gets what was given before it, in the order
/// in which it was given, without what has left the list; from the end, the last rows of the list as it is now.
pub(crate) struct ListPage {
    order: &'static Order,
    list: Keyset,
    window: Window,
    given: Given,
}

impl ListPage {
    /// The page as connections know it.
    pub(crate) fn window(&self) -> &Window {
        &self.window
    }

    /// How many rows it has at the most.
    pub(crate) fn limit(&self) -> usize {
        self.window.limit
    }

    /// So many rows of the list are enough for the page, and to know whether it goes on. Whoever comes from the end, or
    /// asks for what was given before, wants all of it.
    pub(crate) fn reach(&self) -> usize {
        match self.window.direction {
            Direction::Forward => self.given.len() + self.window.limit + 1,
            Direction::Backward => MOST_GIVEN,
        }
    }

    /// Whether the page is cut from the end of the list, or leads back: then all of the list is wanted.
    pub(crate) fn is_backward(&self) -> bool {
        self.window.direction == Direction::Backward
    }

    /// What the list that the page before was cut from was named, if it is not the first page.
    pub(crate) fn cut_from(&self) -> Option<i64> {
        match self.window.start.as_ref()?.id {
            KeyValue::Number(name) => Some(name),
            KeyValue::Text(_) => None,
        }
    }

    /// The same page, of a list that is named so: its cursors say which one they were cut from.
    pub(crate) fn of_one_named(mut self, name: i64) -> Self {
        self.list.id = KeyValue::Number(name);
        self
    }

    /// The same page of a list some of whose rows stand elsewhere already, by their ids: none of its pages gives them. A
    /// cursor tells of them itself.
    pub(crate) fn beside(mut self, elsewhere: impl IntoIterator<Item = i64>) -> Self {
        if self.window.start.is_none() {
            self.given = Given::elsewhere(elsewhere);
        }
        self
    }

    /// The rows of the page, each with its cursor.
    pub(crate) fn of<T>(
        &self,
        list: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> i64,
    ) -> Slice<(Cursor, T)> {
        let (rows, page) = if self.is_backward() && self.window.start.is_some() {
            self.given_before(list, id)
        } else {
            self.not_given(list, id)
        };
        let slice = Slice::from_overfetched(rows, &self.window);
        slice.map(|(place, row)| {
            let given = page.up_to(place);
            (self.order.cursor_behind(self.list.clone(), given), row)
        })
    }

    /// The rows that no page gave, from the end that the window runs from, each with its place in what is given then.
    fn not_given<T>(
        &self,
        list: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> i64,
    ) -> (Vec<(usize, T)>, Given) {
        let was_given = self.given.contains();
        let rest = list.into_iter().filter(|row| !was_given(id(row)));
        let most = MOST_GIVEN.saturating_sub(self.given.len());
        let wanted = self.window.limit + 1;
        if self.is_backward() {
            let rest: Vec<T> = rest.take(most).collect();
            let page = self.given.page(rest.iter().map(id));
            let rows = rest.into_iter().enumerate().rev().take(wanted);
            return (rows.collect(), page);
        }
        let rows: Vec<T> = rest.take(most.min(wanted)).collect();
        let page = self.given.page(rows.iter().map(id));
        (rows.into_iter().enumerate().collect(), page)
    }

    /// The rows that were given before the one that the page starts at, the last of them first, each with its place.
    fn given_before<T>(
        &self,
        list: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> i64,
    ) -> (Vec<(usize, T)>, Given) {
        let page = self.given.again();
        let place = page.places();
        // The last one is that which the page starts at.
        let end = page.len_of_page().saturating_sub(1);
        let rows = list.into_iter();
        let rows = rows.filter_map(|row| Some((place(id(&row))?, row)));
        let mut rows: Vec<(usize, T)> = rows.filter(|(place, _)| *place < end).collect();
        rows.sort_by_key(|(place, _)| Reverse(*place));
        rows.truncate(self.window.limit + 1);
        (rows, page)
    }
}

/// How many rows an argument asks for: 1 to [`MAX_PAGE`].
pub(crate) fn limit(argument: &'static str, asked: Option<i32>, default: usize) -> Result<usize> {
    limit_to(MAX_PAGE, argument, asked, default)
}

/// The same where it may be `most`.
pub(crate) fn limit_to(
    most: usize,
    argument: &'static str,
    asked: Option<i32>,
    default: usize,
) -> Result<usize> {
    let Some(asked) = asked else {
        return Ok(default);
    };
    usize::try_from(asked)
        .ok()
        .filter(|rows| (1..=most).contains(rows))
        .ok_or_else(|| {
            ApiError::argument(
                ErrorCode::OutOfRange,
                argument,
                format!("`{argument}` must be 1 to {most}"),
            )
            .within(Bounds::between(1, most))
        })
}

fn parse_cursor(
    argument: &'static str,
    cursor: &str,
    parse: impl Fn(&str) -> Option<(Keyset, Given)>,
) -> Result<(Keyset, Given)> {
    parse(cursor).ok_or_else(|| {
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

/// A page of a list. The field that gives it may be null, so that an argument which is refused takes nothing with it.
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

/// A page of a list that is in memory. If the row at the window's start has gone meanwhile, the page starts at the
/// first row beyond its place.
pub(crate) fn page_of<T>(
    rows: impl IntoIterator<Item = T>,
    window: &Window,
    sorted: Sorted,
    keyset: impl Fn(&T) -> Keyset,
) -> Slice<T> {
    let mut rows: Vec<T> = rows.into_iter().collect();
    let is_forward = window.direction == Direction::Forward;
    if !is_forward {
        rows.reverse();
    }
    if let Some(start) = &window.start {
        let is_beyond = |row: &T| {
            let keyset = keyset(row);
            let by_value = match sorted {
                Sorted::Ascending => keyset.value.cmp(&start.value),
                Sorted::Descending => start.value.cmp(&keyset.value),
            };
            let place = by_value.then_with(|| keyset.id.cmp(&start.id));
            if is_forward {
                place.is_gt()
            } else {
                place.is_lt()
            }
        };
        let same = rows.iter().position(|row| keyset(row) == *start);
        let next = same.map(|index| index + 1);
        let next = next.or_else(|| rows.iter().position(is_beyond));
        rows.drain(..next.unwrap_or(rows.len()));
    }
    rows.truncate(window.limit + 1);
    Slice::from_overfetched(rows, window)
}

#[cfg(test)]
mod tests;
