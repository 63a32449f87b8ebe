//! Limits within the process.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota};
use moka::Expiry;
use moka::ops::compute::{CompResult, Op};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::domain::error::StoreError;
use crate::domain::limits::{Backoff, Rate, RateLimiter, Take, Taken, Verdict};

/// How many keys' attempts are remembered: when there are more, those go that were looked at the longest ago.
const CAPACITY: u64 = 200_000;
/// With no more keys of a rate than this it is not worth looking for those that no longer limit anything.
const FEW: usize = 1024;

/// Limits in memory. Clones share them.
#[derive(Clone)]
pub struct MemoryLimiter {
    buckets: Arc<RwLock<HashMap<Rate, Arc<Buckets>>>>,
    levels: Arc<Mutex<Levels>>,
    attempts: Cache<String, Attempts>,
}

/// The buckets of one rate.
struct Buckets {
    limiter: DefaultKeyedRateLimiter<String>,
    /// At how many keys the full buckets, which no longer limit anything, are dropped next.
    many: AtomicUsize,
}

/// The buckets from which several are taken at once: when each will be full again, by rate and key. Not governor's,
/// which cannot take of two buckets or of none.
struct Levels {
    full_at: HashMap<(Rate, String), Instant>,
    /// With how many keys the full ones, which say nothing, are thrown away next.
    many: usize,
}

impl Levels {
    fn take_all(&mut self, takes: &[Take], now: Instant) -> Vec<Taken> {
        let looked: Vec<(Taken, Instant)> = takes.iter().map(|take| self.look(take, now)).collect();
        let are_allowed = looked
            .iter()
            .all(|(taken, _)| taken.verdict == Verdict::Allowed);
        if !are_allowed {
            return looked.into_iter().map(|(taken, _)| taken).collect();
        }
        let taken = takes.iter().zip(looked).map(|(take, (taken, full_at))| {
            self.full_at.insert((take.rate, take.key.clone()), full_at);
            Taken {
                left: taken.left - take.count,
                ..taken
            }
        });
        let taken = taken.collect();
        if self.full_at.len() >= self.many {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.full_at.shrink_to_fit();
            self.many = (self.full_at.len() * 2).max(FEW);
        }
        taken
    }

    /// What is in a bucket, whether that is enough, and when it would be full again if so many were taken.
    fn look(&self, take: &Take, now: Instant) -> (Taken, Instant) {
        let (interval, period) = (take.rate.interval(), take.rate.period);
        let known = self.full_at.get(&(take.rate, take.key.clone()));
        let full_at = known.map_or(now, |full_at| (*full_at).max(now));
        let missing = full_at - now;
        let left = take.rate.count.saturating_sub(intervals(missing, interval));
        let full_at = full_at + interval * take.count;
        let verdict = if left >= take.count {
            Verdict::Allowed
        } else {
            Verdict::Wait((full_at - now).saturating_sub(period))
        };
        (Taken { verdict, left }, full_at)
    }
}

/// How many tokens are missing, begun ones included.
fn intervals(missing: Duration, interval: Duration) -> u32 {
    let interval = interval.as_nanos().max(1);
    u32::try_from(missing.as_nanos().div_ceil(interval)).unwrap_or(u32::MAX)
}

/// The attempts of a key.
#[derive(Clone, Copy)]
struct Attempts {
    count: u32,
    /// When the next may be.
    until: Instant,
    /// When they are forgotten.
    forgotten: Instant,
}

/// Forgets attempts at their time.
struct Forgetting;

impl Expiry<String, Attempts> for Forgetting {
    fn expire_after_create(&self, _: &String, value: &Attempts, now: Instant) -> Option<Duration> {
        Some(value.forgotten.saturating_duration_since(now))
    }

    fn expire_after_update(
        &self,
        _: &String,
        value: &Attempts,
        now: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(value.forgotten.saturating_duration_since(now))
    }
}

impl Default for MemoryLimiter {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLimiter {
    /// Nobody has done anything yet.
    pub fn new() -> Self {
        Self {
            buckets: Arc::default(),
            levels: Arc::new(Mutex::new(Levels {
                full_at: HashMap::new(),
                many: FEW,
            })),
            attempts: Cache::builder()
                .max_capacity(CAPACITY)
                // By default a full cache turns new keys away, and a crowd of others would stop the counting.
                .eviction_policy(EvictionPolicy::lru())
                .expire_after(Forgetting)
                .build(),
        }
    }

    /// The buckets of a rate; `None` if it has no limit.
    fn buckets(&self, rate: Rate) -> Option<Arc<Buckets>> {
        let known = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(buckets) = known.get(&rate) {
            return Some(Arc::clone(buckets));
        }
        drop(known);
        let count = NonZeroU32::new(rate.count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(rate.interval())?.allow_burst(count);
        let mut all = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        let buckets = all
            .entry(rate)
            .or_insert_with(|| Arc::new(Buckets::new(quota)));
        Some(Arc::clone(buckets))
    }
}

impl Buckets {
    fn new(quota: Quota) -> Self {
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(quota),
            many: AtomicUsize::new(FEW),
        }
    }

