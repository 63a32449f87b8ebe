//! Whether a series goes on.

use serde::{Deserialize, Serialize};

/// Whether a series goes on, as its makers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesStatus {
    /// Nothing of it was shown yet: it is planned or being made.
    Announced,
    /// More of it will be shown.
    Returning,
    /// It has come to its end.
    Ended,
    /// It was broken off.
    Cancelled,
}

impl SeriesStatus {
    /// The status that other catalogues spell so, whatever the case and spacing: TMDB, TVmaze, TVDB, Trakt, and with them
    /// Kodi and Jellyfin. `None` if none does.
    pub fn spelled(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        let key: String = letters.flat_map(char::to_lowercase).collect();
        Some(match key.as_str() {
            "announced" | "planned" | "upcoming" | "unreleased" | "pilot" | "inproduction"
            | "indevelopment" => Self::Announced,
            "returning" | "returningseries" | "continuing" | "running" => Self::Returning,
            "ended" => Self::Ended,
            "cancelled" | "canceled" => Self::Cancelled,
            _ => return None,
        })
    }
}
