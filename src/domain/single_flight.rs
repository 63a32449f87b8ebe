//! Values that are expensive to compute and the same for everybody: computed once however many ask (single-flight), and
//! served stale while one task computes the next.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::{BoxFuture, FutureExt, Shared, TryFutureExt};

use super::clock::Clock;
use super::tasks::Tasks;

/// How long a failure is answered with, before the next who asks tries again: a store that fails is not asked by
/// everybody at once.
const FAILURE_LASTS: TimeDelta = TimeDelta::seconds(1);
/// A value older than this many times the time that it is fresh is not served any more: whoever comes first in the
/// morning waits, and is not shown what was trending last night.
const STALE_AT_MOST: i32 = 10;

/// A computation that several wait for.
type Flight<V, E> = Shared<BoxFuture<'static, Result<V, Arc<E>>>>;

/// Values by key. Clones share them.
///
/// Invariant: of a key at most one computation runs at any time. It runs as a task of its own, so that it goes on when
/// those who asked for it have gone.
pub struct SingleFlight<K, V, E> {
    entries: Arc<Mutex<HashMap<K, Entry<V, E>>>>,
    clock: Arc<dyn Clock>,
    tasks: Arc<dyn Tasks>,
    fresh: TimeDelta,
}

/// What is known of a key.
struct Entry<V, E> {
    /// The last value, and when its computation began.
    value: Option<(DateTime<Utc>, V)>,
    /// The last failure, unless a value came after it, and when.
    failure: Option<(DateTime<Utc>, Arc<E>)>,
    flight: Option<Flight<V, E>>,
}

impl<K, V, E> Clone for SingleFlight<K, V, E> {
    fn clone(&self) -> Self {
        Self {
            entries: Arc::clone(&self.entries),
            clock: Arc::clone(&self.clock),
            tasks: Arc::clone(&self.tasks),
            fresh: self.fresh,
        }
    }
}

impl<V, E> Default for Entry<V, E> {
    fn default() -> Self {
        Self {
            value: None,
            failure: None,
            flight: None,
        }
    }
}

impl<K, V, E> SingleFlight<K, V, E>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// No values yet. A value is fresh for so long after its computation began.
    pub fn new(clock: Arc<dyn Clock>, tasks: Arc<dyn Tasks>, fresh: TimeDelta) -> Self {
        Self {
            entries: Arc::default(),
            clock,
            tasks,
            fresh,
        }
    }

    /// The value of a key. A fresh one is there at once; of a stale one, too, while `compute` makes the next; without
    /// one, everybody waits for the same computation. A failure is everybody's for a second, and hides no stale value.
    pub async fn get<F>(&self, key: K, compute: impl FnOnce() -> F) -> Result<V, Arc<E>>
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        let flight = {
            let now = self.clock.now();
            let mut entries = self.lock();
            let entry = entries.entry(key.clone()).or_default();
            let is_within = |at: DateTime<Utc>, time: TimeDelta| now - at < time;
            let usable = entry
                .value
                .as_ref()
                .filter(|(at, _)| is_within(*at, self.fresh * STALE_AT_MOST));
            if let Some((at, value)) = usable
                && is_within(*at, self.fresh)
            {
                return Ok(value.clone());
            }
            let usable = usable.map(|(_, value)| value.clone());
            let failed = entry
                .failure
                .as_ref()
                .filter(|(at, _)| is_within(*at, FAILURE_LASTS));
            match (&entry.flight, failed) {
                (None, Some((_, error))) => return usable.ok_or_else(|| Arc::clone(error)),
                (Some(flight), _) => usable.map_or_else(|| Err(flight.clone()), Ok),
                (None, None) => {
                    let flight = self.begin(entry, key, now, compute());
                    usable.ok_or(flight)
                }
            }
        };
        match flight {
            Ok(value) => Ok(value),
            Err(flight) => flight.await,
        }
    }

    /// The value of a key, computed now however fresh the last one is; one that is being computed is waited for. Until it
    /// is there, and if that fails, others are answered with the last one.
    pub async fn renew<F>(&self, key: K, compute: impl FnOnce() -> F) -> Result<V, Arc<E>>
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        let flight = {
            let now = self.clock.now();
            let mut entries = self.lock();
            let entry = entries.entry(key.clone()).or_default();
            match &entry.flight {
                Some(flight) => flight.clone(),
                None => self.begin(entry, key, now, compute()),
            }
        };
        flight.await
    }

    /// Begins a computation, as a task of its own.
    fn begin<F>(
        &self,
        entry: &mut Entry<V, E>,
        key: K,
        now: DateTime<Utc>,
        computation: F,
    ) -> Flight<V, E>
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        let flight = computation.map_err(Arc::new).boxed().shared();
        entry.flight = Some(flight.clone());
        self.tasks
            .spawn(self.land(key, now, flight.clone()).boxed());
        flight
    }

    /// Waits for a computation and keeps what comes of it.
    fn land(
        &self,
        key: K,
        begun: DateTime<Utc>,
        flight: Flight<V, E>,
    ) -> impl Future<Output = ()> + Send + 'static {
        let landing = Landing {
            single: self.clone(),
            key,
        };
        async move {
            let result = flight.await;
            let now = landing.single.clock.now();
            let mut entries = landing.single.lock();
            let entry = entries.entry(landing.key.clone()).or_default();
            match result {
                Ok(value) => {
                    entry.value = Some((begun, value));
                    entry.failure = None;
                }
                Err(error) => entry.failure = Some((now, error)),
            }
        }
    }
}

