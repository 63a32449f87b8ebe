//! Events by which one part of the program tells another of changes. A hint, never the record: whoever misses one finds
//! the change by asking the store a little later.

use std::sync::Arc;

use async_trait::async_trait;

use super::ids::{ProfileId, TitleId, UserId};
use super::listeners::{ItemId, Listener, Topic};

/// What one part of the program tells the others. An event may be lost or come twice: it only says what may be stale,
/// so to handle it is idempotent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Titles or people were written.
    CatalogChanged,
    /// Something was recorded in the watch log that is not folded yet.
    WatchesRecorded,
    /// Watches were written that the graph does not have yet.
    WatchesChanged,
    /// A mail waits to be sent.
    MailQueued,
    /// Somebody is to be erased.
    ErasureRequested,
    /// Work waits to be begun.
    JobQueued,
    /// `WATCHED` edges of these profiles were written to the graph or removed from it, or what they hide or mute has
    /// changed.
    TastesChanged(Arc<[ProfileId]>),
    /// `SIMILAR` edges were written to the graph.
    SimilarChanged,
    /// How a profile stands with these items is another now. For listeners alone: what is folded of it, jobs learn
    /// otherwise.
    StatesChanged {
        profile: ProfileId,
        items: Arc<[ItemId]>,
    },
    /// An account, its profiles, its keys or its sessions were written: what somebody proved may hold no more. For
    /// listeners alone.
    AccountChanged(UserId),
    /// A job of a profile was written. For listeners alone.
    JobsChanged(ProfileId),
    /// This server has taken in that these titles, or episodes of them, were written. For listeners alone.
    TitlesChanged(Arc<[TitleId]>),
    /// Events that are for listeners alone were lost.
    ListenersMissed,
    /// Events were lost: anything may have happened.
    Missed,
}

impl Event {
    /// Whether it is for listeners alone: nothing that is kept turns stale by it.
    pub fn is_for_listeners(&self) -> bool {
        match self {
            Self::StatesChanged { .. }
            | Self::AccountChanged(_)
            | Self::JobsChanged(_)
            | Self::TitlesChanged(_)
            | Self::ListenersMissed => true,
            Self::CatalogChanged
            | Self::WatchesRecorded
            | Self::WatchesChanged
            | Self::MailQueued
            | Self::ErasureRequested
            | Self::JobQueued
            | Self::TastesChanged(_)
            | Self::SimilarChanged
            | Self::Missed => false,
        }
    }
}

/// Passes events on: to the subscribers in this process at once, and to other servers those by which something there
/// turns stale.
#[async_trait]
pub trait EventBus: Send + Sync {
    /// Tells all subscribers. Never waits and never fails.
    fn publish(&self, event: Event);

    /// Listens to a topic: what any server publishes of it after this returns is told, or else that something was
    /// missed.
    async fn listen(&self, topic: Topic) -> Listener;

    /// Whether anybody in this process listens to any topic.
    fn is_heard(&self) -> bool;
}
