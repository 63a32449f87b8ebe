//! Rows of a page that is made for a profile.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};

use super::edge::{RecommendationEdge, edges, suggested_titles};
use super::sources::{ReasonSource, Sources};
use crate::domain::page::{Slice, Window};
use crate::domain::recommend::{self, Row};
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::page::Connection;
use crate::graphql::total::Total;

static IN_ROW: Order = Order::by_number("row");

/// A row of titles.
pub(super) struct RecommendationRow {
    kind: RowKind,
    seed: Option<recommend::ReasonSource>,
    sources: Arc<Sources>,
    items: Connection<RecommendationEdge>,
}

/// The sorts of rows.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "recommend::RowKind")]
enum RowKind {
    /// Like a title that the viewer watched.
    BecauseYouWatched,
    /// By a director whose titles the viewer watched.
    SameDirector,
    /// With an actor whose titles the viewer watched.
    SameActor,
    /// Of a genre that the viewer watches.
    GenreYouWatch,
    /// What viewers of the same titles watched.
    WatchedBySimilarViewers,
    /// What many watch.
    Popular,
}

/// A row of a page that is made for a profile.
#[Object]
impl RecommendationRow {
    /// Of what sort.
    async fn kind(&self) -> RowKind {
        self.kind
    }

    /// What to put above it, in English.
    async fn heading(&self, ctx: &Context<'_>) -> Result<String> {
        let sources = self.sources.load(ctx).await?;
        let name = self.seed.and_then(|seed| sources.name(seed));
        Ok(heading(self.kind, name))
    }

    /// What it is about: the title watched, the person, the genre; null if about nothing of the kind.
    async fn seed(&self, ctx: &Context<'_>) -> Result<Option<ReasonSource>> {
        let Some(seed) = self.seed else {
            return Ok(None);
        };
        Ok(self.sources.load(ctx).await?.source(seed))
    }

    /// All titles of the row, the best first: as many as `itemsPerRow` asked for, or fewer.
    async fn items(&self) -> &Connection<RecommendationEdge> {
        &self.items
    }
}

/// What stands above a row. `name` is what its seed is called.
fn heading(kind: RowKind, name: Option<&str>) -> String {
    match (kind, name) {
        (RowKind::BecauseYouWatched, Some(name)) => format!("Because you watched {name}"),
        (RowKind::SameDirector, Some(name)) => format!("More by {name}"),
        (RowKind::SameActor, Some(name)) => format!("With {name}"),
        (RowKind::GenreYouWatch, Some(name)) => format!("More {name}"),
        (RowKind::Popular, Some(name)) => format!("Popular in {name}"),
        (RowKind::WatchedBySimilarViewers, _) => "Viewers like you watched".to_owned(),
        (RowKind::Popular, None) => "Popular now".to_owned(),
        (_, None) => "For you".to_owned(),
    }
}

/// Rows with their titles, for all of them at once.
pub(super) async fn rows(ctx: &Context<'_>, rows: Vec<Row>) -> Result<Vec<RecommendationRow>> {
    let items = || rows.iter().flat_map(|row| &row.items);
    let seeds = rows.iter().filter_map(|row| row.seed);
    let sources = Arc::new(Sources::of(items(), seeds));
    let found = suggested_titles(ctx, items()).await?;
    let row = |row: Row| {
        let window = Window::first(row.items.len());
        let total = Total::Known(row.items.len());
        let slice = Slice {
            rows: edges(row.items, &IN_ROW, &found, &sources),
            has_more: false,
        };
        RecommendationRow {
            kind: row.kind.into(),
            seed: row.seed,
            sources: Arc::clone(&sources),
            items: Connection::new(slice, &window, total),
        }
    };
    Ok(rows.into_iter().map(row).collect())
}
