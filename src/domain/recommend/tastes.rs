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
    /// exclusions if they were read for it: these are of after this was called.
    async fn taste_on_the_way(
        &self,
        profile: ProfileId,
    ) -> Result<(Arc<Taste>, Option<Exclusions>), StoreError>;
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
    async fn taste_on_the_way(
        &self,
        profile: ProfileId,
    ) -> Result<(Arc<Taste>, Option<Exclusions>), StoreError> {
        Ok((self.0.taste(profile).await?, None))
    }
}
