//! How far somebody is with a series.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::next_up::{NextDay, Specials, first_behind, highest, next_episode, was_shown};
use super::rewatch::Rewatch;
use super::types::{Play, Told, WatchState, WatchedItem};
use crate::domain::catalog::Episode;
use crate::domain::ids::EpisodeId;

/// How far somebody is with a series. Specials (season 0) take no part, but for what is next.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesStanding {
    /// The next episode to watch; `None` if everything shown so far was watched. Specials are among what is next, where
    /// they belong, for whoever has watched one of the series.
    pub next: Option<Episode>,
    /// Whether the viewer said of all that was played of it that it was not watched, and has begun none of it since: it is
    /// as if they had never begun it.
    pub is_unwatched: bool,
    /// How far they are with watching it again, if they are at that.
    pub rewatch: Option<Rewatch>,
    /// The first episode of all that were shown.
    pub first: Option<Episode>,
    /// How many episodes were shown so far; those of unknown date count.
    pub aired: u64,
    /// How many of these were watched.
    pub watched: u64,
    /// The first day on which something that may be next is shown behind the highest episode watched; `None` if there
    /// is nothing.
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
    /// From the episodes of a series, in order, the states that somebody has with any of them, and, if
    /// [`Rewatch::may_be`] says so, their plays of it.
    pub(super) fn new(
        episodes: &[Episode],
        states: &HashMap<EpisodeId, WatchState>,
        plays: &[Play],
        today: NaiveDate,
    ) -> Self {
        let state = |episode: &Episode| states.get(&episode.id);
        let is_watched = |episode: &Episode| state(episode).is_some_and(|state| state.watched);
        let aired = || {
            episodes
                .iter()
                .filter(|episode| episode.season > 0)
                .filter(|episode| was_shown(episode, today))
        };
        let mut seasons: BTreeMap<u32, SeasonStanding> = BTreeMap::new();
        for episode in episodes {
            let season = seasons.entry(episode.season).or_default();
            if was_shown(episode, today) {
                season.aired += 1;
                season.watched += u64::from(is_watched(episode));
            }
            let last = state(episode).and_then(WatchState::last_watched_at);
            season.last_played_at = season.last_played_at.max(last);
        }
        let mut of_specials = episodes.iter().filter(|episode| episode.season == 0);
        let specials = if of_specials.any(is_watched) {
            Specials::Watched
        } else {
            Specials::PassedOver
        };
        let of_all = first_behind(episodes, None, Specials::PassedOver, today, |_| false);
        Self {
            seasons,
            next_day: NextDay::after(episodes, highest(episodes, is_watched), specials),
            next: next_episode(episodes, is_watched, specials, today).cloned(),
            is_unwatched: is_unwatched(episodes.iter().filter_map(state)),
            rewatch: Rewatch::find(episodes, states, plays, specials, today),
            first: of_all.cloned(),
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

impl SeriesStanding {
    /// What to go on with: the next episode, or, where everything was watched, the next of watching it again; nothing of a
    /// series that was said not to be watched.
    pub fn up_next(self) -> Option<Episode> {
        if self.is_unwatched {
            return None;
        }
        self.next.or_else(|| self.rewatch?.next)
    }

    /// The next episode for whoever watches it again, or would like to: until everything was watched, the next one;
    /// then the first, until a rewatch has begun.
    pub fn next_again(&self) -> Option<&Episode> {
        match &self.rewatch {
            Some(rewatch) => rewatch.next.as_ref(),
            None => self.next.as_ref().or(self.first.as_ref()),
        }
    }
}

/// Whether these are states of which each is that of something that was said not to be watched, and was not begun since.
fn is_unwatched<'s>(states: impl Iterator<Item = &'s WatchState>) -> bool {
    let mut states = states.peekable();
    states.peek().is_some()
        && states.all(|state| {
            let is_told = matches!(state.told, Some(Told::Unwatched { .. }));
            is_told && !state.watched && state.position <= 0.0
        })
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
