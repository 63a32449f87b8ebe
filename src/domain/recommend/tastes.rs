//! The port to tastes: whoever reads one of the record has read on the way what is left out of suggestions, and gives
//! it along.

use std::sync::Arc;

use async_trait::async_trait;

use super::graph::{Taste, TasteGraph};
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::Exclusions;

/// Says what profiles like.
#[async_trait]
pub trait TasteReader: Send + Sync {
    /// The taste of a profile, as [`TasteGraph::taste`] will say it once it knows what is recorded, and the profile's
    /// exclusions if they were read for it. What was written here before this was called is in them; those who ask while
    /// they are read share them.
    ///
    /// An error is one of the record: without it nothing can be suggested. That the graph failed is said beside.
    async fn taste_on_the_way(&self, profile: ProfileId) -> Result<TasteRead, StoreError>;
}

/// What a read of a taste says.
#[derive(Debug)]
pub struct TasteRead {
    /// The taste; an error is one of the graph.
    pub taste: Result<Arc<Taste>, StoreError>,
    /// The exclusions, or why the record does not say them; `None`: it was not asked.
    pub exclusions: Option<Result<Arc<Exclusions>, StoreError>>,
}

/// Tastes as a graph says them.
pub struct TastesInGraph(Arc<dyn TasteGraph>);

impl TastesInGraph {
    /// Those in this graph.
    pub fn new(graph: Arc<dyn TasteGraph>) -> Self {
        Self(graph)
    }
}

#[async_trait]
impl TasteReader for TastesInGraph {
    async fn taste_on_the_way(&self, profile: ProfileId) -> Result<TasteRead, StoreError> {
        Ok(TasteRead {
            taste: self.0.taste(profile).await,
            exclusions: None,
        })
    }
}
