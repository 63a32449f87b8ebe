//! The one place where a report changes what is recorded: the play, the state of its item and the watched title.
//!
//! A store reads the rows that a [`Change`] asks for by [`Touched`] into a [`Ledger`], lets the change work on it, and
//! writes what changed, all in one transaction. So every store counts the same way. Invariant: the state and the
//! watched title are what the plays add up to, so a report is idempotent.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::WatchError;
use super::lengths::{Lengths, MeasuredLength, check_position};
use super::next_up::NextDay;
use super::rows::Rows;
use super::rules::{Progress, WatchRules, percent};
use super::sections::Heard;
use super::touched::{PlayRef, Touched};
use super::types::{Play, Report, Told, WatchState, WatchedItem, WatchedTitle};
use super::viewing::{Played, Viewing};
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::HistoryPause;

/// What is done to a ledger. May be run more than once, each time on a ledger that was read anew.
pub type Change = Arc<dyn Fn(&mut Ledger) -> Result<(), WatchError> + Send + Sync>;

/// The rows that a change may read and write.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    pub plays: Rows<(ProfileId, PlayId), Play>,
    /// How the profiles stand with the items.
    pub states: Rows<(ProfileId, WatchedItem), WatchState>,
    /// What all plays of each title add up to.
    pub watched_titles: Rows<(ProfileId, TitleId), WatchedTitle>,
    /// What players measured of items whose length the catalogue does not know.
    pub measured: Rows<WatchedItem, MeasuredLength>,
    /// What was played, in the order in which it was reported, for those who count usage. A store keeps it with what
    /// is folded.
    pub viewings: Vec<Viewing>,
    /// The plays that were not played to the end when the rows were read, and are now.
    pub(super) completed: BTreeSet<(ProfileId, PlayId)>,
}

impl Ledger {
    /// The rows that the store has.
    pub fn stored(
        plays: Rows<(ProfileId, PlayId), Play>,
        states: Rows<(ProfileId, WatchedItem), WatchState>,
        watched_titles: Rows<(ProfileId, TitleId), WatchedTitle>,
        measured: Rows<WatchedItem, MeasuredLength>,
    ) -> Self {
        Self {
            plays,
            states,
            watched_titles,
            measured,
            viewings: Vec::new(),
            completed: BTreeSet::new(),
        }
    }

    /// Some of the rows, as if the store had them so. With [`Self::absorb`] several changes share one transaction, and
    /// one that fails takes nothing else with it.
    #[must_use]
    pub fn part(&self, touched: &[Touched]) -> Self {
        let whole: BTreeSet<_> = touched
            .iter()
            .filter_map(Touched::whole_title_key)
            .collect();
        let of_whole_titles = self
            .plays
            .all()
            .filter(|play| whole.contains(&(play.profile, play.title)))
            .map(|play| (play.profile, play.id));
        let plays = touched.iter().filter_map(Touched::play_key);
        let states = touched.iter().filter_map(Touched::state_key);
        let states_of_whole_titles = self
            .states
            .all()
            .filter(|state| whole.contains(&(state.profile, state.title)))
            .map(|state| (state.profile, state.item));
        Self::stored(
            self.plays.part(plays.chain(of_whole_titles)),
            self.states.part(states.chain(states_of_whole_titles)),
            self.watched_titles
                .part(touched.iter().map(Touched::title_key)),
            self.measured
                .part(touched.iter().filter_map(Touched::length_key)),
        )
    }

    /// Takes over what was changed in a part.
    pub fn absorb(&mut self, part: &Self) {
        self.plays.absorb(&part.plays);
        self.states.absorb(&part.states);
        self.watched_titles.absorb(&part.watched_titles);
        self.measured.absorb(&part.measured);
        self.viewings.extend_from_slice(&part.viewings);
        self.completed.extend(&part.completed);
    }

    /// The same rows as if stored, but for those that another ledger has: these are as they are there.
    #[must_use]
    pub(super) fn under(mut self, other: &Self) -> Self {
        self.plays.lay(&other.plays);
        self.states.lay(&other.states);
        self.watched_titles.lay(&other.watched_titles);
        self.measured.lay(&other.measured);
        self
    }

