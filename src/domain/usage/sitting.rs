//! What was counted of one sitting, so that nothing of it counts twice.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::curve::tick;
use super::day::Addition;
use crate::domain::stamp::Stamp;
use crate::domain::watching::{SittingId, Viewing};

/// So much must be watched for a view, in seconds (`PeerTube`'s rule, its `count_view_after`).
const VIEW: f64 = 10.0;
/// How long after a view of a sitting the next one may count (`PeerTube`'s `view_expiration`).
const VIEW_AGAIN: TimeDelta = TimeDelta::hours(1);
/// The most parts of an item that are told apart in one sitting; what is watched in yet another is in no curve.
const MOST_PARTS: usize = 500;
/// How many events of other players are remembered of one sitting, the latest: a day of one each ten seconds. Of more, the
/// first count again if they are sent again.
const MOST_EVENTS: usize = 8640;

/// Parts of an item, in ticks.
type Parts = Vec<(u32, u32)>;

/// What was counted of one sitting. Forgotten when nothing came of it for days.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitting {
    pub id: SittingId,
    /// The parts of the item that were watched, in ticks, in order, none touching the next.
    pub parts: Vec<(u32, u32)>,
    /// When its last view was counted.
    pub viewed_at: Option<DateTime<Utc>>,
    /// The seconds that were watched towards the next view.
    pub towards_view: f64,
    /// The last minute in which it was counted as playing, in minutes since 1970.
    pub minute: Option<i64>,
    /// The events of other players that were counted.
    pub events: Vec<u64>,
    pub stamp: Stamp,
}

/// What one viewing of a sitting counts for.
#[derive(Debug, Default)]
pub(super) struct Effect {
    /// By hour, each by its first moment.
    pub(super) hours: Vec<(DateTime<Utc>, Addition)>,
    /// The minutes in which the sitting was not counted as playing yet.
    pub(super) minutes: Vec<DateTime<Utc>>,
    /// What was watched for the first time in it, in ticks.
    pub(super) watched: Vec<(u32, u32)>,
    /// What was watched again.
    pub(super) watched_again: Vec<(u32, u32)>,
    /// Whether it is the first of its sitting.
    pub(super) is_first: bool,
}

impl Sitting {
    pub(super) fn new(id: SittingId, now: DateTime<Utc>) -> Self {
        Self {
            id,
            parts: Vec::new(),
            viewed_at: None,
            towards_view: 0.0,
            minute: None,
            events: Vec::new(),
            stamp: Stamp::first(now),
        }
    }

    /// Takes a viewing in. None: it was counted before.
    pub(super) fn take(&mut self, viewing: &Viewing) -> Option<Effect> {
        if let Some(event) = viewing.event {
            if self.events.contains(&event) {
                return None;
            }
            if self.events.len() >= MOST_EVENTS {
                self.events.remove(0);
            }
            self.events.push(event);
        }
        let seconds = viewing.to - viewing.from;
        let mut effect = Effect {
            is_first: self.minute.is_none(),
            ..Effect::default()
        };
        let (begin, end) = clock_time(viewing);
        let mut hours = pieces(begin, end, seconds);
        if effect.is_first
            && let Some((_, first)) = hours.first_mut()
        {
            first.plays = 1;
        }
        for view in self.views(begin, end, seconds, viewing.duration) {
            // One that is complete when the last hour ends is of that hour: nothing was played in the next.
            let until = hours.partition_point(|(at, _)| *at <= view).max(1);
            if let Some((_, addition)) = hours.get_mut(until - 1) {
                addition.views += 1;
            }
        }
        effect.hours = hours;
        effect.minutes = self.minutes(begin, end);
        let place = |second| tick(second, viewing.duration);
        let (watched, again) = self.cover(place(viewing.from), place(viewing.to));
        (effect.watched, effect.watched_again) = (watched, again);
        Some(effect)
    }

