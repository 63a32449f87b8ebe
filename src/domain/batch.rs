//! Reading many things by key in one go, whoever collects the keys: a request's data loader, a job, or a page that
//! knows all its keys at once.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;

use super::error::Coded;

/// Reads values by key, in one call of a store however many keys there are.
///
/// Values are cheap to clone: whoever collects keys hands the same value to everybody who asked for it.
pub trait Batch: Send + Sync + 'static {
    /// What is asked by; a clone is to be cheap.
    type Key: Clone + Eq + Hash + Debug + Send + Sync + 'static;
    /// What is found under a key; a clone is to be cheap.
    type Value: Clone + Send + Sync + 'static;
    /// What can go wrong.
    type Error: Coded;

    /// The values of the keys; keys that have none are left out.
    fn load(
        &self,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, Self::Error>> + Send;
}

/// Collects the keys that the tasks of one job ask for at the same time, and reads them together.
///
/// It must not outlive its job, and nothing that waits on it may be given up: dataloader 0.18 keeps every key that it was
/// ever asked for, and fails the others that wait when the one that reads is dropped.
pub struct JobLoader<B: Batch>(Loader<B::Key, Loaded<B>, Reader<B>>);

/// What was found under a key, if anything; a failure is everybody's who waited.
type Loaded<B> = Result<Option<<B as Batch>::Value>, Arc<<B as Batch>::Error>>;

struct Reader<B>(B);

/// The most keys that are read together.
const MAX_KEYS: usize = 5000;

impl<B: Batch> JobLoader<B> {
    /// A loader for one job.
    pub fn new(batch: B) -> Self {
        Self(Loader::new(Reader(batch)).with_max_batch_size(MAX_KEYS))
    }

    /// The values of the keys; keys that have none are left out.
    pub async fn load(
        &self,
        keys: Vec<B::Key>,
    ) -> Result<HashMap<B::Key, B::Value>, Arc<B::Error>> {
        let loaded = self.0.load_many(keys).await;
        loaded
            .into_iter()
            .filter_map(|(key, loaded)| Some(loaded.transpose()?.map(|value| (key, value))))
            .collect()
    }
}

impl<B: Batch> BatchFn<B::Key, Loaded<B>> for Reader<B> {
    async fn load(&mut self, keys: &[B::Key]) -> HashMap<B::Key, Loaded<B>> {
        match self.0.load(keys).await {
            Ok(mut found) => keys
                .iter()
                .map(|key| (key.clone(), Ok(found.remove(key))))
                .collect(),
            Err(error) => {
                let error = Arc::new(error);
                keys.iter()
                    .map(|key| (key.clone(), Err(Arc::clone(&error))))
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::future::try_join_all;

    use super::*;
    use crate::domain::error::StoreError;

    /// Knows even numbers, and what it was asked for.
    struct Evens(Arc<Mutex<Vec<usize>>>);

    impl Batch for Evens {
        type Key = u64;
        type Value = u64;
        type Error = StoreError;

        async fn load(&self, keys: &[u64]) -> Result<HashMap<u64, u64>, StoreError> {
            self.0.lock().unwrap().push(keys.len());
            if keys.contains(&13) {
                return Err(StoreError::Conflict);
            }
            Ok(keys
                .iter()
                .filter(|key| *key % 2 == 0)
                .map(|key| (*key, key * 10))
                .collect())
        }
    }

    #[tokio::test]
    async fn tasks_that_ask_at_the_same_time_are_read_together() {
        let asked = Arc::default();
        let loader = JobLoader::new(Evens(Arc::clone(&asked)));

        let found = try_join_all((100..150).map(|task| loader.load(vec![task, task + 1])))
            .await
            .unwrap();

        assert_eq!(found[4], HashMap::from([(104, 1040)]));
        assert_eq!(*asked.lock().unwrap(), [51]);
    }

    #[tokio::test]
    async fn a_failure_is_everybodys() {
        let loader = JobLoader::new(Evens(Arc::default()));

        let found = futures::future::join_all([loader.load(vec![12]), loader.load(vec![13])]).await;

        assert!(found.iter().all(Result::is_err));
    }
}
