//! Rows of a page that is made for a profile, or for everybody.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::edge::{RecommendationEdge, edges, suggested_titles};
use super::layouts::{Layout, Layouts};
use super::sources::{ReasonSource, Sources};
use super::text::heading;
use crate::domain::catalog;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::Slice;
use crate::domain::recommend::{self, Item, Recommendation, Row};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::global_id::{GlobalId, RowId};
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static IN_ROW: Order = Order::by_number("row");

/// A page that rows stand on.
pub(super) struct RowsPage {
    /// Whom it is made for; `None`: everybody.
    pub(super) profile: Option<ProfileId>,
    pub(super) layout: Layout,
    /// What it is made of, and how else it is laid out.
    pub(super) layouts: Arc<Layouts>,
    /// The titles on it, of all its rows.
    pub(super) titles: Vec<TitleId>,
}

/// A row of titles.
#[derive(Clone)]
pub(crate) struct RecommendationRow {
    id: RowId,
    /// Those on the page, then those that follow.
    items: Vec<Item>,
    on_page: usize,
    page: Arc<RowsPage>,
    loaded: Arc<Loaded>,
}

/// What was read for the titles on a page at once.
struct Loaded {
    sources: Arc<Sources>,
    titles: HashMap<TitleId, Arc<catalog::Title>>,
}

/// The sorts of rows; on a page for everybody stand `TRENDING`, `NEW` and `POPULAR` alone.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "recommend::RowKind")]
enum RowKind {
    /// Like a title that the viewer watched.
    BecauseYouWatched,
    /// Like a title that the viewer gave a thumb up.
    BecauseYouLiked,
    /// By a director whose titles the viewer watched.
    SameDirector,
    /// With an actor whose titles the viewer watched.
    SameActor,
    /// Of a genre that the viewer watches.
    GenreYouWatch,
    /// What viewers of the same titles watched.
    WatchedBySimilarViewers,
    /// What the most people watched in the last days.
    Trending,
    /// What was added to the catalogue lately.
    New,
    /// What the viewer watched to the end, three months ago or longer.
    Rewatch,
    /// What many watch, of a genre or of any.
    Popular,
}

/// A row of a page that is made for a profile, or for everybody. Its id is of that profile or of nobody, the sort of row and
/// what it is about; `node` gives it with 12 titles, as long as there are four for it.
#[Object]
impl RecommendationRow {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::RecommendationRow(self.id).encode()
    }

    /// The sort of row, which says what `seed` is.
    async fn kind(&self) -> RowKind {
        self.id.kind.into()
    }

    /// What to put above it, in English: "Because you watched Heat", "Popular in Crime".
    async fn heading(&self, ctx: &Context<'_>) -> Result<String> {
        let Some(seed) = self.id.seed else {
            return Ok(heading(self.id.kind, None));
        };
        let found = self.loaded.sources.load(ctx).await?;
        Ok(heading(self.id.kind, found.name(seed)))
    }

    /// What it is about: the title watched, the person, the genre; null if about nothing of the kind.
    async fn seed(&self, ctx: &Context<'_>) -> Result<Option<ReasonSource>> {
        let Some(seed) = self.id.seed else {
            return Ok(None);
        };
        Ok(self.loaded.sources.load(ctx).await?.source(seed))
    }

    /// The titles of the row, the best first, 300 at the most: those on the page, then, behind the last cursor, those that
    /// follow. Whichever rows somebody scrolls, none of them gives a title that it gave before, nor one that another row of
    /// the page has. If other titles are suggested by then, it goes on with those; whoever goes back gets what the row gave
    /// before.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many from the start, or after `after`, 1 to 100; as many as `itemsPerRow` asked for if `last` is \
                    left out, too."
        )]
        first: Option<i32>,
        #[graphql(
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another row, or of a list, `OUT_OF_RANGE` if \
                    others of the page have cursors of four other layouts (`first` and `itemsPerRow` of `rows`)."
        )]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(
            desc = "Only those before this cursor; `BAD_CURSOR` and `OUT_OF_RANGE` as with `after`."
        )]
        before: Option<String>,
    ) -> Result<Option<Connection<RecommendationEdge>>> {
        let own = self.page.layout;
        let args = PageArgs::both(first, after, last, before);
        let leaf = args.of_list(&IN_ROW, self.id, own.items_per_row)?;
        let goes_on = leaf.cut_from();
        let layout = goes_on.and_then(Layout::named).unwrap_or(own);
        let leaf = leaf.beside(self.elsewhere()).of_one_named(layout.name());
        let other = if layout == own {
            None
        } else {
            Some(self.page.layouts.rows(layout)?)
        };
        let rows = other.as_ref();
        let other = rows.and_then(|rows| rows.iter().find(|row| row.key() == self.key()));
        let items = other.map_or(&self.items, |row| &row.items);
        let total = Total::Known(items.len());
        let slice = leaf.of(items, |one| one.title.to_i64());
        let (shown, has_more) = (slice.rows.into_iter(), slice.has_more);
        let material = &self.page.layouts.material;
        let rows: Vec<(Cursor, Recommendation)> = shown
            .filter_map(|(cursor, item)| Some((cursor, material.suggestion(self.key(), *item)?)))
            .collect();
        let is_on_page = goes_on.is_none() && !leaf.is_backward() && rows.len() <= self.on_page;
        let rows = if is_on_page {
            edges(rows, &self.loaded.titles, &self.loaded.sources)
        } else {
            let found = self.titles(ctx, &rows).await?;
            let sources = Arc::new(Sources::of(rows.iter().map(|(_, one)| one), None));
            edges(rows, &found, &sources)
        };
        let slice = Slice { rows, has_more };
        Ok(Some(Connection::new(slice, leaf.window(), total)))
    }
}

