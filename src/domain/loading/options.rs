//! What a load is asked, and why it stops.

use std::collections::HashMap;
use std::io::BufRead;
use std::path::PathBuf;

use super::column_maps::FileMap;
use super::problem::Problem;
use super::source::Format;
use crate::domain::accounts::AccountError;
use crate::domain::catalog::{CatalogError, Writer};
use crate::domain::watching::WatchError;

/// A file to load. It is opened once for each pass.
pub trait Source: Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> String;

    /// How its records are written down.
    fn format(&self) -> Format;

    /// What its columns mean, if they are no fields of ours.
    fn column_map(&self) -> Option<&FileMap> {
        None
    }

    /// The folder that it lies in, from which paths in it go; `None`: in none that files can be read in.
    fn folder(&self) -> Option<PathBuf> {
        None
    }

    /// What is wrong with it as a whole, so that nothing of it is to be loaded, as the rest of a sentence that begins with
    /// the file.
    fn flaw(&self) -> std::io::Result<Option<String>> {
        Ok(None)
    }

    /// The fields that its records only guess, by their line: it is noted of their values.
    fn guessed(&self) -> HashMap<u64, Vec<&'static str>> {
        HashMap::new()
    }

    /// Opens it from the start.
    fn open(&self) -> std::io::Result<Box<dyn BufRead + Send + '_>>;
}

/// How files are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    pub mode: LoadMode,
    pub manner: Manner,
    pub new_titles: NewTitles,
    /// What makes the revisions of the load; several loads of one writer are one run.
    pub writer: Writer,
}

/// What becomes of titles that are not there, in files that a map reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTitles {
    Add,
    /// Those are added for which so many voted elsewhere, as other files of the load say.
    WithVotes(u64),
    PassOver,
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
    /// Whoever follows it wished it.
    #[error("the load was stopped before it was through; the next goes on from there")]
    Stopped,
    /// The record of watches failed.
    #[error("the watches cannot be written")]
    Watching(#[from] WatchError),
}

/// What is told of a record.
#[derive(Debug)]
pub struct Told<'a> {
    pub sort: ToldSort,
    /// The file, as it is called in messages.
    pub file: &'a str,
    pub line: u64,
    pub problem: &'a Problem,
}

/// What sort of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldSort {
    /// The record, or what one of its fields names, is not loaded.
    Refused,
    /// The record is loaded; a curator may want to look at it.
    Warning,
    /// The same, of a kind of which enough was told: for a report that has all.
    FurtherWarning,
    /// The row is not known to be of one thing of the catalogue, and not loaded: for a report.
    Unmatched,
    /// What a dry run would change in a field.
    Change,
}

/// Gets messages about records: each refusal, each warning, and of a dry run each field that would change.
pub type Tell<'a> = &'a mut (dyn FnMut(&Told<'_>) + Send);
