//! Files of libraries, read where they lie for whoever plays them.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::SubsecRound;
use tokio::task::spawn_blocking;

use super::read::{file_within, read_within};
use super::walk::modified;
use crate::domain::error::StoreError;
use crate::domain::library::MediaFile;
use crate::domain::video::{FileNow, MediaFiles};

/// The files of libraries on the disks of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct MediaOnDisk;

#[async_trait]
impl MediaFiles for MediaOnDisk {
    async fn look(&self, file: &MediaFile) -> Result<Option<FileNow>, StoreError> {
        let (root, path) = place_of(file);
        let looked = spawn_blocking(move || look(&root, &path)).await;
        match looked.map_err(StoreError::failed)? {
            Ok(now) => Ok(Some(now)),
            Err(error) if is_not_there(&error) => Ok(None),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    async fn read(&self, file: &MediaFile, range: Range<u64>) -> Result<Bytes, StoreError> {
        let (root, path) = place_of(file);
        let read = spawn_blocking(move || {
            let most = usize::try_from(range.end.saturating_sub(range.start));
            let most = most.map_err(io::Error::other)?;
            read_within(&root.canonicalize()?, &path, range.start, most)
        });
        let read = read.await.map_err(StoreError::failed)?;
        read.map(Bytes::from).map_err(StoreError::unavailable)
    }
}

fn place_of(file: &MediaFile) -> (PathBuf, PathBuf) {
    (PathBuf::from(&file.root), PathBuf::from(&file.path))
}

fn look(root: &Path, path: &Path) -> io::Result<FileNow> {
    let about = file_within(&root.canonicalize()?, path)?.metadata()?;
    Ok(FileNow {
        size: about.len(),
        modified: modified(&about).map(|at| at.trunc_subsecs(3)),
    })
}

/// Whether nothing lies there that may be read: the library may be on a disk of another machine.
fn is_not_there(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_within_their_library_are_looked_at() {
        let around = tempfile::tempdir().unwrap();
        let root = around.path().join("library");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("a.mp4"), "0123").unwrap();
        std::fs::write(around.path().join("secret"), "secret").unwrap();

        let now = look(&root, Path::new("a.mp4")).unwrap();

        assert_eq!(now.size, 4);
        let modified = now.modified.unwrap();
        assert_eq!(modified, modified.trunc_subsecs(3));
        for path in ["../secret", ".", "none"] {
            let refused = look(&root, Path::new(path)).unwrap_err();
            assert!(is_not_there(&refused), "{path}: {refused}");
        }
    }
}
