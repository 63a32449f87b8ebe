//! Rows of a page that is made for a profile.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::edge::{RecommendationEdge, edges, keyset, suggested_titles};
use super::sources::{ReasonSource, Sources};
use super::text::heading;
use crate::domain::ids::ProfileId;
use crate::domain::page::{Slice, Window};
use crate::domain::recommend::{self, Row};
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::global_id::{GlobalId, RowId};
use crate::graphql::page::Connection;
use crate::graphql::total::Total;

static IN_ROW: Order = Order::by_number("row");

/// A row of titles.
pub(crate) struct RecommendationRow {
    id: RowId,
    sources: Arc<Sources>,
    items: Connection<RecommendationEdge>,
}

/// The sorts of rows on a page that is made for a profile.
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

/// A row of a page that is made for a profile. Its id is of the profile, the sort of row and what it is about; `node`
/// gives it with 12 titles, as long as it is on the page.
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
        let found = self.sources.load(ctx).await?;
        Ok(heading(self.id.kind, found.name(seed)))
    }

    /// What it is about: the title watched, the person, the genre; null if about nothing of the kind.
    async fn seed(&self, ctx: &Context<'_>) -> Result<Option<ReasonSource>> {
        let Some(seed) = self.id.seed else {
            return Ok(None);
        };
        Ok(self.sources.load(ctx).await?.source(seed))
    }

    /// All titles of the row, the best first: as many as `itemsPerRow` asked for, or fewer.
    async fn items(&self) -> &Connection<RecommendationEdge> {
        &self.items
    }
}

/// Rows with their titles, for all of them at once.
pub(super) async fn rows(
    ctx: &Context<'_>,
    profile: ProfileId,
    rows: Vec<Row>,
) -> Result<Vec<RecommendationRow>> {
    let items = || rows.iter().flat_map(|row| &row.items);
    let seeds = rows.iter().filter_map(|row| row.seed);
    let sources = Arc::new(Sources::of(items(), seeds));
    let found = suggested_titles(ctx, items()).await?;
    let row = |row: Row| {
        let window = Window::first(row.items.len());
        let total = Total::Known(row.items.len());
        let items = row.items.into_iter();
        let items = items.map(|one| (IN_ROW.cursor(keyset(&one)), one));
        let slice = Slice {
            rows: edges(items, &found, &sources),
            has_more: false,
        };
        RecommendationRow {
            id: RowId {
                profile,
                kind: row.kind,
                seed: row.seed,
            },
            sources: Arc::clone(&sources),
            items: Connection::new(slice, &window, total),
        }
    };
    Ok(rows.into_iter().map(row).collect())
}
