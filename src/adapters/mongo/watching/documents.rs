//! Plays, states and watched titles as documents, and back. Every `_id` begins with the profile.

use bson::{DateTime, Uuid};
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::fields::{date, stamp};
use crate::domain::ids::{EpisodeId, PlayId, ProfileId, TitleId};
use crate::domain::recommend::UnprojectedWatch;
use crate::domain::watching::{
    Moved, NextDay, Play, Section, Teller, Told, WatchState, WatchedItem, WatchedTitle,
};

/// The day after all others, on which there is still nothing to watch next.
pub(super) const FINISHED: i64 = i64::MAX;

/// A document with a key that is known before it is written, so that two first writes meet at the same key.
pub(super) trait Keyed: Serialize + DeserializeOwned + Send + Sync + Unpin {
    type Key: Serialize + Clone + Send + Sync;

    fn key(&self) -> &Self::Key;
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PlayKey {
    profile: i64,
    play: Uuid,
}

/// A play as it is stored; times are dates of BSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PlayDocument {
    #[serde(rename = "_id")]
    key: PlayKey,
    kind: Kind,
    item: i64,
    title: i64,
    started_at: DateTime,
    last_at: DateTime,
    position: f64,
    duration: Option<f64>,
    /// Not there in what was played before players could measure another length than the catalogue's.
    #[serde(default)]
    measured: bool,
    sections: Vec<SectionDocument>,
    completion: f64,
    completed: bool,
    counts: bool,
    /// Not there where the time is known, and in what was played before days were kept.
    #[serde(default)]
    day: Option<NaiveDate>,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

#[derive(Debug, Serialize, Deserialize)]
struct SectionDocument {
    from: f64,
    to: f64,
    from_at: DateTime,
    to_at: DateTime,
    cut: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StateKey {
    profile: i64,
    kind: Kind,
    item: i64,
}

/// How a profile stands with an item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StateDocument {
    #[serde(rename = "_id")]
    key: StateKey,
    title: i64,
    position: f64,
    percent: f64,
    watched: bool,
    plays: u32,
    completions: u32,
    seconds: f64,
    last_played_at: DateTime,
    /// Not there in what was played before this was kept.
    #[serde(default)]
    told: Option<ToldDocument>,
    /// Not there in what was played before this was kept.
    #[serde(default)]
    is_aside: bool,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

/// What holds of an item by what a viewer said of it by hand.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "told")]
enum ToldDocument {
    Watched {
        said_at: DateTime,
        at: Option<DateTime>,
        /// Not there in what was said before this was kept.
        #[serde(default)]
        by: Teller,
    },
    Unwatched {
        said_at: DateTime,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TitleKey {
    pub(super) profile: i64,
    pub(super) title: i64,
}

/// What a profile's plays of a title add up to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WatchedTitleDocument {
    #[serde(rename = "_id")]
    key: TitleKey,
    is_series: bool,
    weight: f64,
    plays: u32,
    completions: u32,
    seconds: f64,
    /// Not there in what was watched before this was kept.
    #[serde(default)]
    told: u32,
    first_at: DateTime,
    last_at: DateTime,
    liked: Option<bool>,
    /// Not there if nothing was said, or it was said before this was kept.
    #[serde(default)]
    liked_at: Option<DateTime>,
    /// From which day on, in days since 1970, there may be an episode to watch next; [`FINISHED`] if there is none, not
    /// there in what was watched before this was kept.
    #[serde(default)]
    next_day: i64,
    /// Not there in what was watched before this was kept.
    #[serde(default)]
    is_aside: bool,
    #[serde(default, with = "super::moved_text")]
    moved: Option<Box<Moved>>,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
    /// The time of the first write that the graph does not know of; not there if it knows all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waiting_since: Option<DateTime>,
}

/// How many departed watchers a title has. Carries the times of its writes as well, and `waiting` while the title's
/// number of watchers does not count all of them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DepartedDocument {
    #[serde(rename = "_id")]
    pub(super) title: i64,
    #[serde(rename = "viewers")]
    pub(super) watchers: i64,
}

/// The kind of an item.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Film,
    Episode,
    Series,
}

impl PlayKey {
    pub(super) fn new((profile, play): (ProfileId, PlayId)) -> Self {
        Self {
            profile: profile.to_i64(),
            play: Uuid::from_uuid_1(play.0),
        }
    }
}

impl StateKey {
    pub(super) fn new((profile, item): (ProfileId, WatchedItem)) -> Self {
        let (kind, item) = Kind::of(item);
        Self {
            profile: profile.to_i64(),
            kind,
            item,
        }
    }
}

impl TitleKey {
    pub(super) fn new((profile, title): (ProfileId, TitleId)) -> Self {
        Self {
            profile: profile.to_i64(),
            title: title.to_i64(),
        }
    }
}

impl Kind {
    pub(super) fn of(item: WatchedItem) -> (Self, i64) {
        match item {
            WatchedItem::Film(id) => (Self::Film, id.to_i64()),
            WatchedItem::Episode(id) => (Self::Episode, id.to_i64()),
            WatchedItem::Series(id) => (Self::Series, id.to_i64()),
        }
    }

