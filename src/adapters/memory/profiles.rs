//! What is known of profiles: read when it is asked for, and kept until there is news of the profile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::flights::Flights;
use super::reads;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;

/// What nobody asks for goes after so long.
const IDLE: Duration = Duration::from_secs(600);
/// How many counters of news there are. Profiles that share one lose their values together.
const COUNTERS: usize = 1 << 14;

/// A value for each profile, bounded. Clones share it.
///
/// News and reads race: a value that was read before news must not be kept after it. So there is a count of news, a
/// value belongs to the count from before it was read, and it is fresh as long as that is still the count.
///
/// What has not changed stays the same `Arc`, also when it had to be read anew: others hang what they compute on it.
pub(super) struct ProfileCache<V> {
    name: &'static str,
    kept: Cache<ProfileId, Kept<V>>,
    news: Arc<[AtomicU64]>,
    under_way: Arc<Flights<(ProfileId, u64), Arc<V>>>,
    trusted: Duration,
}

/// A value as it is kept.
struct Kept<V> {
    value: Arc<V>,
    /// The count of news before it was read.
    news: u64,
    read_at: Instant,
}

impl<V> Clone for Kept<V> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            ..*self
        }
    }
}

impl<V> Clone for ProfileCache<V> {
    fn clone(&self) -> Self {
        Self {
            kept: self.kept.clone(),
            news: Arc::clone(&self.news),
            under_way: Arc::clone(&self.under_way),
            ..*self
        }
    }
}

impl<V: PartialEq + Send + Sync + 'static> ProfileCache<V> {
    /// An empty cache, called `name` where reads are counted, for values that together weigh so much. A value is
    /// trusted for so long without news.
    pub(super) fn new(
        name: &'static str,
        capacity: u64,
        trusted: Duration,
        weigh: impl Fn(&V) -> u32 + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            kept: Cache::builder()
                .max_capacity(capacity)
                .weigher(move |_, kept: &Kept<V>| weigh(&kept.value))
                .time_to_idle(IDLE)
                // By default a full cache turns new keys away, and those who come back the most are viewers of now.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            news: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            under_way: Arc::default(),
            trusted,
        }
    }

    /// The value of a profile: the one that is kept, or what `read` reads and `finish` makes of it. No change by
    /// [`Self::change`] comes between that and its being kept.
    pub(super) async fn get<T, R, F>(
        &self,
        profile: ProfileId,
        read: R,
        finish: impl FnOnce(T) -> V + Send + 'static,
    ) -> Result<Arc<V>, StoreError>
    where
        R: FnOnce() -> F,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let news = self.news(profile);
        let kept = self.kept.get(&profile);
        if let Some(kept) = kept.filter(|kept| self.is_fresh(kept, news)) {
            reads::count(self.name, 1, 0);
            return Ok(kept.value);
        }
        reads::count(self.name, 0, 1);
        let key = [(profile, news)];
        let answers = self.under_way.join(&key, |_| {
            let (cache, read_at) = (self.clone(), Instant::now());
            let reading = read();
            async move {
                let read = reading.await?;
                cache
                    .keep(profile, news, read_at, || finish(read))
                    .ok_or_else(|| StoreError::failed("a value that was not made"))
            }
        });
        let answer = answers.await?.pop();
        answer.ok_or_else(|| StoreError::failed("a read that nobody answers"))
    }

    /// What is kept of a profile, however old, for when nothing newer is to be had. What `finish` makes of it is kept in
    /// its place, as old as it was.
    pub(super) fn stale(&self, profile: ProfileId, finish: impl FnOnce(&V) -> V) -> Option<Arc<V>> {
        let entry = self.kept.entry(profile);
        let mut finished = None;
        entry.and_compute_with(|kept| {
            let Some(kept) = kept.map(moka::Entry::into_value) else {
                return Op::Nop;
            };
            let value = finish(&kept.value);
            if value == *kept.value {
                finished = Some(kept.value);
                return Op::Nop;
            }
            let value = Arc::new(value);
            finished = Some(Arc::clone(&value));
            Op::Put(Kept { value, ..kept })
        });
        finished
    }

    /// The count of news of a profile.
    pub(super) fn news(&self, profile: ProfileId) -> u64 {
        self.counter(profile).load(Ordering::SeqCst)
    }

    /// There is news of a profile: what was read before is read anew.
    pub(super) fn renew(&self, profile: ProfileId) {
        self.counter(profile).fetch_add(1, Ordering::SeqCst);
    }

    /// There may be news of every profile.
    pub(super) fn renew_all(&self) {
        for counter in &*self.news {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Drops what is kept of a profile, and what is being read.
    pub(super) fn forget(&self, profile: ProfileId) {
        self.renew(profile);
        // Not `invalidate`, which does not wait for somebody who is just keeping something.
        let entry = self.kept.entry(profile);
        entry.and_compute_with(|_| Op::Remove);
    }

    /// Changes the value that is kept, if there is one. `news` is the count from before the change was made: if there
    /// was other news since, the value is read anew instead.
    pub(super) fn change(&self, profile: ProfileId, news: u64, change: impl FnOnce(&V) -> V) {
        let entry = self.kept.entry(profile);
        entry.and_compute_with(|kept| {
            let Some(kept) = kept.map(moka::Entry::into_value) else {
                return Op::Nop;
            };
            if self.news(profile) != news {
                self.renew(profile);
                return Op::Nop;
            }
            if kept.news != news {
                return Op::Nop;
            }
            let value = change(&kept.value);
            if value == *kept.value {
                return Op::Nop;
            }
            let value = Arc::new(value);
            Op::Put(Kept { value, ..kept })
        });
    }

    fn keep(
        &self,
        profile: ProfileId,
        news: u64,
        read_at: Instant,
        finish: impl FnOnce() -> V,
    ) -> Option<Arc<V>> {
        let mut finished = None;
        let entry = self.kept.entry(profile);
        entry.and_compute_with(|kept| {
            let before = kept.map(moka::Entry::into_value);
            let value = finish();
            let value = match before {
                Some(before) if *before.value == value => before.value,
                _ => Arc::new(value),
            };
            finished = Some(Arc::clone(&value));
            if self.news(profile) == news {
                Op::Put(Kept {
                    value,
                    news,
                    read_at,
                })
            } else {
                Op::Nop
            }
        });
        finished
    }

    fn is_fresh(&self, kept: &Kept<V>, news: u64) -> bool {
        kept.news == news && kept.read_at.elapsed() < self.trusted
    }

    fn counter(&self, profile: ProfileId) -> &AtomicU64 {
        let place = usize::try_from(profile.0 % COUNTERS as u64);
        &self.news[place.unwrap_or_default()]
    }
}
