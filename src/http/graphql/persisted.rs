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
/// What memory serves is said to be used so seldom: by that the store forgets what nobody uses.
const SELDOM: Duration = Duration::from_secs(60 * 60);
/// Of how many that is known.
const MOST_LATELY: u64 = 10_000;

/// The documents that all servers of the site know by their hash.
pub(super) struct Persisted {
    store: Arc<dyn PersistedStore>,
    kept_lately: Cache<DocumentHash, ()>,
    used_lately: Cache<DocumentHash, ()>,
}

impl Persisted {
    pub(super) fn new(store: Arc<dyn PersistedStore>) -> Self {
        Self {
            store,
            kept_lately: lately(LATELY),
            used_lately: lately(SELDOM),
        }
    }

    /// The text with a hash. While the store does not answer nothing is known, and clients send all of it: that the store
    /// is away is told by whoever looks after it.
    pub(super) async fn find(&self, hash: DocumentHash) -> Option<String> {
        let text = self.store.persisted(hash).await.ok()??;
        // Whatever the store says: what is executed is what was named.
        (DocumentHash::of(&text) == hash).then_some(text)
    }

    /// Says that a text is used, though it is not asked for here. Nobody waits for that.
    pub(super) fn note_use(&self, hash: DocumentHash) {
        if self.used_lately.contains_key(&hash) {
            return;
        }
        self.used_lately.insert(hash, ());
        let store = Arc::clone(&self.store);
        tokio::spawn(async move { store.persisted(hash).await.ok() });
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

/// What was done within this time.
fn lately(time: Duration) -> Cache<DocumentHash, ()> {
    let done = Cache::builder().max_capacity(MOST_LATELY);
    done.time_to_live(time).build()
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

    use super::*;
    use crate::domain::error::StoreError;

    /// Tells of each text that it is asked for.
    struct Telling(UnboundedSender<DocumentHash>);

    #[async_trait]
    impl PersistedStore for Telling {
        async fn persisted(&self, hash: DocumentHash) -> Result<Option<String>, StoreError> {
            self.0.send(hash).map_err(StoreError::failed)?;
            Ok(None)
        }

        async fn put_persisted(&self, _: DocumentHash, _: &str) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_memory_serves_counts_as_used_once_in_a_while() {
        let (sender, mut asked) = unbounded_channel();
        let persisted = Persisted::new(Arc::new(Telling(sender)));
        let [one, other] = ["{ a }", "{ b }"].map(DocumentHash::of);

        for _ in 0..3 {
            persisted.note_use(one);
        }
        persisted.note_use(other);

        let mut told = vec![asked.recv().await, asked.recv().await];
        told.sort_by_key(|hash| *hash != Some(one));
        assert_eq!(told, [Some(one), Some(other)]);
        drop(persisted);
        assert_eq!(asked.recv().await, None);
    }
}
