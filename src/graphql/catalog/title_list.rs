//! Lists of titles, page by page.

use std::sync::Arc;

use async_graphql::Context;

use super::title::{TitleEdge, titles};
use crate::domain::catalog::{self, TitleQuery};
use crate::domain::page::Slice;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static BY_NAME: Order = Order::by_text("titles by name");
static NEWEST_ADDED: Order = Order::by_number("titles newest added");
static NEWEST_RELEASED: Order = Order::by_number("titles newest released");
static POPULAR: Order = Order::by_number("titles popular");

/// A page of the titles that pass a filter.
pub(super) async fn list_titles(
    ctx: &Context<'_>,
    query: TitleQuery,
    args: PageArgs,
) -> Result<Connection<TitleEdge>> {
    let order = match query.order {
        catalog::TitleOrder::Name => &BY_NAME,
        catalog::TitleOrder::NewestAdded => &NEWEST_ADDED,
        catalog::TitleOrder::NewestReleased => &NEWEST_RELEASED,
        catalog::TitleOrder::Popular => &POPULAR,
    };
    let window = args.window(order, 20)?;
    let (catalog, visibility) = (&ctx.services().catalog, ctx.visibility());
    let slice = catalog.list_titles(&visibility, &query, &window).await?;
    let found: Vec<_> = slice.rows.into_iter().map(Arc::new).collect();
    let rows = titles(found.clone()).into_iter().zip(found);
    let edges = rows.map(|(node, title)| {
        let cursor = order.cursor(query.order.keyset(&title));
        TitleEdge::new(cursor, node, None)
    });
    let slice = Slice {
        rows: edges.collect(),
        has_more: slice.has_more,
    };
    Ok(Connection::new(slice, &window, Total::Titles(query.filter)))
}
