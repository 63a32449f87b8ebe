//! How far somebody is with a series.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::next_up::{NextDay, next_episode};
use super::types::{WatchState, WatchedItem};
use crate::domain::catalog::Episode;
use crate::domain::ids::EpisodeId;

/// How far somebody is with a series. Specials (season 0) take no part.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesStanding {
    /// The next episode to watch; `None` if everything shown so far was watched.
    pub next: Option<Episode>,
    /// How many episodes were shown so far; those of unknown date count.
    pub aired: u64,
    /// How many of these were watched.
    pub watched: u64,
    /// The first day on which an episode after the highest one watched is shown; `None` if there is none.
    pub next_day: Option<NextDay>,
    /// When an episode was last played.
    pub last_played_at: Option<DateTime<Utc>>,
}

impl SeriesStanding {
    /// From the episodes of a series, in order, and the states that somebody has with any of them.
    pub(super) fn new(
        episodes: &[Episode],
        states: &HashMap<EpisodeId, WatchState>,
        today: NaiveDate,
    ) -> Self {
        let state = |episode: &Episode| states.get(&episode.id);
        let is_watched = |episode: &Episode| state(episode).is_some_and(|state| state.watched);
        let aired = || {
            episodes
                .iter()
                .filter(|episode| episode.season > 0)
                .filter(|episode| episode.aired.is_none_or(|day| day <= today))
        };
        let regular = episodes.iter().filter(|episode| episode.season > 0);
        let watched = regular.filter(|episode| is_watched(episode));
        let highest = watched.map(Episode::ordinal).max();
        Self {
            next_day: NextDay::after(episodes, highest),
            next: next_episode(episodes, is_watched, today).cloned(),
            aired: aired().count() as u64,
            watched: aired().filter(|episode| is_watched(episode)).count() as u64,
            last_played_at: episodes
                .iter()
                .filter_map(state)
                .map(|state| state.last_played_at)
                .max(),
        }
    }
}

/// The states of episodes, by episode.
pub(super) fn by_episode(states: Vec<WatchState>) -> HashMap<EpisodeId, WatchState> {
    states
        .into_iter()
        .filter_map(|state| match state.item {
            WatchedItem::Episode(id) => Some((id, state)),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        })
        .collect()
}
