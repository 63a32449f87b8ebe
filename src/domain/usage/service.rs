//! The use cases of usage: reading what was watched, and taking in what other players play.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Days, DurationRound, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::curve::CurvePoint;
use super::day::{Dimension, Metric, Tally, UsageDay};
use super::error::UsageError;
use super::events::{EventProblem, MOST_EVENTS, PlayerEvent};
use super::scope::Scope;
use super::store::{DaySum, UsageStore, WaitingBatch};
use crate::domain::catalog::{CatalogService, TitleKind, Visibility};
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::viewer::KnownViewer;
use crate::domain::watching::{SittingId, Viewing, WatchedItem};

/// The longest range, in days.
const MOST_DAYS: i64 = 1100;
/// How many days are read at once, and one.
const TOGETHER: u64 = 30;
/// The most points of a series: each hour of a month.
const MOST_POINTS: usize = 1100;
/// The most parts of a retention curve: each second of a day.
const MOST_PARTS: usize = 86_400;
/// The most titles of a top list, and days of a page.
const MOST_ROWS: usize = 1000;

/// How long a point of a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Hour,
    /// A day of UTC.
    Day,
}

/// Whole hours (UTC) from one moment to another, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// What was watched in a range.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Summary {
    pub plays: u64,
    pub views: u64,
    /// Different viewers, by a sketch with a standard error of 1.6 % above some 100.
    pub viewers: u64,
    pub seconds: f64,
    pub peak: u32,
}

/// A point of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When its hour or day begins, in UTC.
    pub at: DateTime<Utc>,
    pub value: f64,
}

/// What was watched with one value of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// A country's code, a device's word, a client's name; empty: it was not known.
    pub value: String,
    /// Without a peak, which is known of all together alone.
    pub summary: Summary,
}

/// Which parts of an item are watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// How many sittings watched anything of it.
    pub sittings: u64,
    /// How long the item is, in seconds, as the latest of them knew.
    pub duration: Option<f64>,
    pub points: Vec<CurvePoint>,
}

/// A title of a top list.
pub type TopTitle = DaySum;

/// The use cases of usage.
#[derive(Clone)]
pub struct UsageService {
    store: Arc<dyn UsageStore>,
    catalog: CatalogService,
    clock: Arc<dyn Clock>,
}

impl Range {
    /// The hours from one moment to another, both made whole outwards. Without an end until now; without a beginning the
    /// 28 days before the end.
    pub fn new(
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, UsageError> {
        let to = hour_after(to.unwrap_or(now));
        let from = match from {
            Some(from) => from,
            None => to - TimeDelta::days(28),
        };
        let from = from.duration_trunc(TimeDelta::hours(1)).unwrap_or(from);
        if from >= to {
            return Err(UsageError::BadRange("`from` must be before `to`"));
        }
        if (to - from).num_days() > MOST_DAYS {
            return Err(UsageError::BadRange("a range can have at most 1100 days"));
        }
        Ok(Self { from, to })
    }

    /// The beginning of its first hour.
    pub fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// The end of its last hour.
    pub fn to(&self) -> DateTime<Utc> {
        self.to
    }

    fn first_day(&self) -> NaiveDate {
        self.from.date_naive()
    }

    /// The day of its last hour.
    fn last_day(&self) -> NaiveDate {
        (self.to - TimeDelta::milliseconds(1)).date_naive()
    }

    /// The hours of a day that are in it; none: all of them.
    fn hours_of(&self, day: NaiveDate) -> Option<std::ops::Range<u8>> {
        let midnight = day.and_time(NaiveTime::MIN).and_utc();
        let hour = |at: DateTime<Utc>| u8::try_from((at - midnight).num_hours().clamp(0, 24));
        let hours = hour(self.from).unwrap_or(0)..hour(self.to).unwrap_or(24);
        (hours != (0..24)).then_some(hours)
    }
}

fn hour_after(at: DateTime<Utc>) -> DateTime<Utc> {
    let begun = at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at);
    if begun == at {
        at
    } else {
        begun + TimeDelta::hours(1)
    }
}

/// A sum that is under way.
#[derive(Default)]
struct Sum {
    tally: Tally,
    peak: u32,
}

impl Sum {
    fn add_hour(&mut self, day: &UsageDay, hour: u8) {
        if let Some(tally) = day.hours.get(&hour) {
            self.tally.unite(tally);
        }
        self.peak = self.peak.max(day.peak(Some(hour)));
    }

    fn add(&mut self, day: &UsageDay, hours: Option<std::ops::Range<u8>>) {
        if let Some(hours) = hours {
            hours.for_each(|hour| self.add_hour(day, hour));
        } else {
            self.tally.unite(&day.total);
            self.peak = self.peak.max(day.peak(None));
        }
    }

