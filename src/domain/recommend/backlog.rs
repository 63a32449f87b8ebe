//! The backlog of the projection: what was written and is not in the graph yet, and whether it shrinks.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::notes::Phase;
use crate::domain::error::StoreError;
use crate::domain::measured::measured;
use crate::domain::unreadable::passed_over;

/// After how long without progress the projection stands still: longer than any pause of its own.
const STANDSTILL: TimeDelta = TimeDelta::seconds(60);

measured! {
/// Tells how much waits for projection. Counts are as exact as the store can tell without a lock.
#[async_trait]
pub trait BacklogStore: Send + Sync {
    /// What waits at this moment.
    async fn backlog(&self) -> Result<Backlog, StoreError>;
}
}

/// What waits for projection, by what it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    pub titles: Waiting,
    /// What profiles watched of a title.
    pub watches: Waiting,
    /// Titles whose number of departed watchers has grown.
    pub departures: Waiting,
}

/// Documents of one sort that wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    pub documents: u64,
    /// When the one that waits the longest was written, in the record's own time; a title: when it was last written.
    /// `None`: none waits, or that is not known.
    pub since: Option<DateTime<Utc>>,
    /// The place in the queue of the one that waits the longest: it only grows as the queue is worked off.
    pub first: i64,
}

impl Backlog {
    /// Each sort, as metrics call it.
    pub fn sorts(&self) -> [(&'static str, Waiting); 3] {
        [
            ("titles", self.titles),
            ("watches", self.watches),
            ("departures", self.departures),
        ]
    }
}

impl Waiting {
    /// How far the graph lags behind.
    pub fn lag(&self, now: DateTime<Utc>) -> TimeDelta {
        self.since
            .map_or(TimeDelta::zero(), |since| now - since)
            .max(TimeDelta::zero())
    }

    /// Whether something was projected since `before`. What is written meanwhile makes more wait, but at the end of the
    /// queue.
    fn has_progressed_from(&self, before: &Self) -> bool {
        self.documents == 0 || self.documents < before.documents || self.first > before.first
    }
}

/// Whether the projection gets on, as far as was seen. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct ProjectionProgress(Arc<Mutex<Known>>);

/// What is known of it.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    seen: Option<Seen>,
    /// The phase of the making anew of the graph that is under way.
    rebuild: Option<&'static str>,
}

/// For each sort, what was seen last, and when it last got on.
#[derive(Debug, Clone, Copy)]
struct Seen {
    backlog: Backlog,
    progress: [DateTime<Utc>; 3],
}

impl ProjectionProgress {
    /// Takes in what waits at this moment.
    pub fn see(&self, backlog: Backlog, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // While everything is marked, ever more waits, however much is projected meanwhile.
        let is_marking = known.rebuild == Some(Phase::MARKING);
        let before = known.seen.filter(|_| !is_marking);
        let mut progress = before.map_or([now; 3], |seen| seen.progress);
        if let Some(seen) = before {
            let sorts = seen.backlog.sorts().into_iter().zip(backlog.sorts());
            for (progress, ((_, before), (_, waiting))) in progress.iter_mut().zip(sorts) {
                if waiting.has_progressed_from(&before) {
                    *progress = now;
                }
            }
        }
        known.seen = Some(Seen { backlog, progress });
    }

    /// Takes in which phase of the making anew of the graph is under way, if one is.
    pub fn see_rebuild(&self, phase: Option<&'static str>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .rebuild = phase;
    }

    /// The phase of the making anew of the graph that is under way, as far as was seen.
    pub fn rebuild(&self) -> Option<&'static str> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .rebuild
    }

    /// For how long something waits while nothing gets on; `None`: it gets on, or nothing waits, or it is too early to
    /// say.
    pub fn standstill(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner).seen?;
        let sorts = seen.backlog.sorts().into_iter().zip(seen.progress);
        sorts
            // What this version cannot read waits for one that can.
            .filter(|((sort, waiting), _)| waiting.documents > passed_over(sort))
            .map(|(_, progress)| now - progress)
            .filter(|still| *still >= STANDSTILL)
            .max()
    }
}

