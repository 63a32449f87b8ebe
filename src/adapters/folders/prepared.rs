//! A folder of manifests and segments on a disk of this machine.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::fs;
use tokio::task::spawn_blocking;

use crate::domain::preparing::{PreparedFolder, PreparingError};
use crate::domain::video::MAX_FILES;

/// How large a file may be, in bytes: it is in memory as a whole.
const MAX_FILE: u64 = 256 << 20;

/// A folder of manifests and segments.
#[derive(Debug, Clone)]
pub struct PreparedOnDisk(PathBuf);

impl PreparedOnDisk {
    /// The folder in this place.
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn failed(&self, name: &str, error: io::Error) -> PreparingError {
        let path = self.0.join(name).display().to_string();
        PreparingError::Folder { path, error }
    }
}

#[async_trait]
impl PreparedFolder for PreparedOnDisk {
    async fn sizes(&self) -> Result<BTreeMap<String, u64>, PreparingError> {
        let root = self.0.clone();
        let found = spawn_blocking(move || {
            let mut sizes = BTreeMap::new();
            walk(&root, "", &mut sizes).map(|()| sizes)
        });
        let found = found.await.map_err(io::Error::other);
        found.flatten().map_err(|error| self.failed("", error))
    }

    async fn read(&self, name: &str) -> Result<Bytes, PreparingError> {
        let path = self.0.join(name);
        let about = fs::symlink_metadata(&path).await;
        let about = about.map_err(|error| self.failed(name, error))?;
        if !about.is_file() || about.len() > MAX_FILE {
            let mb = MAX_FILE >> 20;
            let why = io::Error::other(format!("it is no file of at most {mb} MB"));
            return Err(self.failed(name, why));
        }
        let bytes = fs::read(&path).await;
        bytes
            .map(Bytes::from)
            .map_err(|error| self.failed(name, error))
    }
}

/// Adds the plain files in a folder, with this before their names. What begins with a dot no manifest can name.
fn walk(folder: &Path, before: &str, sizes: &mut BTreeMap<String, u64>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name());
        let name = format!("{before}{}", name.to_string_lossy());
        if kind.is_dir() {
            walk(&entry.path(), &format!("{name}/"), sizes)?;
        } else if kind.is_file() {
            sizes.insert(name, entry.metadata()?.len());
        }
        if sizes.len() > 2 * MAX_FILES {
            return Err(io::Error::other("it has too many files"));
        }
    }
    Ok(())
}
