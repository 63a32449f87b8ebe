//! The figures of usage, and by what they are asked for.

use async_graphql::{Enum, SimpleObject};

use crate::domain::usage::{self, By};
use crate::graphql::scalars::DateTime;

/// A figure of usage.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "usage::Metric")]
pub(super) enum UsageMetric {
    /// How many sittings began.
    Plays,
    /// How many views there were: 10 s watched, or more than half of what is shorter, once a sitting and hour.
    Views,
    /// How many different viewers; see `UsageSummary.viewers`.
    Viewers,
    /// The seconds that were played, replays too.
    WatchSeconds,
    /// The most sittings that were playing in the same minute.
    Peak,
}

/// How long a point of a series is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UsageInterval {
    /// One hour; a range may have at most 1,100.
    Hour,
    /// A day of UTC, from midnight on.
    Day,
}

impl From<UsageInterval> for By {
    fn from(interval: UsageInterval) -> Self {
        match interval {
            UsageInterval::Hour => Self::Hour,
            UsageInterval::Day => Self::Day,
        }
    }
}

/// By what viewings are told apart.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "usage::Dimension")]
pub(super) enum UsageDimension {
    /// The country that somebody watched in, by codes of ISO 3166-1 of two letters.
    Country,
    /// What somebody watched on: `desktop`, `phone`, `tablet`, `television` or `other`.
    Device,
    /// The app or browser that somebody watched with, by its name, at most 32 bytes of it.
    Client,
}

/// What was watched in a range.
#[derive(SimpleObject)]
pub(super) struct UsageSummary {
    /// How many sittings began. A sitting is one play of one viewer, or one session of another player.
    plays: u64,
    /// How many views there were: 10 seconds watched in a sitting, or more than half of what is shorter than that; a sitting
    /// has another one at the earliest an hour later. The rule is `PeerTube`'s.
    views: u64,
    /// How many different viewers: profiles here, and viewers of other players. Up to some 100 it is exact, above that an
    /// estimate with a standard error of 1.6 %, because nobody keeps a list of them.
    viewers: u64,
    /// The seconds that were played, replays too.
    watch_seconds: f64,
    /// The seconds that were played in a sitting, at the mean; 0 if none began.
    average_seconds: f64,
    /// The most sittings that were playing in the same minute.
    peak: u32,
}

impl From<usage::Summary> for UsageSummary {
    fn from(summary: usage::Summary) -> Self {
        Self {
            plays: summary.plays,
            views: summary.views,
            viewers: summary.viewers,
            watch_seconds: summary.seconds,
            average_seconds: summary.average(),
            peak: summary.peak,
        }
    }
}

/// A figure of an hour or a day.
#[derive(SimpleObject)]
pub(super) struct UsagePoint {
    /// When the hour or the day begins.
    at: DateTime,
    /// The figure, in its own unit; 0 if nothing was watched.
    value: f64,
}

impl From<usage::Point> for UsagePoint {
    fn from(point: usage::Point) -> Self {
        Self {
            at: point.at.into(),
            value: point.value,
        }
    }
}

/// What was watched with one value of a dimension.
#[derive(SimpleObject)]
pub(super) struct UsageShare {
    /// The value: a country's code, a device's word or a client's name; null if it was not known, and `(others)` for those
    /// beyond the 300 that are told apart on a day.
    value: Option<String>,
    /// How many sittings began.
    plays: u64,
    /// How many views there were; see `UsageSummary.views`.
    views: u64,
    /// How many different viewers; see `UsageSummary.viewers`.
    viewers: u64,
    /// The seconds that were played, replays too.
    watch_seconds: f64,
}

impl From<usage::Share> for UsageShare {
    fn from(share: usage::Share) -> Self {
        let usage::Share { value, summary } = share;
        Self {
            value: Some(value).filter(|value| !value.is_empty()),
            plays: summary.plays,
            views: summary.views,
            viewers: summary.viewers,
            watch_seconds: summary.seconds,
        }
    }
}
