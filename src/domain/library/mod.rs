//! Libraries of files: folders of films and series as media servers know them, and what each file in them is taken for.

mod curating;
mod error;
mod file;
mod fingerprint;
mod guess;
mod matching;
mod moves;
mod reading;
mod recording;
mod scans;
mod seen;
mod steps;
mod store;

pub use curating::{Decision, LibraryService};
pub use error::{LibraryError, MAX_PATH, MAX_ROOTS};
pub use file::{
    FileCandidate, FileEvent, FileEventKind, FileState, LibraryRoot, MAX_CANDIDATES, MAX_EVENTS,
    MAX_ITEMS, MatchedBy, MediaFile, ScannedFolder,
};
pub use fingerprint::Reading;
pub use guess::{Certainty, Entry, EntryKind, Episodes, Guess, Item, Named, TakenFor, Track};
pub use recording::ScanService;
pub use scans::{AllGone, ScanNews, ScanOptions, ScanPorts, ScanSummary};
pub use store::{FileFilter, LibraryStore, place_of};
