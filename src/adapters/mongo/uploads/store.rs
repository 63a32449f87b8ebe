//! The port of uploads on MongoDB; what each method promises is documented at the port.
//!
//! Adding an upload first writes the profile's guard, as all do that stand by themselves: there it meets the write that
//! marks the profile as erased, and what the same profile begins at the same time.

use std::sync::Arc;

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::options::ReturnDocument;

use super::documents::{
    Counted, KeptChunk, KeptUpload, Named, changed, counted, kept_chunks, key, parse_hash,
};
use crate::adapters::mongo::db::{
    Abort, Collection, MongoDb, is_duplicate, patiently, store_error,
};
use crate::adapters::mongo::fields::{date, limit as count, list, stamped};
use crate::adapters::mongo::find::{List, all, documents_in, readable};
use crate::adapters::mongo::indexes::{Build, Index, make};
use crate::domain::blobs::BlobHash;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UploadId, UserId};
use crate::domain::page::{Slice, Window};
use crate::domain::uploading::{
    Added, ChunkRef, NewUpload, Upload, UploadChange, UploadPart, UploadState, UploadStore,
};

/// What the collections are called, and what in the first cannot be read.
const UPLOADS: &str = "uploads";
const CHUNKS: &str = "upload_chunks";
/// So many uploads are erased at a time.
const AT_ONCE: usize = 100;

/// The uploads in a database.
#[derive(Clone)]
pub struct MongoUploads {
    db: MongoDb,
    uploads: Collection<KeptUpload>,
    chunks: Collection<KeptChunk>,
    /// Which profiles are erased.
    guards: Collection<Document>,
}

/// Why a write came to nothing.
enum NotWritten {
    /// Somebody else made the guard when we did.
    KeyTaken,
    /// Nothing is written after all.
    Refused(Added),
    Failed(StoreError),
}

impl From<StoreError> for NotWritten {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl MongoUploads {
    /// The uploads in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            uploads: db.collection(UPLOADS),
            chunks: db.collection(CHUNKS),
            guards: db.collection("watching_profiles"),
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
        let of_uploads = [
            Index::on(doc! { "created_at": -1, "_id": 1 }).named("latest"),
            Index::on(doc! { "user_id": 1 }).named("of_user"),
            Index::on(doc! { "profile": 1, "created_at": 1, "_id": 1 }).named("of_profile"),
            Index::on(doc! { "expires_at": 1, "_id": 1 }).named("expiring"),
            Index::on(doc! { "state": 1, "updated_at": 1, "_id": 1 }).named("in_state"),
        ];
        let is_whole = make(&self.uploads, of_uploads, build).await?;
        let of_chunks = [
            Index::on(doc! { "_id.upload": 1, "_id.begins": 1 }).named("in_order"),
            Index::on(doc! { "sha256": 1 }).named("by_hash"),
        ];
        Ok(is_whole & make(&self.chunks, of_chunks, build).await?)
    }

    /// Adds an upload, in a transaction.
    async fn add_once(
        &self,
        new: &NewUpload,
        session: &mut ClientSession,
    ) -> Result<(), Abort<NotWritten>> {
        let refuse = |added| Err(Abort::Refused(NotWritten::Refused(added)));
        let upload = &new.upload;
        if let Some(uploader) = upload.uploader {
            // What is counted is of no use, but every write changes something: one that does not would meet no other.
            let times = doc! { "$add": [{ "$ifNull": ["$uploads", 0_i64] }, 1_i64] };
            let guard = self
                .guards
                .find_one_and_update(
                    doc! { "_id": uploader.profile.tombstone() },
                    vec![stamped(doc! { "uploads": times })],
                )
                .upsert(true)
                .return_document(ReturnDocument::After)
                .session(&mut *session)
                .await;
            let guard = guard.map_err(|error| {
                if is_duplicate(&error) {
                    Abort::Refused(NotWritten::KeyTaken)
                } else {
                    Abort::Driver(error)
                }
            })?;
            if guard.is_some_and(|guard| guard.get_bool("erased").unwrap_or(false)) {
                return refuse(Added::ProfileErased);
            }
        }
        let parts = doc! { "_id": { "$in": list(&new.parts, |id| key(*id)) } };
        let found =
            documents_in(&mut *session, &self.uploads, parts.clone(), doc! {}, None).await?;
        let state = UploadState::Finished.as_str();
        let is_there = |part: &UploadId| {
            let mut found = found.iter();
            found.any(|it| it.id.to_uuid_1() == part.0 && it.state == state)
        };
        if !new.parts.iter().all(is_there) {
            return refuse(Added::PartsMissing);
        }
        if !new.parts.is_empty() {
            let joined = doc! { "$set": { "part": UploadPart::JoinedPart.as_str() } };
            let joined = self.uploads.update_many(parts, joined);
            joined.session(&mut *session).await?;
        }
        if let Some(uploader) = upload.uploader {
            let counted = self.uploads.aggregate(counted(uploader.user.to_i64()));
            let counted = counted.with_type::<Counted>();
            let mut cursor = counted.session(&mut *session).await?;
            let before: Option<Counted> = cursor.stream(&mut *session).try_next().await?;
            let before = before.map_or(0, |it| it.bytes.cast_unsigned());
            if before.saturating_add(upload.size) > new.quota {
                return refuse(Added::OverQuota);
            }
        }
        let added = self.uploads.insert_one(KeptUpload::from(upload));
        match added.session(&mut *session).await {
            Err(error) if is_duplicate(&error) => return refuse(Added::IsThere),
            added => added.map(drop)?,
        }
        let chunks = kept_chunks(upload.id, 0, &new.chunks);
        if !chunks.is_empty() {
            let added = self.chunks.insert_many(chunks);
            added.session(&mut *session).await?;
        }
        Ok(())
    }

