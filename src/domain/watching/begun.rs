//! Plays, states and watched titles as they begin.

use chrono::{DateTime, Utc};

use super::next_up::NextDay;
use super::sections::Sections;
use super::touched::PlayRef;
use super::types::{Play, WatchState, WatchedTitle};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::stamp::Stamp;

impl WatchedTitle {
    /// An empty watched title: nothing played yet.
    pub(super) fn new(
        (profile, title): (ProfileId, TitleId),
        is_series: bool,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            profile,
            title,
            is_series,
            weight: 0.0,
            plays: 0,
            completions: 0,
            seconds: 0.0,
            told: 0,
            first_at: at,
            last_at: at,
            liked: None,
            liked_at: None,
            next_day: is_series.then_some(NextDay::EVER),
            is_aside: false,
            moved: None,
            stamp: Stamp::first(now),
        }
    }
}

impl Play {
    pub(super) fn new(play_ref: &PlayRef, at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            profile: play_ref.profile,
            id: play_ref.play,
            item: play_ref.item,
            title: play_ref.title,
            started_at: at,
            last_at: at,
            position: 0.0,
            duration: None,
            measured: false,
            sections: Sections::default(),
            completion: 0.0,
            completed: false,
            counts: true,
            day: None,
            stamp: Stamp::first(now),
        }
    }
}

impl WatchState {
    pub(super) fn new(play_ref: &PlayRef, at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            profile: play_ref.profile,
            item: play_ref.item,
            title: play_ref.title,
            position: 0.0,
            percent: 0.0,
            watched: false,
            plays: 0,
            completions: 0,
            seconds: 0.0,
            last_played_at: at,
            told: None,
            is_aside: false,
            stamp: Stamp::first(now),
        }
    }
}
