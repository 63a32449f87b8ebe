//! What a watched series notes of the day from which on there is an episode to watch next; see [`NextDay`].

use chrono::{DateTime, Utc};

use super::ledger::Ledger;
use super::next_up::NextDay;
use super::touched::PlayRef;
use super::types::WatchedTitle;
use crate::domain::ids::{ProfileId, TitleId};

impl Ledger {
    /// Notes from which day on there is an episode to watch after the one of a play, if that is watched now: then it is
    /// none before. What was watched out of order, or again, or in a series that was finished, may be what begins a
    /// rewatch: then it must be looked at. That there is none at all is not sure before [`Self::finish_series`].
    /// Idempotent.
    pub fn go_on(&mut self, play_ref: &PlayRef, later: Option<NextDay>, now: DateTime<Utc>) {
        let Some(state) = self.state(play_ref).filter(|state| state.watched) else {
            return;
        };
        let Some(watched_title) = self.watched_titles.get(play_ref.title_key()) else {
            return;
        };
        let play = self.plays.get(play_ref.play_key());
        let is_latest = play.is_none_or(|play| play.last_at >= watched_title.last_at);
        let next_day = match (watched_title.next_day, later) {
            // The last of all goes on being reported.
            (None, None) if state.ends() <= 1 => return,
            (Some(NextDay::UNSURE), Some(later)) if later > NextDay::UNSURE => NextDay::UNSURE,
            (Some(_), None) => NextDay::UNSURE,
            (Some(before), Some(later)) if later >= before && is_latest => later,
            (_, _) => NextDay::EVER,
        };
        self.put_next_day(play_ref.title_key(), Some(next_day), now);
    }

    /// Notes from which day on there is an episode of a series to watch next, unless something happened to the watched
    /// title since that revision.
    pub fn settle_next_day(
        &mut self,
        key: (ProfileId, TitleId),
        revision: u64,
        next_day: NextDay,
        now: DateTime<Utc>,
    ) {
        if let Some(watched_title) = self.watched_titles.get(key)
            && watched_title.stamp.revision == revision
        {
            self.put_next_day(key, Some(next_day), now);
        }
    }

    /// Notes that there is no episode of a series to watch next, if that was not sure, and neither anything happened to
    /// the watched title since that revision nor to the episodes.
    pub fn finish_series(&mut self, key: (ProfileId, TitleId), revision: u64, now: DateTime<Utc>) {
        if let Some(watched_title) = self.watched_titles.get(key)
            && watched_title.stamp.revision == revision
            && watched_title.next_day == Some(NextDay::UNSURE)
        {
            self.put_next_day(key, None, now);
        }
    }

    fn put_next_day(
        &mut self,
        key: (ProfileId, TitleId),
        next_day: Option<NextDay>,
        now: DateTime<Utc>,
    ) {
        let Some(watched_title) = self.watched_titles.get(key) else {
            return;
        };
        if watched_title.next_day == next_day {
            return;
        }
        let stamp = if self.watched_titles.is_changed(key) {
            watched_title.stamp
        } else {
            watched_title.stamp.next(now)
        };
        let watched_title = WatchedTitle {
            next_day,
            stamp,
            ..watched_title.clone()
        };
        self.watched_titles.put(key, watched_title);
    }
}
