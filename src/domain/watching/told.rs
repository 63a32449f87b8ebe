//! What viewers say by hand of whether they have watched something. It stands beside what was played: no play is made of
//! it, so that neither the history nor usage has any of it.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::error::WatchError;
use super::import::is_from_elsewhere;
use super::ledger::Ledger;
use super::log::{Cause, GoingOn};
use super::next_up::NextDay;
use super::rules::WatchRules;
use super::service::{CLOCK_SKEW, TOGETHER, WatchService, check_may_watch};
use super::set_aside::without_play;
use super::types::{Teller, Told, WatchState, WatchedItem, WatchedTitle};
use crate::domain::catalog::{Episode, SeasonId, TitleKind, Visibility};
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::KnownViewer;

/// What a viewer says of something by hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "said")]
pub enum Said {
    /// It was watched, here or elsewhere.
    Watched {
        /// When, if the viewer knows.
        at: Option<DateTime<Utc>>,
    },
    /// It was not, whatever was said or played before.
    Unwatched,
}

/// What can be said to be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watchable {
    Film(TitleId),
    Episode(EpisodeId),
    /// All of its episodes that were shown.
    Season(SeasonId),
    /// All of its episodes that were shown, but for specials.
    Series(TitleId),
}

impl WatchState {
    /// In the place of the time of the latest report where nothing was played, and nobody knows when it was watched.
    pub const NEVER: DateTime<Utc> = DateTime::UNIX_EPOCH;

    /// When it was last watched; `None` if nobody knows.
    pub fn last_watched_at(&self) -> Option<DateTime<Utc>> {
        Some(self.last_played_at).filter(|at| *at > Self::NEVER)
    }

    /// How often it was watched, begun or finished, with what the viewer said: a watch that has a date is one more than
    /// the plays; without one it was watched once at the least.
    pub fn times(&self) -> (u32, u32) {
        match self.told {
            Some(Told::Watched { at: Some(_), .. }) => (
                self.plays.saturating_add(1),
                self.completions.saturating_add(1),
            ),
            Some(Told::Watched { at: None, .. }) => (self.plays.max(1), self.completions.max(1)),
            Some(Told::Unwatched { .. }) | None => (self.plays, self.completions),
        }
    }

    /// What it weighs that the viewer said that it was watched.
    pub(super) fn told_weight(&self, rules: &WatchRules) -> f64 {
        let at = self.told.and_then(Told::dated);
        at.map_or(0.0, |at| rules.weight(1.0, at))
    }

    /// How often it was watched to the end, each time that the viewer said so included, be it the same as one that was
    /// played.
    pub(super) fn ends(&self) -> u32 {
        self.completions.saturating_add(u32::from(self.is_told()))
    }

    /// Whether the viewer said that it was watched.
    pub(super) fn is_told(&self) -> bool {
        self.told.is_some_and(Told::is_watched)
    }
}

impl Ledger {
    /// Records what is said of items of a title, all plays and states of which must be in the ledger. Idempotent.
    pub fn tell(
        &mut self,
        rules: &WatchRules,
        key: (ProfileId, TitleId),
        items: &[WatchedItem],
        said: Said,
        now: DateTime<Utc>,
    ) {
        self.tell_by(Teller::default(), rules, key, items, said, now);
    }

    /// The same by the word of somebody.
    pub fn tell_by(
        &mut self,
        teller: Teller,
        rules: &WatchRules,
        key: (ProfileId, TitleId),
        items: &[WatchedItem],
        said: Said,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        let mut is_changed = false;
        for item in items {
            if let Some(state) = self.told(key, *item, (teller, said), now) {
                self.states.put((key.0, *item), state);
                is_changed = true;
            }
        }
        let is_series = items
            .iter()
            .any(|item| !matches!(item, WatchedItem::Film(_)));
        if is_changed {
            self.settle_told(rules, key, is_series, said, now);
        }
    }

