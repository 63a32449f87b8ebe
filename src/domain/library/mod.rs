//! Libraries of files: folders of films and series as media servers know them, what each file in them is taken for, and what
//! of the catalogue it is.

mod artwork;
mod asking_again;
mod beside;
mod bringing;
mod counted;
mod counting;
mod counting_states;
mod curating;
mod elements;
mod endings;
mod episode_names;
mod error;
mod excluded;
mod facts;
mod file;
mod film_names;
mod films;
mod fingerprint;
mod folder;
mod groups;
mod guess;
mod holding;
mod hours;
mod known_sidecars;
mod matching;
mod moves;
mod naming;
mod nfo;
mod of_items;
mod parting;
mod places;
mod planning;
mod played;
mod read_library;
mod reading;
mod recording;
mod rehearsing;
mod scans;
mod seen;
mod series;
mod set_aside;
mod sidecars_out;
mod steps;
mod store;
mod tracks;
mod tree;
mod twins;
mod wanted;
mod written_back;

#[cfg(test)]
mod tests;

pub use counted::StateCounts;
pub use curating::{Decision, LibraryService};
pub use error::{LibraryError, MAX_PATH, MAX_ROOTS};
pub use file::{
    FileCandidate, FileEvent, FileEventKind, FileState, LibraryRoot, MAX_CANDIDATES, MAX_EVENTS,
    MAX_ITEMS, MatchedBy, MatchedWith, MediaFile, ScannedFolder,
};
pub use fingerprint::Reading;
pub use folder::{LibraryFolder, LibraryFolderError, MOST_ENTRIES, MOST_FOLDERS_DEEP};
pub use guess::{Certainty, Entry, EntryKind, Episodes, Guess, Item, Named, TakenFor, Track};
pub use hours::{HoursNow, ScanHours};
pub use known_sidecars::KnownSidecars;
pub use of_items::{FilesOf, FilesOfItems};
pub use parting::{MOST_PARTED, PartingError};
pub use played::PlayedFiles;
pub use read_library::NamedLibrary;
pub use recording::ScanService;
pub use scans::{
    AllGone, Brought, ScanNews, ScanOptions, ScanPorts, ScanProgress, ScanSummary, ScannedTitles,
    StopScan,
};
pub use sidecars_out::{SidecarOf, sidecar_of};
pub use store::{FileFilter, LibraryStore, place_of};
pub use written_back::SidecarsWanted;
