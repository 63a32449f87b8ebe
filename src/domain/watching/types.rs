//! The documents of watching.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::next_up::NextDay;
use super::playback_event::PlaybackEvent;
use super::sections::Sections;
use crate::domain::ids::{EpisodeId, PlayId, ProfileId, RunId, TitleId};
use crate::domain::listeners::ItemId;
use crate::domain::stamp::Stamp;

/// What a play is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum WatchedItem {
    Film(TitleId),
    /// An episode of a series.
    Episode(EpisodeId),
    /// A series as a whole, used only by imported histories that name no episode. Not part of a profile's visible
    /// history.
    Series(TitleId),
}

impl WatchedItem {
    /// The kind as one word, and the id: what stores key by.
    pub fn key(self) -> (&'static str, i64) {
        match self {
            Self::Film(id) => ("film", id.to_i64()),
            Self::Episode(id) => ("episode", id.to_i64()),
            Self::Series(id) => ("series", id.to_i64()),
        }
    }

    /// What listeners are told of it; `None` for a series as a whole, which is no part of what anybody sees.
    pub fn id(self) -> Option<ItemId> {
        match self {
            Self::Film(id) => Some(ItemId::Title(id)),
            Self::Episode(id) => Some(ItemId::Episode(id)),
            Self::Series(_) => None,
        }
    }

    /// The film or the episode that listeners are told of.
    pub fn of_id(id: ItemId) -> Self {
        match id {
            ItemId::Title(id) => Self::Film(id),
            ItemId::Episode(id) => Self::Episode(id),
        }
    }

    /// The item with this key.
    pub fn from_key(kind: &str, id: i64) -> Option<Self> {
        match kind {
            "film" => Some(Self::Film(TitleId::from_i64(id))),
            "episode" => Some(Self::Episode(EpisodeId::from_i64(id))),
            "series" => Some(Self::Series(TitleId::from_i64(id))),
            _ => None,
        }
    }
}

impl PlaybackEvent {
    /// Whether the position was reached by a jump instead of by playing.
    pub fn is_jump(self) -> bool {
        matches!(self, Self::Start | Self::Seek)
    }
}

/// What a player reports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub event: PlaybackEvent,
    /// Where in the film or episode, in seconds from its start.
    pub position: f64,
    /// When it happened, in UTC, by the player's clock.
    pub at: DateTime<Utc>,
    /// The length in seconds that the player measured, if it did.
    pub duration: Option<f64>,
}

/// One play of one item by one profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Play {
    pub profile: ProfileId,
    /// Its name, given by the client.
    pub id: PlayId,
    pub item: WatchedItem,
    /// The film, or the series of the episode.
    pub title: TitleId,
    /// The time of the earliest report.
    pub started_at: DateTime<Utc>,
    /// The time of the latest report.
    pub last_at: DateTime<Utc>,
    /// The position of the latest report, in seconds.
    pub position: f64,
    /// The length in seconds that the latest report went by.
    pub duration: Option<f64>,
    /// Whether its own player measured that; else it is what was known of the item.
    pub measured: bool,
    /// The sections that were played.
    pub sections: Sections,
    /// The share of the item that was played, 0 to 1.
    pub completion: f64,
    /// Whether it got as far as to count as watched.
    pub completed: bool,
    /// Whether it may shape the profile's suggestions.
    pub counts: bool,
    /// The day on which it was watched, if nobody knows more: it is that day wherever the viewer is. The times then are
    /// noon of the day, in UTC, or moments after it.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// When and how often it was written.
    pub stamp: Stamp,
}

impl Play {
    /// In the place of what was played, in a play that was deleted: no title has this id, and what is of a whole series
    /// stands in no history, also on servers that know of no deleting.
    pub(super) const NOTHING: TitleId = TitleId(0);

    /// What stays of it when it is deleted: its name, so that no report and no list brings it back.
    pub(super) fn deleted(&self, now: DateTime<Utc>) -> Self {
        Self {
            profile: self.profile,
            id: self.id,
            item: WatchedItem::Series(Self::NOTHING),
            title: Self::NOTHING,
            started_at: now,
            last_at: now,
            position: 0.0,
            duration: None,
            measured: false,
            sections: Sections::default(),
            completion: 0.0,
            completed: false,
            counts: false,
            day: None,
            stamp: Stamp {
                created_at: now,
                ..self.stamp.next(now)
            },
        }
    }

    /// The same where the import that brought it is undone. It counts, which no other that is gone does: an import may
    /// bring it anew.
    pub(super) fn undone(&self, now: DateTime<Utc>) -> Self {
        Self {
            counts: true,
            ..self.deleted(now)
        }
    }

    /// Whether it is gone because an import was undone.
    pub fn is_undone(&self) -> bool {
        self.is_deleted() && self.counts
    }

    /// Whether it was deleted.
    pub fn is_deleted(&self) -> bool {
        self.item == WatchedItem::Series(Self::NOTHING)
    }
}

