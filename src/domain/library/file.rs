//! A file of a library as the record knows it: where it lies, what it was taken for, what of the catalogue it is, and what
//! became of it since it was first seen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::guess::Guess;
use super::places::parent;
use crate::domain::ids::MediaFileId;
use crate::domain::watching::WatchedItem;

/// How many things of the catalogue one file may be: the episodes of a disc that is one file.
pub const MAX_ITEMS: usize = 50;
/// How many candidates a file has at the most.
pub const MAX_CANDIDATES: usize = 10;
/// How many events of a file are kept: the first of all, and the latest.
pub const MAX_EVENTS: usize = 50;

/// A file of a library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MediaFile {
    /// It stays the same when the file is moved or renamed.
    pub id: MediaFileId,
    /// The folder that was scanned, from the root of the file system.
    pub root: String,
    /// Where it lies in there, or lay last; see [`super::Entry`].
    pub path: String,
    /// How long it is, in bytes.
    pub size: u64,
    /// When what is in it changed last, to the millisecond, if the disk knows.
    pub modified: Option<DateTime<Utc>>,
    /// What tells it from others by what is in it; empty of what is not read.
    pub fingerprint: String,
    /// The same of all of its bytes, if they were ever read.
    #[serde(default)]
    pub full_hash: Option<String>,
    pub guess: Guess,
    pub state: FileState,
    /// The film, the episodes, or the series that it is of or goes with; at most [`MAX_ITEMS`].
    #[serde(default)]
    pub items: Vec<WatchedItem>,
    /// How that was found out; `None` where nothing was found.
    #[serde(default)]
    pub matched_by: Option<MatchedBy>,
    /// What else it may be, the likeliest first; at most [`MAX_CANDIDATES`].
    #[serde(default)]
    pub candidates: Vec<FileCandidate>,
    pub first_seen: DateTime<Utc>,
    /// When a scan last wrote it down. As long as it is not missing, the last scan of its root has seen it, too.
    pub last_seen: DateTime<Utc>,
    /// What became of it, the oldest first; see [`MAX_EVENTS`].
    #[serde(default)]
    pub events: Vec<FileEvent>,
    /// How often it was written: 1 is the first time.
    pub revision: u64,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// How a file stands with the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// It is of something in the catalogue.
    Matched,
    /// It may be one of several things, or nobody can be sure of the only one.
    Ambiguous,
    /// It is of nothing in the catalogue, as far as is known.
    Unmatched,
    /// No library has a use for it, or a curator said that it is nothing.
    Ignored,
    /// It was there, and is no more. It is never forgotten: it may come back.
    Missing,
}

impl FileState {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 5] = [
        Self::Matched,
        Self::Ambiguous,
        Self::Unmatched,
        Self::Ignored,
        Self::Missing,
    ];
    /// Those of files that are there.
    pub const PRESENT: [Self; 4] = [
        Self::Matched,
        Self::Ambiguous,
        Self::Unmatched,
        Self::Ignored,
    ];

    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Ambiguous => "ambiguous",
            Self::Unmatched => "unmatched",
            Self::Ignored => "ignored",
            Self::Missing => "missing",
        }
    }
}

/// How it was found out what a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// By an id that its name, a folder or a sidecar has.
    Id,
    /// By kind, folded name and year.
    NameAndYear,
    /// By the folded name of a series, where no year is said; of an episode also by its place, which the series has.
    Name,
    /// A curator decided it, and no scan decides otherwise.
    Curator,
}

/// Something that a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FileCandidate {
    pub item: WatchedItem,
    /// How well it fits, 0 to 1: 1 by an id, 0.9 by name and year, less where the year is another or is not said.
    pub score: f64,
}

/// Something that became of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEvent {
    pub at: DateTime<Utc>,
    pub what: FileEventKind,
    /// Where it lay before, of a move: the root, then the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How it stood with the catalogue from then on.
    pub state: FileState,
}

/// What may become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileEventKind {
    /// It was seen for the first time.
    Seen,
    /// It was found at another place, or under another name.
    Moved,
    /// Something else was in it.
    Changed,
    /// A scan found it to be something else than before.
    Matched,
    /// A curator said what it is, or that it is nothing.
    Decided,
    /// A curator took back what was decided.
    Released,
    /// It was not there any more.
    Gone,
    /// It was there again.
    Back,
}

