//! What a row brings: one thing, which is a watch if a day or a moment is known.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::entry::{ImportedAt, ImportedWhat};
use super::import::{Candidate, Does, ImportRow, RowState};
use super::preview::thumb;
use super::same_watch::noon;
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::watching::{ImportedWatch, WatchedItem};

/// What is known of the items of some rows.
#[derive(Default)]
pub(super) struct Facts {
    /// How long they are, in seconds.
    pub(super) durations: HashMap<WatchedItem, f64>,
    /// Where episodes stand in their series.
    pub(super) places: HashMap<EpisodeId, (u32, u32)>,
    /// The titles that may be seen.
    pub(super) seen: HashSet<TitleId>,
}

impl Facts {
    /// Whether something is in the catalogue, and may be seen.
    pub(super) fn has(&self, is: Candidate) -> bool {
        let is_there = match is.item {
            WatchedItem::Episode(id) => self.places.contains_key(&id),
            WatchedItem::Film(_) | WatchedItem::Series(_) => true,
        };
        is_there && self.seen.contains(&is.title)
    }
}

/// A row, what it does, and the watch that it is, if it is one.
pub(super) struct Bringing {
    pub(super) row: ImportRow,
    pub(super) does: Does,
    pub(super) watch: Option<ImportedWatch>,
}

/// What a row brings, if it was matched.
pub(super) fn bringing(row: ImportRow, facts: &Facts) -> Option<Bringing> {
    if row.state != RowState::Matched {
        return None;
    }
    let (said, is) = (row.said.as_ref()?, row.found?.is);
    let title = is.title;
    let (does, watch) = match said.what {
        ImportedWhat::Watchlist => (Does::List { title }, None),
        ImportedWhat::Rating { out_of_ten } => {
            let liked = thumb(out_of_ten)?;
            (Does::Like { title, liked }, None)
        }
        ImportedWhat::Watched {
            seconds, percent, ..
        } => match said.at {
            None => {
                let item = is.item;
                (Does::Tell { title, item }, None)
            }
            Some(at) => {
                let duration = facts.durations.get(&is.item).copied();
                let (at, day) = match at {
                    ImportedAt::Moment(at) => (at, None),
                    ImportedAt::Day(day) => (moment(day, said.nth), Some(day)),
                };
                let watch = ImportedWatch {
                    profile: row.profile,
                    item: is.item,
                    title,
                    at,
                    completion: share(seconds, percent, duration),
                    liked: None,
                    duration,
                    day,
                };
                let play = watch.play_ref().play;
                (Does::Play { title, play }, Some(watch))
            }
        },
    };
    Some(Bringing { row, does, watch })
}

/// Whether it is written down already what a row is about to bring.
pub(super) fn is_planned(one: &Bringing) -> bool {
    let effect = one.row.effect.as_ref();
    effect.is_some_and(|effect| effect.does == one.does)
}

/// The moment that stands for a watch of which only the day is known; those of one day differ.
fn moment(day: NaiveDate, nth: u32) -> DateTime<Utc> {
    noon(day) + TimeDelta::milliseconds(nth.into())
}

/// How much of an item was watched: as the file says, or else all of it.
fn share(seconds: Option<u32>, percent: Option<f32>, duration: Option<f64>) -> f64 {
    let share = match (percent, seconds, duration) {
        (Some(percent), ..) => f64::from(percent) / 100.0,
        (None, Some(seconds), Some(duration)) if duration > 0.0 => f64::from(seconds) / duration,
        (None, ..) => 1.0,
    };
    share.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_noon_of_it_and_each_watch_of_it_another_moment() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();

        let moments = [0, 1].map(|nth| moment(day, nth).to_rfc3339());

        assert_eq!(
            moments,
            ["2024-02-29T12:00:00+00:00", "2024-02-29T12:00:00.001+00:00"]
        );
    }

    #[test]
    fn what_was_watched_is_as_much_as_the_file_says() {
        let shares = [
            share(Some(600), Some(50.0), Some(6000.0)),
            share(Some(600), None, Some(6000.0)),
            share(Some(9000), None, Some(6000.0)),
            share(Some(600), None, None),
            share(None, None, Some(6000.0)),
        ];

        assert_eq!(
            shares.map(|share| format!("{:.0}", share * 100.0)),
            ["50", "10", "100", "100", "100"]
        );
    }
}
