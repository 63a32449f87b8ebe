//! Exclusions: what is not to be suggested to a profile, among it the genres and people that it has muted.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
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

/// What is not to be suggested to a profile, and how far its log was folded when that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exclusions {
    /// The titles that it has played, rates or hides, in no order.
    pub titles: Vec<TitleId>,
    /// Whether these are all: [`MOST_READ`] at the most.
    pub is_whole: bool,
    /// What those of them that it has played or rates say of its taste, in no order, if that was asked for; all of it
    /// if these are all.
    pub tasted: Vec<Tasted>,
    /// The genres and people that it mutes, in no order.
    pub muted: Vec<MutedSource>,
    /// The sequence up to which its log was folded before the rest was read.
    pub folded: u64,
    /// The sequence of the newest entry of its log after the rest was read; 0 if there is none, or no longer.
    pub newest: u64,
}

/// What of a watched title says something of a taste; see [`WatchedTitle`](super::WatchedTitle).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tasted {
    pub title: TitleId,
    pub weight: f64,
    pub plays: u32,
    pub completions: u32,
    /// The time of the latest report.
    pub last_at: DateTime<Utc>,
    pub liked: Option<bool>,
    /// That of the watched title.
    pub revision: u64,
}

/// How many titles [`Exclusions`] have at the most: of whoever has more, reading them all takes longer than asking for
/// the few hundred that may be suggested.
pub const MOST_READ: usize = 2000;

/// A genre or a person that is not to speak for a title in a profile's suggestions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    pub profile: ProfileId,
    pub source: MutedSource,
    /// When it was muted.
    pub stamp: Stamp,
}
