//! Bytes on a server that speaks S3, in a bucket that every server of a site uses.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use secrecy::{ExposeSecret, SecretString};

use super::objects::{self, failure, path_of};
use crate::domain::blobs::{BlobKey, BlobShelf, BlobStore, KeptBlob};
use crate::domain::error::StoreError;
use crate::domain::ping::Ping;

/// A server that answered is asked again after so long: some are paid by the request.
const STAYS_WELL: Duration = Duration::from_secs(15);
/// How often a request is sent again at the most.
const RETRIES: usize = 2;
/// Pictures are larger than what other stores are sent: the whole of one may take so many times as long.
const LARGE: u32 = 5;

/// How to reach a bucket.
#[derive(Debug, Clone)]
pub struct S3Access {
    pub bucket: String,
    /// What all keys begin with, without `/` at either end; empty: nothing.
    pub folder: String,
    /// As `https://s3.example.org`; `None`: the one of Amazon.
    pub endpoint: Option<String>,
    pub region: String,
    pub key_id: SecretString,
    pub secret: SecretString,
    /// Whether the way there need not be encrypted, as to this machine itself.
    pub way: Way,
    /// How long an operation may take; what has many bytes takes longer.
    pub timeout: Duration,
}

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Encrypted,
    /// For a server on the same machine.
    Plain,
}

/// Bytes in a bucket. Clones share the connections.
#[derive(Clone)]
pub struct S3Blobs {
    store: Arc<PrefixStore<AmazonS3>>,
    answered: Arc<Mutex<Option<Instant>>>,
}

impl S3Blobs {
    /// A bucket, whose server is not asked yet.
    pub fn open(access: &S3Access) -> Result<Self, StoreError> {
        let retry = RetryConfig {
            max_retries: RETRIES,
            retry_timeout: access.timeout,
            ..RetryConfig::default()
        };
        let options = ClientOptions::new()
            .with_allow_http(access.way == Way::Plain)
            .with_connect_timeout(access.timeout / 2)
            .with_timeout(access.timeout * LARGE);
        let builder = AmazonS3Builder::new()
            .with_client_options(options)
            .with_retry(retry)
            .with_bucket_name(&access.bucket)
            .with_region(&access.region)
            .with_access_key_id(access.key_id.expose_secret())
            .with_secret_access_key(access.secret.expose_secret())
            // Names of buckets are in no certificate of a server of one's own.
            .with_virtual_hosted_style_request(false)
            // To remove many at once is not what every server can.
            .with_disable_bulk_delete(true);
        let builder = match &access.endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint.trim_end_matches('/')),
            None => builder,
        };
        let bucket = builder.build().map_err(StoreError::failed)?;
        let folder = Path::parse(&access.folder).map_err(StoreError::failed)?;
        Ok(Self {
            store: Arc::new(PrefixStore::new(bucket, folder)),
            answered: Arc::default(),
        })
    }

    /// Whether the bucket is there, and what is in it may be listed.
    pub(super) async fn look(&self) -> Result<(), StoreError> {
        match self.store.list(None).next().await {
            Some(Err(error)) => Err(failure(error)),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}

#[async_trait]
impl BlobStore for S3Blobs {
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), StoreError> {
        objects::put(&*self.store, &path_of(key)?, bytes).await
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, StoreError> {
        objects::get(&*self.store, &path_of(key)?).await
    }

    async fn get_range(
        &self,
        key: &BlobKey,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, StoreError> {
        objects::get_range(&*self.store, &path_of(key)?, range).await
    }

    async fn length(&self, key: &BlobKey) -> Result<Option<u64>, StoreError> {
        let found = objects::find(&*self.store, &path_of(key)?).await?;
        Ok(found.map(|found| found.size))
    }

    async fn exists(&self, key: &BlobKey) -> Result<bool, StoreError> {
        Ok(self.length(key).await?.is_some())
    }

    async fn list(&self, shelf: &BlobShelf) -> Result<Vec<KeptBlob>, StoreError> {
        objects::list(&*self.store, shelf).await
    }

    async fn remove(&self, key: &BlobKey, unless_since: DateTime<Utc>) -> Result<bool, StoreError> {
        objects::remove(&*self.store, &path_of(key)?, unless_since).await
    }
}

#[async_trait]
impl Ping for S3Blobs {
    async fn ping(&self) -> Result<(), StoreError> {
        let answered = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.is_some_and(|at| at.elapsed() < STAYS_WELL) {
            return Ok(());
        }
        // Where the keys of the site may look; nothing needs to be there. It is asked for and not only looked for: of what
        // is looked for S3 does not say whether the bucket is there.
        objects::get(&*self.store, &Path::from("ping")).await?;
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        *answered = Some(Instant::now());
        Ok(())
    }
}
