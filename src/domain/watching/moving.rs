//! What profiles have of a title that was merged into another: it moves there, and goes back if that is undone. What went
//! is noted in the watched title that it was taken from, so that the same change of the log always does the same. Episodes
//! that are of the other series now take along all that there is of them, and nothing is noted of these.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::deleting::{Deleted, resume};
use super::ledger::Ledger;
use super::rules::WatchRules;
use super::set_aside::without_play;
use super::sums::Sums;
use super::types::{Moved, MovedItem, Play, Thumb, Told, WatchState, WatchedItem, WatchedTitle};
use crate::domain::catalog::Episode;
use crate::domain::ids::{ProfileId, RunId, TitleId};
use crate::domain::stamp::Stamp;

/// Which title is one with which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// The merge that it is moved by.
    pub merge: RunId,
    pub from: TitleId,
    pub into: TitleId,
    /// What each item of it is of the other title; the same, if it is of that one now. Of a series the first is the series
    /// itself, then come the episodes that the profile has watched.
    pub items: Vec<(WatchedItem, WatchedItem)>,
}

impl Moving {
    /// A film that is another.
    pub fn film(merge: RunId, from: TitleId, into: TitleId) -> Self {
        Self {
            merge,
            from,
            into,
            items: vec![(WatchedItem::Film(from), WatchedItem::Film(into))],
        }
    }

    /// A series that is another, with those of these episodes that were merged or moved with it.
    pub fn series<'e>(
        merge: RunId,
        (from, into): (TitleId, TitleId),
        episodes: impl Iterator<Item = &'e Episode>,
    ) -> Self {
        let pairs = episodes.filter_map(|episode| {
            let item = WatchedItem::Episode(episode.id);
            let merged = episode.merging.as_ref().and_then(|it| it.merged);
            match merged.filter(|it| it.id == merge) {
                Some(merged) => Some((item, WatchedItem::Episode(merged.into))),
                None => (episode.series != from).then_some((item, item)),
            }
        });
        Self::of_pairs(merge, (from, into), pairs)
    }

    /// A series that is none with another any more, with those of these episodes that are its own again.
    pub fn series_back<'e>(
        merge: RunId,
        (from, into): (TitleId, TitleId),
        episodes: impl Iterator<Item = &'e Episode>,
    ) -> Self {
        let own = episodes.filter(|episode| episode.series == from);
        let items = own.map(|episode| WatchedItem::Episode(episode.id));
        Self::of_pairs(merge, (from, into), items.map(|item| (item, item)))
    }

    fn of_pairs(
        merge: RunId,
        (from, into): (TitleId, TitleId),
        pairs: impl Iterator<Item = (WatchedItem, WatchedItem)>,
    ) -> Self {
        let mut pairs: Vec<(WatchedItem, WatchedItem)> = pairs.collect();
        pairs.sort_unstable();
        let whole = (WatchedItem::Series(from), WatchedItem::Series(into));
        let items = std::iter::once(whole).chain(pairs).collect();
        Self {
            merge,
            from,
            into,
            items,
        }
    }

    /// Whether both are series.
    pub fn is_of_series(&self) -> bool {
        matches!(self.items.first(), Some((WatchedItem::Series(_), _)))
    }

    /// The episodes that are of the other title now, or again of the first.
    fn along(&self) -> impl Iterator<Item = WatchedItem> + '_ {
        let same = self.items.iter().filter(|(item, to)| item == to);
        same.map(|(item, _)| *item)
    }

    /// Whether any episode takes along what there is of it.
    pub fn takes_along(&self) -> bool {
        self.along().next().is_some()
    }
}

impl Thumb {
    fn of(title: &WatchedTitle) -> Self {
        Self {
            liked: title.liked,
            at: title.liked_at,
        }
    }

    /// What holds of two: what was said last, or else what was said at all.
    fn or_later(self, other: Self) -> Self {
        match (self.liked, other.liked) {
            (None, Some(_)) => other,
            (Some(_), Some(_)) if other.at > self.at => other,
            (Some(_), Some(_)) | (_, None) => self,
        }
    }
}

