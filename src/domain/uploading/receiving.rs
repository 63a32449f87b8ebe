//! What one request sends to an upload: cut into chunks, each of which is durable before the record says that it is there.
//!
//! One request at a time sends to an upload. The lease for that only saves work: the record takes chunks at its end alone,
//! so of two that send the same one is refused.

use std::mem;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::checksum::{Checksum, Summing};
use super::error::UploadError;
use super::service::{UploadService, note};
use super::types::{ChunkRef, MOST_CHUNKS, Upload, UploadState};
use crate::domain::blobs::BlobHash;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::UploadId;
use crate::domain::lease::may_work;
use crate::domain::viewer::KnownViewer;

/// How many bytes a chunk has, in bytes; the last of a request has fewer.
pub const CHUNK: usize = 8 * 1024 * 1024;
/// For so long nobody else may send if a server dies.
const LEASE: Duration = Duration::from_secs(12);

/// How the body of a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEnd {
    /// All of it came.
    Whole,
    /// Its client went away, or was too slow.
    Broken,
}

/// A request that sends to an upload. [`Self::end`] must be called, whatever happened.
pub struct Receiving {
    service: UploadService,
    upload: Upload,
    holder: Uuid,
    /// What came of the next chunk, and its hash.
    buffer: Vec<u8>,
    hasher: Sha256,
    /// The hash of the whole file, if it is to be compared and all of it comes with this request.
    whole: Option<Sha256>,
    /// The checksum of the request, if it has one: nothing is noted before it is known to be right.
    summing: Option<Summing>,
    /// Chunks that are kept and not noted yet.
    waiting: Vec<ChunkRef>,
    /// Where the noted ones and those that wait end.
    kept: u64,
}

impl UploadService {
    /// Begins to receive what follows these bytes of an upload.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn receive(
        &self,
        viewer: &KnownViewer,
        id: UploadId,
        offset: u64,
        checksum: Option<Checksum>,
    ) -> Result<Receiving, UploadError> {
        // Whoever may not know of it locks nobody out.
        self.find(viewer, id).await?;
        let holder = unique_name();
        let name = lease_of(id);
        if !may_work(&*self.leases, &name, holder, LEASE).await? {
            return Err(UploadError::Locked);
        }
        // Read once more: whoever had the lease before has written.
        let begun = match self.find(viewer, id).await {
            Ok(upload) if upload.offset != offset => Err(UploadError::WrongOffset {
                offset: upload.offset,
            }),
            found => found,
        };
        let upload = match begun {
            Ok(upload) => upload,
            Err(error) => {
                self.leases.release(&name, holder).await?;
                return Err(error);
            }
        };
        let is_from_start = upload.offset == 0 && upload.expected.is_some();
        Ok(Receiving {
            service: self.clone(),
            kept: upload.offset,
            upload,
            holder,
            buffer: Vec::new(),
            hasher: Sha256::new(),
            whole: is_from_start.then(Sha256::new),
            summing: checksum.as_ref().map(Summing::of),
            waiting: Vec::new(),
        })
    }
}

impl Receiving {
    /// How many bytes may still come.
    pub fn missing(&self) -> u64 {
        self.upload.size - self.kept - self.buffer.len() as u64
    }

