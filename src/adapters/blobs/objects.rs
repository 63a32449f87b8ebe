//! What is the same wherever bytes are kept: how they are put and got, and what its errors mean.

use std::io;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, PutOptions, PutPayload};

use crate::domain::blobs::BlobKey;
use crate::domain::error::StoreError;

/// Nothing that is kept is larger, in bytes: what is, somebody else put there.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Where a key lies, below a folder; an empty one: below none.
pub(super) fn path_of(folder: &str, key: &BlobKey) -> Result<Path, StoreError> {
    let path = format!("{folder}/{key}");
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
    let head = GetOptions {
        head: true,
        ..GetOptions::default()
    };
    match store.get_opts(path, head).await {
        Ok(_) => Ok(true),
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