    /// The state of an item after something was said of it; `None` if it stays as it is.
    fn told(
        &self,
        (profile, title): (ProfileId, TitleId),
        item: WatchedItem,
        (teller, said): (Teller, Said),
        now: DateTime<Utc>,
    ) -> Option<WatchState> {
        let before = self.states.get((profile, item));
        let told = match (said, before) {
            // Nobody says anything new, but maybe somebody else says it.
            (Said::Watched { at: None }, Some(before)) if before.watched => match before.told {
                Some(told) => Some(told.said_again(teller)),
                None => self.said_beside_plays((profile, item), teller),
            },
            // What was played counts again.
            (Said::Watched { at: None }, Some(before)) if before.completions > 0 => {
                self.said_beside_plays((profile, item), teller)
            }
            (Said::Watched { at }, Some(before))
                if before.is_told() && before.told.and_then(Told::at) == at =>
            {
                before.told.map(|told| told.said_again(teller))
            }
            (Said::Watched { at }, _) => Some(Told::Watched {
                said_at: now,
                at,
                by: teller,
            }),
            (Said::Unwatched, None) => return None,
            (Said::Unwatched, Some(before)) => match before.told {
                Some(Told::Unwatched { .. }) => before.told,
                _ => Some(Told::Unwatched { said_at: now }),
            },
        };
        let is_watched = matches!(said, Said::Watched { .. });
        let played = self.plays_of_item((profile, item));
        let played = played.map(|play| play.last_at);
        let last = played.chain(told.and_then(Told::at)).max();
        let state = WatchState {
            profile,
            item,
            title,
            position: 0.0,
            percent: if is_watched { 100.0 } else { 0.0 },
            watched: is_watched,
            plays: before.map_or(0, |before| before.plays),
            completions: before.map_or(0, |before| before.completions),
            seconds: before.map_or(0.0, |before| before.seconds),
            last_played_at: last.unwrap_or(WatchState::NEVER),
            told,
            is_aside: !is_watched && before.is_some_and(|before| before.is_aside),
            stamp: before.map_or_else(|| Stamp::first(now), |before| before.stamp),
        };
        if before == Some(&state) {
            return None;
        }
        Some(WatchState {
            stamp: before.map_or(state.stamp, |before| before.stamp.next(now)),
            ..state
        })
    }

    /// What is noted where somebody says of what was played to the end that it was watched: nothing, unless the viewer
    /// says so of what was played elsewhere alone. That may go with an import, and what the viewer says does not. It is of
    /// the time of the last such play, for it says of no other one.
    fn said_beside_plays(&self, key: (ProfileId, WatchedItem), teller: Teller) -> Option<Told> {
        let ends = || self.plays_of_item(key).filter(|play| play.completed);
        if teller != Teller::Viewer || !ends().all(is_from_elsewhere) {
            return None;
        }
        let said_at = ends().map(|play| play.last_at).max()?;
        Some(Told::Watched {
            said_at,
            at: None,
            by: teller,
        })
    }

    /// Carries what was said to the watched title. It does not move when the title was last played.
    fn settle_told(
        &mut self,
        rules: &WatchRules,
        key: (ProfileId, TitleId),
        is_series: bool,
        said: Said,
        now: DateTime<Utc>,
    ) {
        let before = self.watched_titles.get(key);
        let mut watched_title = match before {
            Some(before) => WatchedTitle {
                stamp: before.stamp.next(now),
                ..before.clone()
            },
            None => WatchedTitle::new(key, is_series, now, now),
        };
        let of_title = || {
            let states = self.states_of(key);
            states.filter(|state| state.is_told())
        };
        watched_title.told = u32::try_from(of_title().count()).unwrap_or(u32::MAX);
        watched_title.weight = self.weight_of(rules, key);
        if watched_title.plays == 0 {
            let dates = || of_title().filter_map(|state| state.told?.dated());
            if let (Some(first), Some(last)) = (dates().min(), dates().max()) {
                (watched_title.first_at, watched_title.last_at) = (first, last);
            }
        }
        watched_title.is_aside &= said == Said::Unwatched;
        if said == Said::Unwatched && watched_title.is_series {
            // What was watched is not any more, and may be next again.
            watched_title.next_day = Some(NextDay::EVER);
        }
        self.watched_titles.put(key, watched_title);
    }

    /// What all plays of a title weigh that count, and what was said of it: added up anew, because a difference of
    /// weights would leave dust where nothing is left. All of them must be in the ledger.
    pub(super) fn weight_of(&self, rules: &WatchRules, key: (ProfileId, TitleId)) -> f64 {
        let plays = self.plays_of(key).filter(|play| play.counts);
        let played = plays.fold(0.0, |added, play| {
            added + rules.weight(play.completion, play.last_at)
        });
        let states = self.states_of(key);
        states.fold(played, |added, state| added + state.told_weight(rules))
    }
}