    pub(super) fn item(self, id: i64) -> WatchedItem {
        match self {
            Self::Film => WatchedItem::Film(TitleId::from_i64(id)),
            Self::Episode => WatchedItem::Episode(EpisodeId::from_i64(id)),
            Self::Series => WatchedItem::Series(TitleId::from_i64(id)),
        }
    }
}

impl Keyed for PlayDocument {
    type Key = PlayKey;

    fn key(&self) -> &PlayKey {
        &self.key
    }
}

impl From<&Play> for PlayDocument {
    fn from(play: &Play) -> Self {
        let (kind, item) = Kind::of(play.item);
        Self {
            key: PlayKey::new((play.profile, play.id)),
            kind,
            item,
            title: play.title.to_i64(),
            started_at: date(play.started_at),
            last_at: date(play.last_at),
            position: play.position,
            duration: play.duration,
            measured: play.measured,
            sections: play.sections.iter().map(SectionDocument::from).collect(),
            completion: play.completion,
            completed: play.completed,
            counts: play.counts,
            day: play.day,
            revision: play.stamp.revision.cast_signed(),
            created_at: date(play.stamp.created_at),
            updated_at: date(play.stamp.updated_at),
        }
    }
}

impl From<PlayDocument> for Play {
    fn from(document: PlayDocument) -> Self {
        Self {
            profile: ProfileId::from_i64(document.key.profile),
            id: PlayId(document.key.play.to_uuid_1()),
            item: document.kind.item(document.item),
            title: TitleId::from_i64(document.title),
            started_at: document.started_at.to_chrono(),
            last_at: document.last_at.to_chrono(),
            position: document.position,
            duration: document.duration,
            measured: document.measured,
            sections: document.sections.into_iter().map(Section::from).collect(),
            completion: document.completion,
            completed: document.completed,
            counts: document.counts,
            day: document.day,
            stamp: stamp(document.revision, document.created_at, document.updated_at),
        }
    }
}

impl From<&Section> for SectionDocument {
    fn from(section: &Section) -> Self {
        Self {
            from: section.from,
            to: section.to,
            from_at: date(section.from_at),
            to_at: date(section.to_at),
            cut: section.cut,
        }
    }
}

impl From<SectionDocument> for Section {
    fn from(document: SectionDocument) -> Self {
        Self {
            from: document.from,
            to: document.to,
            from_at: document.from_at.to_chrono(),
            to_at: document.to_at.to_chrono(),
            cut: document.cut,
        }
    }
}

impl Keyed for StateDocument {
    type Key = StateKey;

    fn key(&self) -> &StateKey {
        &self.key
    }
}

impl From<&WatchState> for StateDocument {
    fn from(state: &WatchState) -> Self {
        Self {
            key: StateKey::new((state.profile, state.item)),
            title: state.title.to_i64(),
            position: state.position,
            percent: state.percent,
            watched: state.watched,
            plays: state.plays,
            completions: state.completions,
            seconds: state.seconds,
            last_played_at: date(state.last_played_at),
            told: state.told.map(ToldDocument::from),
            is_aside: state.is_aside,
            revision: state.stamp.revision.cast_signed(),
            created_at: date(state.stamp.created_at),
            updated_at: date(state.stamp.updated_at),
        }
    }
}

impl From<StateDocument> for WatchState {
    fn from(document: StateDocument) -> Self {
        Self {
            profile: ProfileId::from_i64(document.key.profile),
            item: document.key.kind.item(document.key.item),
            title: TitleId::from_i64(document.title),
            position: document.position,
            percent: document.percent,
            watched: document.watched,
            plays: document.plays,
            completions: document.completions,
            seconds: document.seconds,
            last_played_at: document.last_played_at.to_chrono(),
            told: document.told.map(Told::from),
            is_aside: document.is_aside,
            stamp: stamp(document.revision, document.created_at, document.updated_at),
        }
    }
}

impl From<Told> for ToldDocument {
    fn from(told: Told) -> Self {
        match told {
            Told::Watched { said_at, at, by } => Self::Watched {
                said_at: date(said_at),
                at: at.map(date),
                by,
            },
            Told::Unwatched { said_at } => Self::Unwatched {
                said_at: date(said_at),
            },
        }
    }
}

impl From<ToldDocument> for Told {
    fn from(document: ToldDocument) -> Self {
        match document {
            ToldDocument::Watched { said_at, at, by } => Self::Watched {
                said_at: said_at.to_chrono(),
                at: at.map(DateTime::to_chrono),
                by,
            },
            ToldDocument::Unwatched { said_at } => Self::Unwatched {
                said_at: said_at.to_chrono(),
            },
        }
    }
}

impl Keyed for WatchedTitleDocument {
    type Key = TitleKey;