    fn summary(&self) -> Summary {
        Summary {
            plays: self.tally.plays,
            views: self.tally.views,
            viewers: self.tally.viewers.count(),
            seconds: self.tally.seconds,
            peak: self.peak,
        }
    }
}

impl Summary {
    /// The seconds that were played in a sitting, at the mean; 0 if none began.
    #[expect(clippy::cast_precision_loss, reason = "no site has 2^53 sittings")]
    pub fn average(&self) -> f64 {
        if self.plays == 0 {
            return 0.0;
        }
        self.seconds / self.plays as f64
    }

    /// One of its figures.
    #[expect(
        clippy::cast_precision_loss,
        reason = "no site has 2^53 of anything in a day"
    )]
    pub fn value(&self, metric: Metric) -> f64 {
        match metric {
            Metric::Plays => self.plays as f64,
            Metric::Views => self.views as f64,
            Metric::Viewers => self.viewers as f64,
            Metric::WatchSeconds => self.seconds,
            Metric::Peak => f64::from(self.peak),
        }
    }
}

impl UsageService {
    /// A service on a store and on the catalogue.
    pub fn new(store: Arc<dyn UsageStore>, catalog: CatalogService, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            catalog,
            clock,
        }
    }

    /// A range that may leave its ends open; see [`Range::new`].
    pub fn range(
        &self,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> Result<Range, UsageError> {
        Range::new(from, to, self.clock.now())
    }

    /// What was watched in a range.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn summary(&self, scope: Scope, range: Range) -> Result<Summary, UsageError> {
        let mut sum = Sum::default();
        let add = |day: UsageDay| sum.add(&day, range.hours_of(day.day));
        self.each_day(scope, range, add).await?;
        Ok(sum.summary())
    }

    /// What was watched in each hour or day of a range, in order; where nothing was watched the value is 0.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn series(
        &self,
        scope: Scope,
        metric: Metric,
        range: Range,
        by: By,
    ) -> Result<Vec<Point>, UsageError> {
        let hours = (range.to - range.from).num_hours();
        if by == By::Hour && usize::try_from(hours).unwrap_or(usize::MAX) > MOST_POINTS {
            return Err(UsageError::BadRange(
                "a range by hour can have at most 1100 hours",
            ));
        }
        let mut values: BTreeMap<DateTime<Utc>, f64> = BTreeMap::new();
        let add = |day: UsageDay| {
            let midnight = day.day.and_time(NaiveTime::MIN).and_utc();
            match by {
                By::Hour => {
                    for hour in range.hours_of(day.day).unwrap_or(0..24) {
                        let mut sum = Sum::default();
                        sum.add_hour(&day, hour);
                        let at = midnight + TimeDelta::hours(i64::from(hour));
                        values.insert(at, sum.summary().value(metric));
                    }
                }
                By::Day => {
                    let mut sum = Sum::default();
                    sum.add(&day, range.hours_of(day.day));
                    values.insert(midnight, sum.summary().value(metric));
                }
            }
        };
        self.each_day(scope, range, add).await?;
        let (mut at, step) = match by {
            By::Hour => (range.from, TimeDelta::hours(1)),
            By::Day => {
                let midnight = range.first_day().and_time(NaiveTime::MIN).and_utc();
                (midnight, TimeDelta::days(1))
            }
        };
        let mut points = Vec::new();
        while at < range.to {
            let value = values.get(&at).copied().unwrap_or(0.0);
            points.push(Point { at, value });
            at += step;
        }
        Ok(points)
    }

    /// What was watched on the days of a range, by the values of a dimension, the most watched first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn breakdown(
        &self,
        scope: Scope,
        dimension: Dimension,
        range: Range,
    ) -> Result<Vec<Share>, UsageError> {
        let mut values: BTreeMap<String, Sum> = BTreeMap::new();
        let add = |day: UsageDay| {
            for ((of, value), tally) in day.values {
                if of == dimension {
                    values.entry(value).or_default().tally.unite(&tally);
                }
            }
        };
        self.each_day(scope, range, add).await?;
        let shares = values.into_iter().map(|(value, sum)| Share {
            value,
            summary: sum.summary(),
        });
        let mut shares: Vec<Share> = shares.collect();
        shares.sort_by(|a, b| b.summary.seconds.total_cmp(&a.summary.seconds));
        Ok(shares)
    }

    /// Which parts of a film or an episode are watched, in so many parts, 1 to 86,400, or as many as there are; none:
    /// nobody watched it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn retention(
        &self,
        item: Scope,
        parts: Option<usize>,
    ) -> Result<Option<Retention>, UsageError> {
        let parts = parts.unwrap_or(MOST_PARTS);
        check("buckets", parts, MOST_PARTS)?;
        let curve = self.store.curves(&[item]).await?.pop();
        Ok(curve.map(|curve| Retention {
            sittings: curve.sittings,
            duration: curve.duration,
            points: curve.points(parts),
        }))
    }

    /// The titles that were watched most on the days of a range, the most watched first. By views, plays or seconds:
    /// viewers and peaks of several days cannot be added.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn top(
        &self,
        metric: Metric,
        range: Range,
        limit: usize,
    ) -> Result<Vec<TopTitle>, UsageError> {
        check("first", limit, MOST_ROWS)?;
        if matches!(metric, Metric::Viewers | Metric::Peak) {
            return Err(UsageError::NotSummed);
        }
        let (first, last) = (range.first_day(), range.last_day());
        let titles = self.store.top_titles(metric, first, last, limit);
        Ok(titles.await?)
    }

    /// The days of all titles and episodes in a range, those after a place, by day, kind and id.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn days_after(
        &self,
        after: Option<(NaiveDate, Scope)>,
        range: Range,
        limit: usize,
    ) -> Result<Vec<UsageDay>, UsageError> {
        check("first", limit, MOST_ROWS)?;
        let (first, last) = (range.first_day(), range.last_day());
        Ok(self.store.days_after(after, first, last, limit).await?)
    }

    /// Takes in what other players play, all of it or nothing. It is durable once this returns, and counted within
    /// moments. What was sent before is not counted again.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn record(
        &self,
        visibility: &Visibility,
        sender: &KnownViewer,
        events: &[PlayerEvent],
    ) -> Result<(), UsageError> {
        check("events", events.len(), MOST_EVENTS)?;
        let now = self.clock.now();
        let items = self.items(visibility, events).await?;
        let sender = sender.user.to_string();
        let mut viewings: Vec<Viewing> = Vec::with_capacity(events.len());
        let mut problems = Vec::new();
        for (index, event) in events.iter().enumerate() {
            let problem = match (event.check(now), items.get(&event.item)) {
                (Err(problem), _) => problem,
                (Ok(()), None) => ("item", "there is no such film or episode".to_owned()),
                (Ok(()), Some((title, length))) => {
                    viewings.push(event.viewing(&sender, *title, *length));
                    continue;
                }
            };
            let (field, detail) = problem;
            problems.push(EventProblem {
                index,
                field,
                detail,
            });
        }
        if !problems.is_empty() {
            return Err(UsageError::BadEvents(problems));
        }
        let batch = WaitingBatch {
            id: unique_name(),
            at: now,
            viewings,
        };
        Ok(self.store.keep_waiting(&batch).await?)
    }

    /// Removes what is remembered of a profile's sittings; what was counted of them names nobody and stays.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), UsageError> {
        let viewer = SittingId::viewer(profile);
        Ok(self.store.erase_viewer(viewer).await?)
    }

    /// The title and the length in seconds of each item that there is.
    async fn items(
        &self,
        visibility: &Visibility,
        events: &[PlayerEvent],
    ) -> Result<HashMap<WatchedItem, (TitleId, Option<f64>)>, UsageError> {
        let items = events.iter().map(|event| event.item);
        let films: Vec<TitleId> = items
            .clone()
            .filter_map(|item| match item {
                WatchedItem::Film(film) => Some(film),
                WatchedItem::Episode(_) | WatchedItem::Series(_) => None,
            })
            .collect();
        let episodes: Vec<EpisodeId> = items
            .filter_map(|item| match item {
                WatchedItem::Episode(episode) => Some(episode),
                WatchedItem::Film(_) | WatchedItem::Series(_) => None,
            })
            .collect();
        let (films, episodes) = (distinct(films), distinct(episodes));
        let films = self.catalog.titles(visibility, &films).await?;
        let episodes = self.catalog.episodes(visibility, &episodes).await?;
        let films = films
            .iter()
            .filter(|film| film.kind == TitleKind::Film)
            .map(|film| {
                let length = film.duration.map(f64::from);
                (WatchedItem::Film(film.id), (film.id, length))
            });
        let episodes = episodes.iter().map(|episode| {
            let length = episode.duration.map(f64::from);
            (WatchedItem::Episode(episode.id), (episode.series, length))
        });
        Ok(films.chain(episodes).collect())
    }

    /// Takes the days of a scope one after the other, by day. They are read in pieces, for one of a large site is long.
    async fn each_day(
        &self,
        scope: Scope,
        range: Range,
        mut take: impl FnMut(UsageDay),
    ) -> Result<(), StoreError> {
        let (mut first, end) = (range.first_day(), range.last_day());
        while first <= end {
            let last = end.min(first + Days::new(TOGETHER));
            let days = self.store.days_between(scope, first, last).await?;
            days.into_iter().for_each(&mut take);
            first = last + Days::new(1);
        }
        Ok(())
    }
}

fn distinct<T: Ord>(mut ids: Vec<T>) -> Vec<T> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn check(what: &'static str, found: usize, most: usize) -> Result<(), UsageError> {
    if (1..=most).contains(&found) {
        Ok(())
    } else {
        Err(UsageError::OutOfRange { what, found, most })
    }
}
