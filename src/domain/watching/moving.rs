//! What profiles have of a title that was merged into another: it moves there, and goes back if that is undone. What went
//! is noted in the watched title that it was taken from, so that the same change of the log always does the same.

use chrono::{DateTime, SubsecRound, Utc};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::deleting::{Deleted, resume};
use super::error::WatchError;
use super::ledger::Ledger;
use super::listed::{ListedTitle, TitleList};
use super::log::Cause;
use super::rules::WatchRules;
use super::service::WatchService;
use super::set_aside::without_play;
use super::sums::Sums;
use super::types::{Moved, MovedItem, Play, Thumb, Told, WatchState, WatchedItem, WatchedTitle};
use crate::domain::catalog::Visibility;
use crate::domain::ids::{ProfileId, RunId, TitleId};
use crate::domain::page::Window;
use crate::domain::stamp::Stamp;

/// How many profiles are moved at the same time.
const TOGETHER: usize = 20;
/// No list of a profile is full for what was on it already.
const ANY_NUMBER: u64 = 1_000_000;

/// Which title is one with which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// The merge that it is moved by.
    pub merge: RunId,
    pub from: TitleId,
    pub into: TitleId,
    /// What each item of it is of the other title.
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
            || left.liked.is_some();
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
            },
            |moved| *moved,
        );
        for (item, to) in &moving.items {
            self.move_item(rules, profile, (*item, *to), (moving, &mut moved), now);
        }
        let thumb = Thumb::of(&left);
        moved.thumb = moved.thumb.or_later(thumb);
        let stamp = there
            .as_ref()
            .map_or(Stamp::first(now), |there| there.stamp.next(now));
        let there = there
            .unwrap_or_else(|| WatchedTitle::new(into, left.is_series, left.last_at, now))
            .with_thumb(|own| own.or_later(thumb));
        self.watched_titles.put(into, there);
        self.settle_title_left(rules, into, now);
        if let Some(settled) = self.watched_titles.get(into).cloned() {
            self.watched_titles
                .put(into, WatchedTitle { stamp, ..settled });
        }
        let left = WatchedTitle {
            moved: Some(Box::new(moved)),
            ..left.with_thumb(|_| Thumb::default())
        };
        self.watched_titles.put(from, left);
        self.settle_title_left(rules, from, now);
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
    /// what was said of it. Idempotent.
    pub fn move_back(
        &mut self,
        rules: &WatchRules,
        profile: ProfileId,
        moving: &Moving,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        let (from, into) = ((profile, moving.from), (profile, moving.into));
        let Some(left) = self.watched_titles.get(from).cloned() else {
            return;
        };
        let noted = left.moved.clone();
        let Some(moved) = noted.filter(|it| it.merge == moving.merge) else {
            return;
        };
        for item in &moved.items {
            self.bring_back(rules, profile, item, moving, now);
        }
        let mut came = Thumb::default();
        if let Some(there) = self.watched_titles.get(into).cloned() {
            let became = moved.thumb_there.or_later(moved.thumb);
            // What was said since is of the other title.
            if Thumb::of(&there) == became {
                came = moved.thumb;
                let there = there.with_thumb(|_| moved.thumb_there);
                self.watched_titles.put(into, there);
            }
            self.settle_title_left(rules, into, now);
        }
        let left = WatchedTitle {
            moved: None,
            ..left.with_thumb(|own| own.or_later(came))
        };
        self.watched_titles.put(from, left);
        self.settle_title_left(rules, from, now);
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

/// Which way something is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the title that it was merged into.
    There,
    /// Back, because that is undone.
    Back,
}

impl WatchService {
    /// Some of the profiles that have anything of a title in their history or on a list, by id, those after the given one;
    /// none: there are no more. All that was acknowledged before it is folded, if it begins.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn profiles_with(
        &self,
        title: TitleId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, WatchError> {
        if after.is_none() {
            self.ports.settling.settle_all().await?;
        }
        let history = &self.ports.history;
        Ok(history.profiles_with(title, after, limit).await?)
    }

