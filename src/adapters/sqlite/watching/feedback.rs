//! What profiles mean to watch and do not want to be suggested, on SQLite.

use std::sync::Arc;

use async_trait::async_trait;

use super::store::SqliteWatching;
use super::{exclusions, title_lists};
use crate::adapters::sqlite::db::store_error;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{
    FeedbackStore, ListedTitle, Mute, MutedSource, TitleList, WatchError,
};

#[async_trait]
impl FeedbackStore for SqliteWatching {
    async fn list_title(
        &self,
        list: TitleList,
        listed: &ListedTitle,
        most: u64,
    ) -> Result<(), WatchError> {
        let listed = listed.clone();
        self.db
            .write(move |connection| title_lists::put(connection, list, &listed, most))
            .await
    }

    async fn unlist_title(
        &self,
        list: TitleList,
        profile: ProfileId,
        title: TitleId,
    ) -> Result<(), StoreError> {
        self.db
            .write(move |connection| {
                title_lists::remove(connection, list, profile, title).map_err(store_error)
            })
            .await
    }

    async fn put_mute(&self, mute: &Mute, most: u64) -> Result<(), WatchError> {
        let mute = mute.clone();
        self.db
            .write(move |connection| exclusions::put_mute(connection, &mute, most))
            .await
    }

    async fn remove_mute(&self, profile: ProfileId, source: MutedSource) -> Result<(), StoreError> {
        self.db
            .write(move |connection| {
                exclusions::remove_mute(connection, profile, source).map_err(store_error)
            })
            .await
    }

    async fn mutes(&self, profile: ProfileId) -> Result<Arc<[Mute]>, StoreError> {
        let mutes = self
            .db
            .read(move |connection| exclusions::mutes(connection, profile))
            .await?;
        Ok(mutes.into())
    }
}
