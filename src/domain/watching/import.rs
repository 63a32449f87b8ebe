//! Watches that happened elsewhere, as a loaded file tells them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::touched::PlayRef;
use super::types::{Play, WatchedItem};
use crate::domain::ids::{PlayId, ProfileId, TitleId};

/// The namespace of the names that imported plays get (UUID version 5, RFC 9562).
const NAMESPACE: Uuid = Uuid::from_u128(0x7c0f_31b2_5a54_4d0e_9a1c_52e6_07d4_6f8b);

/// A watch that happened elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportedWatch {
    pub profile: ProfileId,
    pub item: WatchedItem,
    /// The film, or the series.
    pub title: TitleId,
    /// When it ended, in UTC; with profile and item it names the play, so that loading again changes nothing.
    pub at: DateTime<Utc>,
    /// How much of it, 0 to 1.
    pub completion: f64,
    /// What the viewer said of the title, if anything.
    pub liked: Option<bool>,
    /// The item's length in seconds, if known.
    pub duration: Option<f64>,
    /// The day of it, if nobody knows more; `at` then is noon of it, in UTC, or a moment after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
}

impl ImportedWatch {
    /// The name of the play that stood for this watch if it were one of another item.
    pub(super) fn name_at(&self, item: WatchedItem) -> PlayId {
        name_of(self.profile, item, self.at)
    }

    /// The play that stands for this watch: the same profile, item and time are the same play.
    pub fn play_ref(&self) -> PlayRef {
        PlayRef {
            profile: self.profile,
            play: name_of(self.profile, self.item, self.at),
            item: self.item,
            title: self.title,
        }
    }

    /// Of what several watches say of the same title, keeps only what the latest of them says, or the last in the list
    /// among those of the same time. So importing a list is idempotent.
    pub(super) fn keep_last_words(watches: &mut [Self]) {
        let mut last: HashMap<(ProfileId, TitleId), (DateTime<Utc>, usize)> = HashMap::new();
        for (index, watch) in watches.iter().enumerate() {
            if watch.liked.is_some() {
                let place = last
                    .entry((watch.profile, watch.title))
                    .or_insert((watch.at, index));
                *place = (*place).max((watch.at, index));
            }
        }
        for (index, watch) in watches.iter_mut().enumerate() {
            if last.get(&(watch.profile, watch.title)) != Some(&(watch.at, index)) {
                watch.liked = None;
            }
        }
    }
}

/// Whether a play stands for a watch that happened elsewhere: its name says so.
pub(super) fn is_from_elsewhere(play: &Play) -> bool {
    play.id == name_of(play.profile, play.item, play.started_at)
}

fn name_of(profile: ProfileId, item: WatchedItem, at: DateTime<Utc>) -> PlayId {
    let (kind, id) = item.key();
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let name = format!("{profile} {kind} {id} {at}");
    PlayId(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::ids::EpisodeId;

    fn watch(episode: u64, day: i64, liked: Option<bool>) -> ImportedWatch {
        ImportedWatch {
            profile: ProfileId(1),
            item: WatchedItem::Episode(EpisodeId(episode)),
            title: TitleId(1),
            at: DateTime::UNIX_EPOCH + TimeDelta::days(day),
            completion: 1.0,
            liked,
            duration: None,
            day: None,
        }
    }

    #[test]
    fn the_same_watch_is_always_the_same_play() {
        let first = watch(1, 1, None).play_ref();

        assert_eq!(first, watch(1, 1, Some(true)).play_ref());
        assert_ne!(first.play, watch(2, 1, None).play_ref().play);
        assert_ne!(first.play, watch(1, 2, None).play_ref().play);
        let other = watch(1, 2, None);
        assert_eq!(other.name_at(other.item), other.play_ref().play);

        let day = watch(1, 1, None);
        let play = Play::new(&first, day.at, day.at + TimeDelta::days(9));
        assert!(is_from_elsewhere(&play));
        let id = PlayId(Uuid::from_u128(7));
        assert!(!is_from_elsewhere(&Play { id, ..play }));
    }

    #[test]
    fn the_last_word_on_a_title_stays() {
        let mut watches = [
            watch(1, 2, Some(true)),
            watch(2, 2, Some(false)),
            watch(3, 1, Some(true)),
            watch(4, 3, None),
        ];

        ImportedWatch::keep_last_words(&mut watches);

        assert_eq!(
            watches.map(|watch| watch.liked),
            [None, Some(false), None, None]
        );
    }
}
