//! Where in the regular seasons of a series a special belongs.

use serde::{Deserialize, Serialize};

/// Beside what a special is to be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Airs {
    /// Right before an episode of a season, which need not be listed.
    BeforeEpisode { season: u32, episode: u32 },
    /// Before all episodes of a season.
    BeforeSeason(u32),
    /// After all episodes of a season.
    AfterSeason(u32),
}

impl Airs {
    /// The season that it belongs before, or in.
    pub fn before_season(self) -> Option<u32> {
        match self {
            Self::BeforeEpisode { season, .. } | Self::BeforeSeason(season) => Some(season),
            Self::AfterSeason(_) => None,
        }
    }

    /// The number of the episode that it belongs right before.
    pub fn before_episode(self) -> Option<u32> {
        match self {
            Self::BeforeEpisode { episode, .. } => Some(episode),
            Self::BeforeSeason(_) | Self::AfterSeason(_) => None,
        }
    }

    /// The season that it belongs after.
    pub fn after_season(self) -> Option<u32> {
        match self {
            Self::AfterSeason(season) => Some(season),
            Self::BeforeEpisode { .. } | Self::BeforeSeason(_) => None,
        }
    }
}
