//! News that one part of the program has for another. A hint, never the record: who misses one finds it by asking
//! the store a little later.

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Titles or people were written.
    CatalogChanged,
    /// Something was watched.
    WatchesChanged,
    /// A mail waits to be sent.
    MailQueued,
    /// Somebody is to be forgotten.
    ErasureRequested,
}

/// Passes events on.
pub trait EventBus: Send + Sync {
    /// Tells everybody who listens. Never waits and never fails.
    fn publish(&self, event: Event);
}
