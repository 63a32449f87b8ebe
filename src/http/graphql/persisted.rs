//! Automatic persisted queries, as Apollo's clients do them: a document is named by its SHA-256, and sent only where that
//! is not known.
//!
//! Whoever sends a document with its hash has it kept for all who name it, so only what was executed is kept: it is
//! within the limits, it fits the schema, and it was paid for. What is behind this is bounded, and may forget.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::domain::persisted::{DocumentHash, PersistedStore};

/// What was kept is not kept again for so long: there are clients that send the text each time.
const LATELY: Duration = Duration::from_secs(60);
/// Of how many that is known.
const MOST_LATELY: u64 = 10_000;

/// The documents that all servers of the site know by their hash.
pub(super) struct Persisted {
    store: Arc<dyn PersistedStore>,
    kept_lately: Cache<DocumentHash, ()>,
}

impl Persisted {
    pub(super) fn new(store: Arc<dyn PersistedStore>) -> Self {
        let kept_lately = Cache::builder().max_capacity(MOST_LATELY);
        Self {
            store,
            kept_lately: kept_lately.time_to_live(LATELY).build(),
        }
    }

    /// The text with a hash. While the store does not answer nothing is known, and clients send all of it: that the store
    /// is away is told by whoever looks after it.
    pub(super) async fn find(&self, hash: DocumentHash) -> Option<String> {
        let text = self.store.persisted(hash).await.ok()??;
        // Whatever the store says: what is executed is what was named.
        (DocumentHash::of(&text) == hash).then_some(text)
    }

    /// Keeps a text. If the store does not take it, its client sends it again.
    pub(super) async fn keep(&self, hash: DocumentHash, text: &str) {
        if self.kept_lately.contains_key(&hash) {
            return;
        }
        if self.store.put_persisted(hash, text).await.is_ok() {
            self.kept_lately.insert(hash, ());
        }
    }
}
