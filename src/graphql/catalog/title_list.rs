//! Lists of titles, page by page.

use std::sync::Arc;

use async_graphql::Context;

use super::title::{TitleEdge, titles};
use crate::domain::catalog::{self, TitleQuery};
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
    let slice = ctx.services().catalog.list_titles(&query, &window).await?;
    let slice = slice.map(Arc::new);
    let mut nodes = titles(slice.rows.clone()).into_iter();
    let edges =
        slice.rows.iter().zip(&mut nodes).map(|(title, node)| {
            TitleEdge::new(order.cursor(query.order.keyset(title)), node, None)
        });
    let slice = catalog_slice(edges.collect(), slice.has_more);
    Ok(Connection::new(slice, &window, Total::Titles(query.filter)))
}

fn catalog_slice<T>(rows: Vec<T>, has_more: bool) -> crate::domain::page::Slice<T> {
    crate::domain::page::Slice { rows, has_more }
}
