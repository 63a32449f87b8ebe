//! What a load is asked, and why it stops.

use std::io::BufRead;
use std::path::PathBuf;

use super::problem::Problem;
use super::source::Format;
use crate::domain::accounts::AccountError;
use crate::domain::catalog::CatalogError;
use crate::domain::watching::WatchError;

/// A file to load. It is opened once for each pass.
pub trait Source: Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> String;

    /// How its records are written down.
    fn format(&self) -> Format;

    /// The folder that it lies in, from which paths in it go; `None`: in none that files can be read in.
    fn folder(&self) -> Option<PathBuf> {
        None
    }

    /// Opens it from the start.
    fn open(&self) -> std::io::Result<Box<dyn BufRead + Send + '_>>;
}

/// How files are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    pub mode: LoadMode,
    pub manner: Manner,
}

/// What becomes of what a record does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It stays as it is stored.
    Merge,
    /// It is cleared; only whether viewers may see a title stays.
    Replace,
}

/// Whether a load writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadMode {
    /// Everything is checked, nothing is written.
    DryRun,
    Write,
}

/// Which pass a file is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// People, films and series.
    Titles,
    Episodes,
    Watches,
}

/// What stops a load as a whole. What was loaded before stays, and loading again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read.
    #[error("{0}: cannot be read")]
    File(String, #[source] std::io::Error),
    #[error("the catalogue cannot be written")]
    Catalog(#[from] CatalogError),
    #[error("the profiles cannot be written")]
    Accounts(#[from] AccountError),
    /// The record of watches failed.
    #[error("the watches cannot be written")]
    Watching(#[from] WatchError),
}

/// Gets messages about records: whether it is only a warning, the file, the line, the problem. Each refusal is told of, and
/// the first warnings of each kind.
pub type Tell<'a> = &'a mut (dyn FnMut(bool, &str, u64, &Problem) + Send);
