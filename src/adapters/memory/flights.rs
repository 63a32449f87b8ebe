//! Single-flight reads: whoever wants what is being read already waits for the same answer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{BoxFuture, FutureExt, Shared, TryFutureExt, WeakShared, try_join_all};

use crate::domain::error::StoreError;

/// One read, of one key or several. It is cancelled when nobody waits for it any more.
type Flight<V> = BoxFuture<'static, Result<V, Arc<StoreError>>>;

/// Which keys are being read.
pub(super) struct Flights<K, V>(Mutex<HashMap<K, WeakShared<Flight<V>>>>);

/// Forgets the keys of a read when whoever began it has the answer, or gives up.
struct Landing<'a, K: Copy + Eq + Hash, V> {
    flights: &'a Flights<K, V>,
    keys: &'a [K],
}

impl<K: Copy + Eq + Hash, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Flights<K, V> {
    /// The answers of all reads that the keys are part of: of those under way, and, if there are keys that nobody
    /// reads, of one that `read` begins for them.
    pub(super) async fn join<F>(
        &self,
        keys: &[K],
        read: impl FnOnce(Vec<K>) -> F,
    ) -> Result<Vec<V>, StoreError>
    where
        F: Future<Output = Result<V, StoreError>> + Send + 'static,
    {
        let mut flights: Vec<Shared<Flight<V>>> = Vec::new();
        let mut own = Vec::new();
        {
            let mut under_way = self.lock();
            for key in keys {
                match under_way.get(key).and_then(WeakShared::upgrade) {
                    Some(flight) if flights.iter().any(|known| known.ptr_eq(&flight)) => {}
                    Some(flight) => flights.push(flight),
                    None => own.push(*key),
                }
            }
            if !own.is_empty() {
                let flight = read(own.clone()).map_err(Arc::new).boxed().shared();
                if let Some(weak) = flight.downgrade() {
                    under_way.extend(own.iter().map(|key| (*key, weak.clone())));
                }
                flights.push(flight);
            }
        }
        let _landing = Landing {
            flights: self,
            keys: &own,
        };
        try_join_all(flights).await.map_err(StoreError::shared)
    }
}

impl<K: Copy + Eq + Hash, V> Flights<K, V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, WeakShared<Flight<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash, V> Drop for Landing<'_, K, V> {
    fn drop(&mut self) {
        if !self.keys.is_empty() {
            let mut under_way = self.flights.lock();
            for key in self.keys {
                under_way.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;
    use crate::domain::error::{Coded, ErrorCode};

    #[tokio::test]
    async fn each_key_is_read_once_however_many_want_it() {
        let flights = Flights::<u32, Arc<Vec<u32>>>::default();
        let reads = AtomicUsize::new(0);
        let want = |keys: Vec<u32>| {
            let (flights, reads) = (&flights, &reads);
            async move {
                let read = flights.join(&keys, |own| {
                    reads.fetch_add(1, Ordering::Relaxed);
                    async move {
                        tokio::task::yield_now().await;
                        Ok(Arc::new(own))
                    }
                });
                read.await.unwrap()
            }
        };

        let answers = join_all([want(vec![1, 2]), want(vec![2, 3, 1]), want(vec![1])]).await;

        let [first, second] = [vec![1, 2], vec![3]].map(Arc::new);
        assert_eq!(answers[0], std::slice::from_ref(&first));
        assert_eq!(answers[2], std::slice::from_ref(&first));
        assert_eq!(answers[1], [first, second]);
        assert_eq!(reads.load(Ordering::Relaxed), 2);
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn a_read_goes_on_without_the_one_who_began_it() {
        let flights = Flights::<u32, u32>::default();
        let (answer, read) = tokio::sync::oneshot::channel::<u32>();
        let mut first = Box::pin(flights.join(&[7], |_| async { Ok(read.await.unwrap()) }));
        assert!(futures::poll!(&mut first).is_pending());
        let mut second = Box::pin(flights.join(&[7], |_| async { panic!("it is being read") }));
        assert!(futures::poll!(&mut second).is_pending());

        drop(first);
        answer.send(49).unwrap();

        assert_eq!(second.await.unwrap(), [49]);
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_and_the_next_reads_anew() {
        let flights = Flights::<u32, u32>::default();
        let fail = || {
            flights.join(&[7], |_| async {
                tokio::task::yield_now().await;
                Err(StoreError::unavailable("gone"))
            })
        };

        let failed = join_all([fail(), fail(), fail()]).await;
        let next = flights.join(&[7], |_| async { Ok(49) }).await.unwrap();

        for answer in failed {
            assert_eq!(answer.unwrap_err().code(), ErrorCode::UpstreamUnavailable);
        }
        assert_eq!(next, [49]);
    }
}