    /// The same rows as another ledger has them, where it has changed or removed them: also those that do not belong to
    /// their title any more.
    pub(super) fn renew(&mut self, other: &Self) {
        self.plays.renew(&other.plays);
        self.states.renew(&other.states);
    }

    /// Whether anything must be written.
    pub fn is_changed(&self) -> bool {
        self.plays.changed().next().is_some()
            || self.states.changed().next().is_some()
            || self.states.removed().next().is_some()
            || self.watched_titles.changed().next().is_some()
            || self.measured.changed().next().is_some()
    }

    /// Whether no play was begun, and none was completed.
    pub(super) fn only_goes_on(&self) -> bool {
        self.completed.is_empty() && self.plays.changed().all(|play| play.stamp.revision != 1)
    }

    /// Says of everything that must be written that it is written now, whenever it was received: who follows what is
    /// written goes by that.
    pub(super) fn written(&mut self, now: DateTime<Utc>) {
        let stamp = |stamp: &mut Stamp, is_new: bool| {
            stamp.updated_at = stamp.updated_at.max(now);
            if is_new {
                stamp.created_at = stamp.updated_at;
            }
        };
        self.plays.change(|play, new| stamp(&mut play.stamp, new));
        self.states
            .change(|state, new| stamp(&mut state.stamp, new));
        self.watched_titles
            .change(|title, new| stamp(&mut title.stamp, new));
        self.measured
            .change(|measured, new| stamp(&mut measured.stamp, new));
    }

    /// Whether what was done to this ledger made the play count as watched.
    pub fn completed(&self, play_ref: &PlayRef) -> bool {
        self.completed.contains(&play_ref.play_key())
    }

    /// The state that a play's item is in now.
    pub fn state(&self, play_ref: &PlayRef) -> Option<&WatchState> {
        self.states.get(play_ref.state_key())
    }

    /// Records a report: in its play, the state of the item and the watched title. Idempotent. `lengths` is what is
    /// known of the item's length. Returns what was played since the report before it, if it was not known already. One
    /// of a play that was deleted changes nothing.
    pub fn report(
        &mut self,
        rules: &WatchRules,
        play_ref: &PlayRef,
        report: &Report,
        lengths: &Lengths,
        now: DateTime<Utc>,
    ) -> Result<Option<Played>, WatchError> {
        self.report_after(None, rules, play_ref, report, lengths, now)
    }

    /// The same of a profile whose history was paused: nothing that was played then is spanned.
    pub(super) fn report_after(
        &mut self,
        pause: Option<HistoryPause>,
        rules: &WatchRules,
        play_ref: &PlayRef,
        report: &Report,
        lengths: &Lengths,
        now: DateTime<Utc>,
    ) -> Result<Option<Played>, WatchError> {
        if self.is_deleted(play_ref) {
            return Ok(None);
        }
        let before = self.play(play_ref)?;
        let mut play = before
            .clone()
            .unwrap_or_else(|| Play::new(play_ref, report.at, now));
        let own = play.duration.filter(|_| play.measured);
        let end = report.duration.or(own).or(lengths.catalogue);
        let position = check_position(report, end).map_err(|error| match report.duration {
            // Where the catalogue's length has a place for it, it is the other one that is wrong.
            Some(measured) if lengths.catalogue.is_some_and(|it| report.position <= it) => {
                WatchError::DurationOutOfRange(measured)
            }
            _ => error,
        })?;
        let sections = &mut play.sections;
        let heard = sections.add(report.event, position, report.at, pause);
        // A report that comes late says what was played, but neither where the viewer is nor how long the item is.
        let is_latest = report.at >= play.last_at;
        play.started_at = play.started_at.min(report.at);
        if is_latest {
            play.last_at = report.at;
            play.position = position;
        }
        let known = lengths.known(self.measured.get(play_ref.item));
        let known = known.map(|length| length.seconds);
        match (report.duration, own) {
            (Some(measured), own) if is_latest || own.is_none() => {
                play.duration = Some(measured);
                play.measured = true;
            }
            (_, Some(_)) => {}
            (_, None) if is_latest => play.duration = known.or(play.duration),
            (_, None) => play.duration = play.duration.or(known),
        }
        let progress = rules.judge(report.event, position, play.duration);
        let completes = progress.watched && !report.event.is_jump();
        let stretch = match heard {
            // Whoever stops in the millisecond of the jump there adds nothing to what was played, and has come to the end.
            Heard::Known if play.completed || !completes => return Ok(None),
            Heard::Known | Heard::Place => None,
            Heard::Played(stretch) => Some(stretch),
        };
        play.completed |= completes;
        play.completion = match play.duration {
            Some(duration) => (play.sections.seconds() / duration).min(1.0),
            None => f64::from(u8::from(play.completed)),
        };
        if let Some(measured) = report.duration
            && own.is_none()
            && lengths.catalogue.is_none()
        {
            self.vote(play_ref, before.as_ref(), measured, now);
        }
        // A jump to the end is no reason to forget where to resume.
        let moves = is_latest && !(report.event.is_jump() && progress.watched);
        let progress = moves.then_some(progress);
        let duration = play.duration;
        self.settle(rules, play_ref, before.as_ref(), play, progress, now);
        Ok(stretch.map(|stretch| Played { stretch, duration }))
    }

