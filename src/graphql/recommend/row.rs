//! Rows of a page that is made for a profile, or for everybody.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::edge::{RecommendationEdge, edges, page, suggested_titles};
use super::sources::{ReasonSource, Sources};
use super::text::heading;
use crate::domain::catalog;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{MAX_PAGE, Slice};
use crate::domain::recommend::{self, Recommendation, Row};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::global_id::{GlobalId, RowId};
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static IN_ROW: Order = Order::by_number("row");

/// How a page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) rows: usize,
    pub(super) items_per_row: usize,
}

/// A page that rows stand on.
pub(super) struct RowsPage {
    /// Whom it is made for; `None`: everybody.
    pub(super) profile: Option<ProfileId>,
    /// The highest age rating that the profile may watch.
    pub(super) max_age: Option<u8>,
    pub(super) layout: Layout,
    /// The titles on it, of all its rows.
    pub(super) titles: Vec<TitleId>,
}

/// A row of titles.
#[derive(Clone)]
pub(crate) struct RecommendationRow {
    id: RowId,
    /// Those on the page, then those that follow.
    items: Vec<Recommendation>,
    on_page: usize,
    page: Arc<RowsPage>,
    loaded: Arc<Loaded>,
}

/// What was read for the titles on a page at once.
struct Loaded {
    sources: Arc<Sources>,
    titles: HashMap<TitleId, Arc<catalog::Title>>,
}

impl Layout {
    /// What cursors call it.
    fn name(self) -> i64 {
        let number = self.rows * (MAX_PAGE + 1) + self.items_per_row;
        i64::try_from(number).unwrap_or_default()
    }

    /// The layout that a cursor names; `None` for a number that no cursor of ours has.
    fn named(name: i64) -> Option<Self> {
        let number = usize::try_from(name).ok()?;
        let layout = Self {
            rows: number / (MAX_PAGE + 1),
            items_per_row: number % (MAX_PAGE + 1),
        };
        let fits = (1..=MAX_PAGE).contains(&layout.rows) && layout.items_per_row > 0;
        fits.then_some(layout)
    }
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
    /// the page has. If other titles are suggested by then, it goes on with those.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; as many as `itemsPerRow` asked for if left out.")]
        first: Option<i32>,
        #[graphql(
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another row, or of a list."
        )]
        after: Option<String>,
    ) -> Result<Option<Connection<RecommendationEdge>>> {
        let own = self.page.layout;
        let args = PageArgs::forward(first, after);
        let leaf = args.of_list(&IN_ROW, self.id, own.items_per_row)?;
        let goes_on = leaf.cut_from();
        let layout = goes_on.and_then(Layout::named).unwrap_or(own);
        let leaf = leaf.beside(self.elsewhere()).of_one_named(layout.name());
        let other = if layout == own {
            None
        } else {
            self.laid_out(ctx, layout).await?
        };
        let items = other.as_ref().unwrap_or(&self.items);
        let total = Total::Known(items.len());
        let slice = leaf.of(items, |one| one.title.to_i64());
        if goes_on.is_some() || slice.rows.len() > self.on_page {
            return page(ctx, items, total, &leaf).await;
        }
        let rows = slice.rows.into_iter();
        let rows = rows.map(|(cursor, one)| (cursor, one.clone()));
        let slice = Slice {
            rows: edges(rows, &self.loaded.titles, &self.loaded.sources),
            has_more: slice.has_more,
        };
        Ok(Some(Connection::new(slice, leaf.window(), total)))
    }
}

impl RecommendationRow {
    /// Whether it is the row with this id.
    pub(super) fn is(&self, id: RowId) -> bool {
        self.id == id
    }

    /// The titles that the other rows of the page show.
    fn elsewhere(&self) -> impl Iterator<Item = i64> {
        let own = self.items.iter().take(self.on_page);
        let own: HashSet<TitleId> = own.map(|one| one.title).collect();
        let titles = self.page.titles.iter();
        let others = titles.filter(move |title| !own.contains(*title));
        others.map(|title| title.to_i64())
    }

    /// The titles of the row where the page is laid out so; `None` if it is not on that one.
    async fn laid_out(
        &self,
        ctx: &Context<'_>,
        layout: Layout,
    ) -> Result<Option<Vec<Recommendation>>> {
        let RowsPage {
            profile, max_age, ..
        } = *self.page;
        let (recommend, visibility) = (&ctx.services().recommend, ctx.visibility_for(max_age));
        let (rows, items) = (layout.rows, layout.items_per_row);
        let page = recommend.rows(&visibility, profile, rows, items).await?;
        let mut page = page.into_iter();
        let row = page.find(|row| (row.kind, row.seed) == (self.id.kind, self.id.seed));
        Ok(row.map(|row| row.items))
    }
}

/// Rows of a page with the titles that they show, for all of them at once.
pub(super) async fn rows(
    ctx: &Context<'_>,
    page: RowsPage,
    rows: Vec<Row>,
) -> Result<Vec<RecommendationRow>> {
    let items = || rows.iter().flat_map(Row::on_page);
    let seeds = rows.iter().filter_map(|row| row.seed);
    let loaded = Arc::new(Loaded {
        sources: Arc::new(Sources::of(items(), seeds)),
        titles: suggested_titles(ctx, items()).await?,
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_what_its_name_says_and_no_other_number_is_one() {
        for (rows, items_per_row) in [(1, 1), (8, 12), (100, 100)] {
            let layout = Layout {
                rows,
                items_per_row,
            };

            assert_eq!(Layout::named(layout.name()), Some(layout));
        }
        for name in [i64::MIN, -1, 0, 12, 101, 8 * 101, 101 * 101, i64::MAX] {
            assert_eq!(Layout::named(name), None, "{name}");
        }
    }
}
