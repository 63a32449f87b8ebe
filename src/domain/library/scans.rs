//! How a scan is written down: on what, how it goes about it, and what it tells.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::file::{FileEventKind, MediaFile};
use super::fingerprint::Reading;
use super::store::LibraryStore;
use crate::domain::catalog::TitleState;
use crate::domain::ids::RunId;
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
#[derive(Debug, Clone)]
pub struct ScanOptions {
    pub reading: Reading,
    pub all_gone: AllGone,
    pub titles: ScannedTitles,
    /// Asked between two steps.
    pub stop: StopScan,
    /// Noted as the scan goes on.
    pub progress: ScanProgress,
}

/// How many files of how many a scan is through with. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct ScanProgress(Arc<ScanCounts>);

#[derive(Debug, Default)]
struct ScanCounts {
    done: AtomicU64,
    /// 0 as long as it is not known.
    of: AtomicU64,
    run: OnceLock<RunId>,
}

impl ScanProgress {
    /// So many files were seen.
    pub(super) fn begin(&self, files: usize) {
        self.0.of.store(files as u64, Ordering::Relaxed);
    }

    /// It is through with so many more.
    pub(super) fn add(&self, files: usize) {
        self.0.done.fetch_add(files as u64, Ordering::Relaxed);
    }

    /// It is through with all of them.
    pub(super) fn complete(&self) {
        let all = self.0.of.load(Ordering::Relaxed);
        self.0.done.store(all, Ordering::Relaxed);
    }

    /// The catalogue was changed, with revisions of this run.
    pub(super) fn changed_by(&self, run: RunId) {
        self.0.run.get_or_init(|| run);
    }

    /// What its revisions have in common; `None`: it has changed nothing of the catalogue.
    pub fn run(&self) -> Option<RunId> {
        self.0.run.get().copied()
    }

    /// How many files it is through with, and of how many, once that is known.
    pub fn so_far(&self) -> (u64, Option<u64>) {
        let of = self.0.of.load(Ordering::Relaxed);
        let done = self.0.done.load(Ordering::Relaxed);
        (done.min(of), (of > 0).then_some(of))
    }
}

/// The wish that a scan ends before it is through, with what is done kept. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct StopScan(Arc<AtomicBool>);

impl StopScan {
    /// Wishes it, for good.
    pub fn wish(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it is wished.
    pub fn is_wished(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
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

impl Brought {
    /// Whether anything of the catalogue was made or changed.
    pub fn is_any(&self) -> bool {
        let Self {
            new_titles,
            changed_titles,
            new_episodes,
            changed_episodes,
            ..
        } = *self;
        new_titles + changed_titles + new_episodes + changed_episodes > 0
    }
}