    /// Counts the first length that is measured in a profile's first play of an item.
    fn vote(
        &mut self,
        play_ref: &PlayRef,
        before: Option<&Play>,
        seconds: f64,
        now: DateTime<Utc>,
    ) {
        let other_plays = self.state(play_ref).map_or(0, |state| state.plays);
        let other_plays = other_plays.saturating_sub(u32::from(before.is_some()));
        if other_plays > 0 {
            return;
        }
        let kept = self.measured.get(play_ref.item);
        let voted = match kept {
            None => MeasuredLength::first(play_ref.item, seconds, Stamp::first(now)),
            Some(kept) => MeasuredLength {
                stamp: kept.stamp.next(now),
                ..kept.voted(seconds)
            },
        };
        // Of what everybody agrees on nothing is written: all viewers of an item share the row.
        if kept.is_none_or(|kept| {
            (kept.votes, kept.seconds.to_bits()) != (voted.votes, voted.seconds.to_bits())
        }) {
            self.measured.put(play_ref.item, voted);
        }
    }

    /// The plays of a title that are in the ledger.
    pub(super) fn plays_of(&self, key: (ProfileId, TitleId)) -> impl Iterator<Item = &Play> {
        let plays = self.plays.all();
        plays.filter(move |play| (play.profile, play.title) == key)
    }

    /// The same of an item.
    pub(super) fn plays_of_item(
        &self,
        key: (ProfileId, WatchedItem),
    ) -> impl Iterator<Item = &Play> {
        let plays = self.plays.all();
        plays.filter(move |play| (play.profile, play.item) == key)
    }

    /// The states of a title that are in the ledger.
    pub(super) fn states_of(&self, key: (ProfileId, TitleId)) -> impl Iterator<Item = &WatchState> {
        let states = self.states.all();
        states.filter(move |state| (state.profile, state.title) == key)
    }

    /// Whether the viewer has deleted this play.
    pub(super) fn is_deleted(&self, play_ref: &PlayRef) -> bool {
        let play = self.plays.get(play_ref.play_key());
        play.is_some_and(Play::is_deleted)
    }

    pub(super) fn play(&self, play_ref: &PlayRef) -> Result<Option<Play>, WatchError> {
        match self.plays.get(play_ref.play_key()) {
            Some(play) if play.item != play_ref.item => Err(WatchError::PlayOfAnotherItem),
            play => Ok(play.cloned()),
        }
    }

    /// Writes the play, and carries what is new in it to the item's state and the watched title.
    pub(super) fn settle(
        &mut self,
        rules: &WatchRules,
        play_ref: &PlayRef,
        before: Option<&Play>,
        mut play: Play,
        progress: Option<Progress>,
        now: DateTime<Utc>,
    ) {
        if before == Some(&play) {
            return;
        }
        if let Some(before) = before {
            play.stamp = before.stamp.next(now);
        }
        let new = Added::between(rules, before, &play);
        self.settle_state(play_ref, &play, new, progress, now);
        self.settle_title(play_ref, &play, new, now);
        self.plays.put(play_ref.play_key(), play);
        if new.completions > 0 {
            self.completed.insert(play_ref.play_key());
        }
    }

