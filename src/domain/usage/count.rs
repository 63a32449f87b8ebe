//! Counting: viewings that wait become days, curves and what is remembered of their sittings, each exactly once.
//!
//! One transaction writes all of that and removes what was counted, if nobody has counted in the meantime; so it may
//! stop, crash or be done twice at any point.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::curve::Curve;
use super::day::UsageDay;
use super::scope::Scope;
use super::sitting::{Sitting, clock_time};
use super::store::{Counted, UsageStore};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::lease::{Leases, may_work};
use crate::domain::watching::{SittingId, Viewing};

/// About how many viewings are counted at once: as many as are written in about a second, for a store has a time limit, and
/// the embedded one lets nobody else write meanwhile.
const AT_ONCE: usize = 20_000;
/// For how long after its last viewing a sitting is remembered: longer than events may be old.
const REMEMBERED: TimeDelta = TimeDelta::days(8);
const LEASE: &str = "count_usage";
const LEASE_TIME: Duration = Duration::from_secs(10);

/// What became of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountRound {
    /// So many viewings were counted, and more wait.
    More(usize),
    /// So many viewings were counted, which is all that waited.
    Counted(usize),
    Nothing,
    /// Another server has the lease.
    Elsewhere,
}

/// Counts what waits, in turns.
#[derive(Clone)]
pub struct UsageCounter {
    store: Arc<dyn UsageStore>,
    leases: Arc<dyn Leases>,
    clock: Arc<dyn Clock>,
    holder: Uuid,
    /// About how many viewings the next round counts.
    at_once: Arc<AtomicUsize>,
}

/// The rows that viewings change.
struct Tallies {
    now: DateTime<Utc>,
    sittings: HashMap<SittingId, Sitting>,
    days: BTreeMap<(Scope, NaiveDate), UsageDay>,
    curves: BTreeMap<Scope, Curve>,
}

impl UsageCounter {
    /// A counter with a name of its own among those that may count.
    pub fn new(
        store: Arc<dyn UsageStore>,
        leases: Arc<dyn Leases>,
        clock: Arc<dyn Clock>,
        holder: Uuid,
    ) -> Self {
        Self {
            store,
            leases,
            clock,
            holder,
            at_once: Arc::new(AtomicUsize::new(AT_ONCE)),
        }
    }

