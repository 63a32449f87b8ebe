//! Where it is kept which uploads there are, and which chunks they have.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::types::{ChunkRef, Upload, UploadState};
use crate::domain::blobs::BlobHash;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UploadId, UserId};
use crate::domain::measured::measured;
use crate::domain::page::{KeyValue, Keyset, Slice, Window};

/// An upload that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    pub upload: Upload,
    /// What it has from the beginning.
    pub chunks: Vec<ChunkRef>,
    /// The parts that it is joined from.
    pub parts: Vec<UploadId>,
    /// How many bytes all uploads of its account may have together.
    pub quota: u64,
}

/// What became of adding an upload. Nothing is written unless it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Added,
    /// One with its id is there.
    IsThere,
    /// Its profile was erased.
    ProfileErased,
    /// A part is not there, or not whole.
    PartsMissing,
    OverQuota,
}

/// How an upload is to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadChange {
    pub state: UploadState,
    pub sha256: Option<BlobHash>,
    pub at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

measured! {
/// The uploads of a site. What cannot be read of a list is passed over: a later version has written it.
#[async_trait]
pub trait UploadStore: Send + Sync {
    /// Adds an upload with its chunks, and notes of its parts, which must be there and finished, that they were joined.
    /// The quota counts the sizes of all uploads of the account, but for joined parts and what is broken.
    async fn add_upload(&self, new: &NewUpload) -> Result<Added, StoreError>;

    /// The uploads with these ids, in no order.
    async fn uploads(&self, ids: &[UploadId]) -> Result<Vec<Upload>, StoreError>;

    /// The chunks of an upload, in their order.
    async fn chunks(&self, id: UploadId) -> Result<Vec<ChunkRef>, StoreError>;

    /// Adds chunks to an upload that is receiving and ends at `from`, and changes it. If it is elsewhere, or not there any
    /// more, that is a conflict, and nothing is written.
    async fn append_chunks(
        &self,
        id: UploadId,
        from: u64,
        chunks: &[ChunkRef],
        change: UploadChange,
    ) -> Result<(), StoreError>;

    /// Changes an upload that is being checked. False: it is not, or not there any more, and nothing is written.
    async fn end_check(&self, id: UploadId, change: UploadChange) -> Result<bool, StoreError>;

    /// A page of all uploads that are no parts, those that were begun last first, ties by id, ascending; see [`place_of`].
    async fn list_uploads(&self, window: &Window) -> Result<Slice<Upload>, StoreError>;

    /// The uploads of a profile, the first begun first, ties by id, ascending.
    async fn uploads_of(&self, profile: ProfileId) -> Result<Vec<Upload>, StoreError>;

    /// How many bytes the quota of an account counts.
    async fn uploaded_bytes(&self, user: UserId) -> Result<u64, StoreError>;

    /// Uploads that have expired by a moment, the first expired first; at most so many.
    async fn expired_uploads(
        &self,
        by: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Upload>, StoreError>;

    /// Uploads that are being checked and were not changed since a moment; at most so many.
    async fn unchecked_uploads(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Upload>, StoreError>;

    /// Removes an upload, and that it has its chunks. False: it was not there.
    async fn remove_upload(&self, id: UploadId) -> Result<bool, StoreError>;

    /// Which of these chunks any upload has.
    async fn referred_chunks(&self, chunks: &[BlobHash]) -> Result<Vec<BlobHash>, StoreError>;

    /// Removes the uploads of a profile that are not finished, and takes its name off the others. Idempotent.
    async fn erase_uploads(&self, profile: ProfileId) -> Result<(), StoreError>;
}
}

/// The place of an upload in the order of lists: when it was begun, then its id.
pub fn place_of(upload: &Upload) -> Keyset {
    Keyset {
        value: KeyValue::Number(upload.created_at.timestamp_millis()),
        id: KeyValue::Text(upload.id.to_string()),
    }
}
