//! What is the same wherever bytes are kept: how they are put and got, and what its errors mean.

use std::io;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore, PutOptions, PutPayload};

use crate::domain::blobs::{BlobKey, BlobShelf, KeptBlob};
use crate::domain::error::StoreError;

/// Nothing that is kept is larger, in bytes: what is, somebody else put there.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Where a key lies, below a folder; an empty one: below none.
pub(super) fn path_of(folder: &str, key: &BlobKey) -> Result<Path, StoreError> {
    path(folder, key.as_str())
}

fn path(folder: &str, below: &str) -> Result<Path, StoreError> {
    let path = format!("{folder}/{below}");
    Path::parse(path.trim_start_matches('/')).map_err(StoreError::failed)
}

pub(super) async fn put(
    store: &dyn ObjectStore,
    path: &Path,
    bytes: Bytes,
) -> Result<(), StoreError> {
    let payload = PutPayload::from(bytes);
    let put = store.put_opts(path, payload, PutOptions::default()).await;
    put.map(drop).map_err(failure)
}

pub(super) async fn get(store: &dyn ObjectStore, path: &Path) -> Result<Option<Bytes>, StoreError> {
    let found = match store.get_opts(path, GetOptions::default()).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(failure(error)),
    };
    if found.meta.size > LARGEST {
        let size = found.meta.size;
        let message = format!("{path} has {size} bytes, and nothing that is kept has so many");
        return Err(StoreError::failed(message));
    }
    found.bytes().await.map(Some).map_err(failure)
}

pub(super) async fn exists(store: &dyn ObjectStore, path: &Path) -> Result<bool, StoreError> {
    Ok(put_at(store, path).await?.is_some())
}

/// When the bytes there were put; `None` if there are none.
async fn put_at(store: &dyn ObjectStore, path: &Path) -> Result<Option<DateTime<Utc>>, StoreError> {
    let head = GetOptions {
        head: true,
        ..GetOptions::default()
    };
    match store.get_opts(path, head).await {
        Ok(found) => Ok(Some(found.meta.last_modified)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

/// All of a shelf below a folder.
pub(super) async fn list(
    store: &dyn ObjectStore,
    folder: &str,
    shelf: &BlobShelf,
) -> Result<Vec<KeptBlob>, StoreError> {
    let shelf = path(folder, shelf.as_str())?;
    let found: Vec<ObjectMeta> = store
        .list(Some(&shelf))
        .try_collect()
        .await
        .map_err(failure)?;
    let kept = found.into_iter().filter_map(|it| {
        let location: &str = it.location.as_ref();
        let below = location.strip_prefix(folder)?.trim_start_matches('/');
        Some(KeptBlob {
            key: BlobKey::parse(below)?,
            size: it.size,
            put_at: it.last_modified,
        })
    });
    Ok(kept.collect())
}

/// Removes what is there unless it was put since. It is asked for at the last moment, so that what is put again while
/// others are removed stays.
pub(super) async fn remove(
    store: &dyn ObjectStore,
    path: &Path,
    unless_since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    match put_at(store, path).await? {
        Some(at) if at < unless_since => {}
        Some(_) | None => return Ok(false),
    }
    let path = path.clone();
    let one = stream::once(async move { Ok(path) }).boxed();
    match store.delete_stream(one).try_next().await {
        Ok(removed) => Ok(removed.is_some()),
        Err(object_store::Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(failure(error)),
    }
}

/// What an error of the library means: those that it has tried again in vain are generic, as those of a disk are.
pub(super) fn failure(error: object_store::Error) -> StoreError {
    let causes = std::iter::successors(
        Some(&error as &(dyn std::error::Error + 'static)),
        |error| error.source(),
    );
    let mut kinds = causes.filter_map(|cause| cause.downcast_ref::<io::Error>());
    let is_full = kinds.any(|cause| {
        matches!(
            cause.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    });
    if is_full {
        return StoreError::full(error);
    }
    match error {
        object_store::Error::Generic { .. } => StoreError::unavailable(error),
        error => StoreError::failed(error),
    }
}
