//! Where libraries are kept.

use async_trait::async_trait;

use super::file::{FileState, LibraryRoot, MediaFile, ScannedFolder};
use crate::domain::error::StoreError;
use crate::domain::ids::MediaFileId;
use crate::domain::measured::measured;
use crate::domain::page::{KeyValue, Keyset, Slice, Window};
use crate::domain::watching::WatchedItem;

/// Which files are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFilter {
    /// Those in one of these states; all if there are none.
    pub states: Vec<FileState>,
    /// Those at this place, or below it, from the root of the file system and without a slash at its end; `None`: all.
    pub below: Option<String>,
    /// Those that are of one of these, or go with it; all if there are none.
    pub of: Vec<WatchedItem>,
}

measured! {
/// The files of all libraries. What cannot be read of a list is passed over: a later version has written it.
///
/// Whoever writes gives what is written the revision that follows the one that was read, 1 of what is new. If somebody
/// else wrote first, or something new is there already, that is a conflict, and nothing of the call is written.
#[async_trait]
pub trait LibraryStore: Send + Sync {
    /// All roots, by path.
    async fn roots(&self) -> Result<Vec<LibraryRoot>, StoreError>;

    /// Writes a root, in the place of that with its path.
    async fn put_root(&self, root: &LibraryRoot) -> Result<(), StoreError>;

    /// The folders of a root, by path.
    async fn folders(&self, root: &str) -> Result<Vec<ScannedFolder>, StoreError>;

    /// Writes folders of a root, each in the place of that with its path, whatever it was, and removes those with the
    /// paths that are gone.
    async fn put_folders(
        &self,
        root: &str,
        folders: &[ScannedFolder],
        gone: &[String],
    ) -> Result<(), StoreError>;

    /// The files with these ids, in no order.
    async fn files(&self, ids: &[MediaFileId]) -> Result<Vec<MediaFile>, StoreError>;

    /// The files that lie right in these folders of a root, or lay there last, in no order.
    async fn files_in(&self, root: &str, folders: &[String]) -> Result<Vec<MediaFile>, StoreError>;

    /// The files with these fingerprints, in no order; at most so many.
    async fn files_with(
        &self,
        fingerprints: &[String],
        limit: usize,
    ) -> Result<Vec<MediaFile>, StoreError>;

    /// A page of the files that pass a filter, by place, ties by id; see [`place_of`].
    async fn list_files(
        &self,
        filter: &FileFilter,
        window: &Window,
    ) -> Result<Slice<MediaFile>, StoreError>;

    /// The page of each of these filters, in their order, as `list_files` has it.
    async fn list_each(
        &self,
        filters: &[FileFilter],
        window: &Window,
    ) -> Result<Vec<Slice<MediaFile>>, StoreError>;

    /// How many files pass a filter.
    async fn count_files(&self, filter: &FileFilter) -> Result<u64, StoreError>;

    /// Writes files, each in the place of that with its id.
    async fn put_files(&self, files: &[MediaFile]) -> Result<(), StoreError>;
}
}

/// The place of a file in the order of lists: that in the file system, byte by byte, then its id.
pub fn place_of(file: &MediaFile) -> Keyset {
    Keyset {
        value: KeyValue::Text(file.place()),
        id: KeyValue::Text(file.id.to_string()),
    }
}
