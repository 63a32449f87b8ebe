//! What the rows of one page need, loaded for all of them in one call when the first asks.
//!
//! A data loader has to wait for keys, because it cannot know who else will ask. A page knows all its keys. So its rows
//! wait for nobody, and the number of calls cannot depend on timing or on the length of the page.

use std::collections::{HashMap, HashSet};

use tokio::sync::{Mutex, OnceCell};

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
            keys.retain(|key| seen.insert(key.clone()));
            if keys.is_empty() {
                return Ok(HashMap::new());
            }
            batch.load(&keys).await.map_err(ApiError::from)
        };
        let loaded = self.0.get_or_init(load).await;
        loaded.as_ref().map_err(Clone::clone)
    }
}

/// The values that rows of one page share, of which each selection of a field may ask for others, as directors first and
/// then actors.
pub(crate) struct BySelection<B: Batch>(Mutex<Known<B>>);

struct Known<B: Batch> {
    values: HashMap<B::Key, Option<B::Value>>,
    failed: Option<ApiError>,
}

impl<B: Batch> BySelection<B> {
    /// Nothing is loaded yet.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Known {
            values: HashMap::new(),
            failed: None,
        }))
    }

    /// The values of a row's own keys, each in its place: loaded by the first row that asks for a key that is not here,
    /// for the keys of all rows. A failure is that of all rows to come: a store that does not answer is not asked again
    /// for each of them.
    pub(crate) async fn load(
        &self,
        batch: &B,
        own: &[B::Key],
        of_page: impl FnOnce() -> Vec<B::Key>,
    ) -> Result<Vec<Option<B::Value>>> {
        let mut here = self.0.lock().await;
        let Known { values, failed } = &mut *here;
        if own.iter().any(|key| !values.contains_key(key)) {
            if let Some(error) = failed {
                return Err(error.clone());
            }
            let mut wanted = of_page();
            wanted.extend_from_slice(own);
            let mut seen = HashSet::with_capacity(wanted.len());
            wanted.retain(|key| !values.contains_key(key) && seen.insert(key.clone()));
            match batch.load(&wanted).await {
                Ok(mut loaded) => {
                    values.extend(wanted.into_iter().map(|key| {
                        let value = loaded.remove(&key);
                        (key, value)
                    }));
                }
                Err(error) => return Err(failed.insert(ApiError::from(error)).clone()),
            }
        }
        Ok(own
            .iter()
            .map(|key| values.get(key).cloned().flatten())
            .collect())
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
    async fn each_selection_of_a_page_is_loaded_once() {
        let (batch, page) = (Doubles::default(), BySelection::new());

        for selection in [vec![1, 2, 4], vec![2, 6, 8]] {
            let row = |_| page.load(&batch, &selection[..2], || selection.clone());
            let rows = join_all((0..50).map(row)).await;

            let double = |key: &u32| key.is_multiple_of(2).then_some(key * 2);
            let expected: Vec<_> = selection[..2].iter().map(double).collect();
            assert!(rows.into_iter().all(|row| row.unwrap() == expected));
        }
        assert_eq!(batch.calls.load(Ordering::Relaxed), 2);

        for key in [13, 10] {
            assert!(page.load(&batch, &[key], || vec![key]).await.is_err());
        }
        let known = page.load(&batch, &[6], || vec![6]).await;
        assert_eq!(known.unwrap(), [Some(12)]);
        assert_eq!(batch.calls.into_inner(), 3);
    }

    #[tokio::test]
    async fn without_keys_nobody_is_asked() {
        let (batch, together) = (Doubles::default(), Together::new());

        assert!(together.load(&batch, Vec::new).await.unwrap().is_empty());
        assert_eq!(batch.calls.into_inner(), 0);
    }
}
