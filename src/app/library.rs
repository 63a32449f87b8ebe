//! The folder of a library, on the adapter that reads it.

use std::path::Path;

use crate::adapters::folders::FolderOnDisk;
use crate::domain::library::{LibraryFolder, LibraryFolderError};

/// Opens a folder of the machine with a library in it, which needs no store. Fails if it is no folder that can be read.
pub fn open_library(path: &Path) -> Result<Box<dyn LibraryFolder>, LibraryFolderError> {
    Ok(Box::new(FolderOnDisk::open(path)?))
}
