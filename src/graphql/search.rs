//! Finding titles and people by what somebody types.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::catalog::{Person, PersonEdge, TitleEdge, TitleFilter, titles};
use super::context::ContextExt;
use super::cursor::Order;
use super::error::Result;
use super::page::{Connection, PageArgs, Sorted, page_of};
use super::total::Total;
use crate::domain::page::{Keyset, Slice};

static TITLES: Order = Order::by_number("search titles");
static PEOPLE: Order = Order::by_number("search people");

#[derive(Default)]
pub(crate) struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Finds titles by name, original name and the names of who made them: the best match first, then the most watched.
    /// Case and accents do not matter, small typing errors are forgiven, the last word may be unfinished. At most 500
    /// are found.
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
    ) -> Result<Connection<TitleEdge>> {
        let window = PageArgs::forward(first, after).window(&TITLES, 20)?;
        let filter = filter.unwrap_or_default().into_domain()?;
        let (search, visibility) = (&ctx.services().search, ctx.visibility());
        let hits = search.titles(&visibility, &query, &filter).await?;
        let total = Total::Known(hits.len());
        let slice = page_of(hits, &window, Sorted::Descending, |(score, title)| {
            keyset(*score, title.id.to_i64())
        });
        let hits = slice.rows.into_iter();
        let (scores, found): (Vec<_>, Vec<_>) = hits.unzip();
        let nodes = titles(found.clone()).into_iter();
        let rows = nodes.zip(found).zip(scores);
        let edges = rows.map(|((node, title), score)| {
            let cursor = TITLES.cursor(keyset(score, title.id.to_i64()));
            TitleEdge::new(cursor, node, Some(score))
        });
        let slice = Slice {
            rows: edges.collect(),
            has_more: slice.has_more,
        };
        Ok(Connection::new(slice, &window, total))
    }

    /// Finds people by name: the best match first. Case and accents do not matter, small typing errors are forgiven,
    /// the last word may be unfinished. At most 500 are found.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed, at most 200 characters; `BLANK` if there is none.")]
        query: String,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
    ) -> Result<Connection<PersonEdge>> {
        let window = PageArgs::forward(first, after).window(&PEOPLE, 20)?;
        let hits = ctx.services().search.people(&query).await?;
        let total = Total::Known(hits.len());
        let slice = page_of(hits, &window, Sorted::Descending, |(score, person)| {
            keyset(*score, person.id.to_i64())
        });
        let edges = slice.map(|(score, person)| {
            let cursor = PEOPLE.cursor(keyset(score, person.id.to_i64()));
            PersonEdge::new(cursor, Person(Arc::new(person)), Some(score))
        });
        Ok(Connection::new(edges, &window, total))
    }
}

/// Scores are positive, and the bits of positive numbers are in the order of the numbers.
fn keyset(score: f64, id: i64) -> Keyset {
    Keyset::by_number(score.to_bits().cast_signed(), id)
}