/// Looks at what waits.
#[derive(Clone)]
pub struct BacklogService {
    store: Arc<dyn BacklogStore>,
    progress: ProjectionProgress,
}

impl BacklogService {
    /// `progress` is where it is noted whether the projection gets on.
    pub fn new(store: Arc<dyn BacklogStore>, progress: ProjectionProgress) -> Self {
        Self { store, progress }
    }

    /// What waits at this moment, which is noted.
    pub async fn look(&self, now: DateTime<Utc>) -> Result<Backlog, StoreError> {
        let backlog = self.store.backlog().await?;
        self.progress.see(backlog, now);
        Ok(backlog)
    }

    /// For how long something waits while nothing gets on; see [`ProjectionProgress::standstill`].
    pub fn standstill(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.progress.standstill(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    fn watches(documents: u64, first: i64) -> Backlog {
        Backlog {
            watches: Waiting {
                documents,
                since: Some(at(0)),
                first,
            },
            ..Backlog::default()
        }
    }

    fn standstill(seen: &[(i64, Backlog)], now: i64) -> Option<i64> {
        let progress = ProjectionProgress::default();
        for (second, backlog) in seen {
            progress.see(*backlog, at(*second));
        }
        progress
            .standstill(at(now))
            .map(|still| still.num_seconds())
    }

    #[test]
    fn what_waits_and_does_not_get_less_stands_still_after_a_while() {
        let seen = [(0, watches(5, 7)), (15, watches(5, 7)), (30, watches(6, 7))];

        assert_eq!(standstill(&seen, 59), None);
        assert_eq!(standstill(&seen, 60), Some(60));
        assert_eq!(standstill(&seen, 90), Some(90));
    }

    #[test]
    fn what_gets_less_or_goes_on_in_the_queue_does_not_stand_still() {
        let less = [(0, watches(5, 7)), (50, watches(4, 7))];
        let on = [(0, watches(5, 7)), (50, watches(9, 8))];

        for seen in [less, on] {
            assert_eq!(standstill(&seen, 109), None);
            assert_eq!(standstill(&seen, 110), Some(60));
        }
    }

    #[test]
    fn what_grows_while_everything_is_marked_does_not_stand_still() {
        let progress = ProjectionProgress::default();
        progress.see_rebuild(Some(Phase::MARKING));
        progress.see(watches(5, 7), at(0));
        progress.see(watches(9000, 7), at(70));
        let marking = progress.standstill(at(71));
        progress.see_rebuild(Some("projecting"));
        progress.see(watches(9000, 7), at(140));

        assert_eq!(marking, None);
        assert_eq!(progress.standstill(at(141)), Some(TimeDelta::seconds(71)));
    }

    #[test]
    fn where_nothing_waits_nothing_stands_still() {
        let idle = [(0, watches(5, 7)), (10, watches(0, 0))];

        assert_eq!(standstill(&idle, 1000), None);
        assert_eq!(standstill(&[], 1000), None);
    }

    #[test]
    fn what_begins_to_wait_has_its_time() {
        let seen = [
            (0, watches(0, 0)),
            (500, watches(0, 0)),
            (510, watches(3, 9)),
        ];

        assert_eq!(standstill(&seen, 550), None);
        assert_eq!(standstill(&seen, 570), Some(60));
    }

    #[test]
    fn one_sort_that_gets_on_does_not_hide_another_that_does_not() {
        let both = |titles| Backlog {
            titles: Waiting {
                documents: titles,
                since: None,
                first: 0,
            },
            ..watches(5, 7)
        };

        assert_eq!(
            standstill(&[(0, both(9)), (40, both(8)), (70, both(7))], 80),
            Some(80)
        );
    }

    #[test]
    fn the_lag_is_the_age_of_what_waits_the_longest() {
        let waiting = watches(5, 7).watches;

        assert_eq!(waiting.lag(at(3)), TimeDelta::seconds(3));
        assert_eq!(waiting.lag(at(-3)), TimeDelta::zero());
        assert_eq!(Waiting::default().lag(at(3)), TimeDelta::zero());
    }
}
