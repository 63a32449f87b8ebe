//! Mutes: the genres and people that a profile does not want titles suggested for.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{GenreId, PersonId, ProfileId};
use crate::domain::stamp::Stamp;

/// What a taste can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum MutedSource {
    Genre(GenreId),
    /// Somebody who directs or plays.
    Person(PersonId),
}

impl MutedSource {
    /// The kind as one word, and the id: what stores key by. The words sort like the kinds.
    pub fn key(self) -> (&'static str, i64) {
        match self {
            Self::Genre(id) => ("genre", id.to_i64()),
            Self::Person(id) => ("person", id.to_i64()),
        }
    }

    /// The source with this key.
    pub fn from_key(kind: &str, id: i64) -> Option<Self> {
        match kind {
            "genre" => Some(Self::Genre(GenreId::from_i64(id))),
            "person" => Some(Self::Person(PersonId::from_i64(id))),
            _ => None,
        }
    }
}

/// A genre or a person that is not to speak for a title in a profile's suggestions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    pub profile: ProfileId,
    pub source: MutedSource,
    /// When it was muted.
    pub stamp: Stamp,
}
