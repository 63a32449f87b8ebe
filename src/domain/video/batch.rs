//! What items are played from, read for many at once.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::VideoError;
use super::playback::PlayableFrom;
use super::service::VideoService;
use crate::domain::batch::Batch;
use crate::domain::watching::WatchedItem;

/// Finds what items are played from, for whoever is shown these items.
#[derive(Clone)]
pub struct SourcesByItem(pub VideoService);

impl Batch for SourcesByItem {
    type Key = WatchedItem;
    type Value = Arc<PlayableFrom>;
    type Error = VideoError;

    async fn load(
        &self,
        items: &[WatchedItem],
    ) -> Result<HashMap<WatchedItem, Arc<PlayableFrom>>, VideoError> {
        self.0.playable_from(items).await
    }
}
