//! An import and its rows, as they are kept.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entry::{ImportedAt, ImportedItem, ImportedWhat};
use super::file::{ImportFormat, ImportNote};
use crate::domain::catalog::{Audience, Visibility};
use crate::domain::ids::{ImportId, JobId, PlayId, ProfileId, TitleId};
use crate::domain::watching::WatchedItem;

/// What a profile brings from elsewhere with one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    pub id: ImportId,
    pub profile: ProfileId,
    /// What the file is called.
    pub name: String,
    pub format: ImportFormat,
    /// What is good to know about the file.
    pub notes: Vec<ImportNote>,
    pub state: ImportState,
    /// How many rows it has.
    pub rows: u32,
    /// The number of the row up to which the job that runs has come.
    #[serde(default)]
    pub done_to: u32,
    /// The latest job of it.
    #[serde(default)]
    pub job: Option<JobId>,
    /// Whoever had it applied, as far as that says what they may see; unknown if that was done by an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    pub created_at: DateTime<Utc>,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Import {
    /// What of the catalogue it may bring at a moment: what whoever had it applied may see then.
    pub(super) fn visibility(&self, now: DateTime<Utc>) -> Visibility {
        let audience = self.audience;
        audience.map_or_else(Visibility::everything, |audience| audience.at(now))
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// It was read and matched; nothing of it is in the history.
    Preview,
    /// It is being applied.
    Running,
    /// All that was matched is in the history.
    Done,
    /// Applying it failed half-way.
    Failed,
    /// What it brought is being taken back.
    Undoing,
    /// What it brought is gone.
    Undone,
}

impl ImportState {
    /// Whether a job works on it.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }

    /// Whether something of it may be in the history.
    pub fn has_brought(self) -> bool {
        !matches!(self, Self::Preview | Self::Undone)
    }
}

/// A row of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportRow {
    pub import: ImportId,
    pub profile: ProfileId,
    /// Its place in the import, from 1.
    pub number: u32,
    /// The name of the file: the one inside the archive, or that of the upload.
    pub file: String,
    /// The line in its file, or the place in its list, from 1.
    pub line: u32,
    /// What the file calls it.
    pub text: String,
    /// What is said; nothing of a row that the reader passed over.
    pub said: Option<Saying>,
    pub state: RowState,
    /// Why it is passed over, in words.
    #[serde(default)]
    pub reason: Option<String>,
    /// What it was found to be.
    #[serde(default)]
    pub found: Option<Found>,
    /// What else it may be.
    #[serde(default)]
    pub candidates: Vec<Candidate>,
    /// What it brought, or is about to bring: written before it is done, so that whoever does it again does the same.
    #[serde(default)]
    pub effect: Option<Effect>,
    /// Which play its watch was found to be when it was last applied, if it is one of another name. It stays when the import
    /// is undone: what the viewer deletes under that name is not to come again under its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A watch that is a play of another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The name that the watch has by itself.
    pub name: PlayId,
    /// The play that it is.
    pub play: PlayId,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saying {
    pub of: ImportedItem,
    pub what: ImportedWhat,
    pub at: Option<ImportedAt>,
    /// Which one of those that say the same of the same day, from 0.
    #[serde(default)]
    pub nth: u32,
}

/// What became of matching a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// It is one thing of the catalogue.
    Matched,
    /// It may be one of several.
    Ambiguous,
    /// The catalogue has nothing that it is.
    Unmatched,
    /// It says nothing that is imported, or was decided to be left out.
    PassedOver,
}

impl RowState {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 4] = [
        Self::Matched,
        Self::Ambiguous,
        Self::Unmatched,
        Self::PassedOver,
    ];

    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Ambiguous => "ambiguous",
            Self::Unmatched => "unmatched",
            Self::PassedOver => "passed_over",
        }
    }

    /// The state that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Something of the catalogue that a row may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Candidate {
    /// The film, or the series.
    pub title: TitleId,
    /// The film, the episode, or the series as a whole.
    pub item: WatchedItem,
}

/// What a row was found to be, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    #[serde(flatten)]
    pub is: Candidate,
    pub by: FoundBy,
}

/// How it was found out what a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// By an id that it has elsewhere.
    Id,
    /// By kind, name and year.
    NameAndYear,
    /// By kind and name, and a year that is one more or less.
    NearYear,
    /// By kind and name; the file says no year.
    Name,
    /// The viewer decided it.
    Viewer,
}

/// What a row does to what is kept of the profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    pub does: Does,
    /// Whether it is there by imports alone, so that it goes with the last of them.
    pub is_own: bool,
}

impl Effect {
    /// The key that stores find it by: that of the thing where it is there by imports alone, and another where it is not.
    pub fn key(&self) -> String {
        let key = self.does.key();
        if self.is_own {
            key
        } else {
            format!("beside {key}")
        }
    }
}

/// One thing that a row brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "does")]
pub enum Does {
    /// A play in the history.
    Play { title: TitleId, play: PlayId },
    /// Something is watched, nobody knows when.
    Tell { title: TitleId, item: WatchedItem },
    /// A thumb, up or down.
    Like { title: TitleId, liked: bool },
    /// A title on the watchlist.
    List { title: TitleId },
}

impl Does {
    /// The key that all imports have for the same thing.
    pub fn key(self) -> String {
        match self {
            Self::Play { play, .. } => format!("play {play}"),
            Self::Tell { item, .. } => {
                let (kind, id) = item.key();
                format!("tell {kind} {id}")
            }
            // A thumb up and one down are not the same thing.
            Self::Like { title, liked } => format!("like {title} {liked}"),
            Self::List { title } => format!("list {title}"),
        }
    }

    /// The film or series that it is about.
    pub fn title(self) -> TitleId {
        match self {
            Self::Play { title, .. }
            | Self::Tell { title, .. }
            | Self::Like { title, .. }
            | Self::List { title } => title,
        }
    }
}