    /// Says that the request goes on, also if nothing comes for a moment.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn go_on(&self) -> Result<(), UploadError> {
        let name = lease_of(self.upload.id);
        if may_work(&*self.service.leases, &name, self.holder, LEASE).await? {
            Ok(())
        } else {
            Err(UploadError::Locked)
        }
    }

    /// Takes what came next.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        if bytes.len() as u64 > self.missing() {
            return Err(UploadError::TooMuch);
        }
        let mut left = bytes;
        while !left.is_empty() {
            if self.buffer.capacity() == 0 {
                // What is still to come may be less than a chunk.
                let missing = usize::try_from(self.missing()).unwrap_or(CHUNK);
                self.buffer.reserve_exact(missing.min(CHUNK));
            }
            let (now, later) = left.split_at(left.len().min(CHUNK - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            self.hasher.update(now);
            if let Some(whole) = &mut self.whole {
                whole.update(now);
            }
            if let Some(summing) = &mut self.summing {
                summing.add(now);
            }
            if self.buffer.len() == CHUNK {
                self.keep().await?;
            }
            left = later;
        }
        Ok(())
    }

    /// Keeps what came last, and says how the upload is now. `ended` is how receiving went: after an error of
    /// [`Self::push`] what came before it is kept all the same, unless a checksum was to be compared.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn end(mut self, ended: Result<BodyEnd, UploadError>) -> Result<Upload, UploadError> {
        let noted = self.note_last(ended).await;
        let name = lease_of(self.upload.id);
        let compared = match noted {
            Ok(()) if self.upload.state == UploadState::Checking => {
                let whole = self.whole.take().map(BlobHash::finish);
                self.service.compare(self.upload, whole).await
            }
            Ok(()) => Ok(self.upload),
            Err(error) => Err(error),
        };
        // If this fails, the lease ends by itself.
        drop(self.service.leases.release(&name, self.holder).await);
        compared
    }

    async fn note_last(&mut self, ended: Result<BodyEnd, UploadError>) -> Result<(), UploadError> {
        if let Some(summing) = self.summing.take() {
            // A part of what a checksum is of proves nothing.
            if ended? == BodyEnd::Broken {
                return Err(UploadError::CutShort);
            }
            if !summing.is_right() {
                return Err(UploadError::WrongChecksum);
            }
            self.keep().await?;
            return self.note_waiting().await;
        }
        // What cannot be kept because of a store cannot be kept now either.
        let may_keep = !matches!(ended, Err(UploadError::Store(_) | UploadError::Locked));
        if may_keep {
            self.keep().await?;
        }
        match ended? {
            BodyEnd::Whole => Ok(()),
            BodyEnd::Broken => Err(UploadError::CutShort),
        }
    }

    /// Keeps what came of the next chunk.
    async fn keep(&mut self) -> Result<(), UploadError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let waiting = self.waiting.len() as u64;
        if self.upload.chunks + waiting >= MOST_CHUNKS {
            return Err(UploadError::TooManyChunks);
        }
        let bytes = Bytes::from(mem::take(&mut self.buffer));
        let chunk = ChunkRef {
            sha256: BlobHash::finish(mem::take(&mut self.hasher)),
            size: bytes.len() as u64,
        };
        self.go_on().await?;
        // It is put although it may be there: what was put lately is not swept.
        self.service.blobs.put(&chunk.key(), bytes).await?;
        self.kept += chunk.size;
        self.waiting.push(chunk);
        if self.summing.is_none() {
            self.note_waiting().await?;
        }
        Ok(())
    }

    /// Notes in the record what is kept.
    async fn note_waiting(&mut self) -> Result<(), UploadError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let is_whole = self.kept == self.upload.size;
        let change = self.service.going_on(&self.upload, is_whole);
        let (id, from) = (self.upload.id, self.upload.offset);
        let chunks = mem::take(&mut self.waiting);
        let store = &self.service.store;
        match store.append_chunks(id, from, &chunks, change).await {
            Ok(()) => {}
            // It was taken away, or somebody else sent to it.
            Err(StoreError::Conflict) => {
                let these = [id];
                let is_gone = store.uploads(&these).await?.is_empty();
                return Err(if is_gone {
                    UploadError::NotFound
                } else {
                    UploadError::Locked
                });
            }
            Err(error) => return Err(error.into()),
        }
        self.upload.offset = self.kept;
        self.upload.chunks += chunks.len() as u64;
        note(&mut self.upload, change);
        Ok(())
    }
}

/// What the lease of sending to an upload is called.
fn lease_of(id: UploadId) -> String {
    format!("upload-{id}")
}
