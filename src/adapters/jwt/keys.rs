//! The keys in memory: whoever checks a token waits for no store. They are read again now and then, and made when they
//! are due.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, MutexGuard};
use tracing::{error, info, warn};

use super::key_set::{KeySet, make};
use super::seal::Seal;
use crate::domain::accounts::{KeyRotation, SigningKeyStore};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;

/// How long keys are taken from memory.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// The least time between two reads, so that tokens with made-up keys cannot keep the store busy.
const PAUSE: TimeDelta = TimeDelta::seconds(1);
/// How often a key may turn out to be made by somebody else while it is made here.
const ATTEMPTS: usize = 8;

/// The keys of a site, as one of its servers knows them.
pub(super) struct Keys {
    store: Arc<dyn SigningKeyStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rotation: KeyRotation,
    seal: Seal,
    known: RwLock<Option<Arc<KeySet>>>,
    /// Whose turn it is to read.
    turn: Mutex<LastRead>,
}

/// The last time that somebody tried to read.
#[derive(Default)]
struct LastRead {
    at: Option<DateTime<Utc>>,
    failed: bool,
}

impl Keys {
    pub(super) fn new(
        store: Arc<dyn SigningKeyStore>,
        clock: Arc<dyn Clock>,
        rotation: KeyRotation,
        seal: Seal,
    ) -> Self {
        Self {
            store,
            clock,
            rotation,
            seal,
            known: RwLock::default(),
            turn: Mutex::default(),
        }
    }

    /// The keys as they were a minute ago or later; while the store is away, as they were last.
    pub(super) async fn current(&self) -> Result<Arc<KeySet>, StoreError> {
        let now = self.clock.now();
        let Some(known) = self.known() else {
            return self.read_in_turn(self.turn.lock().await, now).await;
        };
        if (now - known.read_at).abs() < FRESH {
            return Ok(known);
        }
        // One reads; the others go on with what is known.
        let Ok(turn) = self.turn.try_lock() else {
            return Ok(known);
        };
        match self.read_in_turn(turn, now).await {
            Ok(key_set) => Ok(key_set),
            Err(error) => {
                warn!(%error, "Cannot read the signing keys; going on with those in memory");
                Ok(known)
            }
        }
    }

    /// The keys as they were a moment ago: for a token whose key is not among the current ones.
    pub(super) async fn latest(&self) -> Result<Arc<KeySet>, StoreError> {
        let turn = self.turn.lock().await;
        self.read_in_turn(turn, self.clock.now()).await
    }

    fn known(&self) -> Option<Arc<KeySet>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }

    async fn read_in_turn(
        &self,
        mut last: MutexGuard<'_, LastRead>,
        now: DateTime<Utc>,
    ) -> Result<Arc<KeySet>, StoreError> {
        if last.at.is_some_and(|at| (now - at).abs() < PAUSE) {
            if last.failed {
                let why = "the signing keys could not be read a moment ago";
                return Err(StoreError::unavailable(why));
            }
            if let Some(known) = self.known() {
                return Ok(known);
            }
        }
        // Until it is known to have worked: whoever asks may go away in the middle.
        *last = LastRead {
            at: Some(now),
            failed: true,
        };
        let key_set = Arc::new(self.read(now).await?);
        last.failed = false;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some(Arc::clone(&key_set));
        Ok(key_set)
    }

    /// Reads the keys, and makes those that are due.
    async fn read(&self, now: DateTime<Utc>) -> Result<KeySet, StoreError> {
        for _ in 0..ATTEMPTS {
            let stored = self.store.signing_keys(now).await?;
            let key_set = KeySet::open(stored, &self.seal, now);
            let Some(number) = key_set.missing(now, &self.rotation) else {
                self.complain(&key_set);
                return Ok(key_set);
            };
            let key = make(number, &self.seal, now, &self.rotation)?;
            // Also if somebody else was faster: theirs is as good.
            if self.store.add_signing_key(&key, now).await? {
                info!(key.number = number, "Made signing key {number}");
            }
        }
        Err(StoreError::failed(
            "the signing keys change faster than they can be read",
        ))
    }

    /// Says once of each key that it cannot be opened.
    fn complain(&self, key_set: &KeySet) {
        let known = self.known();
        let said: Vec<u32> = known.iter().flat_map(|known| known.closed()).collect();
        for number in key_set.closed().filter(|number| !said.contains(number)) {
            error!(
                key.number = number,
                "Signing key {number} cannot be opened with the secret of this server: it was sealed with another \
                 one, or changed; this server signs with a key of its own"
            );
        }
    }
}