    async fn append_once(
        &self,
        (id, from): (UploadId, u64),
        chunks: &[ChunkRef],
        change: UploadChange,
        session: &mut ClientSession,
    ) -> Result<(), Abort<StoreError>> {
        let more = chunks.iter().map(|chunk| chunk.size).sum::<u64>();
        let there = doc! {
            "_id": key(id),
            "received": from.cast_signed(),
            "state": UploadState::Receiving.as_str(),
        };
        let grown = doc! {
            "$set": changed(change),
            "$inc": { "received": more.cast_signed(), "chunks": count(chunks.len()) },
        };
        let written = self.uploads.update_one(there, grown);
        let written = written.session(&mut *session).await?;
        if written.matched_count == 0 {
            return Err(Abort::Refused(StoreError::Conflict));
        }
        let added = self.chunks.insert_many(kept_chunks(id, from, chunks));
        added.session(&mut *session).await?;
        Ok(())
    }

    /// Removes uploads with their chunks, in a transaction. Says how many there were.
    async fn remove_these(&self, ids: Vec<Bson>) -> Result<u64, StoreError> {
        let all = self.clone();
        self.db
            .transaction(move |session| {
                let (all, ids) = (all.clone(), ids.clone());
                Box::pin(async move {
                    let chunks = doc! { "_id.upload": { "$in": ids.clone() } };
                    let removed = all.chunks.delete_many(chunks);
                    removed.session(&mut *session).await?;
                    let removed = all.uploads.delete_many(doc! { "_id": { "$in": ids } });
                    let removed = removed.session(&mut *session).await?;
                    Ok::<u64, Abort<StoreError>>(removed.deleted_count)
                })
            })
            .await
    }
}

#[async_trait]
impl UploadStore for MongoUploads {
    async fn add_upload(&self, new: &NewUpload) -> Result<Added, StoreError> {
        let new = Arc::new(new.clone());
        let tries = async {
            loop {
                let (all, new) = (self.clone(), Arc::clone(&new));
                let tried = self.db.transaction(move |session| {
                    let (all, new) = (all.clone(), Arc::clone(&new));
                    Box::pin(async move { all.add_once(&new, session).await })
                });
                match tried.await {
                    Ok(()) => return Ok(Added::Added),
                    Err(NotWritten::KeyTaken) => {}
                    Err(NotWritten::Refused(added)) => return Ok(added),
                    Err(NotWritten::Failed(error)) => return Err(error),
                }
            }
        };
        patiently(self.db.timeout, tries).await
    }

    async fn uploads(&self, ids: &[UploadId]) -> Result<Vec<Upload>, StoreError> {
        let these = doc! { "_id": { "$in": list(ids, |id| key(*id)) } };
        readable(&self.uploads, UPLOADS, these, doc! {}, None).await
    }

    async fn chunks(&self, id: UploadId) -> Result<Vec<ChunkRef>, StoreError> {
        let order = doc! { "_id.upload": 1, "_id.begins": 1 };
        all(&self.chunks, doc! { "_id.upload": key(id) }, order, None).await
    }