    /// Counts some of what waits, unless another server does. The lease saves work; what is right is seen to by the
    /// number of the turn. After a round that failed fewer are counted at once, for it may have taken too long.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn round(&self) -> Result<CountRound, StoreError> {
        let at_once = self.at_once.load(Ordering::Relaxed);
        let round = self.count(at_once).await;
        let next = match round {
            Ok(_) => (at_once * 2).min(AT_ONCE),
            Err(_) => (at_once / 2).max(1),
        };
        self.at_once.store(next, Ordering::Relaxed);
        round
    }

    async fn count(&self, at_once: usize) -> Result<CountRound, StoreError> {
        if !may_work(&*self.leases, LEASE, self.holder, LEASE_TIME).await? {
            return Ok(CountRound::Elsewhere);
        }
        let turn = self.store.turn().await?;
        let batches = self.store.waiting(at_once).await?;
        let Some(oldest) = batches.iter().map(|batch| batch.at).min() else {
            metrics::gauge!("usage_lag_seconds").set(0.0);
            return Ok(CountRound::Nothing);
        };
        let now = self.clock.now();
        metrics::gauge!("usage_lag_seconds").set((now - oldest).as_seconds_f64().max(0.0));
        let ids = batches.iter().map(|batch| batch.id).collect();
        let viewings = batches.into_iter().flat_map(|batch| batch.viewings);
        let mut viewings: Vec<Viewing> = viewings.collect();
        // A player that was off the net may send the latest first, and views follow each other.
        viewings.sort_by_key(|viewing| viewing.from_at);
        let mut tallies = self.read(&viewings, now).await?;
        let repeated = viewings
            .iter()
            .filter(|viewing| !tallies.count(viewing))
            .count();
        let count = viewings.len();
        if !self.store.commit(turn, &tallies.counted(ids)).await? {
            // Whoever was faster has counted them.
            return Ok(CountRound::More(0));
        }
        metrics::counter!("usage_counted_viewings_total").increment(count as u64);
        metrics::counter!("usage_repeated_events_total").increment(repeated as u64);
        Ok(if count >= at_once {
            CountRound::More(count)
        } else {
            CountRound::Counted(count)
        })
    }

    /// So that another server need not wait.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn leave(&self) -> Result<(), StoreError> {
        self.leases.release(LEASE, self.holder).await
    }

    /// Forgets sittings of which nothing can come any more. Says how many.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn forget(&self) -> Result<u64, StoreError> {
        let before = self.clock.now() - REMEMBERED;
        let mut forgotten = 0;
        loop {
            match self.store.forget_sittings(before).await? {
                0 => return Ok(forgotten),
                some => forgotten += some,
            }
        }
    }

    async fn read(&self, viewings: &[Viewing], now: DateTime<Utc>) -> Result<Tallies, StoreError> {
        let ids: BTreeSet<SittingId> = viewings.iter().map(|viewing| viewing.sitting).collect();
        let items: BTreeSet<Scope> = viewings.iter().map(Scope::item).collect();
        let days: BTreeSet<(Scope, NaiveDate)> = viewings
            .iter()
            .flat_map(|viewing| {
                let (begin, end) = clock_time(viewing);
                let days = begin.date_naive().iter_days();
                let days = days.take_while(move |day| *day <= end.date_naive());
                days.flat_map(|day| Scope::all(viewing).map(move |scope| (scope, day)))
            })
            .collect();
        let (ids, items, days) = (
            ids.into_iter().collect::<Vec<_>>(),
            items.into_iter().collect::<Vec<_>>(),
            days.into_iter().collect::<Vec<_>>(),
        );
        let (sittings, days, curves) = futures::try_join!(
            self.store.sittings(&ids),
            self.store.days(&days),
            self.store.curves(&items)
        )?;
        let sittings = sittings.into_iter().map(|mut sitting| {
            sitting.stamp = sitting.stamp.next(now);
            (sitting.id, sitting)
        });
        let days = days.into_iter().map(|mut day| {
            day.stamp = day.stamp.next(now);
            ((day.scope, day.day), day)
        });
        let curves = curves.into_iter().map(|mut curve| {
            curve.stamp = curve.stamp.next(now);
            (curve.item, curve)
        });
        Ok(Tallies {
            now,
            sittings: sittings.collect(),
            days: days.collect(),
            curves: curves.collect(),
        })
    }
}

impl Tallies {
    /// Counts a viewing. False: it was counted before.
    fn count(&mut self, viewing: &Viewing) -> bool {
        let now = self.now;
        let sitting = self.sittings.entry(viewing.sitting);
        let sitting = sitting.or_insert_with(|| Sitting::new(viewing.sitting, now));
        let Some(effect) = sitting.take(viewing) else {
            return false;
        };
        for scope in Scope::all(viewing) {
            let (kind, id) = scope.key();
            let viewer = viewing.sitting.viewer_of(format!("{kind} {id}").as_bytes());
            for (hour, addition) in &effect.hours {
                let day = self.day(scope, hour.date_naive());
                day.add(*hour, *addition, viewer, &viewing.origin);
            }
            for minute in &effect.minutes {
                self.day(scope, minute.date_naive()).present(*minute);
            }
        }
        let item = Scope::item(viewing);
        let curve = self.curves.entry(item);
        let curve = curve.or_insert_with(|| Curve::new(item, now));
        curve.sittings += u64::from(effect.is_first);
        curve.duration = viewing.duration.or(curve.duration);
        for part in effect.watched {
            curve.watched(part);
        }
        for part in effect.watched_again {
            curve.watched_again(part);
        }
        true
    }

    fn day(&mut self, scope: Scope, day: NaiveDate) -> &mut UsageDay {
        let now = self.now;
        self.days
            .entry((scope, day))
            .or_insert_with(|| UsageDay::new(scope, day, now))
    }

    fn counted(self, batches: Vec<Uuid>) -> Counted {
        Counted {
            batches,
            sittings: self.sittings.into_values().collect(),
            days: self.days.into_values().collect(),
            curves: self.curves.into_values().collect(),
        }
    }
}