/// How one profile stands with one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WatchState {
    pub profile: ProfileId,
    pub item: WatchedItem,
    /// The film, or the series of the episode.
    pub title: TitleId,
    /// Where to resume, in seconds; 0 if there is nothing to resume.
    pub position: f64,
    /// How far that is, 0 to 100; 100 if it was watched and there is nothing to resume, 0 if nobody knows how long the
    /// item is.
    pub percent: f64,
    /// Whether it was ever watched to the end, here or by what the viewer said.
    pub watched: bool,
    /// How many plays there were, finished or not.
    pub plays: u32,
    /// How many plays got to the end.
    pub completions: u32,
    /// The seconds really played, over all plays.
    pub seconds: f64,
    /// The time of the latest report, or of a later watch elsewhere; [`Self::NEVER`] if neither is known.
    pub last_played_at: DateTime<Utc>,
    /// What the viewer said of it by hand, if that holds still.
    #[serde(default)]
    pub told: Option<Told>,
    /// Whether the viewer took it off what can be resumed, until it is played on.
    #[serde(default)]
    pub is_aside: bool,
    /// When and how often it was written.
    pub stamp: Stamp,
}

/// What a profile's plays of a title add up to: the record of a `WATCHED` edge. A title that the profile rated, or said to
/// have watched, without playing it here has one as well, without plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WatchedTitle {
    pub profile: ProfileId,
    /// The film or series.
    pub title: TitleId,
    /// Whether the title is a series.
    pub is_series: bool,
    /// Σ completion · 2^((t−L)/H) over the plays that count, and over what was watched elsewhere; see
    /// [`super::WatchRules::weight`].
    pub weight: f64,
    /// How many plays there were, finished or not.
    pub plays: u32,
    /// How many of them got to the end.
    pub completions: u32,
    /// The seconds really played.
    pub seconds: f64,
    /// Of how many of its items the viewer said by hand that they were watched.
    #[serde(default)]
    pub told: u32,
    /// The time of the first report; of a title that was never played, of the rating or the watch elsewhere.
    pub first_at: DateTime<Utc>,
    /// The time of the latest report; of a title that was never played, of the rating or the watch elsewhere.
    pub last_at: DateTime<Utc>,
    /// What the profile said of it, if anything.
    pub liked: Option<bool>,
    /// When it said so, or took it back.
    pub liked_at: Option<DateTime<Utc>>,
    /// Of a series: a day before which there is no episode to watch next, mostly the first one on which there is;
    /// `None` if everything that is listed was watched. See [`super::NextDay`].
    pub next_day: Option<NextDay>,
    /// Of a series: whether the viewer took it off what comes next, until something of it is watched.
    #[serde(default)]
    pub is_aside: bool,
    /// What of it is with the title that it was merged into, until that is undone.
    #[serde(default)]
    pub moved: Option<Box<Moved>>,
    /// When and how often it was written; the revision guards the projection.
    pub stamp: Stamp,
}

impl WatchedTitle {
    /// Whether it says anything of the profile's taste: a play that counts, or a thumb.
    pub fn shapes_taste(&self) -> bool {
        self.weight > 0.0 || self.liked.is_some()
    }
}

/// What went from a watched title to that of the title that it was merged into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    pub(super) merge: RunId,
    pub(super) into: TitleId,
    pub(super) items: Vec<MovedItem>,
    /// The thumb that went.
    pub(super) thumb: Thumb,
    /// The one that the other title had before.
    pub(super) thumb_there: Thumb,
    /// Whether it was a series off what comes next.
    #[serde(default)]
    pub(super) is_aside: bool,
}

/// What went of one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MovedItem {
    pub(super) from: WatchedItem,
    pub(super) to: WatchedItem,
    pub(super) plays: BTreeSet<PlayId>,
    /// What was said of it by hand.
    pub(super) told: Option<Told>,
    /// What was said of the other item before.
    pub(super) told_there: Option<Told>,
    /// Whether it was off what can be resumed.
    pub(super) is_aside: bool,
}

/// A thumb, and since when it is as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Thumb {
    pub(super) liked: Option<bool>,
    pub(super) at: Option<DateTime<Utc>>,
}

/// Who said that an item was watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teller {
    /// An import, or it was written down by a version that did not note who.
    #[default]
    Import,
    /// The viewer, by hand: it goes with no import.
    Viewer,
}

/// What holds of an item by what a viewer said of it by hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "told")]
pub enum Told {
    /// It was watched elsewhere.
    Watched {
        said_at: DateTime<Utc>,
        /// When it was watched, if the viewer knows.
        at: Option<DateTime<Utc>>,
        #[serde(default)]
        by: Teller,
    },
    /// What was played to the end before does not count as watched; it ends with the next play that gets to the end.
    Unwatched { said_at: DateTime<Utc> },
}

impl Told {
    /// Whether the item was watched elsewhere.
    pub fn is_watched(self) -> bool {
        matches!(self, Self::Watched { .. })
    }

    /// When the viewer said so: what was played before then and is reported later changes nothing of it.
    pub(super) fn said_at(self) -> DateTime<Utc> {
        match self {
            Self::Watched { said_at, .. } | Self::Unwatched { said_at } => said_at,
        }
    }

    /// When it was watched, as far as anybody knows.
    pub(super) fn at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Watched { at, .. } => at,
            Self::Unwatched { .. } => None,
        }
    }

    /// The same when it is said once more: what an import said is the viewer's word from when they say it, too.
    pub(super) fn said_again(self, teller: Teller) -> Self {
        match self {
            Self::Watched { said_at, at, .. } if teller == Teller::Viewer => Self::Watched {
                said_at,
                at,
                by: teller,
            },
            told => told,
        }
    }

    /// When it was watched, or else when the viewer said so.
    pub(super) fn dated(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Watched { said_at, at, .. } => Some(at.unwrap_or(said_at)),
            Self::Unwatched { .. } => None,
        }
    }
}
