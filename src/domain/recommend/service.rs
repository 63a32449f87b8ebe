//! What viewers ask of the graph: what is like this, what is for me, and a page made of rows.

use std::sync::Arc;

use super::error::RecommendError;
use super::graph::TasteGraph;
use super::types::{ReasonSource, Recommendation};
use crate::domain::catalog::{CatalogService, TitleKind};
use crate::domain::ids::{ProfileId, TitleId};

/// The use cases of suggestions.
#[derive(Clone)]
pub struct RecommendService {
    graph: Arc<dyn TasteGraph>,
    catalog: CatalogService,
}

/// A row of a page made for a viewer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Of what sort.
    pub kind: RowKind,
    /// What it is about, if about something: the title watched, the person, the genre.
    pub seed: Option<ReasonSource>,
    /// What to put above it, in English.
    pub heading: String,
    /// The titles, the best first.
    pub items: Vec<Recommendation>,
}

/// The sorts of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
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

impl RecommendService {
    /// A service on a graph.
    pub fn new(graph: Arc<dyn TasteGraph>, catalog: CatalogService) -> Self {
        Self { graph, catalog }
    }

    /// Titles like this one, the best first, at most 100; without those that the viewer's profile has watched.
    pub async fn similar(
        &self,
        title: TitleId,
        profile: Option<ProfileId>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let _ = (title, profile, &self.graph, &self.catalog);
        Ok(Vec::new())
    }

    /// Titles for a profile, the best first, at most 200; never one that it has watched.
    pub async fn recommendations(
        &self,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let _ = (profile, kinds);
        Ok(Vec::new())
    }

    /// A page for a profile: at most so many rows of so many titles. No title stands on the page twice.
    pub async fn rows(
        &self,
        profile: ProfileId,
        rows: usize,
        items_per_row: usize,
    ) -> Result<Vec<Row>, RecommendError> {
        let _ = (profile, rows, items_per_row);
        Ok(Vec::new())
    }
}
