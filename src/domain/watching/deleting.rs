//! What viewers delete of their history. Of a play its name stays, so that nothing brings it back; the states and the sums
//! become those of what is left. What was said by hand is no play, and stays unless everything is deleted.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, Utc};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::error::WatchError;
use super::ledger::Ledger;
use super::log::Cause;
use super::next_up::NextDay;
use super::playback_event::PlaybackEvent;
use super::rules::{WatchRules, percent};
use super::service::{WatchService, check_may_watch};
use super::sums::Sums;
use super::types::{Play, Told, WatchState, WatchedItem, WatchedTitle};
use crate::domain::catalog::{TitleKind, Visibility};
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::viewer::KnownViewer;

/// About how many plays are deleted in one change of the log, and of how many together it is waited for.
const AT_ONCE: u32 = 500;
/// How many plays that were deleted are named at the most.
const NAMED: usize = 100;

/// Which plays of a title are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum Deleted {
    /// One of them, by its name.
    Play { play: PlayId },
    /// Those of a film or an episode.
    Item { item: WatchedItem },
    /// Those that began before a moment.
    Before { at: DateTime<Utc> },
    /// All of them, so that none is left.
    Plays,
    /// All of them, and what the viewer said by hand of whether its items were watched.
    Everything,
}

/// What a viewer deletes of the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deletable {
    Play(PlayId),
    /// All plays of a film or an episode.
    Item(WatchedItem),
    /// All plays of a series.
    Series(TitleId),
    /// All plays that began before a moment.
    Before(DateTime<Utc>),
    /// All plays, and what was said by hand of whether something was watched.
    Everything,
}

/// Which plays are gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    plays: Vec<PlayId>,
    /// How many more there are than those.
    more: u64,
}

impl Gone {
    fn of(plays: impl Iterator<Item = PlayId>) -> Self {
        let mut gone = Self::default();
        for play in plays {
            gone.add(play);
        }
        gone
    }

    fn add(&mut self, play: PlayId) {
        if self.plays.len() < NAMED {
            self.plays.push(play);
        } else {
            self.more += 1;
        }
    }

    fn extend(&mut self, other: &Self) {
        for play in &other.plays {
            self.add(*play);
        }
        self.more += other.more;
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        self.plays.len() as u64 + self.more
    }

    /// Their names, in no order; `None` if they are more than a hundred.
    pub fn names(&self) -> Option<&[PlayId]> {
        (self.more == 0).then_some(self.plays.as_slice())
    }
}

impl Deleted {
    fn is_of(self, play: &Play) -> bool {
        match self {
            Self::Play { play: id } => play.id == id,
            Self::Item { item } => play.item == item,
            Self::Before { at } => play.started_at < at,
            Self::Plays | Self::Everything => true,
        }
    }

    /// What is to be deleted before it, so that no more is left for it than can be deleted at once, if plays of the title
    /// began then. Of one item nothing, however often it was played.
    pub(super) fn steps(self, mut begun: Vec<DateTime<Utc>>) -> Vec<Self> {
        match self {
            Self::Play { .. } | Self::Item { .. } => return Vec::new(),
            Self::Before { at } => begun.retain(|begun| *begun < at),
            Self::Plays | Self::Everything => {}
        }
        begun.sort_unstable();
        let at_once = AT_ONCE as usize;
        let ends = begun.into_iter().skip(at_once).step_by(at_once);
        ends.map(|at| Self::Before { at }).collect()
    }
}

impl Ledger {
    /// Deletes plays of a title, all plays and states of which must be in the ledger. Idempotent.
    pub fn delete(
        &mut self,
        rules: &WatchRules,
        key: (ProfileId, TitleId),
        deleted: Deleted,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        // A play without a watched title belongs to a profile that is being erased.
        if self.watched_titles.get(key).is_none() {
            return;
        }
        let plays = self.plays_of(key).filter(|play| deleted.is_of(play));
        let plays: Vec<Play> = plays.cloned().collect();
        let mut items: BTreeSet<WatchedItem> = plays.iter().map(|play| play.item).collect();
        if deleted == Deleted::Everything {
            items.extend(self.states_of(key).map(|state| state.item));
        }
        if items.is_empty() {
            return;
        }
        for play in &plays {
            self.plays.put((key.0, play.id), play.deleted(now));
        }
        for item in items {
            let of_item = plays.iter().filter(|play| play.item == item);
            let last = of_item.map(|play| play.last_at).max();
            self.settle_left(rules, (key.0, item), deleted, last, now);
        }
        self.settle_title_left(rules, key, now);
    }

