//! The ports of what items are played from on MongoDB; what each method promises is documented at the ports.

use std::cmp::Reverse;

use async_trait::async_trait;
use bson::{Bson, Uuid, doc};
use serde::Deserialize;

use super::db::{Collection, MongoDb, is_duplicate, patiently, store_error};
use super::fields::{date, list};
use super::find::readable;
use super::indexes::{Build, Index, make};
use crate::domain::error::StoreError;
use crate::domain::ids::PackageId;
use crate::domain::video::{Package, PackageStore, VideoSourceStore, VideoSources, key_of};
use crate::domain::watching::WatchedItem;

/// What the collections are called, and what in them cannot be read.
const SOURCES: &str = "video_sources";
const PACKAGES: &str = "packages";

/// What items are played from in a database.
#[derive(Clone)]
pub struct MongoVideo {
    db: MongoDb,
    sources: Collection<KeptSources>,
    packages: Collection<KeptPackage>,
}

/// The videos of an item, as JSON.
#[derive(Debug, Deserialize)]
struct KeptSources {
    body: String,
}

/// Of a package what is not asked for by a field of its own, as JSON.
#[derive(Debug, Deserialize)]
struct KeptPackage {
    body: String,
}

impl TryFrom<KeptSources> for VideoSources {
    type Error = serde_json::Error;

    fn try_from(kept: KeptSources) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl TryFrom<KeptPackage> for Package {
    type Error = serde_json::Error;

    fn try_from(kept: KeptPackage) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl MongoVideo {
    /// What items are played from in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            sources: db.collection(SOURCES),
            packages: db.collection(PACKAGES),
            db,
        }
    }

    /// Makes the indexes; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        self.make_indexes(Build::All).await.map(drop)
    }

    /// Makes what takes no time of what the store needs. Says whether that is all of it.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        self.make_indexes(Build::OfEmpty).await
    }

    async fn make_indexes(&self, build: Build) -> Result<bool, StoreError> {
        let of_packages = [Index::on(doc! { "item": 1 }).named("of_item")];
        make(&self.packages, of_packages, build).await
    }
}

fn key(id: PackageId) -> Bson {
    Uuid::from_uuid_1(id.0).into()
}

#[async_trait]
impl VideoSourceStore for MongoVideo {
    async fn put_video_sources(&self, sources: &VideoSources) -> Result<(), StoreError> {
        let body = serde_json::to_string(sources).map_err(StoreError::failed)?;
        let revision = sources.revision.cast_signed();
        let expected = doc! { "_id": key_of(sources.item), "revision": revision - 1 };
        // Fields that this version does not know stay.
        let change = doc! { "$set": { "revision": revision, "body": body } };
        patiently(self.db.timeout, async {
            // One that is there has another revision: it is not found, and to make it takes a key that is taken.
            let written = self.sources.update_one(expected, change);
            match written.upsert(sources.revision == 1).await {
                Err(error) if is_duplicate(&error) => Err(StoreError::Conflict),
                Err(error) => Err(store_error(error)),
                Ok(written) if written.matched_count == 0 && written.upserted_id.is_none() => {
                    Err(StoreError::Conflict)
                }
                Ok(_) => Ok(()),
            }
        })
        .await
    }

    async fn video_sources(&self, items: &[WatchedItem]) -> Result<Vec<VideoSources>, StoreError> {
        let these = doc! { "_id": { "$in": list(items, |item| Bson::from(key_of(*item))) } };
        readable(&self.sources, SOURCES, these, doc! {}, None).await
    }

    async fn video_sources_after(
        &self,
        after: Option<WatchedItem>,
        limit: usize,
    ) -> Result<Vec<VideoSources>, StoreError> {
        // No key is empty.
        let after = after.map(key_of).unwrap_or_default();
        let these = doc! { "_id": { "$gt": after } };
        readable(
            &self.sources,
            SOURCES,
            these,
            doc! { "_id": 1 },
            Some(limit),
        )
        .await
    }
}

#[async_trait]
impl PackageStore for MongoVideo {
    async fn put_package(&self, package: &Package) -> Result<(), StoreError> {
        let body = serde_json::to_string(package).map_err(StoreError::failed)?;
        let change = doc! { "$setOnInsert": {
            "item": key_of(package.item),
            "created_at": date(package.created),
            "body": body,
        } };
        patiently(self.db.timeout, async {
            let written = self
                .packages
                .update_one(doc! { "_id": key(package.id) }, change);
            match written.upsert(true).await {
                // Somebody else wrote the same at the same time.
                Err(error) if is_duplicate(&error) => Ok(()),
                Err(error) => Err(store_error(error)),
                Ok(_) => Ok(()),
            }
        })
        .await
    }

    async fn package(&self, id: PackageId) -> Result<Option<Package>, StoreError> {
        let this = doc! { "_id": key(id) };
        let mut found = readable(&self.packages, PACKAGES, this, doc! {}, None).await?;
        Ok(found.pop())
    }

    async fn packages_of(&self, items: &[WatchedItem]) -> Result<Vec<Package>, StoreError> {
        let these = doc! { "item": { "$in": list(items, |item| Bson::from(key_of(*item))) } };
        let found = readable(&self.packages, PACKAGES, these, doc! {}, None).await;
        let mut found: Vec<Package> = found?;
        found.sort_by_key(|it| (Reverse(it.created), it.id));
        Ok(found)
    }

    async fn delete_package(&self, id: PackageId) -> Result<(), StoreError> {
        patiently(self.db.timeout, async {
            let removed = self.packages.delete_one(doc! { "_id": key(id) }).await;
            removed.map(drop).map_err(store_error)
        })
        .await
    }
}