    fn key(&self) -> &TitleKey {
        &self.key
    }
}

impl WatchedTitleDocument {
    /// A changed watched title: it waits for projection since this change, unless it did already.
    pub(super) fn changed(watched_title: &WatchedTitle, waiting_since: Option<DateTime>) -> Self {
        let updated_at = date(watched_title.stamp.updated_at);
        Self {
            key: TitleKey::new((watched_title.profile, watched_title.title)),
            is_series: watched_title.is_series,
            weight: watched_title.weight,
            plays: watched_title.plays,
            completions: watched_title.completions,
            seconds: watched_title.seconds,
            told: watched_title.told,
            first_at: date(watched_title.first_at),
            last_at: date(watched_title.last_at),
            liked: watched_title.liked,
            liked_at: watched_title.liked_at.map(date),
            next_day: watched_title.next_day.map_or(FINISHED, |day| day.0.into()),
            is_aside: watched_title.is_aside,
            moved: watched_title.moved.clone(),
            revision: watched_title.stamp.revision.cast_signed(),
            created_at: date(watched_title.stamp.created_at),
            updated_at,
            waiting_since: Some(waiting_since.map_or(updated_at, |since| since.min(updated_at))),
        }
    }
}

impl From<WatchedTitleDocument> for WatchedTitle {
    fn from(document: WatchedTitleDocument) -> Self {
        // What was said before its time was kept is as old as the latest watch.
        let said_early = document.liked.map(|_| document.last_at);
        Self {
            profile: ProfileId::from_i64(document.key.profile),
            title: TitleId::from_i64(document.key.title),
            is_series: document.is_series,
            weight: document.weight,
            plays: document.plays,
            completions: document.completions,
            seconds: document.seconds,
            told: document.told,
            first_at: document.first_at.to_chrono(),
            last_at: document.last_at.to_chrono(),
            liked: document.liked,
            liked_at: document.liked_at.or(said_early).map(DateTime::to_chrono),
            next_day: u32::try_from(document.next_day).ok().map(NextDay),
            is_aside: document.is_aside,
            moved: document.moved,
            stamp: stamp(document.revision, document.created_at, document.updated_at),
        }
    }
}

impl From<WatchedTitleDocument> for UnprojectedWatch {
    fn from(document: WatchedTitleDocument) -> Self {
        let since = document.waiting_since.unwrap_or(document.updated_at);
        Self {
            since: since.to_chrono(),
            watched_title: document.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::stamp::Stamp;

    #[test]
    fn a_thumb_from_before_its_time_was_kept_is_as_old_as_the_latest_watch() {
        let at = |seconds| chrono::DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let watched_title = |liked, liked_at| WatchedTitle {
            profile: ProfileId(1),
            title: TitleId(2),
            is_series: false,
            weight: 0.5,
            plays: 1,
            completions: 1,
            seconds: 60.0,
            told: 0,
            first_at: at(1),
            last_at: at(5),
            liked,
            liked_at,
            next_day: None,
            is_aside: false,
            moved: None,
            stamp: Stamp::first(at(9)),
        };
        let reread = |watched_title: &WatchedTitle, with_time: bool| {
            let document = WatchedTitleDocument::changed(watched_title, None);
            let mut document = bson::serialize_to_document(&document).unwrap();
            if !with_time {
                document.remove("liked_at").unwrap();
            }
            let document: WatchedTitleDocument = bson::deserialize_from_document(document).unwrap();
            WatchedTitle::from(document)
        };
        let (said, silent) = (
            watched_title(Some(true), Some(at(5))),
            watched_title(None, None),
        );
        let taken_back = watched_title(None, Some(at(7)));

        assert_eq!(reread(&said, false), said);
        assert_eq!(reread(&silent, false), silent);
        assert_eq!(reread(&taken_back, true), taken_back);
    }
}