impl WatchService {
    /// Records what the viewer's profile says by hand of something that it may see: that it was watched, with or without
    /// a date, or that it was not. No play is made of it. Of a series and a season it is said of each episode that was
    /// shown so far; of a series specials take no part. Idempotent. An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn say_watched(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        what: Watchable,
        said: Said,
    ) -> Result<(), WatchError> {
        check_may_watch(viewer)?;
        let said = self.checked(said)?;
        let (title, items) = self.items_of(visibility, what, said).await?;
        // The highest is the last: what comes after it is next.
        let mut going_on: Vec<GoingOn> = Vec::new();
        if let (Said::Watched { .. }, Some(WatchedItem::Episode(_))) = (said, items.last()) {
            let place = |item: &WatchedItem| without_play(viewer.profile, *item, title);
            let places = items.last().map(place);
            going_on = self.going_on(places).await?;
        }
        let mut chunks = items.chunks(TOGETHER).peekable();
        while let Some(chunk) = chunks.next() {
            let is_last = chunks.peek().is_none();
            let going_on = going_on.iter().filter(|_| is_last).copied();
            let going_on: Vec<GoingOn> = going_on.collect();
            let cause = Cause::Tell {
                title,
                items: chunk.to_vec(),
                said,
                by: Teller::Viewer,
                going_on: going_on.clone(),
            };
            let ledger = self.record(viewer, cause).await?;
            if let Err(error) = self.look_again(&going_on, &ledger).await {
                // It is recorded; what comes next is found out when somebody looks.
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "It was not looked once more at when the series goes on"
                );
            }
        }
        Ok(())
    }

    /// What is said, with a time as exact as stores keep it, which must be in the past.
    fn checked(&self, said: Said) -> Result<Said, WatchError> {
        let Said::Watched { at: Some(at) } = said else {
            return Ok(said);
        };
        let at = at.trunc_subsecs(3);
        if at <= WatchState::NEVER || (at - self.clock.now()).num_seconds() > CLOCK_SKEW {
            return Err(WatchError::WatchedAtOutOfRange);
        }
        Ok(Said::Watched { at: Some(at) })
    }

    /// The title, and the items of it that something is said of, in order.
    async fn items_of(
        &self,
        visibility: &Visibility,
        what: Watchable,
        said: Said,
    ) -> Result<(TitleId, Vec<WatchedItem>), WatchError> {
        let today = self.clock.now().date_naive();
        let was_shown = |episode: &&Episode| {
            said == Said::Unwatched || episode.aired.is_none_or(|day| day <= today)
        };
        let items = |episodes: &[Episode], lowest: u32| {
            let episodes = episodes.iter().filter(|episode| episode.season >= lowest);
            let shown = episodes.filter(was_shown);
            shown.map(|it| WatchedItem::Episode(it.id)).collect()
        };
        match what {
            Watchable::Film(id) => {
                let film = self.title_now(visibility, id).await?;
                let film = film.filter(|film| film.kind == TitleKind::Film);
                let film = film.ok_or(WatchError::ItemNotFound)?;
                Ok((film.id, vec![WatchedItem::Film(film.id)]))
            }
            Watchable::Episode(id) => {
                let mut found = self.catalog.episodes_now(visibility, &[id]).await?;
                let episode = found.remove(&id).ok_or(WatchError::ItemNotFound)?;
                Ok((episode.series, vec![WatchedItem::Episode(episode.id)]))
            }
            Watchable::Season(id) => {
                let series = self.title_now(visibility, id.series).await?;
                let series = series.ok_or(WatchError::ItemNotFound)?.id;
                let id = SeasonId { series, ..id };
                let episodes = self.catalog.episodes_of_seasons(visibility, &[id]).await?;
                if episodes.is_empty() {
                    return Err(WatchError::ItemNotFound);
                }
                Ok((id.series, items(&episodes, 0)))
            }
            Watchable::Series(id) => {
                let series = self.title_now(visibility, id).await?;
                let series = series.filter(|series| series.kind == TitleKind::Series);
                let series = series.ok_or(WatchError::ItemNotFound)?.id;
                let of_series = [series];
                let episodes = self.catalog.episodes_of_series(visibility, &of_series);
                Ok((series, items(&episodes.await?, 1)))
            }
        }
    }
}
