//! Where the bytes of pictures and uploads are kept, and those of pictures read, by the settings.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::adapters::blobs::{FolderBlobs, S3Access, S3Blobs, Way, examine_bucket, examine_folder};
use crate::adapters::memory::{CachedBlobs, TokioTasks};
use crate::adapters::pictures::{FilesAndWeb, Reach};
use crate::config::{BlobConfig, BucketConfig, Config, PictureUrls};
use crate::domain::blobs::BlobStore;
use crate::domain::catalog::PictureService;
use crate::domain::finding::Finding;
use crate::domain::loading::PictureLoading;
use crate::domain::measured::Measured;
use crate::domain::ping::Ping;
use crate::domain::pulse::Pulse;

/// The most bytes that are kept in memory: some thousand posters as lists show them.
const IN_MEMORY: u64 = 64 * 1024 * 1024;
/// How long an operation may take where no setting of the servers says it.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Where bytes are kept.
pub(super) struct Blobs {
    /// With what is small in memory.
    pub(super) store: Arc<dyn BlobStore>,
    /// Where they are kept themselves.
    pub(super) kept: Arc<dyn BlobStore>,
    pub(super) pulse: Pulse,
}

impl Blobs {
    /// What a load reads pictures by, and keeps them.
    pub(super) fn loading(&self, pictures: &PictureService, config: &Config) -> PictureLoading {
        let reach = match config.picture_urls {
            PictureUrls::Off => Reach::Nothing,
            PictureUrls::Public => Reach::Public,
            PictureUrls::Any => Reach::Any,
        };
        PictureLoading {
            source: Arc::new(FilesAndWeb::new(reach)),
            pictures: pictures.clone(),
            blobs: Arc::clone(&self.store),
        }
    }
}

/// The place that the settings name; nothing is made there yet.
pub(super) fn open(config: &Config) -> anyhow::Result<Blobs> {
    Ok(match &config.blobs {
        BlobConfig::Beside(folder) | BlobConfig::Folder(folder) => {
            on("folder", FolderBlobs::new(folder.clone()), timeout(config))
        }
        BlobConfig::Bucket(bucket) => {
            let opened = S3Blobs::open(&access(bucket, timeout(config)));
            let opened = opened.context("REELGRAPH_BLOBS is not a bucket that can be opened")?;
            on("s3", opened, timeout(config))
        }
    })
}

/// What there is to say of the place; nothing is changed there.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    match &config.blobs {
        BlobConfig::Beside(folder) | BlobConfig::Folder(folder) => examine_folder(folder),
        BlobConfig::Bucket(bucket) => examine_bucket(&access(bucket, timeout(config))).await,
    }
}

fn on<S>(technology: &'static str, store: S, timeout: Duration) -> Blobs
where
    S: BlobStore + Ping + 'static,
{
    let store = Arc::new(Measured::new(technology, Arc::new(store)));
    Blobs {
        store: Arc::new(CachedBlobs::new(store.clone(), IN_MEMORY)),
        kept: store.clone(),
        pulse: Pulse::new("blobs", store, Arc::new(TokioTasks), timeout),
    }
}

fn timeout(config: &Config) -> Duration {
    config
        .servers
        .as_ref()
        .map_or(TIMEOUT, |servers| servers.timeout)
}

fn access(bucket: &BucketConfig, timeout: Duration) -> S3Access {
    let endpoint = bucket.endpoint.as_ref();
    let is_plain = endpoint.is_some_and(|endpoint| endpoint.scheme() == "http");
    S3Access {
        bucket: bucket.bucket.clone(),
        folder: bucket.folder.clone(),
        endpoint: endpoint.map(ToString::to_string),
        region: bucket.region.clone(),
        key_id: bucket.key_id.clone(),
        secret: bucket.secret.clone(),
        way: if is_plain { Way::Plain } else { Way::Encrypted },
        timeout,
    }
}
