//! What was watched on one day (UTC) of one scope.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::scope::Scope;
use super::viewers::Viewers;
use crate::domain::stamp::Stamp;
use crate::domain::watching::{Country, Device, Origin};

/// How many values of a dimension are told apart on a day; what comes after them is counted as [`OTHERS`].
const MOST_VALUES: usize = 300;
/// All values that are not told apart.
const OTHERS: &str = "(others)";

/// By what viewings are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Dimension {
    Country,
    Device,
    Client,
}

/// A figure of what is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// How many sittings began.
    Plays,
    Views,
    /// How many different viewers there were.
    Viewers,
    /// The seconds that were played.
    WatchSeconds,
    /// The most sittings that were playing in the same minute.
    Peak,
}

/// How much was watched.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// How many sittings began.
    pub plays: u64,
    pub views: u64,
    /// The seconds that were played, replays too.
    pub seconds: f64,
    pub viewers: Viewers,
}

/// What was watched on one day (UTC) of one scope.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageDay {
    pub scope: Scope,
    pub day: NaiveDate,
    pub total: Tally,
    /// By hour, 0 to 23.
    pub hours: BTreeMap<u8, Tally>,
    /// How many sittings were playing in a minute of the day, 0 to 1439.
    pub minutes: BTreeMap<u16, u32>,
    /// By value of each dimension; an empty value: it was not known.
    pub values: BTreeMap<(Dimension, String), Tally>,
    pub stamp: Stamp,
}

/// What a viewing adds to the tallies of an hour.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Addition {
    pub(super) plays: u64,
    pub(super) views: u64,
    pub(super) seconds: f64,
}

impl Tally {
    fn add(&mut self, addition: Addition, viewer: [u8; 16]) {
        self.plays += addition.plays;
        self.views += addition.views;
        self.seconds += addition.seconds;
        self.viewers.insert(viewer);
    }

    /// What was watched elsewhere, too.
    pub fn unite(&mut self, other: &Self) {
        self.plays += other.plays;
        self.views += other.views;
        self.seconds += other.seconds;
        self.viewers.unite(&other.viewers);
    }
}

impl Dimension {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Country, Self::Device, Self::Client];

    /// What an origin says of it; empty: nothing.
    fn of(self, origin: &Origin) -> &str {
        let value = match self {
            Self::Country => origin.country.as_ref().map(Country::code),
            Self::Device => origin.device.map(Device::as_str),
            Self::Client => origin.client.as_deref(),
        };
        value.unwrap_or_default()
    }
}

impl UsageDay {
    /// Nothing was watched yet.
    pub(super) fn new(scope: Scope, day: NaiveDate, now: DateTime<Utc>) -> Self {
        Self {
            scope,
            day,
            total: Tally::default(),
            hours: BTreeMap::new(),
            minutes: BTreeMap::new(),
            values: BTreeMap::new(),
            stamp: Stamp::first(now),
        }
    }

    /// Something was watched in an hour of it.
    pub(super) fn add(
        &mut self,
        hour: DateTime<Utc>,
        addition: Addition,
        viewer: [u8; 16],
        origin: &Origin,
    ) {
        let hour = u8::try_from(hour.hour()).unwrap_or_default();
        self.total.add(addition, viewer);
        self.hours.entry(hour).or_default().add(addition, viewer);
        for dimension in Dimension::ALL {
            let key = (dimension, dimension.of(origin).to_owned());
            let key = if self.values.contains_key(&key) || self.told_apart(dimension) < MOST_VALUES
            {
                key
            } else {
                (dimension, OTHERS.to_owned())
            };
            self.values.entry(key).or_default().add(addition, viewer);
        }
    }

    fn told_apart(&self, dimension: Dimension) -> usize {
        let first = (dimension, String::new());
        let values = self.values.range(first..);
        values.take_while(|((of, _), _)| *of == dimension).count()
    }

    /// One more sitting was playing in a minute of it.
    pub(super) fn present(&mut self, at: DateTime<Utc>) {
        let minute = u16::try_from(at.hour() * 60 + at.minute()).unwrap_or_default();
        *self.minutes.entry(minute).or_default() += 1;
    }

    /// The most sittings that were playing in a minute of an hour, or of the day.
    pub fn peak(&self, hour: Option<u8>) -> u32 {
        let minutes = match hour {
            Some(hour) => u16::from(hour) * 60..u16::from(hour) * 60 + 60,
            None => 0..u16::MAX,
        };
        let minutes = self.minutes.range(minutes);
        minutes.map(|(_, sittings)| *sittings).max().unwrap_or(0)
    }
}