/// What holds of two things that were said by hand: the later.
fn later(one: Option<Told>, other: Option<Told>) -> Option<Told> {
    match (one, other) {
        (Some(one), Some(other)) if other.said_at() > one.said_at() => Some(other),
        (one, other) => one.or(other),
    }
}

impl Ledger {
    /// Moves what a profile has of a title to the one that it was merged into; all plays and states of both must be in the
    /// ledger. What is there already stays moved. Idempotent.
    pub fn move_title(
        &mut self,
        rules: &WatchRules,
        profile: ProfileId,
        moving: &Moving,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        let (from, into) = ((profile, moving.from), (profile, moving.into));
        // What has no watched title belongs to a profile that is being erased, or is nothing.
        let Some(left) = self.watched_titles.get(from).cloned() else {
            return;
        };
        let has_any = self.plays_of(from).next().is_some()
            || self.states_of(from).next().is_some()
            || moving.items.iter().any(|(item, _)| self.has_series((profile, *item)))
            || left.liked.is_some()
            // Whoever does not know yet that an episode has moved adds to the sums of the title that it was of.
            || left.seconds > 0.0;
        if !has_any {
            return;
        }
        let there = self.watched_titles.get(into).cloned();
        let noted = left.moved.clone();
        let mut moved = noted.filter(|it| it.merge == moving.merge).map_or_else(
            || Moved {
                merge: moving.merge,
                into: moving.into,
                items: Vec::new(),
                thumb: Thumb::default(),
                thumb_there: there.as_ref().map(Thumb::of).unwrap_or_default(),
                is_aside: false,
            },
            |moved| *moved,
        );
        for (item, to) in &moving.items {
            if item == to {
                self.take_along((profile, *item), (moving.from, moving.into), now);
            } else {
                self.move_item(rules, profile, (*item, *to), (moving, &mut moved), now);
            }
        }
        let thumb = Thumb::of(&left);
        moved.thumb = moved.thumb.or_later(thumb);
        moved.is_aside |= left.is_aside;
        let there = there.unwrap_or_else(|| WatchedTitle {
            is_aside: left.is_aside,
            ..WatchedTitle::new(into, left.is_series, left.last_at, now)
        });
        self.settle_as(rules, there.with_thumb(|own| own.or_later(thumb)), now);
        let left = WatchedTitle {
            moved: Some(Box::new(moved)),
            ..left.with_thumb(|_| Thumb::default())
        };
        self.settle_as(rules, left, now);
    }

    /// Puts a watched title, with the sums of what there is of it now, and the stamp of the next write.
    fn settle_as(&mut self, rules: &WatchRules, title: WatchedTitle, now: DateTime<Utc>) {
        let key = (title.profile, title.title);
        let before = self.watched_titles.get(key);
        let stamp = before.map_or(Stamp::first(now), |before| before.stamp.next(now));
        self.watched_titles.put(key, title);
        self.settle_title_left(rules, key, now);
        if let Some(settled) = self.watched_titles.get(key).cloned() {
            self.watched_titles
                .put(key, WatchedTitle { stamp, ..settled });
        }
    }

    /// Whether there is a state of a series as a whole.
    fn has_series(&self, key: (ProfileId, WatchedItem)) -> bool {
        matches!(key.1, WatchedItem::Series(_)) && self.states.get(key).is_some()
    }

    /// Whether anything of an item is with this title.
    fn is_with(&self, key: (ProfileId, WatchedItem), title: TitleId) -> bool {
        let state = self.states.get(key);
        state.is_some_and(|state| state.title == title)
            || self.plays_of_item(key).any(|play| play.title == title)
    }

