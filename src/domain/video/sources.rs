//! Which videos of other sites a film or an episode is played from, as curators say it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::host_video::HostVideo;
use crate::domain::error::StoreError;
use crate::domain::measured::measured;
use crate::domain::watching::WatchedItem;

/// The videos of other sites that an item is played from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoSources {
    pub item: WatchedItem,
    /// The one that is wanted most first, none of them twice; at most [`super::MAX_VIDEOS`].
    pub videos: Vec<HostVideo>,
    /// How often it was written: 1 is the first time.
    pub revision: u64,
}

measured! {
/// The videos of all items. What cannot be read is passed over: a later version has written it.
#[async_trait]
pub trait VideoSourceStore: Send + Sync {
    /// Writes the videos of an item, whose revision follows the one that is stored, or is 1 of what is new. If somebody
    /// else wrote first, that is a conflict, and nothing is written.
    async fn put_video_sources(&self, sources: &VideoSources) -> Result<(), StoreError>;

    /// The videos of these items, in no order.
    async fn video_sources(&self, items: &[WatchedItem]) -> Result<Vec<VideoSources>, StoreError>;

    /// The videos of the items that follow one in the order of their keys, from the first if there is none; at most so
    /// many items. The key is the kind, a colon and the id, compared as text.
    async fn video_sources_after(
        &self,
        after: Option<WatchedItem>,
        limit: usize,
    ) -> Result<Vec<VideoSources>, StoreError>;
}
}

/// What stores key the videos of an item by.
pub fn key_of(item: WatchedItem) -> String {
    let (kind, id) = item.key();
    format!("{kind}:{id}")
}
