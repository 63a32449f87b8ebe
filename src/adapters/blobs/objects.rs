//! What is the same wherever bytes are kept: how they are put and got, and what its errors mean.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, PutOptions, PutPayload};

use crate::domain::blobs::{BlobKey, BlobShelf, KeptBlob};
use crate::domain::error::StoreError;

/// Nothing that is kept is larger, in bytes: what is, somebody else put there.
const LARGEST: u64 = 64 * 1024 * 1024;
/// What S3 says where not only the bytes are missing but all that could have any: that is never "there are none".
const NO_BUCKET: &str = "<Code>NoSuchBucket</Code>";

/// An answer to whom the store lets nobody in.
#[derive(Debug, thiserror::Error)]
#[error(
    "the store refuses it: the keys are wrong, or lack s3:ListBucket, without which Amazon refuses whatever is not there, s3:GetObject or s3:PutObject: {0}"
)]
struct Refused(object_store::Error);

/// Where a key lies.
pub(super) fn path_of(key: &BlobKey) -> Result<Path, StoreError> {
    Path::parse(key.as_str()).map_err(StoreError::failed)
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
    get_some(store, path, GetOptions::default()).await
}

pub(super) async fn get_range(
    store: &dyn ObjectStore,
    path: &Path,
    range: Range<u64>,
) -> Result<Option<Bytes>, StoreError> {
    let some = GetOptions {
        range: Some(GetRange::Bounded(range)),
        ..GetOptions::default()
    };
    get_some(store, path, some).await
}

async fn get_some(
    store: &dyn ObjectStore,
    path: &Path,
    options: GetOptions,
) -> Result<Option<Bytes>, StoreError> {
    let found = match store.get_opts(path, options).await {
        Ok(found) => found,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(failure(error)),
    };
    if found.meta.size > LARGEST {
        let size = found.meta.size;
        let message = format!("{path} has {size} bytes, and nothing that is kept has so many");
        return Err(StoreError::failed(message));
    }
    found.bytes().await.map(Some).map_err(failure)
}

/// What is known of the bytes there without reading them; `None` if there are none.
pub(super) async fn find(
    store: &dyn ObjectStore,
    path: &Path,
) -> Result<Option<ObjectMeta>, StoreError> {
    let head = GetOptions {
        head: true,
        ..GetOptions::default()
    };
    match store.get_opts(path, head).await {
        Ok(found) => Ok(Some(found.meta)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

/// All of a shelf.
pub(super) async fn list(
    store: &dyn ObjectStore,
    shelf: &BlobShelf,
) -> Result<Vec<KeptBlob>, StoreError> {
    let shelf = Path::parse(shelf.as_str()).map_err(StoreError::failed)?;
    let found: Vec<ObjectMeta> = store
        .list(Some(&shelf))
        .try_collect()
        .await
        .map_err(failure)?;
    let kept = found.into_iter().filter_map(|it| {
        Some(KeptBlob {
            key: BlobKey::parse(it.location.as_ref())?,
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
    match find(store, path).await? {
        Some(found) if found.last_modified < unless_since => {}
        Some(_) | None => return Ok(false),
    }
    let path = path.clone();
    let one = stream::once(async move { Ok(path) }).boxed();
    match store.delete_stream(one).try_next().await {
        Ok(removed) => Ok(removed.is_some()),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failure(error)),
    }
}

/// Whether an error says that there are no bytes, and nothing worse.
fn is_missing(error: &object_store::Error) -> bool {
    matches!(
        error,
        object_store::Error::NotFound { source, .. } if !source.to_string().contains(NO_BUCKET)
    )
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
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => StoreError::failed(Refused(error)),
        error => StoreError::failed(error),
    }
}