    /// Makes the state of an item what is left of it. `last` is when what was deleted of it was last played.
    pub(super) fn settle_left(
        &mut self,
        rules: &WatchRules,
        key: (ProfileId, WatchedItem),
        deleted: Deleted,
        last: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) {
        let Some(before) = self.states.get(key).cloned() else {
            return;
        };
        let told = before.told.filter(|_| deleted != Deleted::Everything);
        let sums = Sums::of(rules, self.plays_of_item(key), std::iter::empty());
        let latest = self.plays_of_item(key).max_by_key(|play| play.last_at);
        let latest = latest.cloned();
        let played_at = latest.as_ref().map(|play| play.last_at);
        let told_at = told.and_then(Told::at);
        // That something was not watched says nothing of what was never played.
        if latest.is_none() && !told.is_some_and(Told::is_watched) {
            self.states.remove(key);
            return;
        }
        let watched = told.map_or(sums.completions > 0, Told::is_watched);
        let (position, percent) = match &latest {
            // It was not the latest that was deleted.
            Some(play) if last < Some(play.last_at) => (before.position, before.percent),
            Some(play) if told.is_none_or(|told| play.last_at > told.said_at()) => {
                resume(rules, play)
            }
            _ => (0.0, 0.0),
        };
        let state = WatchState {
            position,
            percent: match (position > 0.0, watched) {
                (true, _) => percent,
                (false, true) => 100.0,
                (false, false) => 0.0,
            },
            watched,
            plays: sums.plays,
            completions: sums.completions,
            seconds: sums.seconds,
            last_played_at: played_at.max(told_at).unwrap_or(WatchState::NEVER),
            told,
            is_aside: before.is_aside && position > 0.0,
            stamp: before.stamp.next(now),
            ..before
        };
        self.states.put(key, state);
    }

    /// Makes a watched title what is left of it. One of which nothing is left stays, for the graph to learn of it.
    pub(super) fn settle_title_left(
        &mut self,
        rules: &WatchRules,
        key: (ProfileId, TitleId),
        now: DateTime<Utc>,
    ) {
        let Some(before) = self.watched_titles.get(key) else {
            return;
        };
        let mut watched_title = WatchedTitle {
            stamp: before.stamp.next(now),
            ..before.clone()
        };
        Sums::of(rules, self.plays_of(key), self.states_of(key)).write(&mut watched_title);
        let dates = || {
            let states = self.states_of(key);
            states.filter_map(|state| state.told?.dated())
        };
        let (first, last) = if watched_title.plays > 0 {
            let first = self.plays_of(key).map(|play| play.started_at).min();
            (first, self.plays_of(key).map(|play| play.last_at).max())
        } else {
            (dates().min(), dates().max())
        };
        let otherwise = watched_title.liked_at.unwrap_or(WatchState::NEVER);
        watched_title.first_at = first.unwrap_or(otherwise);
        watched_title.last_at = last.unwrap_or(otherwise);
        watched_title.is_aside &= watched_title.plays > 0 || watched_title.told > 0;
        if watched_title.is_series {
            // What was watched is not any more, and may be next again.
            watched_title.next_day = Some(NextDay::EVER);
        }
        self.watched_titles.put(key, watched_title);
    }
}

/// Where to resume a play by where it was last, and how far that is.
pub(super) fn resume(rules: &WatchRules, play: &Play) -> (f64, f64) {
    // Of an item of unknown length only a stop makes a play complete.
    let event = match (play.duration, play.completed) {
        (None, true) => PlaybackEvent::Stop,
        _ => PlaybackEvent::Progress,
    };
    let position = rules.judge(event, play.position, play.duration).resume;
    let percent = play.duration.map_or(0.0, |all| percent(position, all));
    (position, percent)
}

