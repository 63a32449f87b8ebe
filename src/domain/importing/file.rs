//! What reading an export gave: its entries, what was passed over and why, and what is good to know.

use serde::{Deserialize, Serialize};

use super::entry::ImportedEntry;

/// The service that an export is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    Trakt,
    Simkl,
    TvTime,
    Letterboxd,
    Imdb,
    Netflix,
    Prime,
    Jellyfin,
    Plex,
}

impl ImportFormat {
    /// What the service calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trakt => "Trakt",
            Self::Simkl => "Simkl",
            Self::TvTime => "TV Time",
            Self::Letterboxd => "Letterboxd",
            Self::Imdb => "IMDb",
            Self::Netflix => "Netflix",
            Self::Prime => "Prime Video",
            Self::Jellyfin => "Jellyfin",
            Self::Plex => "Plex",
        }
    }
}

/// An export that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedFile {
    /// The service that it is from; of a mixed batch, the one with the most entries.
    pub format: ImportFormat,
    /// What it says, in the order of its files and rows.
    pub entries: Vec<ImportedEntry>,
    /// The rows that say nothing that could be imported.
    pub passed_over: Vec<PassedOver>,
    /// What is good to know about it as a whole.
    pub notes: Vec<ImportNote>,
}

/// A row that gives no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The name of the file: the one inside the archive, or that of the upload.
    pub file: String,
    /// The line in its file, or the place in its list, from 1.
    pub row: u32,
    /// The name or the value that it is about, cut to 200 characters. Empty if it has none.
    pub value: String,
    /// Why it gives no entry.
    pub reason: PassedOverReason,
}

/// Why a row gives no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassedOverReason {
    /// It ran for less than two minutes: that is no watch.
    TooShort,
    /// A trailer, a hook or another extra.
    Extra,
    /// It began by itself, and ran for less than ten minutes.
    PlayedByItself,
    /// Music, a game, a person: neither film nor episode.
    NoFilmOrEpisode,
    /// A better file of the export says the same.
    SaidElsewhere,
    /// The service itself calls it deleted or hidden.
    Deleted,
    /// It says that nothing was watched.
    NotWatched,
    /// It has no name, and no id.
    NoName,
    /// Its day or time is none.
    BadDate,
    /// Its day is none, and so it is brought without one: this is no row of its own.
    WithoutDay,
    /// A number in it is none, or out of its range.
    BadNumber,
    /// A field is longer than 1,000 characters, or the row longer than a mebibyte.
    TooLong,
    /// It has not the form that its file has otherwise.
    Malformed,
}

impl PassedOverReason {
    /// The reason as a sentence that begins with the row.
    pub fn words(self) -> &'static str {
        match self {
            Self::TooShort => "ran for less than two minutes",
            Self::Extra => "is a trailer or another extra",
            Self::PlayedByItself => "began by itself, and ran for less than ten minutes",
            Self::NoFilmOrEpisode => "is neither a film nor an episode",
            Self::SaidElsewhere => "is said by a better file of the same export",
            Self::Deleted => "was deleted or hidden there",
            Self::NotWatched => "was not watched",
            Self::NoName => "has no name",
            Self::BadDate => "has a date that is none",
            Self::WithoutDay => "has a day that is none, and is brought without one",
            Self::BadNumber => "has a number that is none, or out of its range",
            Self::TooLong => {
                "has a field of more than 1,000 characters; is a quotation mark left open?"
            }
            Self::Malformed => "has not the form of the other rows",
        }
    }
}

/// What is good to know about an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportNote {
    /// It has files of several services.
    Mixed { formats: Vec<ImportFormat> },
    /// A file of the archive was not used: it is of no format that is known, or says nothing of watching.
    UnusedFile {
        file: String,
        /// What is wrong with it, if it was begun and is broken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A file has rows of other people, too, which are not among the entries.
    OtherProfiles {
        file: String,
        names: Vec<String>,
        rows: u32,
    },
    /// Dates that could be read in two ways were read as the other dates of the file, or the options, say.
    DatesRead { file: String, day_first: bool },
    /// Times without a time zone were taken as UTC.
    TimesTakenAsUtc { file: String },
    /// Rows that followed each other within an evening were added up: so many rows became so many sittings.
    Sittings { rows: u32, sittings: u32 },
    /// A list of IMDb was taken as a watchlist, though its name does not say that it is one.
    ListTakenAsWatchlist { file: String },
    /// Of what was watched several times, the export has only the last time.
    OnlyLastPlays {
        entries: u32,
        /// How often these were watched before, all together: of that nothing is brought.
        #[serde(default)]
        earlier: u32,
    },
}

impl ImportNote {
    /// That a file of no known format was not used.
    pub(super) fn unused(file: String) -> Self {
        Self::UnusedFile { file, why: None }
    }

    /// The note as a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Mixed { formats } => {
                let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
                format!("The files are of several services: {}.", names.join(", "))
            }
            Self::UnusedFile { file, why: None } => format!("{file} was not used."),
            Self::UnusedFile {
                file,
                why: Some(why),
            } => format!("{file} was not used ({why})."),
            Self::OtherProfiles { file, names, rows } => format!(
                "{rows} rows of {file} are of other people ({}) and were left out.",
                names.join(", ")
            ),
            Self::DatesRead { file, day_first } => {
                let first = if *day_first { "day" } else { "month" };
                format!("The {first} stands first in the dates of {file}.")
            }
            Self::TimesTakenAsUtc { file } => {
                format!("{file} has times without a time zone; they were taken as UTC.")
            }
            Self::Sittings { rows, sittings } => {
                format!("{rows} rows that followed each other were taken as {sittings} sittings.")
            }
            Self::ListTakenAsWatchlist { file } => {
                format!("{file} was taken as a watchlist.")
            }
            // As servers of before have noted it.
            Self::OnlyLastPlays {
                entries,
                earlier: 0,
            } => format!(
                "Of {entries} that were watched several times, the files have only the last time."
            ),
            Self::OnlyLastPlays { entries, earlier } => format!(
                "Of {entries} that were watched several times, the files have only the last time: {earlier} earlier plays are not brought."
            ),
        }
    }
}
