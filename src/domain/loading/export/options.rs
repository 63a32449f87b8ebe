//! What an export is given, what it tells, and why it stops.

use std::io;

use crate::domain::catalog::CatalogError;
use crate::domain::error::StoreError;
use crate::domain::loading::problem::Problem;

/// Where the pictures of an export go: files beside it, by their paths from its folder. A path is that of its bytes for
/// good: what is there need not be written again.
pub trait ExportFolder: Send + Sync {
    /// Whether a file of so many bytes is there.
    fn has(&self, path: &str, length: u64) -> io::Result<bool>;

    /// Writes a file, whole or not at all.
    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

/// Gets what is not in an export as it is in the catalogue, or not to be loaded again: the record that it is about, and why.
pub type TellExport<'a> = &'a mut (dyn FnMut(&str, &Problem) + Send);

/// How many records and pictures were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportSummary {
    pub people: u64,
    /// Those that have pictures; of all others films say everything.
    pub collections: u64,
    pub films: u64,
    pub series: u64,
    pub episodes: u64,
    /// How many references to pictures records have.
    pub pictures: u64,
    /// How many pictures have none: there is no place beside the export, or their bytes are gone.
    pub left_out: u64,
    /// How many records a load would refuse, and bytes of pictures are gone.
    pub problems: u64,
}

/// What stops an export. What was written by then is a part of it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the catalogue cannot be read")]
    Catalog(#[from] CatalogError),
    /// The place where pictures are kept failed.
    #[error("a picture cannot be read")]
    Pictures(#[source] StoreError),
    #[error("the export cannot be written")]
    Write(#[from] io::Error),
    /// The file that could not be written, and why.
    #[error("{0} cannot be written beside the export")]
    Beside(String, #[source] io::Error),
    /// A JSON array is read as a whole, and may not be longer than a load takes.
    #[error("a load reads JSON of at most 64 MiB as a whole: export NDJSON, which has no bound")]
    TooLong,
    /// The columns of a table are found out before its first record is written.
    #[error("the catalogue has changed meanwhile so that a column is missing: export it again")]
    Changed,
}
