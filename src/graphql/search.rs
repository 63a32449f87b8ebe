//! Finding titles, people and all else by what somebody types.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::catalog::{Person, PersonEdge, TitleConnection, TitleEdge, TitleFilter, titles};
use super::context::ContextExt;
use super::cursor::Order;
use super::error::Result;
use super::hit::{SearchHit, SearchHitEdge, SearchKind, SearchSuggestion, hit_kinds};
use super::page::{Connection, PageArgs, limit_to};
use super::total::Total;
use crate::domain::page::Slice;

static TITLES: Order = Order::by_number("search titles");
static PEOPLE: Order = Order::by_number("search people");
static ALL: Order = Order::by_number("search all");

/// No search box shows more.
const MOST_SUGGESTIONS: usize = 20;
/// How many it shows if nobody says.
const SUGGESTIONS: usize = 8;

#[derive(Default)]
pub(crate) struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Finds titles by name, original name, the names of who made them, year, characters and collection, over which the
    /// words may be spread: the best match first, then the most watched. Case, accents and how a number is written do
    /// not matter, the last word may be unfinished; small typing errors are forgiven where little is found without
    /// them. Where nothing has all of the words, what has most of them is found. At most 500 are. It is made anew for
    /// each page: whoever goes back from a row gets what was given before it.
    #[expect(clippy::too_many_arguments, reason = "they are those of the field")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed, at most 200 characters; `BLANK` if there is none.")]
        query: String,
        #[graphql(desc = "The conditions that a title must pass; all titles, if left out.")]
        filter: Option<TitleFilter>,
        #[graphql(
            desc = "How many from the start, or after `after`, 1 to 100; 20 if `last` is left out, too."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<TitleConnection>> {
        let filter = filter.unwrap_or_default();
        // What is said of the viewer's profile changes with what it watches, and the list stays the same one.
        let list = (query.trim(), format!("{filter:?}"));
        let page = PageArgs::both(first, after, last, before).of_list(&TITLES, list, 20)?;
        let filter = filter.into_domain(ctx).await?;
        let (search, visibility) = (&ctx.services().search, ctx.visibility());
        let hits = search.titles(&visibility, &query, &filter, page.reach());
        let hits = hits.await?;
        let typed: Arc<str> = query.as_str().into();
        let total = Total::Search(query, filter);
        let slice = page.of(hits, |(_, title)| title.id.to_i64());
        let rows = slice.rows.into_iter();
        let (places, found): (Vec<_>, Vec<_>) = rows
            .map(|(cursor, (score, title))| ((cursor, score), title))
            .unzip();
        let rows = titles(found).into_iter().zip(places);
        let edges = rows.map(|(node, (cursor, score))| {
            TitleEdge::new(cursor, node, Some(score)).found_by(Arc::clone(&typed))
        });
        let slice = Slice {
            rows: edges.collect(),
            has_more: slice.has_more,
        };
        Ok(Some(TitleConnection::new(slice, page.window(), total)))
    }

    /// Finds people by name: the best match first. Case and accents do not matter, the last word may be unfinished,
    /// small typing errors are forgiven where little is found without them. Those are found who are credited with a
    /// title that the viewer may see, or in an episode of one. At most 500 are found.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed, at most 200 characters; `BLANK` if there is none.")]
        query: String,
        #[graphql(
            desc = "How many from the start, or after `after`, 1 to 100; 20 if `last` is left out, too."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<PersonEdge>>> {
        let args = PageArgs::both(first, after, last, before);
        let page = args.of_list(&PEOPLE, query.trim(), 20)?;
        let (search, visibility) = (&ctx.services().search, ctx.visibility());
        let hits = search.people(&visibility, &query, page.reach()).await?;
        let typed: Arc<str> = query.as_str().into();
        let total = Total::SearchPeople(query);
        let slice = page.of(hits, |(_, person)| person.id.to_i64());
        let edges = slice.map(|(cursor, (score, person))| {
            let edge = PersonEdge::new(cursor, Person(Arc::new(person)), Some(score));
            edge.found_by(Arc::clone(&typed))
        });
        Ok(Some(Connection::new(edges, page.window(), total)))
    }

    /// Finds titles as `search` does, and beside them people by name, collections by name, and episodes by name, of
    /// which some words may be those of the series: the best match first. Of equal matches a title comes before a
    /// collection and an episode, and its whole name before that of a person; else those come first whose titles are
    /// watched the most. At most 500 are found.
    #[expect(clippy::too_many_arguments, reason = "they are those of the field")]
    async fn search_all(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed, at most 200 characters; `BLANK` if there is none.")]
        query: String,
        #[graphql(desc = "Only these kinds; all if left out or empty.")] kind: Option<
            Vec<SearchKind>,
        >,
        #[graphql(
            desc = "How many from the start, or after `after`, 1 to 100; 20 if `last` is left out, too."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<SearchHitEdge>>> {
        let kinds = hit_kinds(kind);
        let list = (query.trim(), &kinds);
        let page = PageArgs::both(first, after, last, before).of_list(&ALL, list, 20)?;
        let (search, visibility) = (&ctx.services().search, ctx.visibility());
        let hits = search.all(&visibility, &query, &kinds, page.reach());
        let slice = page.of(hits.await?, |(_, thing)| thing.id().to_i64());
        let typed: Arc<str> = query.as_str().into();
        let nodes = SearchHit::all(slice.rows.iter().map(|(_, (_, thing))| thing));
        let rows = slice.rows.into_iter().zip(nodes);
        let edges = rows
            .map(|((cursor, hit), node)| SearchHitEdge::new(cursor, node, hit, Arc::clone(&typed)));
        let slice = Slice {
            rows: edges.collect(),
            has_more: slice.has_more,
        };
        let total = Total::SearchAll(query, kinds);
        Ok(Some(Connection::new(slice, page.window(), total)))
    }

    /// What somebody may mean who is typing into a search box, to be asked with each key: titles, people and collections
    /// of which a name has all of the words, the last one perhaps unfinished. The whole name comes first, whole words
    /// before the beginnings of words, then the more watched; where there are too few, one typing error is forgiven in
    /// each word of four letters or more. Nothing while nothing is typed. Whoever presses enter wants `search` or
    /// `searchAll`.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far, at most 200 characters; there may be none.")]
        query: String,
        #[graphql(desc = "How many, 1 to 20.", default = 8)] first: Option<i32>,
    ) -> Result<Option<Vec<SearchSuggestion>>> {
        let first = limit_to(MOST_SUGGESTIONS, "first", first, SUGGESTIONS)?;
        let search = &ctx.services().search;
        let found = search.suggest(&ctx.visibility(), &query, first).await?;
        Ok(Some(SearchSuggestion::all(found)))
    }
}
