//! Bytes in a folder, which is made when the first come: a site without pictures has none.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use object_store::local::LocalFileSystem;
use tokio::task::spawn_blocking;

use super::objects::{self, failure, path_of};
use crate::domain::blobs::{BlobKey, BlobShelf, BlobStore, KeptBlob};
use crate::domain::error::StoreError;
use crate::domain::ping::{Ping, Room};

/// What is written to find out whether there is room again.
const TRIAL: &str = "trial";

/// Bytes in a folder. Clones share it.
#[derive(Clone)]
pub struct FolderBlobs {
    folder: PathBuf,
    opened: Arc<OnceLock<Arc<LocalFileSystem>>>,
    room: Room,
}

impl FolderBlobs {
    /// In this folder, which need not be there.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            opened: Arc::default(),
            room: Room::of("blobs"),
        }
    }

    /// The folder, if it is there.
    fn find(&self) -> Result<Option<Arc<LocalFileSystem>>, StoreError> {
        if let Some(opened) = self.opened.get() {
            return Ok(Some(Arc::clone(opened)));
        }
        match self.folder.try_exists() {
            Ok(true) => self.open().map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    /// The folder, which is made if it is not there.
    fn make(&self) -> Result<Arc<LocalFileSystem>, StoreError> {
        if let Some(opened) = self.opened.get() {
            return Ok(Arc::clone(opened));
        }
        make_private(&self.folder).map_err(StoreError::unavailable)?;
        self.open()
    }

    fn open(&self) -> Result<Arc<LocalFileSystem>, StoreError> {
        let opened = LocalFileSystem::new_with_prefix(&self.folder).map_err(failure)?;
        // A folder that the last bytes have left goes with them.
        let opened = opened.with_fsync(true).with_automatic_cleanup(true);
        let opened = Arc::new(opened);
        Ok(Arc::clone(self.opened.get_or_init(|| opened)))
    }

    /// Whether the folder is there, or was never needed. It is looked at each time: a disk may be taken away.
    async fn look(&self) -> Result<(), StoreError> {
        let folder = self.folder.clone();
        let looked = spawn_blocking(move || folder.metadata());
        match looked.await.map_err(StoreError::failed)? {
            Ok(about) if about.is_dir() => Ok(()),
            Ok(_) => Err(StoreError::failed(io::Error::from(
                io::ErrorKind::NotADirectory,
            ))),
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && self.opened.get().is_none() =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    async fn write(&self, path: &object_store::path::Path, bytes: Bytes) -> Result<(), StoreError> {
        let put = objects::put(&*self.make()?, path, bytes).await;
        put.inspect_err(|error| self.room.learn(error))
    }
}

#[async_trait]
impl BlobStore for FolderBlobs {
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), StoreError> {
        self.write(&path_of(key)?, bytes).await
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, StoreError> {
        match self.find()? {
            Some(opened) => objects::get(&*opened, &path_of(key)?).await,
            None => Ok(None),
        }
    }

    async fn get_range(
        &self,
        key: &BlobKey,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, StoreError> {
        match self.find()? {
            Some(opened) => objects::get_range(&*opened, &path_of(key)?, range).await,
            None => Ok(None),
        }
    }

    async fn length(&self, key: &BlobKey) -> Result<Option<u64>, StoreError> {
        match self.find()? {
            Some(opened) => {
                let found = objects::find(&*opened, &path_of(key)?).await?;
                Ok(found.map(|found| found.size))
            }
            None => Ok(None),
        }
    }

    async fn exists(&self, key: &BlobKey) -> Result<bool, StoreError> {
        Ok(self.length(key).await?.is_some())
    }

    async fn list(&self, shelf: &BlobShelf) -> Result<Vec<KeptBlob>, StoreError> {
        match self.find()? {
            Some(opened) => objects::list(&*opened, shelf).await,
            None => Ok(Vec::new()),
        }
    }

    async fn remove(&self, key: &BlobKey, unless_since: DateTime<Utc>) -> Result<bool, StoreError> {
        match self.find()? {
            Some(opened) => objects::remove(&*opened, &path_of(key)?, unless_since).await,
            None => Ok(false),
        }
    }
}

#[async_trait]
impl Ping for FolderBlobs {
    async fn ping(&self) -> Result<(), StoreError> {
        if self.room.is_missing() {
            let trial = object_store::path::Path::from(TRIAL);
            self.write(&trial, Bytes::from_static(&[0; 4096])).await?;
            self.room.is_back();
        }
        self.look().await
    }
}

/// A folder that only the user that the program runs as may look into; one that is there already is left as it is.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