impl RecommendationRow {
    /// Whether it is the row with this id.
    pub(super) fn is(&self, id: RowId) -> bool {
        self.id == id
    }

    /// Which row it is, whatever the page.
    fn key(&self) -> (recommend::RowKind, Option<recommend::ReasonSource>) {
        (self.id.kind, self.id.seed)
    }

    /// The titles that the other rows of the page show.
    fn elsewhere(&self) -> impl Iterator<Item = i64> {
        let own = self.items.iter().take(self.on_page);
        let own: HashSet<TitleId> = own.map(|one| one.title).collect();
        let titles = self.page.titles.iter();
        let others = titles.filter(move |title| !own.contains(*title));
        others.map(|title| title.to_i64())
    }

    /// The titles of what follows on the page: those that are not on it together with those of other rows.
    async fn titles(
        &self,
        ctx: &Context<'_>,
        rows: &[(Cursor, Recommendation)],
    ) -> Result<HashMap<TitleId, Arc<catalog::Title>>> {
        let mut found = HashMap::with_capacity(rows.len());
        let mut others = Vec::new();
        for (_, one) in rows {
            if let Some(title) = self.loaded.titles.get(&one.title) {
                found.insert(one.title, Arc::clone(title));
            } else {
                others.push(one.title);
            }
        }
        if !others.is_empty() {
            found.extend(ctx.personal().titles.many(others).await?);
        }
        Ok(found)
    }
}

/// Rows of a page with the titles that they show, for all of them at once.
pub(super) async fn rows(
    ctx: &Context<'_>,
    page: RowsPage,
    rows: Vec<Row>,
) -> Result<Vec<RecommendationRow>> {
    let material = &page.layouts.material;
    let mut items: Vec<&Recommendation> = Vec::new();
    for row in &rows {
        let on_page = row.on_page().iter();
        items.extend(on_page.filter_map(|item| material.found(row.key(), *item)));
    }
    let seeds = rows.iter().filter_map(|row| row.seed);
    let sources = Arc::new(Sources::of(items.iter().copied(), seeds));
    let titles = suggested_titles(ctx, items).await?;
    let loaded = Arc::new(Loaded { sources, titles });
    let page = Arc::new(page);
    let row = |row: Row| RecommendationRow {
        id: RowId {
            profile: page.profile,
            kind: row.kind,
            seed: row.seed,
        },
        on_page: row.shown,
        items: row.items,
        page: Arc::clone(&page),
        loaded: Arc::clone(&loaded),
    };
    Ok(rows.into_iter().map(row).collect())
}
