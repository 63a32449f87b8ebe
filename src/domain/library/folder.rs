//! The port to a folder with a library in it.

use std::io;

use thiserror::Error;

use super::guess::Entry;

/// So many things may lie in a library.
pub const MOST_ENTRIES: usize = 2_000_000;
/// So many folders may be in each other.
pub const MOST_FOLDERS_DEEP: usize = 100;

/// A folder that can be looked through. Nothing of it is ever written.
pub trait LibraryFolder: Send + Sync {
    /// All that lies in it, in the order of paths, folders themselves included, but for the root. Links are named, and not
    /// gone through; what cannot be looked at is an entry that says so. Fails if the root cannot be read, or if there is
    /// more than `MOST_ENTRIES`.
    fn entries(&self) -> Result<Vec<Entry>, LibraryFolderError>;

    /// At most `most` bytes of a file, from the byte `from` on; fewer where it ends. Fails if it is no file any more or
    /// leads out of the folder: pipes and devices are never opened.
    fn read(&self, entry: &Entry, from: u64, most: usize) -> io::Result<Vec<u8>>;
}

/// Why a library cannot be looked through.
#[derive(Debug, Error)]
pub enum LibraryFolderError {
    #[error("{path} cannot be read")]
    Unreadable { path: String, source: io::Error },
    #[error("{0} is no folder")]
    NoFolder(String),
    #[error("{0} has more than {MOST_ENTRIES} files and folders")]
    TooMany(String),
}