    /// Moves what these profiles have of a title, or brings it back: each by one change of its log. Of their lists only what
    /// was put there `since`, if that is said: what was moved before may have been taken off again. Idempotent.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn move_titles(
        &self,
        profiles: &[ProfileId],
        moving: &Moving,
        way: Way,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), WatchError> {
        for some in profiles.chunks(TOGETHER) {
            let moved = some.iter().map(|profile| async move {
                match self.move_of(*profile, moving, way, since).await {
                    // Nothing of it is left to move.
                    Err(WatchError::ProfileErased) => Ok(()),
                    moved => moved,
                }
            });
            try_join_all(moved).await?;
        }
        Ok(())
    }

    /// Moves what a profile watched of a film that was merged into this one: a play of it goes on, and does not wait until
    /// all is moved.
    pub(super) async fn move_at_once(
        &self,
        profile: ProfileId,
        from: WatchedItem,
        into: TitleId,
    ) -> Result<(), WatchError> {
        let WatchedItem::Film(from) = from else {
            return Ok(());
        };
        let everything = Visibility::everything();
        let title = self.catalog.titles(&everything, &[from]).await?.pop();
        let merge = title.and_then(|title| title.merge);
        if let Some(merge) = merge.filter(|merge| merge.leads_to() == Some(into)) {
            let moving = Moving::film(merge.id, from, into);
            self.record_of(profile, Cause::Move { moving }).await?;
        }
        Ok(())
    }

    async fn move_of(
        &self,
        profile: ProfileId,
        moving: &Moving,
        way: Way,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), WatchError> {
        let cause = match way {
            Way::There => Cause::Move {
                moving: moving.clone(),
            },
            Way::Back => Cause::MoveBack {
                moving: moving.clone(),
            },
        };
        self.record_of(profile, cause).await?;
        for list in [TitleList::Watchlist, TitleList::Hidden] {
            let is_moved = self
                .move_listed((profile, list), moving, way, since)
                .await?;
            if is_moved && list.shapes_suggestions() {
                self.tell(profile);
            }
        }
        Ok(())
    }

    /// Puts the other title on a list in the place of one that is on it. That stays, and is not seen; it has the same time as
    /// what was put there for it, by which this is known when it is undone. Says whether there was anything to do.
    async fn move_listed(
        &self,
        (profile, list): (ProfileId, TitleList),
        moving: &Moving,
        way: Way,
        since: Option<DateTime<Utc>>,
    ) -> Result<bool, WatchError> {
        let (history, feedback) = (&self.ports.history, &self.ports.feedback);
        let (from, into) = (moving.from, moving.into);
        let there = history.listed_among(profile, list, &[from, into]).await?;
        if !there.contains(&from) || there.contains(&into) == (way == Way::There) {
            return Ok(false);
        }
        let most = list.most().saturating_mul(2);
        let all = Window::first(usize::try_from(most).unwrap_or(usize::MAX));
        let listed = history.listed_titles(profile, list, &all).await?.rows;
        let of = |title: TitleId| listed.iter().find(|listed| listed.title == title);
        let Some(own) = of(from) else {
            return Ok(false);
        };
        if since.is_some_and(|since| own.stamp.created_at < since) {
            return Ok(false);
        }
        match way {
            Way::There => {
                let other = ListedTitle {
                    title: into,
                    ..own.clone()
                };
                feedback.list_title(list, &other, ANY_NUMBER).await?;
                Ok(true)
            }
            Way::Back => {
                let at = own.stamp.created_at;
                let is_for_it = of(into).is_some_and(|other| other.stamp.created_at == at);
                if is_for_it {
                    feedback.unlist_title(list, profile, into).await?;
                }
                Ok(is_for_it)
            }
        }
    }
}
