//! The port to the cache of parts of the graph.

use async_trait::async_trait;

use crate::domain::error::StoreError;
use crate::domain::events::Event;

/// Keeps a copy of parts of the graph, and must be told what makes it stale.
#[async_trait]
pub trait GraphFollower: Send + Sync {
    /// Takes note of what happened, here or on another server. Never waits.
    fn observe(&self, event: &Event);

    /// Brings the copy of the `SIMILAR` edges up to date with the graph. May be broken off at any point.
    async fn refresh(&self) -> Result<(), StoreError>;
}
