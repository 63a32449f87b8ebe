//! Lists of titles, page by page.

use std::sync::Arc;

use async_graphql::Context;

use super::credit::CreditedRole;
use super::facets::TitleConnection;
use super::title::{TitleEdge, titles};
use crate::domain::catalog::{self, Roles, TitleFilter, TitleQuery};
use crate::domain::ids::{PersonId, TitleId};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Given, Order};
use crate::graphql::error::Result;
use crate::graphql::page::PageArgs;
use crate::graphql::total::Total;

static BY_NAME: Order = Order::by_text("titles by name");
static BY_NAME_DESCENDING: Order = Order::by_text("titles by name, descending");
static NEWEST_ADDED: Order = Order::by_number("titles newest added");
static OLDEST_ADDED: Order = Order::by_number("titles oldest added");
static NEWEST_RELEASED: Order = Order::by_number("titles newest released");
static OLDEST_RELEASED: Order = Order::by_number("titles oldest released");
static RECENTLY_UPDATED: Order = Order::by_number("titles recently updated");
static LEAST_RECENTLY_UPDATED: Order = Order::by_number("titles least recently updated");
static POPULAR: Order = Order::by_number("titles popular");
static LEAST_POPULAR: Order = Order::by_number("titles least popular");
static TOP_RATED: Order = Order::by_number("titles top rated");
static LOWEST_RATED: Order = Order::by_number("titles lowest rated");
static TRENDING: Order = Order::by_number("titles trending");
static LEAST_TRENDING: Order = Order::by_number("titles least trending");
static RANDOM: Order = Order::by_number("titles random");

/// So many of the most or the least watched titles are leafed through by what was given; each page reads from the first on, and
/// further down the order by watchers is as good as still.
const MOST_LEAFED: usize = 500;

/// A page of the titles that pass a filter.
///
/// Who watches meanwhile changes the order of the most watched, and of the least watched: within the first
/// [`MOST_LEAFED`] no title comes twice and none is left out. Below them a title that is watched and overtakes the page
/// is left out of the most watched, and none comes twice, for watchers only become more; of the least watched none is left
/// out, and one that falls behind the page comes twice.
pub(super) async fn list_titles(
    ctx: &Context<'_>,
    query: TitleQuery,
    args: PageArgs,
) -> Result<Option<TitleConnection>> {
    list(ctx, query, args, None).await
}

/// The same of somebody's titles that pass, in these roles if any are named; each row says what they did for it.
pub(super) async fn list_titles_of_person(
    ctx: &Context<'_>,
    person: PersonId,
    roles: Option<Roles>,
    order: catalog::TitleOrder,
    args: PageArgs,
) -> Result<Option<TitleConnection>> {
    let filter = TitleFilter {
        people: Some(vec![person]),
        roles,
        ..TitleFilter::default()
    };
    list(ctx, TitleQuery { filter, order }, args, Some(person)).await
}

async fn list(
    ctx: &Context<'_>,
    query: TitleQuery,
    args: PageArgs,
    person: Option<PersonId>,
) -> Result<Option<TitleConnection>> {
    let order = of_cursors(query.order);
    let (window, given) = args.window_behind(order, 20, |start| is_of(query.order, start))?;
    let slice = read(ctx, &query, &window, &given).await?;
    let goes_by_watchers = matches!(
        query.order,
        catalog::TitleOrder::Popular | catalog::TitleOrder::LeastPopular
    );
    let is_leafed = goes_by_watchers
        && window.direction == Direction::Forward
        && (window.start.is_none() || !given.is_empty());
    let page = given.page(slice.rows.iter().map(|title| title.id.to_i64()));
    let rows = titles(slice.rows.clone()).into_iter().zip(slice.rows);
    let edges = rows.enumerate().map(|(index, (node, title))| {
        let keyset = query.order.keyset(&title);
        let cursor = match page.up_to(index) {
            given if is_leafed && given.len() <= MOST_LEAFED => order.cursor_behind(keyset, given),
            _ => order.cursor(keyset),
        };
        let edge = TitleEdge::new(cursor, node, None);
        match person {
            Some(person) => edge.of_person(CreditedRole::list(&title, person)),
            None => edge,
        }
    });
    let slice = Slice {
        rows: edges.collect(),
        has_more: slice.has_more,
    };
    let total = Total::Titles(query.filter);
    Ok(Some(TitleConnection::new(slice, &window, total)))
}

/// The order of the cursors of a list in this order.
fn of_cursors(order: catalog::TitleOrder) -> &'static Order {
    match order {
        catalog::TitleOrder::Name => &BY_NAME,
        catalog::TitleOrder::NameDescending => &BY_NAME_DESCENDING,
        catalog::TitleOrder::NewestAdded => &NEWEST_ADDED,
        catalog::TitleOrder::OldestAdded => &OLDEST_ADDED,
        catalog::TitleOrder::NewestReleased => &NEWEST_RELEASED,
        catalog::TitleOrder::OldestReleased => &OLDEST_RELEASED,
        catalog::TitleOrder::RecentlyUpdated => &RECENTLY_UPDATED,
        catalog::TitleOrder::LeastRecentlyUpdated => &LEAST_RECENTLY_UPDATED,
        catalog::TitleOrder::Popular => &POPULAR,
        catalog::TitleOrder::LeastPopular => &LEAST_POPULAR,
        catalog::TitleOrder::TopRated => &TOP_RATED,
        catalog::TitleOrder::LowestRated => &LOWEST_RATED,
        catalog::TitleOrder::Trending => &TRENDING,
        catalog::TitleOrder::LeastTrending => &LEAST_TRENDING,
        catalog::TitleOrder::Random(_) => &RANDOM,
    }
}

/// Whether a place is one of this order: each seed has places of its own.
fn is_of(order: catalog::TitleOrder, start: &Keyset) -> bool {
    let catalog::TitleOrder::Random(seed) = order else {
        return true;
    };
    let KeyValue::Number(id) = start.id else {
        return false;
    };
    start.value == KeyValue::Number(catalog::mixed(seed, TitleId::from_i64(id)))
}

/// The titles of a page: those behind its start, or the first ones that were not given.
async fn read(
    ctx: &Context<'_>,
    query: &TitleQuery,
    window: &Window,
    given: &Given,
) -> Result<Slice<Arc<catalog::Title>>> {
    let (catalog, visibility) = (&ctx.services().catalog, ctx.visibility());
    if given.is_empty() || window.direction == Direction::Backward {
        return Ok(catalog.list_titles(&visibility, query, window).await?);
    }
    let from_the_first = Window::first(given.len() + window.limit);
    let all = catalog.list_titles(&visibility, query, &from_the_first);
    let all = all.await?;
    let was_given = given.contains();
    let mut rows = all.rows;
    rows.retain(|title| !was_given(title.id.to_i64()));
    let has_more = all.has_more || rows.len() > window.limit;
    rows.truncate(window.limit);
    Ok(Slice { rows, has_more })
}
