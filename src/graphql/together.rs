//! What the rows of one page need, loaded for all of them in one call when the first asks.
//!
//! A data loader has to wait for keys, because it cannot know who else will ask. A page knows all its keys. So its rows
//! wait for nobody, and the number of calls cannot depend on timing or on the length of the page.

use std::collections::{HashMap, HashSet};

use tokio::sync::OnceCell;

use super::error::{ApiError, Result};
use crate::domain::batch::Batch;

/// The values that rows of one page share.
pub(crate) struct Together<B: Batch>(OnceCell<Result<HashMap<B::Key, B::Value>>>);

impl<B: Batch> Together<B> {
    /// Nothing is loaded yet.
    pub(crate) fn new() -> Self {
        Self(OnceCell::new())
    }

    /// The values: loaded by the first who asks, for the keys that it names; they should be those of all rows. Keys
    /// without a value are left out. A failure is that of all rows: a store that does not answer is not asked again for
    /// each of them.
    pub(crate) async fn load(
        &self,
        batch: &B,
        keys: impl FnOnce() -> Vec<B::Key>,
    ) -> Result<&HashMap<B::Key, B::Value>> {
        let load = || async {
            let mut keys = keys();
            let mut seen = HashSet::with_capacity(keys.len());
            keys.retain(|key| seen.insert(*key));
            if keys.is_empty() {
                return Ok(HashMap::new());
            }
            batch.load(&keys).await.map_err(ApiError::from)
        };
        let loaded = self.0.get_or_init(load).await;
        loaded.as_ref().map_err(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;
    use crate::domain::error::StoreError;

    /// Doubles even numbers, and fails when asked for 13.
    #[derive(Default)]
    struct Doubles {
        calls: AtomicUsize,
    }

    impl Batch for Doubles {
        type Key = u32;
        type Value = u32;
        type Error = StoreError;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, StoreError> {
            self.calls.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            if keys.contains(&13) {
                return Err(StoreError::unavailable("no answer"));
            }
            let even = keys.iter().filter(|key| *key % 2 == 0);
            Ok(even.map(|key| (*key, key * 2)).collect())
        }
    }

    #[tokio::test]
    async fn all_rows_are_loaded_once() {
        let (batch, together) = (Doubles::default(), Together::new());

        let rows = join_all((0..50).map(|_| together.load(&batch, || vec![1, 2, 2, 4]))).await;

        assert!(
            rows.into_iter()
                .all(|row| *row.unwrap() == HashMap::from([(2, 4), (4, 8)]))
        );
        assert_eq!(batch.calls.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_that_of_all_rows() {
        let (batch, together) = (Doubles::default(), Together::new());

        let rows = join_all((0..50).map(|_| together.load(&batch, || vec![13]))).await;

        assert!(rows.iter().all(Result::is_err));
        assert_eq!(batch.calls.into_inner(), 1);
    }

    #[tokio::test]
    async fn without_keys_nobody_is_asked() {
        let (batch, together) = (Doubles::default(), Together::new());

        assert!(together.load(&batch, Vec::new).await.unwrap().is_empty());
        assert_eq!(batch.calls.into_inner(), 0);
    }
}
