//! What other players play: events that machines send, each counted once however often it is sent.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::ids::TitleId;
use crate::domain::watching::{Origin, SittingId, Viewing, WatchedItem};

/// The most events that are sent together.
pub const MOST_EVENTS: usize = 1000;
/// How old an event may be: a sitting is remembered for longer than that after its last event, so that none that is sent
/// again counts twice.
const OLDEST: TimeDelta = TimeDelta::days(7);
/// How far ahead of ours a sender's clock may run.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// The longest item, in seconds.
const LONGEST: f64 = 86_400.0;
/// The longest name of a viewer or a session, in bytes.
const LONGEST_NAME: usize = 128;

/// A stretch of a film or an episode that another player played.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayerEvent {
    /// Its name; the same one again, in the same session, is the same event.
    pub id: Uuid,
    /// The session of the player, at most 128 bytes.
    pub session: String,
    /// Who watches, at most 128 bytes; none: each session is another viewer.
    pub viewer: Option<String>,
    pub item: WatchedItem,
    /// Where it began and ended, in seconds from the start of the item.
    pub from: f64,
    pub to: f64,
    /// When it ended, in UTC, by the player's clock.
    pub at: DateTime<Utc>,
    /// How long the item is, in seconds, as the player measured.
    pub duration: Option<f64>,
    pub origin: Origin,
}

/// Why an event cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventProblem {
    /// Which of those that were sent, from 0.
    pub index: usize,
    pub field: &'static str,
    pub detail: String,
}

impl PlayerEvent {
    /// What is wrong with it, if anything: a field, and why.
    pub(super) fn check(&self, now: DateTime<Utc>) -> Result<(), (&'static str, String)> {
        let names = [
            ("session", Some(&self.session)),
            ("viewer", self.viewer.as_ref()),
        ];
        for (field, name) in names {
            if name.is_some_and(|name| name.is_empty() || name.len() > LONGEST_NAME) {
                let detail = format!("it must have 1 to {LONGEST_NAME} bytes");
                return Err((field, detail));
            }
        }
        if let Some(duration) = self.duration
            && !(duration > 0.0 && duration <= LONGEST)
        {
            let detail = format!("{duration} is not above 0 and at most {LONGEST} seconds");
            return Err(("duration", detail));
        }
        if !(0.0..LONGEST).contains(&self.from) {
            let detail = format!("{} is not between 0 and {LONGEST} seconds", self.from);
            return Err(("from", detail));
        }
        let end = self.duration.unwrap_or(LONGEST);
        if !(self.to > self.from && self.to <= end) {
            let detail = format!("{} is not after `from` and at most {end} seconds", self.to);
            return Err(("to", detail));
        }
        if self.at > now + CLOCK_SKEW || self.at < now - OLDEST {
            let detail = "it lies in the future, or more than seven days ago".to_owned();
            return Err(("at", detail));
        }
        Ok(())
    }

    /// As it is counted, of an item of this title and length.
    pub(super) fn viewing(&self, sender: &str, title: TitleId, length: Option<f64>) -> Viewing {
        let viewer = self.viewer.as_deref().unwrap_or(&self.session);
        // A stretch was played in about its own time: players do not say when it began.
        let lasted = std::time::Duration::from_secs_f64(self.to - self.from);
        let (high, low) = self.id.as_u64_pair();
        Viewing {
            sitting: SittingId::of_session(sender, viewer, &self.session, self.item),
            title,
            episode: match self.item {
                WatchedItem::Episode(episode) => Some(episode),
                WatchedItem::Film(_) | WatchedItem::Series(_) => None,
            },
            from: self.from,
            to: self.to,
            from_at: self.at - lasted,
            to_at: self.at,
            duration: self.duration.or(length),
            origin: self.origin.clone(),
            event: Some(high ^ low),
        }
    }
}