    /// Makes all that there is of an item that of the title which the item is of now.
    fn take_along(
        &mut self,
        (profile, item): (ProfileId, WatchedItem),
        (from, into): (TitleId, TitleId),
        now: DateTime<Utc>,
    ) {
        let plays = self.plays_of_item((profile, item));
        let plays = plays.filter(|play| play.title == from);
        let plays: Vec<Play> = plays.cloned().collect();
        self.put_at(profile, plays, (item, into), now);
        let key = (profile, item);
        let state = self.states.get(key).filter(|state| state.title == from);
        if let Some(state) = state.cloned() {
            let state = WatchState {
                title: into,
                stamp: state.stamp.next(now),
                ..state
            };
            self.states.put(key, state);
        }
    }

    fn move_item(
        &mut self,
        rules: &WatchRules,
        profile: ProfileId,
        (item, to): (WatchedItem, WatchedItem),
        (moving, moved): (&Moving, &mut Moved),
        now: DateTime<Utc>,
    ) {
        let plays = self.plays_of_item((profile, item));
        let plays: Vec<Play> = plays.cloned().collect();
        let state = self.states.get((profile, item)).cloned();
        if plays.is_empty() && state.is_none() {
            return;
        }
        let there = self.states.get((profile, to)).cloned();
        let ids = plays.iter().map(|play| play.id);
        let told = state.as_ref().and_then(|state| state.told);
        let is_aside = state.as_ref().is_some_and(|state| state.is_aside);
        if let Some(noted) = moved.items.iter_mut().find(|it| it.from == item) {
            noted.plays.extend(ids);
            noted.told = later(noted.told, told);
            noted.is_aside |= is_aside;
        } else {
            moved.items.push(MovedItem {
                from: item,
                to,
                plays: ids.collect(),
                told,
                told_there: there.as_ref().and_then(|there| there.told),
                is_aside,
            });
        }
        self.put_at(profile, plays, (to, moving.into), now);
        self.states.remove((profile, item));
        self.settle_arrived(rules, profile, (to, moving.into), state.as_ref(), now);
    }

    /// Makes plays those of another item.
    fn put_at(
        &mut self,
        profile: ProfileId,
        plays: Vec<Play>,
        (item, title): (WatchedItem, TitleId),
        now: DateTime<Utc>,
    ) {
        for play in plays {
            let play = Play {
                item,
                title,
                stamp: play.stamp.next(now),
                ..play
            };
            self.plays.put((profile, play.id), play);
        }
    }

