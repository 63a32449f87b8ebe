//! How far somebody is with a series.

use std::collections::{BTreeMap, HashMap};

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
    /// When an episode was last watched, as far as anybody knows.
    pub last_played_at: Option<DateTime<Utc>>,
    /// How far somebody is with each season that was shown some of, season 0 included.
    pub seasons: BTreeMap<u32, SeasonStanding>,
}

/// How far somebody is with a season.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SeasonStanding {
    /// How many episodes were shown so far; those of unknown date count.
    pub aired: u64,
    /// How many of these were watched.
    pub watched: u64,
    /// When an episode was last watched, as far as anybody knows.
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
        let mut seasons: BTreeMap<u32, SeasonStanding> = BTreeMap::new();
        for episode in episodes {
            let season = seasons.entry(episode.season).or_default();
            if episode.aired.is_none_or(|day| day <= today) {
                season.aired += 1;
                season.watched += u64::from(is_watched(episode));
            }
            let last = state(episode).and_then(WatchState::last_watched_at);
            season.last_played_at = season.last_played_at.max(last);
        }
        let regular = episodes.iter().filter(|episode| episode.season > 0);
        let watched = regular.filter(|episode| is_watched(episode));
        let highest = watched.map(Episode::ordinal).max();
        Self {
            seasons,
            next_day: NextDay::after(episodes, highest),
            next: next_episode(episodes, is_watched, today).cloned(),
            aired: aired().count() as u64,
            watched: aired().filter(|episode| is_watched(episode)).count() as u64,
            last_played_at: episodes
                .iter()
                .filter_map(state)
                .filter_map(WatchState::last_watched_at)
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
