//! "If you watched this, these might be good."

use async_graphql::Context;

use super::edge::{RecommendationEdge, page};
use crate::domain::catalog::Title;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;
use crate::graphql::turns::take_turns;

/// What ranking the titles like one costs, in units of 20 µs.
const WORK: usize = 7;

static SIMILAR: Order = Order::by_number("similar");

/// A page of the titles that are like one.
pub(crate) async fn similar(
    ctx: &Context<'_>,
    title: &Title,
    args: PageArgs,
) -> Result<Option<Connection<RecommendationEdge>>> {
    let leaf = args.of_list(&SIMILAR, title.id, 12)?;
    let recommend = &ctx.services().recommend;
    take_turns(WORK).await;
    let (visibility, profile) = (ctx.visibility(), ctx.viewer().profile());
    let list = recommend.similar(&visibility, title, profile).await?;
    let total = Total::Known(list.len());
    page(ctx, &list, total, &leaf).await
}