    /// When views came to be, as somebody watched evenly from one moment to the other.
    fn views(
        &mut self,
        begin: DateTime<Utc>,
        end: DateTime<Utc>,
        seconds: f64,
        duration: Option<f64>,
    ) -> Vec<DateTime<Utc>> {
        let wanted = match duration {
            // More than half of it, by a hair.
            Some(duration) if duration < VIEW => duration / 2.0 + 0.001,
            _ => VIEW,
        };
        let lasted = milliseconds(end - begin);
        let mut views = Vec::new();
        let mut at = begin;
        loop {
            let again_from = self.viewed_at.map(|viewed_at| viewed_at + VIEW_AGAIN);
            if let Some(again_from) = again_from.filter(|again_from| *again_from > at) {
                self.towards_view = 0.0;
                if again_from >= end {
                    return views;
                }
                at = again_from;
            }
            let rest = if lasted > 0.0 {
                seconds * milliseconds(end - at) / lasted
            } else {
                seconds
            };
            let missing = (wanted - self.towards_view).max(0.0);
            if rest < missing {
                self.towards_view += rest;
                return views;
            }
            let share = if seconds > 0.0 {
                missing / seconds
            } else {
                0.0
            };
            at += part_of(end - begin, share);
            views.push(at);
            self.viewed_at = Some(at);
            self.towards_view = 0.0;
        }
    }

    /// The minutes between two moments that come after the last one in which it was playing.
    fn minutes(&mut self, begin: DateTime<Utc>, end: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let minute = |at: DateTime<Utc>| at.timestamp().div_euclid(60);
        // What ends with a minute does not reach into the next one.
        let last = minute((end - TimeDelta::milliseconds(1)).max(begin));
        let first = match self.minute {
            Some(before) => minute(begin).max(before + 1),
            None => minute(begin),
        };
        self.minute = Some(self.minute.map_or(last, |before| before.max(last)));
        (first..=last)
            .filter_map(|minute| DateTime::from_timestamp(minute * 60, 0))
            .collect()
    }

    /// Adds a part. Says what of it is new, and what was there before.
    fn cover(&mut self, from: u32, to: u32) -> (Parts, Parts) {
        let (mut new, mut again) = (Vec::new(), Vec::new());
        let mut at = from;
        for (begin, end) in &self.parts {
            if *end <= at || *begin >= to {
                continue;
            }
            if *begin > at {
                new.push((at, *begin));
            }
            let until = to.min(*end);
            again.push((at.max(*begin), until));
            at = until;
        }
        if at < to {
            new.push((at, to));
        }
        if new.is_empty() {
            return (new, again);
        }
        let touching = |(begin, end): &(u32, u32)| *begin <= to && *end >= from;
        let joined = self.parts.iter().filter(|part| touching(part));
        let whole = joined.fold((from, to), |whole, part| {
            (whole.0.min(part.0), whole.1.max(part.1))
        });
        if self.parts.len() >= MOST_PARTS && !self.parts.iter().any(touching) {
            return (Vec::new(), again);
        }
        self.parts.retain(|part| !touching(part));
        let place = self.parts.partition_point(|part| part.0 < whole.0);
        self.parts.insert(place, whole);
        (new, again)
    }
}

/// From when to when somebody watched: what is reported late or after a pause was not watched all the time since the
/// report before.
pub(super) fn clock_time(viewing: &Viewing) -> (DateTime<Utc>, DateTime<Utc>) {
    let longest = part_of(TimeDelta::seconds(1), viewing.to - viewing.from);
    let begin = viewing.from_at.max(viewing.to_at - longest);
    (begin.min(viewing.to_at), viewing.to_at)
}

/// The seconds that were watched evenly from one moment to another, by hour.
fn pieces(
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
    seconds: f64,
) -> Vec<(DateTime<Utc>, Addition)> {
    let lasted = milliseconds(end - begin);
    let mut pieces = Vec::new();
    let mut hour = hour_of(begin);
    loop {
        let next = hour + TimeDelta::hours(1);
        let share = if lasted > 0.0 {
            milliseconds(next.min(end) - hour.max(begin)) / lasted
        } else {
            1.0
        };
        pieces.push((
            hour,
            Addition {
                seconds: seconds * share,
                ..Addition::default()
            },
        ));
        if next >= end {
            return pieces;
        }
        hour = next;
    }
}

fn hour_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at)
}

#[expect(clippy::cast_precision_loss, reason = "a day has 86,400,000")]
fn milliseconds(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "no stretch is longer than a day"
)]
fn part_of(time: TimeDelta, share: f64) -> TimeDelta {
    TimeDelta::milliseconds((milliseconds(time) * share).round() as i64)
}