    fn settle_state(
        &mut self,
        play_ref: &PlayRef,
        play: &Play,
        new: Added,
        progress: Option<Progress>,
        now: DateTime<Utc>,
    ) {
        let before = self.state(play_ref).cloned();
        let mut state = before
            .clone()
            .unwrap_or_else(|| WatchState::new(play_ref, play.last_at, now));
        state.plays = state.plays.saturating_add_signed(new.plays);
        state.completions = state.completions.saturating_add_signed(new.completions);
        state.watched = match state.told {
            Some(Told::Watched { .. }) => true,
            // What had been played to the end before does not count, whenever it is reported.
            Some(Told::Unwatched { said_at }) => new.completions > 0 && play.last_at > said_at,
            None if new.completions < 0 => state.completions > 0,
            None => state.watched || play.completed,
        };
        if state.watched && matches!(state.told, Some(Told::Unwatched { .. })) {
            state.told = None;
        }
        state.seconds = (state.seconds + new.seconds).max(0.0);
        if play.last_at >= state.last_played_at {
            state.last_played_at = play.last_at;
            let said_at = state.told.map(Told::said_at);
            if let Some(progress) = progress
                && said_at.is_none_or(|said_at| play.last_at > said_at)
            {
                state.is_aside = false;
                state.position = progress.resume;
                state.percent = play
                    .duration
                    .map_or(0.0, |duration| percent(progress.resume, duration));
            }
        }
        if state.position <= 0.0 {
            state.percent = if state.watched { 100.0 } else { 0.0 };
        }
        if let Some(before) = before {
            state.stamp = before.stamp.next(now);
        }
        self.states.put(play_ref.state_key(), state);
    }

    fn settle_title(&mut self, play_ref: &PlayRef, play: &Play, new: Added, now: DateTime<Utc>) {
        let mut watched_title = self.watched_title(play_ref, play, now);
        let goes_on = watched_title.plays == 0 || play.last_at > watched_title.last_at;
        watched_title.is_aside &= !goes_on;
        if watched_title.plays == 0 {
            // Something was said of it before anything was played: what was played says when.
            (watched_title.first_at, watched_title.last_at) = (play.started_at, play.last_at);
        }
        watched_title.plays = watched_title.plays.saturating_add_signed(new.plays);
        watched_title.completions = watched_title
            .completions
            .saturating_add_signed(new.completions);
        watched_title.seconds = (watched_title.seconds + new.seconds).max(0.0);
        watched_title.weight = (watched_title.weight + new.weight).max(0.0);
        watched_title.first_at = watched_title.first_at.min(play.started_at);
        watched_title.last_at = watched_title.last_at.max(play.last_at);
        if new.completions < 0 && watched_title.is_series {
            // What was watched is not any more, and may be next again.
            watched_title.next_day = Some(NextDay::EVER);
        }
        self.watched_titles.put(play_ref.title_key(), watched_title);
    }

    /// The watched title as it is before the play's change, with the stamp of the write to come.
    fn watched_title(&self, play_ref: &PlayRef, play: &Play, now: DateTime<Utc>) -> WatchedTitle {
        let Some(watched_title) = self.watched_titles.get(play_ref.title_key()) else {
            let is_series = !matches!(play_ref.item, WatchedItem::Film(_));
            return WatchedTitle::new(play_ref.title_key(), is_series, play.last_at, now);
        };
        WatchedTitle {
            stamp: watched_title.stamp.next(now),
            ..watched_title.clone()
        }
    }
}

/// What a write of a play adds to the watched titles.
#[derive(Debug, Clone, Copy)]
struct Added {
    plays: i32,
    completions: i32,
    seconds: f64,
    weight: f64,
}

impl Added {
    fn between(rules: &WatchRules, before: Option<&Play>, after: &Play) -> Self {
        let weight = |play: &Play| {
            if play.counts {
                rules.weight(play.completion, play.last_at)
            } else {
                0.0
            }
        };
        Self {
            plays: i32::from(before.is_none()),
            completions: i32::from(after.completed)
                - i32::from(before.is_some_and(|play| play.completed)),
            seconds: after.sections.seconds() - before.map_or(0.0, |play| play.sections.seconds()),
            weight: weight(after) - before.map_or(0.0, weight),
        }
    }
}
