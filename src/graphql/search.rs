//! Finding titles and people by what somebody types.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::catalog::{Person, PersonEdge, TitleConnection, TitleEdge, TitleFilter, titles};
use super::context::ContextExt;
use super::cursor::Order;
use super::error::Result;
use super::page::{Connection, PageArgs};
use super::total::Total;
use crate::domain::page::Slice;

static TITLES: Order = Order::by_number("search titles");
static PEOPLE: Order = Order::by_number("search people");

#[derive(Default)]
pub(crate) struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Finds titles by name, original name, the names of who made them, year, characters and collection, over which the
    /// words may be spread: the best match first, then the most watched. Case, accents and how a number is written do not
    /// matter, the last word may be unfinished; small typing errors are forgiven where little is found without them.
    /// Where nothing has all of the words, what has most of them is found. At most 500 are. It runs forward only, for it is
    /// made anew for each page.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed, at most 200 characters; `BLANK` if there is none.")]
        query: String,
        #[graphql(desc = "The conditions that a title must pass; all titles, if left out.")]
        filter: Option<TitleFilter>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
    ) -> Result<Option<TitleConnection>> {
        let filter = filter.unwrap_or_default();
        // What is said of the viewer's profile changes with what it watches, and the list stays the same one.
        let list = (query.trim(), format!("{filter:?}"));
        let page = PageArgs::forward(first, after).of_list(&TITLES, list, 20)?;
        let filter = filter.into_domain(ctx).await?;
        let (search, visibility) = (&ctx.services().search, ctx.visibility());
        let hits = search.titles(&visibility, &query, &filter, page.reach());
        let hits = hits.await?;
        let total = Total::Search(query, filter);
        let slice = page.of(hits, |(_, title)| title.id.to_i64());
        let rows = slice.rows.into_iter();
        let (places, found): (Vec<_>, Vec<_>) = rows
            .map(|(cursor, (score, title))| ((cursor, score), title))
            .unzip();
        let rows = titles(found).into_iter().zip(places);
        let edges = rows.map(|(node, (cursor, score))| TitleEdge::new(cursor, node, Some(score)));
        let slice = Slice {
            rows: edges.collect(),
            has_more: slice.has_more,
        };
        Ok(Some(TitleConnection::new(slice, page.window(), total)))
    }

    /// Finds people by name: the best match first. Case and accents do not matter, the last word may be unfinished,
    /// small typing errors are forgiven where little is found without them. At most 500 are found. It runs forward only.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed, at most 200 characters; `BLANK` if there is none.")]
        query: String,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
    ) -> Result<Option<Connection<PersonEdge>>> {
        let args = PageArgs::forward(first, after);
        let page = args.of_list(&PEOPLE, query.trim(), 20)?;
        let hits = ctx.services().search.people(&query, page.reach()).await?;
        let total = Total::SearchPeople(query);
        let slice = page.of(hits, |(_, person)| person.id.to_i64());
        let edges = slice.map(|(cursor, (score, person))| {
            PersonEdge::new(cursor, Person(Arc::new(person)), Some(score))
        });
        Ok(Some(Connection::new(edges, page.window(), total)))
    }
}
