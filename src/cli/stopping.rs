//! How a scan is stopped: a folder of which nothing more is read then, and how it ended.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use crate::domain::library::{Entry, LibraryFolder, LibraryFolderError, StopScan};
use crate::domain::site_jobs::CancelledBy;

/// The exit status of a scan that was stopped, or of a load that was cancelled.
pub(super) const STOPPED: u8 = 3;

/// How a scan ended.
pub(super) enum Ending {
    /// By itself, with what is to be its exit status.
    Through(ExitCode),
    /// Before it was through.
    Stopped,
    /// The same, because its job was cancelled.
    Cancelled(CancelledBy),
}

impl Ending {
    /// The exit status of a command that scans once.
    pub(super) fn code(self) -> ExitCode {
        match self {
            Self::Through(code) => code,
            Self::Stopped | Self::Cancelled(_) => ExitCode::from(STOPPED),
        }
    }
}

/// A folder as long as a scan may go on: what reads it in a thread of its own ends soon after.
pub(super) struct UntilStopped {
    folder: Box<dyn LibraryFolder>,
    stop: StopScan,
}

impl UntilStopped {
    /// A folder that is read until that is wished.
    pub(super) fn new(folder: Box<dyn LibraryFolder>, stop: &StopScan) -> Arc<Self> {
        Arc::new(Self {
            folder,
            stop: stop.clone(),
        })
    }
}

impl LibraryFolder for UntilStopped {
    fn entries(&self) -> Result<Vec<Entry>, LibraryFolderError> {
        self.folder.entries()
    }

    fn read(&self, entry: &Entry, from: u64, most: usize) -> io::Result<Vec<u8>> {
        if self.stop.is_wished() {
            return Err(io::Error::other("the scan was stopped"));
        }
        self.folder.read(entry, from, most)
    }
}
