//! A cache of values by profile: read on demand, and cached until something about the profile changes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::flights::Flights;
use super::generations::Generations;
use super::reads;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;

/// How long a value is kept that nobody asks for.
const IDLE: Duration = Duration::from_secs(600);

/// A value for each profile, bounded. Clones share it. A value is fresh in the generation that it was read in; see
/// [`Generations`].
///
/// What has not changed stays the same `Arc`, also when it had to be read anew: others hang what they compute on it.
///
/// `X` is what comes with a value that is read, and is not kept; `E` says why one was not read.
pub(super) struct ProfileCache<V, X, E> {
    name: &'static str,
    cached: Cache<ProfileId, Cached<V>>,
    generations: Generations,
    under_way: Arc<Flights<SharedRead, Answer<V, X, E>>>,
    trusted: Duration,
}

/// A profile, a generation, and what else must be the same for a read to be shared.
type SharedRead = (ProfileId, u64, u64);

/// What a read says.
type Answer<V, X, E> = Result<(Arc<V>, X), E>;

/// A value as it is cached.
struct Cached<V> {
    value: Arc<V>,
    /// The generation before it was read.
    generation: u64,
    read_at: Instant,
}

impl<V> Clone for Cached<V> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            ..*self
        }
    }
}

impl<V, X, E> Clone for ProfileCache<V, X, E> {
    fn clone(&self) -> Self {
        Self {
            cached: self.cached.clone(),
            generations: self.generations.clone(),
            under_way: Arc::clone(&self.under_way),
            ..*self
        }
    }
}

impl<V, X, E> ProfileCache<V, X, E>
where
    V: PartialEq + Send + Sync + 'static,
    X: Clone + Send + Sync + 'static,
    E: From<StoreError> + Clone + Send + Sync + 'static,
{
    /// An empty cache, called `name` where reads are counted, for values that together weigh at most `capacity`. A
    /// value is trusted for as long as `trusted`, unless something about the profile changes.
    pub(super) fn new(
        name: &'static str,
        capacity: u64,
        trusted: Duration,
        weigh: impl Fn(&V) -> u32 + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            cached: Cache::builder()
                .max_capacity(capacity)
                .weigher(move |_, cached: &Cached<V>| weigh(&cached.value))
                .time_to_idle(IDLE)
                // By default a full cache turns new keys away, and those who come back the most are viewers of now.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            generations: Generations::new(),
            under_way: Arc::default(),
            trusted,
        }
    }

    /// The value of a profile: the one that is cached, or what `read` reads and `finish` makes of it, and then also what
    /// came with it. No change by [`Self::change`] comes between that and its being cached. A read that is under way is
    /// shared if it was begun with the same `mark`.
    pub(super) async fn get<T, R, F>(
        &self,
        profile: ProfileId,
        mark: u64,
        read: R,
        finish: impl FnOnce(T) -> V + Send + 'static,
    ) -> Result<(Arc<V>, Option<X>), E>
    where
        R: FnOnce() -> F,
        F: Future<Output = Result<(T, X), E>> + Send + 'static,
    {
        let generation = self.generation(profile);
        let cached = self.cached.get(&profile);
        if let Some(cached) = cached.filter(|cached| self.is_fresh(cached, generation)) {
            reads::count(self.name, 1, 0);
            return Ok((cached.value, None));
        }
        reads::count(self.name, 0, 1);
        let key = [(profile, generation, mark)];
        let answers = self.under_way.join(&key, |_| {
            let (cache, read_at) = (self.clone(), Instant::now());
            let reading = read();
            async move {
                let (read, with_it) = match reading.await {
                    Ok(read) => read,
                    Err(unread) => return Ok(Err(unread)),
                };
                let kept = cache.keep(profile, generation, read_at, || finish(read));
                match kept {
                    Some(value) => Ok(Ok((value, with_it))),
                    None => Err(StoreError::failed("a value that was not made")),
                }
            }
        });
        let answer = answers.await?.pop();
        let answer = answer.ok_or_else(|| StoreError::failed("a read that nobody answers"))?;
        answer.map(|(value, with_it)| (value, Some(with_it)))
    }

    /// What is cached of a profile, however old, for when nothing newer is to be had. What `finish` makes of it is cached in
    /// its place, as old as it was.
    pub(super) fn stale(&self, profile: ProfileId, finish: impl FnOnce(&V) -> V) -> Option<Arc<V>> {
        let entry = self.cached.entry(profile);
        let mut finished = None;
        entry.and_compute_with(|cached| {
            let Some(cached) = cached.map(moka::Entry::into_value) else {
                return Op::Nop;
            };
            let value = finish(&cached.value);
            if value == *cached.value {
                finished = Some(cached.value);
                return Op::Nop;
            }
            let value = Arc::new(value);
            finished = Some(Arc::clone(&value));
            Op::Put(Cached { value, ..cached })
        });
        finished
    }

    /// The current generation of a profile.
    pub(super) fn generation(&self, profile: ProfileId) -> u64 {
        self.generations.of(profile)
    }

    /// Something about a profile has changed: what was read before is read anew.
    pub(super) fn renew(&self, profile: ProfileId) {
        self.generations.begin(profile);
    }

    /// Something about any profile may have changed.
    pub(super) fn renew_all(&self) {
        self.generations.begin_all();
    }

    /// Drops what is cached of a profile, and what is being read.
    pub(super) fn forget(&self, profile: ProfileId) {
        self.renew(profile);
        // Not `invalidate`, which does not wait for somebody who is just keeping something.
        let entry = self.cached.entry(profile);
        entry.and_compute_with(|_| Op::Remove);
    }

    /// Changes the value that is cached, if there is one. `begun` is the generation from before the change was
    /// made: in a later one the value is read anew instead.
    pub(super) fn change(&self, profile: ProfileId, begun: u64, change: impl FnOnce(&V) -> V) {
        let entry = self.cached.entry(profile);
        entry.and_compute_with(|cached| {
            let Some(cached) = cached.map(moka::Entry::into_value) else {
                return Op::Nop;
            };
            if self.generation(profile) != begun {
                self.renew(profile);
                return Op::Nop;
            }
            if cached.generation != begun {
                return Op::Nop;
            }
            let value = change(&cached.value);
            if value == *cached.value {
                return Op::Nop;
            }
            let value = Arc::new(value);
            Op::Put(Cached { value, ..cached })
        });
    }

    fn keep(
        &self,
        profile: ProfileId,
        generation: u64,
        read_at: Instant,
        finish: impl FnOnce() -> V,
    ) -> Option<Arc<V>> {
        let mut finished = None;
        let entry = self.cached.entry(profile);
        entry.and_compute_with(|cached| {
            let before = cached.map(moka::Entry::into_value);
            let value = finish();
            let value = match before {
                Some(before) if *before.value == value => before.value,
                _ => Arc::new(value),
            };
            finished = Some(Arc::clone(&value));
            if self.generation(profile) == generation {
                Op::Put(Cached {
                    value,
                    generation,
                    read_at,
                })
            } else {
                Op::Nop
            }
        });
        finished
    }

    fn is_fresh(&self, cached: &Cached<V>, generation: u64) -> bool {
        cached.generation == generation && cached.read_at.elapsed() < self.trusted
    }
}
