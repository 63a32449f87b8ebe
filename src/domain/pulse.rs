//! What is known of whether a store answers, without waiting for it: who would wait for a store that hangs, for a page or
//! for a health check, is told at once, and one ping at a time finds out when it is well again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;

use super::error::{Coded, ErrorCode, StoreError};
use super::ping::Ping;
use super::tasks::Tasks;

/// How often a store is asked at the most.
const RETRY: Duration = Duration::from_secs(1);

/// How a store does, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Nobody has asked yet.
    Unknown,
    Answers,
    /// It does not answer, or not in time, or with a fault.
    Silent,
    /// It answers, and has no room to write.
    Full,
}

/// Watches one store. Clones share what is known.
#[derive(Clone)]
pub struct Pulse {
    inner: Arc<Inner>,
}

struct Inner {
    /// What the log calls it.
    store: &'static str,
    ping: Arc<dyn Ping>,
    tasks: Arc<dyn Tasks>,
    patience: Duration,
    known: Mutex<Known>,
}

struct Known {
    health: Health,
    /// When the last ping began.
    begun: Option<Instant>,
    is_asked: bool,
}

impl Pulse {
    /// Of a store that counts as silent when a ping takes longer than `patience`.
    pub fn new(
        store: &'static str,
        ping: Arc<dyn Ping>,
        tasks: Arc<dyn Tasks>,
        patience: Duration,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                ping,
                tasks,
                patience,
                known: Mutex::new(Known {
                    health: Health::Unknown,
                    begun: None,
                    is_asked: false,
                }),
            }),
        }
    }

    /// How long an answer may take.
    pub fn patience(&self) -> Duration {
        self.inner.patience
    }

    /// How the store does. Never waits.
    pub fn health(&self) -> Health {
        let mut known = self.inner.known();
        let is_late = known
            .begun
            .is_some_and(|begun| begun.elapsed() > self.inner.patience);
        if known.is_asked && is_late {
            self.inner.note(&mut known, Health::Silent);
        }
        known.health
    }

    /// Whether it is worth asking the store. If not, it is looked at again in the background.
    pub fn is_worth_asking(&self) -> bool {
        let is_silent = self.health() == Health::Silent;
        if is_silent {
            self.look();
        }
        !is_silent
    }

    /// Asks the store in the background, unless that is being done or was done a moment ago.
    pub fn look(&self) {
        let mut known = self.inner.known();
        let is_recent = known.begun.is_some_and(|begun| begun.elapsed() < RETRY);
        if known.is_asked || is_recent {
            return;
        }
        (known.begun, known.is_asked) = (Some(Instant::now()), true);
        drop(known);
        let inner = Arc::clone(&self.inner);
        let ping = async move {
            // A ping that panicked must not be the last one.
            let answer = std::panic::AssertUnwindSafe(inner.ping.ping())
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Err(StoreError::failed("the ping panicked")));
            let health = match answer.as_ref().map_err(Coded::code) {
                Ok(()) => Health::Answers,
                Err(ErrorCode::StorageFull) => Health::Full,
                Err(_) => Health::Silent,
            };
            let mut known = inner.known();
            known.is_asked = false;
            inner.note(&mut known, health);
        };
        self.inner.tasks.spawn(ping.boxed());
    }

    /// Somebody asked the store something and waited in vain.
    pub fn waited_in_vain(&self) {
        let mut known = self.inner.known();
        self.inner.note(&mut known, Health::Silent);
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, known: &mut Known, health: Health) {
        let before = std::mem::replace(&mut known.health, health);
        let store = self.store;
        match (before, health) {
            (before, health) if before == health => {}
            (_, Health::Silent) => {
                tracing::warn!(store, "{store} does not answer; waiting for it");
            }
            (Health::Silent, Health::Answers) => {
                tracing::info!(store, "{store} answers again");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::adapters::memory::TokioTasks;

    /// How long what must happen may take.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// Answers as often as it is allowed to.
    struct Held {
        asked: AtomicUsize,
        may_answer: Semaphore,
    }

    #[async_trait]
    impl Ping for Held {
        async fn ping(&self) -> Result<(), StoreError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.may_answer.acquire().await.unwrap().forget();
            Ok(())
        }
    }

    fn held(patience: Duration) -> (Arc<Held>, Pulse) {
        let store = Arc::new(Held {
            asked: AtomicUsize::new(0),
            may_answer: Semaphore::new(0),
        });
        let pulse = Pulse::new("held", store.clone(), Arc::new(TokioTasks), patience);
        (store, pulse)
    }

    async fn becomes(pulse: &Pulse, health: Health) {
        let began = Instant::now();
        while pulse.health() != health {
            assert!(began.elapsed() < PATIENCE, "it is {:?}", pulse.health());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_store_that_hangs_is_silent_and_asked_by_one_ping_until_it_answers() {
        let (store, pulse) = held(Duration::from_millis(50));

        pulse.look();
        let at_first = pulse.health();
        becomes(&pulse, Health::Silent).await;
        for _ in 0..100 {
            assert!(!pulse.is_worth_asking());
        }
        tokio::task::yield_now().await;
        let asked = store.asked.load(Ordering::SeqCst);
        store.may_answer.add_permits(1);
        becomes(&pulse, Health::Answers).await;

        assert_eq!((at_first, asked), (Health::Unknown, 1));
        assert!(pulse.is_worth_asking());
    }

    #[tokio::test]
    async fn what_somebody_waited_for_in_vain_is_looked_at_again() {
        let (store, pulse) = held(PATIENCE);
        store.may_answer.add_permits(1);

        pulse.waited_in_vain();

        assert!(!pulse.is_worth_asking());
        becomes(&pulse, Health::Answers).await;
    }
}