    async fn append_chunks(
        &self,
        id: UploadId,
        from: u64,
        chunks: &[ChunkRef],
        change: UploadChange,
    ) -> Result<(), StoreError> {
        let (all, chunks): (Self, Arc<[ChunkRef]>) = (self.clone(), chunks.into());
        self.db
            .transaction(move |session| {
                let (all, chunks) = (all.clone(), Arc::clone(&chunks));
                Box::pin(async move { all.append_once((id, from), &chunks, change, session).await })
            })
            .await
    }

    async fn end_check(&self, id: UploadId, change: UploadChange) -> Result<bool, StoreError> {
        let there = doc! { "_id": key(id), "state": UploadState::Checking.as_str() };
        patiently(self.db.timeout, async {
            let set = doc! { "$set": changed(change) };
            let written = self.uploads.update_one(there, set).await;
            Ok(written.map_err(store_error)?.matched_count > 0)
        })
        .await
    }

    async fn list_uploads(&self, window: &Window) -> Result<Slice<Upload>, StoreError> {
        let uploads = List {
            filter: doc! { "part": UploadPart::Whole.as_str() },
            time: "created_at",
            is_latest_first: true,
            id: "_id",
        };
        uploads.page(&self.uploads, Some(UPLOADS), window).await
    }

    async fn uploads_of(&self, profile: ProfileId) -> Result<Vec<Upload>, StoreError> {
        let these = doc! { "profile": profile.to_i64() };
        let order = doc! { "created_at": 1, "_id": 1 };
        readable(&self.uploads, UPLOADS, these, order, None).await
    }

    async fn uploaded_bytes(&self, user: UserId) -> Result<u64, StoreError> {
        patiently(self.db.timeout, async {
            let counted = self.uploads.aggregate(counted(user.to_i64()));
            let cursor = counted.with_type::<Counted>().await;
            let mut cursor = cursor.map_err(store_error)?;
            let found: Option<Counted> = cursor.try_next().await.map_err(store_error)?;
            Ok(found.map_or(0, |it| it.bytes.cast_unsigned()))
        })
        .await
    }

    async fn expired_uploads(
        &self,
        by: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Upload>, StoreError> {
        let these = doc! { "expires_at": { "$lte": date(by) } };
        let order = doc! { "expires_at": 1, "_id": 1 };
        readable(&self.uploads, UPLOADS, these, order, Some(limit)).await
    }

    async fn unchecked_uploads(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Upload>, StoreError> {
        let these = doc! {
            "state": UploadState::Checking.as_str(),
            "updated_at": { "$lt": date(since) },
        };
        let order = doc! { "updated_at": 1, "_id": 1 };
        readable(&self.uploads, UPLOADS, these, order, Some(limit)).await
    }

    async fn remove_upload(&self, id: UploadId) -> Result<bool, StoreError> {
        Ok(self.remove_these(vec![key(id)]).await? > 0)
    }

    async fn referred_chunks(&self, chunks: &[BlobHash]) -> Result<Vec<BlobHash>, StoreError> {
        let hashes = list(chunks, ToString::to_string);
        let referred = patiently(self.db.timeout, async {
            let these = doc! { "sha256": { "$in": hashes } };
            let found = self.chunks.distinct("sha256", these).await;
            found.map_err(store_error)
        });
        let referred = referred.await?;
        let referred = referred.iter().filter_map(Bson::as_str);
        referred.map(parse_hash).collect()
    }

    async fn erase_uploads(&self, profile: ProfileId) -> Result<(), StoreError> {
        let of_profile = doc! { "profile": profile.to_i64() };
        let unfinished = doc! {
            "profile": profile.to_i64(),
            "state": { "$ne": UploadState::Finished.as_str() },
        };
        loop {
            let some = patiently(self.db.timeout, async {
                let named = self.uploads.clone_with_type::<Named>();
                let found = named.find(unfinished.clone()).limit(count(AT_ONCE));
                let found = found.projection(doc! { "_id": 1 }).await;
                let found = found.map_err(store_error)?;
                let found: Result<Vec<Named>, _> = found.try_collect().await;
                found.map_err(store_error)
            });
            let some = some.await?;
            if some.is_empty() {
                break;
            }
            let some = list(&some, |named| Bson::from(named.id));
            self.remove_these(some).await?;
        }
        patiently(self.db.timeout, async {
            let nobody = doc! { "$set": { "user_id": Bson::Null, "profile": Bson::Null } };
            let written = self.uploads.update_many(of_profile, nobody).await;
            written.map(drop).map_err(store_error)
        })
        .await
    }
}
