//! Sweeping away uploads whose time is over, and chunks that no upload has any more.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use super::error::UploadError;
use super::service::UploadService;
use super::types::FOLDER;
use crate::domain::blobs::{BlobHash, BlobShelf};
use crate::domain::lease::may_work;

/// What was put since is left alone: a chunk is kept before it is written who has it.
const YOUNG: TimeDelta = TimeDelta::days(1);
/// After so long somebody else compares a hash.
const UNCHECKED: TimeDelta = TimeDelta::minutes(10);
/// So many uploads or chunks are looked at together.
const AT_ONCE: usize = 100;
/// The lease of the server that sweeps, and for how long it has it.
const LEASE: &str = "sweep-uploads";
const LEASE_TIME: Duration = Duration::from_secs(90);

/// What was swept away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub uploads: u64,
    pub chunks: u64,
    /// Files that were compared with their hash because whoever was at that has died.
    pub compared: u64,
}

impl UploadService {
    /// Removes uploads whose time is over, and chunks on one of 256 shelves; ends what others have left. Nothing is done
    /// by who has not the lease. Idempotent.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sweep(&self, holder: Uuid, shelf: u8) -> Result<Swept, UploadError> {
        let mut swept = Swept::default();
        if !may_work(&*self.leases, LEASE, holder, LEASE_TIME).await? {
            return Ok(swept);
        }
        loop {
            let expired = self.store.expired_uploads(self.now(), AT_ONCE).await?;
            for upload in &expired {
                swept.uploads += u64::from(self.store.remove_upload(upload.id).await?);
            }
            if expired.len() < AT_ONCE {
                break;
            }
        }
        let since = self.now() - UNCHECKED;
        for upload in self.store.unchecked_uploads(since, 1).await? {
            match self.compare(upload, None).await {
                Ok(_) | Err(UploadError::WrongHash) => swept.compared += 1,
                Err(error) => return Err(error),
            }
        }
        swept.chunks = self.sweep_shelf(shelf).await?;
        Ok(swept)
    }

    /// Lets another server sweep.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn stop_sweeping(&self, holder: Uuid) -> Result<(), UploadError> {
        Ok(self.leases.release(LEASE, holder).await?)
    }

    /// Removes chunks of one shelf that no upload has.
    async fn sweep_shelf(&self, shelf: u8) -> Result<u64, UploadError> {
        let Some(shelf) = BlobShelf::all(FOLDER).nth(shelf.into()) else {
            return Ok(0);
        };
        let since = self.now() - YOUNG;
        let mut kept = self.blobs.list(&shelf).await?;
        kept.retain(|blob| blob.put_at < since && blob.key.hash().is_some());
        let mut removed = 0;
        for some in kept.chunks(AT_ONCE) {
            let hashes: Vec<BlobHash> = some.iter().filter_map(|blob| blob.key.hash()).collect();
            let referred = self.store.referred_chunks(&hashes).await?;
            let referred: HashSet<BlobHash> = referred.into_iter().collect();
            for blob in some {
                if blob.key.hash().is_some_and(|it| !referred.contains(&it)) {
                    removed += u64::from(self.blobs.remove(&blob.key, since).await?);
                }
            }
        }
        Ok(removed)
    }
}
