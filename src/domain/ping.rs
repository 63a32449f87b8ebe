//! Whether a store, be it a server or a file, answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use super::error::{Coded, ErrorCode, StoreError};
use super::measured::measured;

measured! {
/// What can be asked whether it answers.
#[async_trait]
pub trait Ping: Send + Sync {
    /// Whether it answers, within the time that any operation on it may take. Where the last writes found no room, this
    /// writes something, and fails likewise until there is room again.
    async fn ping(&self) -> Result<(), StoreError>;
}
}

/// Whether a store has room to write, as its last writes found. Clones share it.
#[derive(Debug, Clone)]
pub struct Room {
    store: &'static str,
    is_missing: Arc<AtomicBool>,
}

impl Room {
    /// Of a store that the log calls this; there is some, as far as is known.
    pub fn of(store: &'static str) -> Self {
        Self {
            store,
            is_missing: Arc::default(),
        }
    }

    /// Whether writes found none.
    pub fn is_missing(&self) -> bool {
        self.is_missing.load(Ordering::Relaxed)
    }

    /// Learns from a write that failed. The first of many is logged: the others would say the same.
    pub fn learn(&self, error: &(impl Coded + ?Sized)) {
        if error.code() == ErrorCode::StorageFull && !self.is_missing.swap(true, Ordering::Relaxed)
        {
            let cause = std::iter::successors(error.source(), |error| error.source());
            let cause: Vec<String> = cause.map(ToString::to_string).collect();
            tracing::error!(
                store = self.store,
                cause = cause.join(": "),
                "There is no room left to write; reading goes on, and writing as soon as there is room"
            );
        }
    }

    /// A trial write went well.
    pub fn is_back(&self) {
        if self.is_missing.swap(false, Ordering::Relaxed) {
            tracing::info!(store = self.store, "There is room to write again");
        }
    }
}