impl<K, V, E> SingleFlight<K, V, E> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Entry<V, E>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a computation, also one that panicked or that nobody runs any more: the next who asks begins another.
struct Landing<K: Eq + Hash, V, E> {
    single: SingleFlight<K, V, E>,
    key: K,
}

impl<K: Eq + Hash, V, E> Drop for Landing<K, V, E> {
    fn drop(&mut self) {
        if let Some(entry) = self.single.lock().get_mut(&self.key) {
            entry.flight = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
    use std::time::Duration;

    use futures::future::join_all;

    use super::*;

    /// A clock that is set by hand, in seconds.
    #[derive(Default)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
        }
    }

    struct OnTokio;

    impl Tasks for OnTokio {
        fn spawn(&self, task: BoxFuture<'static, ()>) {
            tokio::spawn(task);
        }

        fn pause(&self, time: Duration) -> BoxFuture<'static, ()> {
            Box::pin(tokio::time::sleep(time))
        }
    }

    type Single = SingleFlight<u8, usize, &'static str>;

    /// Values that are fresh for ten seconds, and count how often one was computed.
    fn single() -> (Single, Arc<Hand>, Arc<AtomicUsize>) {
        let clock = Arc::new(Hand::default());
        let single = Single::new(clock.clone(), Arc::new(OnTokio), TimeDelta::seconds(10));
        (single, clock, Arc::default())
    }

    async fn counted(single: &Single, computed: &Arc<AtomicUsize>) -> Result<usize, &'static str> {
        let computed = Arc::clone(computed);
        let value = single.get(1, || async move {
            tokio::task::yield_now().await;
            Ok(computed.fetch_add(1, Ordering::SeqCst) + 1)
        });
        value.await.map_err(|error| *error)
    }

    async fn failing(single: &Single, tried: &Arc<AtomicUsize>) -> Result<usize, &'static str> {
        let tried = Arc::clone(tried);
        let value = single.get(1, || async move {
            tokio::task::yield_now().await;
            tried.fetch_add(1, Ordering::SeqCst);
            Err("gone")
        });
        value.await.map_err(|error| *error)
    }

    /// Lets tasks that wait for nothing come to their end.
    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn thirty_first_visitors_compute_once() {
        let (single, _, computed) = single();

        let values = join_all((0..30).map(|_| counted(&single, &computed))).await;

        assert!(values.iter().all(|value| *value == Ok(1)));
        assert_eq!(computed.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_stale_value_is_served_while_one_task_computes_the_next() {
        let (single, clock, computed) = single();
        assert_eq!(counted(&single, &computed).await, Ok(1));
        settle().await;

        clock.0.store(11, Ordering::SeqCst);
        let stale = join_all((0..30).map(|_| counted(&single, &computed))).await;
        settle().await;

        assert!(stale.iter().all(|value| *value == Ok(1)));
        assert_eq!(counted(&single, &computed).await, Ok(2));
        assert_eq!(computed.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn what_is_renewed_is_computed_once_and_is_what_all_others_have() {
        let (single, clock, computed) = single();
        assert_eq!(counted(&single, &computed).await, Ok(1));
        settle().await;

        clock.0.store(9, Ordering::SeqCst);
        let renewed = |computed: &Arc<AtomicUsize>| {
            let computed = Arc::clone(computed);
            single.renew(1, || async move {
                tokio::task::yield_now().await;
                Ok(computed.fetch_add(1, Ordering::SeqCst) + 1)
            })
        };
        let values = join_all((0..30).map(|_| renewed(&computed))).await;
        settle().await;
        // It is as fresh as if it had been computed because it was stale.
        clock.0.store(18, Ordering::SeqCst);

        assert!(values.iter().all(|value| *value == Ok(2)));
        assert_eq!(counted(&single, &computed).await, Ok(2));
    }

    #[tokio::test]
    async fn what_is_far_too_old_is_waited_for() {
        let (single, clock, computed) = single();
        assert_eq!(counted(&single, &computed).await, Ok(1));
        settle().await;

        clock.0.store(100, Ordering::SeqCst);

        assert_eq!(counted(&single, &computed).await, Ok(2));
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_for_a_second_and_hides_no_stale_value() {
        let (single, clock, tried) = single();
        let failed = join_all((0..30).map(|_| failing(&single, &tried))).await;
        settle().await;
        assert_eq!(failing(&single, &tried).await, Err("gone"));
        assert!(failed.iter().all(|value| *value == Err("gone")));
        assert_eq!(tried.load(Ordering::SeqCst), 1);

        clock.0.store(1, Ordering::SeqCst);
        let computed = Arc::default();
        assert_eq!(counted(&single, &computed).await, Ok(1));
        settle().await;
        clock.0.store(12, Ordering::SeqCst);
        assert_eq!(failing(&single, &tried).await, Ok(1));
        settle().await;
        assert_eq!(failing(&single, &tried).await, Ok(1));

        assert_eq!(tried.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_computation_goes_on_without_the_one_who_asked_first() {
        let (single, _, computed) = single();
        let mut first = Box::pin(counted(&single, &computed));
        assert!(futures::poll!(&mut first).is_pending());
        drop(first);
        settle().await;

        assert_eq!(counted(&single, &computed).await, Ok(1));
    }

    #[tokio::test]
    async fn after_a_panic_the_next_computes_anew() {
        let (single, _, computed) = single();
        let asked = single.clone();
        let panicked = tokio::spawn(async move {
            let value = asked.get(1, || async { panic!("a fault of ours") });
            drop(value.await);
        });
        assert!(panicked.await.is_err());
        settle().await;

        assert_eq!(counted(&single, &computed).await, Ok(1));
    }
}