impl MediaFile {
    /// The folder that it lies in, from the library's root; empty: right in the root.
    pub fn folder(&self) -> &str {
        parent(&self.path)
    }

    /// Where it lies, or lay last, from the root of the file system.
    pub fn place(&self) -> String {
        place(&self.root, &self.path)
    }

    /// Whether what it is was decided by a curator, so that no scan decides otherwise.
    pub fn is_decided(&self) -> bool {
        self.matched_by == Some(MatchedBy::Curator)
    }

    /// The state that a decision gives it while it is there.
    pub(super) fn decided_state(&self) -> FileState {
        if self.items.is_empty() {
            FileState::Ignored
        } else {
            FileState::Matched
        }
    }

    /// Notes what became of it. In the middle of a long life something is forgotten.
    pub(super) fn note(&mut self, at: DateTime<Utc>, what: FileEventKind, from: Option<String>) {
        if self.events.len() >= MAX_EVENTS {
            let surplus = self.events.len() + 1 - MAX_EVENTS;
            drop(self.events.drain(1..=surplus));
        }
        self.events.push(FileEvent {
            at,
            what,
            from,
            state: self.state,
        });
    }
}

/// A path of a library from the root of the file system.
pub(super) fn place(root: &str, path: &str) -> String {
    let root = root.trim_end_matches('/');
    format!("{root}/{path}")
}

/// A folder that is scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LibraryRoot {
    /// From the root of the file system.
    pub path: String,
    /// How many scans of it were written down as a whole.
    pub scans: u64,
    /// When the last of them ended.
    pub scanned_at: Option<DateTime<Utc>>,
    /// What its files were matched with by the last of them: as long as that is the same, there is nothing else that those
    /// may be which are as they were. `None`: nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_with: Option<MatchedWith>,
    /// How often it was written: 1 is the first time.
    pub revision: u64,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl LibraryRoot {
    /// A folder that was never scanned, and is not written down.
    pub fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            scans: 0,
            scanned_at: None,
            matched_with: None,
            revision: 0,
            rest: Map::new(),
        }
    }
}

/// What files are matched with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedWith {
    /// How far the change feed of the catalogue was.
    pub change: u64,
    /// Which version of the rules it was.
    pub rules: u32,
}

/// A folder of a library as a scan has left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedFolder {
    /// From the library's root; empty: the root itself.
    pub path: String,
    /// Made of the files right in it: their names, sizes and times, and what each is taken for.
    pub fingerprint: String,
    /// Whether all bytes of them were read.
    pub has_full_hashes: bool,
    /// The fingerprint that it had when what its sidecars and pictures say was last brought into the catalogue; `None`:
    /// that was never done, or something of it is still open.
    pub titles_of: Option<String>,
    /// What its sidecars said, as scans keep it for themselves; `None`: nothing is kept.
    pub sidecars: Option<String>,
}

impl ScannedFolder {
    /// One whose files are about to be written down. If that breaks off, it is like no folder that is seen, and so it is
    /// looked into by the next scan, whatever is in it then, and also if it is gone.
    pub(super) fn unfinished(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            fingerprint: String::new(),
            has_full_hashes: false,
            titles_of: None,
            sidecars: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::library::guess::{Certainty, TakenFor};

    #[test]
    fn of_a_long_life_the_beginning_and_the_end_are_kept() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let mut file = MediaFile {
            id: MediaFileId::of_place("/films", "Heat (1995)/Heat.mkv", 1),
            root: "/films".to_owned(),
            path: "Heat (1995)/Heat.mkv".to_owned(),
            size: 1,
            modified: None,
            fingerprint: String::new(),
            full_hash: None,
            guess: Guess::new(TakenFor::Video, Certainty::Sure, "its name"),
            state: FileState::Unmatched,
            items: Vec::new(),
            matched_by: None,
            candidates: Vec::new(),
            first_seen: at(0),
            last_seen: at(0),
            events: Vec::new(),
            revision: 1,
            rest: Map::new(),
        };

        for second in 0..70 {
            file.note(at(second), FileEventKind::Changed, None);
        }

        let seconds: Vec<i64> = file.events.iter().map(|it| it.at.timestamp()).collect();
        let expected: Vec<i64> = std::iter::once(0).chain(21..70).collect();
        assert_eq!(seconds, expected);
        assert_eq!(file.place(), "/films/Heat (1995)/Heat.mkv");
        assert_eq!(file.folder(), "Heat (1995)");
    }
}
