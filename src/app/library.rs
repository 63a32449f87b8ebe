//! The folder of a library, on the adapter that reads and follows it.

use std::path::Path;

use crate::adapters::folders::FolderOnDisk;
pub use crate::adapters::folders::{FolderChanges, FollowError};
use crate::domain::library::{LibraryFolder, LibraryFolderError};

/// Opens a folder of the machine with a library in it, which needs no store. Fails if it is no folder that can be read.
pub fn open_library(path: &Path) -> Result<Box<dyn LibraryFolder>, LibraryFolderError> {
    Ok(Box::new(FolderOnDisk::open(path)?))
}

/// Follows what changes in a folder of the machine from now on.
pub fn follow_library(path: &Path) -> Result<FolderChanges, FollowError> {
    FolderChanges::follow(path)
}
