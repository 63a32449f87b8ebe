//! How a scan is written down: on what, how it goes about it, and what it tells.

use std::sync::Arc;

use super::file::{FileEventKind, MediaFile};
use super::fingerprint::Reading;
use super::store::LibraryStore;
use crate::domain::catalog::TitleState;
use crate::domain::lease::Leases;
use crate::domain::loading::ToldSort;

/// What scans stand on.
#[derive(Clone)]
pub struct ScanPorts {
    pub store: Arc<dyn LibraryStore>,
    /// Seen by every process that scans the same folders.
    pub leases: Arc<dyn Leases>,
}

/// How a scan goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanOptions {
    pub reading: Reading,
    pub all_gone: AllGone,
    pub titles: ScannedTitles,
}

/// What becomes of titles by what sidecars and pictures say of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScannedTitles {
    /// Nothing becomes of them.
    Untouched,
    /// It is brought into the catalogue; titles that are not there are made, in this state.
    Brought(TitleState),
}

/// What it means if none of the files that were known is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllGone {
    /// That the disk is away: nothing is changed.
    DiskIsAway,
    /// That they are gone.
    FilesAreGone,
}

/// What is told while a scan is written down.
#[derive(Debug)]
pub enum ScanNews<'a> {
    /// What lies at this path of the library cannot be read, or not be kept. What is stored of it stays. What could not even
    /// be looked at is not told of: whoever looked through the library knows.
    Unreadable { path: &'a str, error: &'a str },
    /// What a record says that was made of this file and those beside it: why it, or a field of it, is not loaded, what
    /// was noticed, or what would change.
    Record {
        path: &'a str,
        sort: ToldSort,
        field: &'a str,
        reason: &'a str,
    },
    /// Something became of a file. A move says from where.
    File {
        file: &'a MediaFile,
        what: FileEventKind,
        from: Option<&'a str>,
    },
}

/// What became of a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanSummary {
    /// How many files were seen.
    pub seen: usize,
    /// How many of them lie in folders that are as they were.
    pub unchanged: usize,
    pub new: usize,
    pub moved: usize,
    pub changed: usize,
    pub gone: usize,
    pub back: usize,
    /// How many paths could not be looked at, or read.
    pub unreadable: usize,
    /// How many files of the library there are in each state, in the order of [`super::FileState::ALL`].
    pub states: [u64; 5],
    pub brought: Brought,
}

/// What became of titles and episodes by what sidecars and pictures say of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brought {
    pub new_titles: u64,
    pub changed_titles: u64,
    pub new_episodes: u64,
    pub changed_episodes: u64,
    /// How many records were refused, or lack a picture that could not be read.
    pub refused: u64,
    /// How many films and series were left out, because it is not known what they are.
    pub open: u64,
}