impl WatchService {
    /// Deletes something of the history of the viewer's profile: as if it had never been played. It does not come back,
    /// whatever is reported of it or loaded later. Says how many plays of what the viewer may see are gone. Of everything
    /// that was played, also what may not be seen any more is deleted. Idempotent. An API key must have the scope to
    /// watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_history(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        what: Deletable,
    ) -> Result<Gone, WatchError> {
        check_may_watch(viewer)?;
        let (title, deleted) = match what {
            Deletable::Play(id) => {
                let there = self.ports.history.plays(viewer.profile, &[id]).await?;
                if there.iter().any(Play::is_deleted) {
                    return Ok(Gone::default());
                }
                let play = self.find_play(visibility, viewer.profile, id).await?;
                let play = play.filter(|play| !matches!(play.item, WatchedItem::Series(_)));
                let title = play.ok_or(WatchError::PlayNotFound)?.title;
                (title, Deleted::Play { play: id })
            }
            Deletable::Item(item) => {
                let (item, title, _) = self.item_and_lengths(visibility, item).await?;
                (title, Deleted::Item { item })
            }
            Deletable::Series(id) => {
                let series = self.title_now(visibility, id).await?;
                let series = series.filter(|series| series.kind == TitleKind::Series);
                (series.ok_or(WatchError::ItemNotFound)?.id, Deleted::Plays)
            }
            Deletable::Before(at) => {
                return self
                    .delete_of_all(visibility, viewer, Deleted::Before { at })
                    .await;
            }
            Deletable::Everything => {
                return self
                    .delete_of_all(visibility, viewer, Deleted::Everything)
                    .await;
            }
        };
        let watched = self.watched_titles(viewer.profile, &[title]).await?;
        let plays = watched.first().map_or(0, |watched| watched.plays);
        self.delete_of_title(viewer, (title, plays), deleted).await
    }

    /// Deletes plays of all titles, some titles at a time: broken off, it is done again.
    async fn delete_of_all(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        deleted: Deleted,
    ) -> Result<Gone, WatchError> {
        let (mut after, mut all) = (None, Gone::default());
        loop {
            let page = self.watched_titles_after(viewer.profile, after).await?;
            let Some(last) = page.last() else {
                return Ok(all);
            };
            after = Some(last.title);
            let said = match deleted {
                Deleted::Everything => self.said_of(viewer.profile, &page).await?,
                _ => BTreeSet::new(),
            };
            let has_any = |one: &&WatchedTitle| match deleted {
                Deleted::Before { at } => one.plays > 0 && one.first_at < at,
                _ => one.plays > 0 || one.told > 0 || said.contains(&one.title),
            };
            let titles = page.iter().filter(has_any);
            let titles: Vec<(TitleId, u32)> = titles.map(|one| (one.title, one.plays)).collect();
            let mut gone = Vec::new();
            let mut rest = &titles[..];
            while !rest.is_empty() {
                let (some, later) = rest.split_at(together(rest));
                rest = later;
                let some = some.iter().copied().map(|one| async move {
                    let gone = self.delete_of_title(viewer, one, deleted).await?;
                    Ok::<_, WatchError>((one.0, gone))
                });
                gone.extend(try_join_all(some).await?);
            }
            let titles = titles.into_iter().map(|(title, _)| title);
            let seen = self.catalog.visible_titles(visibility, titles).await?;
            for (_, gone) in gone.iter().filter(|(title, _)| seen.contains(title)) {
                all.extend(gone);
            }
        }
    }

    /// Those of these titles of which there is a state, if only because something was said not to have been watched.
    async fn said_of(
        &self,
        profile: ProfileId,
        titles: &[WatchedTitle],
    ) -> Result<BTreeSet<TitleId>, WatchError> {
        let titles: Vec<TitleId> = titles.iter().map(|one| one.title).collect();
        let states = self.states_of_titles(profile, &titles).await?;
        Ok(states.iter().map(|state| state.title).collect())
    }

    /// Deletes plays of a title that has about so many; of very many, the earliest first.
    async fn delete_of_title(
        &self,
        viewer: &KnownViewer,
        (title, plays): (TitleId, u32),
        deleted: Deleted,
    ) -> Result<Gone, WatchError> {
        let mut steps = Vec::new();
        if plays > AT_ONCE {
            let history = &self.ports.history;
            let plays = history.plays_of_titles(viewer.profile, &[title]).await?;
            steps = deleted.steps(plays.iter().map(|play| play.started_at).collect());
        }
        let plays = match deleted {
            Deleted::Play { .. } => 1,
            Deleted::Item { .. } => plays,
            Deleted::Before { .. } | Deleted::Plays | Deleted::Everything => plays.min(AT_ONCE),
        };
        let mut all = Gone::default();
        for deleted in steps.into_iter().chain([deleted]) {
            let cause = Cause::Delete {
                title,
                deleted,
                plays,
            };
            let ledger = self.record(viewer, cause).await?;
            let gone = ledger.plays.changed().filter(|play| play.is_deleted());
            all.extend(&Gone::of(gone.map(|play| play.id)));
        }
        Ok(all)
    }
}

/// Of how many of these titles, with about so many plays, it is waited for together that they are deleted: of one at the
/// least.
pub(super) fn together(titles: &[(TitleId, u32)]) -> usize {
    let mut all = 0_u32;
    let fits = titles.iter().take_while(|(_, plays)| {
        all = all.saturating_add(*plays);
        all <= AT_ONCE
    });
    fits.count().max(1)
}
