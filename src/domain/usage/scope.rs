//! Of what usage is counted.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::watching::Viewing;

/// Of what something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Everything that is watched, together.
    Site,
    /// A film, or a series with all of its episodes.
    Title(TitleId),
    Episode(EpisodeId),
}

impl Scope {
    /// The kind as one word, and the id (0 of the site): what stores key by.
    pub fn key(self) -> (&'static str, i64) {
        match self {
            Self::Site => ("site", 0),
            Self::Title(title) => ("title", title.to_i64()),
            Self::Episode(episode) => ("episode", episode.to_i64()),
        }
    }

    /// The scope with this key.
    pub fn from_key(kind: &str, id: i64) -> Option<Self> {
        match kind {
            "site" => Some(Self::Site),
            "title" => Some(Self::Title(TitleId::from_i64(id))),
            "episode" => Some(Self::Episode(EpisodeId::from_i64(id))),
            _ => None,
        }
    }

    /// What was played itself: the film or the episode.
    pub(super) fn item(viewing: &Viewing) -> Self {
        viewing
            .episode
            .map_or(Self::Title(viewing.title), Self::Episode)
    }

    /// All that a viewing counts for.
    pub(super) fn all(viewing: &Viewing) -> impl Iterator<Item = Self> {
        [Self::Site, Self::Title(viewing.title)]
            .into_iter()
            .chain(viewing.episode.map(Self::Episode))
    }
}
