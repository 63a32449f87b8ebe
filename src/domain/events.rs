//! News that one part of the program has for another. A hint, never the record: who misses one finds it by asking
//! the store a little later.

use std::sync::Arc;

use super::ids::ProfileId;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Titles or people were written.
    CatalogChanged,
    /// Something was watched.
    WatchesChanged,
    /// A mail waits to be sent.
    MailQueued,
    /// Somebody is to be forgotten.
    ErasureRequested,
    /// `WATCHED` edges of these profiles were written to the graph, or what they hide or mute has changed.
    TastesProjected(Arc<[ProfileId]>),
    /// `SIMILAR` edges were written to the graph.
    SimilarChanged,
    /// Events were lost: anything may have happened.
    Missed,
}

/// Passes events on: to everybody in this process at once, and to other servers those that make somebody there fresher.
pub trait EventBus: Send + Sync {
    /// Tells everybody who listens. Never waits and never fails.
    fn publish(&self, event: Event);
}
