//! Suggested titles in a list.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Object};

use super::reason::RecommendationReason;
use super::sources::Sources;
use crate::domain::batch::Batch;
use crate::domain::catalog;
use crate::domain::ids::TitleId;
use crate::domain::page::Slice;
use crate::domain::recommend::{Reason, Recommendation, headlines};
use crate::graphql::catalog::{Title, titles};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, Edge, ListPage};
use crate::graphql::total::Total;

/// A suggested title with what its reasons are made of.
pub(crate) struct RecommendationEdge {
    cursor: Cursor,
    node: Title,
    suggested: Arc<catalog::Title>,
    score: f64,
    reasons: Vec<Reason>,
    /// Which of them sets it apart from the others that it was read with.
    headline: Option<usize>,
    sources: Arc<Sources>,
}

/// A suggested title, with the reasons for it.
#[Object]
impl RecommendationEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    async fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// The film or series that is suggested.
    async fn node(&self) -> &Title {
        &self.node
    }

    /// How good the suggestion is: the sum of the contributions of its reasons. Comparable within one list only.
    async fn score(&self) -> f64 {
        self.score
    }

    /// Why it is suggested, the weightiest reason first, but in a row that is named after one of them, that one before all;
    /// their contributions add up to the score.
    async fn reasons(&self, ctx: &Context<'_>) -> Result<Vec<RecommendationReason>> {
        let found = self.sources.load(ctx).await?;
        let reasons = self.reasons.iter();
        Ok(reasons
            .map(|reason| RecommendationReason::new(reason, &self.suggested, &found))
            .collect())
    }

    /// The one of the reasons to show where there is room for one: what tells it apart from the other titles of the page
    /// or row that it stands in. Of those that add at least a fifth of what its weightiest reason does, it is the one that
    /// the fewest of these titles have, the first of equally rare ones; what comes from the title itself, as that many
    /// watch it, counts as one that they share. Null where nothing speaks for it.
    async fn headline(&self, ctx: &Context<'_>) -> Result<Option<RecommendationReason>> {
        let Some(reason) = self.headline.and_then(|place| self.reasons.get(place)) else {
            return Ok(None);
        };
        let found = self.sources.load(ctx).await?;
        let reason = RecommendationReason::new(reason, &self.suggested, &found);
        Ok(Some(reason))
    }
}

impl Edge for RecommendationEdge {
    type Node = Title;
    const CONNECTION: &'static str = "RecommendationConnection";

    fn node(&self) -> &Title {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// A page of a list of suggestions, the best first, with the length of the whole list.
pub(super) async fn page(
    ctx: &Context<'_>,
    list: &[Recommendation],
    total: Total,
    page: &ListPage,
) -> Result<Option<Connection<RecommendationEdge>>> {
    let slice = page.of(list.iter(), |one| one.title.to_i64());
    let rows = || slice.rows.iter().map(|(_, one)| *one);
    let sources = Arc::new(Sources::of(rows(), None));
    let found = suggested_titles(ctx, rows()).await?;
    let with_cursors = slice
        .rows
        .iter()
        .map(|(cursor, one)| (cursor.clone(), (*one).clone()));
    let edges = Slice {
        rows: edges(with_cursors, &found, &sources),
        has_more: slice.has_more,
    };
    Ok(Some(Connection::new(edges, page.window(), total)))
}

/// The suggested titles of some lists.
pub(super) async fn suggested_titles<'a>(
    ctx: &Context<'_>,
    list: impl IntoIterator<Item = &'a Recommendation>,
) -> Result<HashMap<TitleId, Arc<catalog::Title>>> {
    let mut ids: Vec<TitleId> = list.into_iter().map(|found| found.title).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(ctx.personal().titles.batch().load(&ids).await?)
}

/// The rows of a list, in its order; titles that have left the catalogue are left out.
pub(super) fn edges(
    list: impl IntoIterator<Item = (Cursor, Recommendation)>,
    found: &HashMap<TitleId, Arc<catalog::Title>>,
    sources: &Arc<Sources>,
) -> Vec<RecommendationEdge> {
    let known = list
        .into_iter()
        .filter_map(|row| Some((found.get(&row.1.title)?.clone(), row)));
    let (suggested, list): (Vec<_>, Vec<_>) = known.unzip();
    let nodes = titles(suggested.clone());
    let of_list: Vec<&Recommendation> = list.iter().map(|(_, one)| one).collect();
    let headlines = headlines(&of_list);
    let rows = nodes.into_iter().zip(suggested).zip(list).zip(headlines);
    rows.map(
        |(((node, suggested), (cursor, one)), headline)| RecommendationEdge {
            cursor,
            node,
            suggested,
            score: one.score,
            reasons: one.reasons,
            headline,
            sources: Arc::clone(sources),
        },
    )
    .collect()
}
