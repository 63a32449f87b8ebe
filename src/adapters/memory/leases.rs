//! Leases within the process, for a site that is one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use uuid::Uuid;

use crate::domain::error::StoreError;
use crate::domain::lease::Leases;

/// Leases in memory. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct MemoryLeases(Arc<Mutex<HashMap<String, Held>>>);

/// Who has a lease, and until when.
#[derive(Debug, Clone, Copy)]
struct Held {
    holder: Uuid,
    until: Instant,
}

impl MemoryLeases {
    /// No lease is held by anybody.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Leases for MemoryLeases {
    async fn acquire(&self, name: &str, holder: Uuid, time: Duration) -> Result<bool, StoreError> {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_anothers = |held: &Held| held.holder != holder && held.until > now;
        if leases.get(name).is_some_and(is_anothers) {
            return Ok(false);
        }
        let until = now + time.max(Duration::from_millis(1));
        leases.insert(name.to_owned(), Held { holder, until });
        Ok(true)
    }

    async fn release(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if leases.get(name).is_some_and(|held| held.holder == holder) {
            leases.remove(name);
        }
        Ok(())
    }
}