    fn take(&self, key: &str) -> Verdict {
        let taken = self.limiter.check_key(&key.to_owned());
        if self.limiter.len() >= self.many.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            let many = (self.limiter.len() * 2).max(FEW);
            self.many.store(many, Ordering::Relaxed);
        }
        match taken {
            Ok(()) => Verdict::Allowed,
            Err(early) => Verdict::Wait(early.wait_time_from(self.limiter.clock().now())),
        }
    }
}

#[async_trait]
impl RateLimiter for MemoryLimiter {
    async fn take(&self, key: &str, rate: Rate) -> Result<Verdict, StoreError> {
        Ok(match self.buckets(rate) {
            Some(buckets) => buckets.take(key),
            None => Verdict::Allowed,
        })
    }

    async fn take_all(&self, takes: &[Take]) -> Result<Vec<Taken>, StoreError> {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(levels.take_all(takes, Instant::now()))
    }

    async fn attempt(&self, key: &str, backoff: Backoff) -> Result<Verdict, StoreError> {
        let entry = self.attempts.entry_by_ref(key);
        // Of all that do this with one key at a time, one after the other.
        let result = entry.and_compute_with(|entry| {
            let now = Instant::now();
            let before = entry.map(moka::Entry::into_value);
            if before.is_some_and(|before| before.until > now) {
                return Op::Nop;
            }
            let count = before.map_or(0, |before| before.count).saturating_add(1);
            let delay = backoff.delay(count);
            Op::Put(Attempts {
                count,
                until: now + delay,
                forgotten: now + backoff.forget_after.max(delay),
            })
        });
        Ok(match result {
            CompResult::Unchanged(entry) => Verdict::Wait(
                entry
                    .value()
                    .until
                    .saturating_duration_since(Instant::now()),
            ),
            _ => Verdict::Allowed,
        })
    }

    async fn forgive(&self, key: &str) -> Result<(), StoreError> {
        self.attempts.invalidate(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::budget::BudgetPolicy;

    #[tokio::test]
    async fn full_buckets_are_thrown_away() {
        let limiter = MemoryLimiter::new();
        let rate = Rate {
            count: 1,
            period: Duration::from_micros(1),
        };

        for key in 0..10 * FEW {
            drop(limiter.take(&key.to_string(), rate).await);
        }

        let buckets = limiter.buckets(rate).unwrap();
        assert!(buckets.limiter.len() <= FEW, "{}", buckets.limiter.len());
    }

    #[tokio::test]
    async fn a_rate_of_no_time_is_no_limit() {
        let limiter = MemoryLimiter::new();
        let rate = Rate {
            count: 1,
            period: Duration::ZERO,
        };

        for _ in 0..3 {
            assert_eq!(limiter.take("key", rate).await.unwrap(), Verdict::Allowed);
        }
    }

    #[tokio::test]
    async fn with_too_many_keys_new_ones_are_still_counted() {
        let limiter = MemoryLimiter::new();
        let backoff = Backoff {
            free: 0,
            first: Duration::from_secs(60),
            longest: Duration::from_secs(60),
            forget_after: Duration::from_secs(60),
        };
        for key in 0..CAPACITY + 10_000 {
            drop(limiter.attempt(&key.to_string(), backoff).await);
        }
        limiter.attempts.run_pending_tasks();
        assert!(limiter.attempts.entry_count() <= CAPACITY);

        let first = limiter.attempt("new", backoff).await.unwrap();
        limiter.attempts.run_pending_tasks();
        let second = limiter.attempt("new", backoff).await.unwrap();

        assert_eq!(first, Verdict::Allowed);
        assert!(matches!(second, Verdict::Wait(_)), "{second:?}");
    }

    /// A second on the clock of a test.
    fn spend(levels: &mut Levels, now: Instant, rate: Rate, units: u32) -> Verdict {
        let take = Take::new("somebody".to_owned(), rate, units);
        levels.take_all(&[take], now)[0].verdict
    }

    #[test]
    fn a_person_who_types_scrolls_and_opens_titles_for_an_hour_meets_no_limit() {
        // As they weigh (`graphql/weights.rs`): a search, a page of twenty titles with all that is shown, a title's page.
        let (search, page, title) = (190, 2_600, 2_600);
        let begin = Instant::now();
        for rate in [
            BudgetPolicy::default().strangers,
            BudgetPolicy::default().viewer,
        ] {
            let mut levels = Levels {
                full_at: HashMap::new(),
                many: FEW,
            };
            for second in 0..3_600 {
                let now = begin + Duration::from_secs(second);
                let typed = std::iter::repeat_n(search, 8);
                let scrolled = (second % 3 == 0).then_some(page);
                let opened = (second % 4 == 0).then_some(title);
                for units in typed.chain(scrolled).chain(opened) {
                    assert_eq!(spend(&mut levels, now, rate, units), Verdict::Allowed);
                }
            }
        }
    }

    #[test]
    fn a_program_that_asks_for_the_most_over_and_over_is_slowed_down() {
        let rate = BudgetPolicy::default().strangers;
        let mut levels = Levels {
            full_at: HashMap::new(),
            many: FEW,
        };
        let begin = Instant::now();
        let allowed = (0..600u32).filter(|tenth| {
            let now = begin + Duration::from_millis(u64::from(*tenth) * 100);
            spend(&mut levels, now, rate, 26_541) == Verdict::Allowed
        });

        // Fifteen at once, and one each three seconds: a twentieth of a processor.
        assert!((36..=38).contains(&allowed.count()));
    }
}
