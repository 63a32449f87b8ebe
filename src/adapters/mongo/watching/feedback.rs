//! What profiles mean to watch and do not want to be suggested, on MongoDB.

use std::sync::Arc;

use async_trait::async_trait;
use bson::doc;

use super::documents::TitleKey;
use super::exclusions;
use super::feedback_documents::MuteKey;
use super::store::MongoWatching;
use crate::adapters::mongo::find::readable;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{
    FeedbackStore, ListedTitle, Mute, MutedSource, TitleList, WatchError,
};

#[async_trait]
impl FeedbackStore for MongoWatching {
    async fn list_title(
        &self,
        list: TitleList,
        listed: &ListedTitle,
        most: u64,
    ) -> Result<(), WatchError> {
        exclusions::list_title(&self.collections, list, listed, most).await
    }

    async fn unlist_title(
        &self,
        list: TitleList,
        profile: ProfileId,
        title: TitleId,
    ) -> Result<(), StoreError> {
        let key = TitleKey::new((profile, title));
        exclusions::remove(self.collections.of_list(list), &key).await
    }

    async fn put_mute(&self, mute: &Mute, most: u64) -> Result<(), WatchError> {
        exclusions::put_mute(&self.collections, mute, most).await
    }

    async fn remove_mute(&self, profile: ProfileId, source: MutedSource) -> Result<(), StoreError> {
        let key = MuteKey::new((profile, source));
        exclusions::remove(&self.collections.mutes, &key).await
    }

    async fn mutes(&self, profile: ProfileId) -> Result<Arc<[Mute]>, StoreError> {
        let filter = doc! { "_id.profile": profile.to_i64() };
        let sort = doc! { "_id.kind": 1, "_id.source": 1 };
        let mutes = readable(&self.collections.mutes, "mutes", filter, sort, None).await?;
        Ok(mutes.into())
    }
}
