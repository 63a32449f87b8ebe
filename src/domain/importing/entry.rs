//! What one row of an export says, in one shape for every service that it may come from.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// One thing that a file says: something was watched, rated, or put on a watchlist.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedEntry {
    /// The line in its file, or the place in its list, from 1. Of several rows that are one sitting, the first in time.
    pub row: u32,
    /// The name of the file: the one inside the archive, or that of the upload.
    pub file: String,
    /// What it is about.
    pub of: ImportedItem,
    /// What is said of it.
    pub what: ImportedWhat,
    /// When: of what was watched, when it ended, as far as the file tells. `None` if the file does not say.
    pub at: Option<ImportedAt>,
    /// Other things that the same name may mean, the likeliest first. Empty where the file says what it is.
    pub alternatives: Vec<ImportedItem>,
}

/// What an entry is about, as its file names it: not yet anything of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportedItem {
    /// A film, of any length.
    Film {
        name: String,
        original_name: Option<String>,
        /// The year of release.
        year: Option<i32>,
        ids: ImportedIds,
    },
    /// An episode of a series.
    Episode {
        /// The name of the series; empty where the file has only that of the episode, and only `ids` lead to it.
        series: String,
        /// The year in which the series began.
        series_year: Option<i32>,
        /// The ids of the series, not of the episode.
        series_ids: ImportedIds,
        /// The number of the season; 0 has the specials.
        season: Option<u32>,
        /// The number in the season.
        number: Option<u32>,
        /// The name of the episode.
        name: Option<String>,
        /// The ids of the episode itself.
        ids: ImportedIds,
    },
    /// A whole series, where a file speaks of one: it was rated, or is on a watchlist.
    Series {
        name: String,
        original_name: Option<String>,
        /// The year in which it began.
        year: Option<i32>,
        ids: ImportedIds,
    },
    /// A film or a series: the file does not say which.
    Unknown { name: String, year: Option<i32> },
}

impl ImportedItem {
    /// The name as a list of rows shows it, cut to 200 characters.
    pub fn shown(&self) -> String {
        let name = match self {
            Self::Film { name, .. } | Self::Series { name, .. } | Self::Unknown { name, .. } => {
                name.clone()
            }
            Self::Episode {
                series,
                season,
                number,
                name,
                ..
            } => {
                let place = match (season, number) {
                    (Some(season), Some(number)) => Some(format!("{season}x{number:02}")),
                    _ => None,
                };
                let series = (!series.is_empty()).then(|| series.clone());
                let parts = [series, place, name.clone()];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                parts.join(" – ")
            }
        };
        name.chars().take(200).collect()
    }

    /// How many bytes its names have.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Film {
                name,
                original_name,
                ..
            }
            | Self::Series {
                name,
                original_name,
                ..
            } => name.len() + original_name.as_ref().map_or(0, String::len),
            Self::Episode { series, name, .. } => {
                series.len() + name.as_ref().map_or(0, String::len)
            }
            Self::Unknown { name, .. } => name.len(),
        }
    }
}

/// Ids that something has elsewhere, each in the spelling that the catalogue keeps (`tt0113277`, digits).
///
/// Those of TMDB and TVDB are numbered for films, series and episodes apart: they say something only with the kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportedIds {
    pub imdb: Option<String>,
    pub tmdb: Option<String>,
    pub tvdb: Option<String>,
    pub trakt: Option<String>,
}

/// What an entry says of its item.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportedWhat {
    /// It was watched, or some of it.
    Watched {
        /// For how long, in seconds, if the file says so; that of a sitting is the sum of its rows.
        seconds: Option<u32>,
        /// How far, 0 to 100, if the file says so.
        percent: Option<f32>,
        /// How often: more than 1 only where a file counts plays and has the day of the last one alone.
        plays: u32,
    },
    /// It was given a rating.
    Rating {
        /// From 0 to 10, whatever the service's own scale.
        out_of_ten: f32,
    },
    /// It was put on a watchlist.
    Watchlist,
}

/// When something was, as exactly as its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportedAt {
    /// A moment in UTC, where the file has a time.
    Moment(DateTime<Utc>),
    /// A day without a time. It is that day wherever it is read: no time zone moves it.
    Day(NaiveDate),
}