    /// Makes the state of an item what its plays add up to, with what came with a state of another one: where to resume is
    /// what was played last, and what was said by hand last holds.
    fn settle_arrived(
        &mut self,
        rules: &WatchRules,
        profile: ProfileId,
        (item, title): (WatchedItem, TitleId),
        came: Option<&WatchState>,
        now: DateTime<Utc>,
    ) {
        let key = (profile, item);
        let there = self.states.get(key).cloned();
        let told = later(
            there.as_ref().and_then(|there| there.told),
            came.and_then(|came| came.told),
        );
        let sums = Sums::of(rules, self.plays_of_item(key), std::iter::empty());
        if sums.plays == 0 && told.is_none() {
            return;
        }
        let was_ended_after = |at: DateTime<Utc>| {
            let mut plays = self.plays_of_item(key);
            plays.any(|play| play.completed && play.last_at > at)
        };
        let told = match told {
            Some(Told::Unwatched { said_at }) if was_ended_after(said_at) => None,
            told => told,
        };
        let watched = told.map_or(sums.completions > 0, Told::is_watched);
        let states = there.iter().chain(came);
        // Of equal ones the first: that which is there.
        let latest = states.rev().max_by_key(|state| state.last_played_at);
        let (position, percent) = latest.map_or((0.0, 0.0), |it| (it.position, it.percent));
        let is_aside = latest.is_some_and(|it| it.is_aside) && position > 0.0;
        let played_at = self.plays_of_item(key).map(|play| play.last_at).max();
        let last_played_at = played_at.max(told.and_then(Told::at));
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
            last_played_at: last_played_at.unwrap_or(WatchState::NEVER),
            told,
            is_aside,
            stamp: there.map_or(Stamp::first(now), |there| there.stamp.next(now)),
            ..WatchState::new(&without_play(profile, item, title), now, now)
        };
        self.states.put(key, state);
    }

    /// Brings back what a merge has moved of a title. What was played of the other title since stays there, and so does
    /// what was said of it; of an episode that is of the first again all goes along. Idempotent.
    pub fn move_back(
        &mut self,
        rules: &WatchRules,
        profile: ProfileId,
        moving: &Moving,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        let (from, into) = ((profile, moving.from), (profile, moving.into));
        let left = self.watched_titles.get(from).cloned();
        let noted = left.as_ref().and_then(|left| left.moved.clone());
        let moved = noted.filter(|it| it.merge == moving.merge);
        let along = moving.along();
        let along = along.filter(|item| self.is_with((profile, *item), moving.into));
        let along: Vec<WatchedItem> = along.collect();
        if moved.is_none() && along.is_empty() {
            if moving.is_of_series() {
                // Whoever does not know yet that an episode is back adds to the sums of the title that it was of.
                self.sum_up(rules, from, now);
                self.sum_up(rules, into, now);
            }
            return;
        }
        for item in moved.iter().flat_map(|moved| &moved.items) {
            self.bring_back(rules, profile, item, moving, now);
        }
        for item in along {
            self.take_along((profile, item), (moving.into, moving.from), now);
        }
        let mut came = Thumb::default();
        if let Some(mut there) = self.watched_titles.get(into).cloned() {
            if let Some(moved) = &moved {
                let became = moved.thumb_there.or_later(moved.thumb);
                // What was said since is of the other title.
                if Thumb::of(&there) == became {
                    came = moved.thumb;
                    there = there.with_thumb(|_| moved.thumb_there);
                }
            }
            self.settle_as(rules, there, now);
        }
        let left = left.unwrap_or_else(|| {
            let is_series = moving.is_of_series();
            WatchedTitle::new(from, is_series, now, now)
        });
        let left = WatchedTitle {
            moved: None,
            is_aside: left.is_aside || moved.is_some_and(|moved| moved.is_aside),
            ..left.with_thumb(|own| own.or_later(came))
        };
        self.settle_as(rules, left, now);
    }

    fn bring_back(
        &mut self,
        rules: &WatchRules,
        profile: ProfileId,
        item: &MovedItem,
        moving: &Moving,
        now: DateTime<Utc>,
    ) {
        let key = (profile, item.to);
        let plays = self.plays_of_item(key);
        let plays: Vec<Play> = plays
            .filter(|play| item.plays.contains(&play.id))
            .cloned()
            .collect();
        let latest = plays.iter().max_by_key(|play| play.last_at).cloned();
        let last = latest.as_ref().map(|play| play.last_at);
        self.put_at(profile, plays, (item.from, moving.from), now);
        let mut told = None;
        if let Some(there) = self.states.get(key).cloned() {
            // What was said, deleted or ended since is of the other item.
            if there.told.is_some() && there.told == later(item.told_there, item.told) {
                told = item.told;
                let there = WatchState {
                    told: item.told_there,
                    ..there
                };
                self.states.put(key, there);
            }
            self.settle_left(rules, key, Deleted::Plays, last, now);
        }
        let (position, percent) = match &latest {
            Some(play) if told.is_none_or(|told| play.last_at > told.said_at()) => {
                resume(rules, play)
            }
            _ => (0.0, 0.0),
        };
        let came = WatchState {
            position,
            percent,
            told,
            is_aside: item.is_aside,
            last_played_at: last.unwrap_or(WatchState::NEVER),
            ..WatchState::new(&without_play(profile, item.from, moving.from), now, now)
        };
        let to = (item.from, moving.from);
        self.settle_arrived(rules, profile, to, Some(&came), now);
    }
}

impl WatchedTitle {
    fn with_thumb(self, thumb: impl FnOnce(Thumb) -> Thumb) -> Self {
        let Thumb { liked, at } = thumb(Thumb::of(&self));
        Self {
            liked,
            liked_at: at,
            ..self
        }
    }
}
