//! Reading many things by key in one go, whoever collects the keys: a request's data loader, a job, or a page that
//! knows all its keys at once.

use std::collections::HashMap;
use std::hash::Hash;

use super::error::Coded;

/// Reads values by key, in one call of a store however many keys there are.
///
/// Values are cheap to clone: whoever collects keys hands the same value to everybody who asked for it.
pub trait Batch: Send + Sync + 'static {
    /// What is asked by.
    type Key: Copy + Eq + Hash + Send + Sync + 'static;
    /// What is found.
    type Value: Clone + Send + Sync + 'static;
    /// What can go wrong.
    type Error: Coded;

    /// The values of the keys; keys that have none are left out.
    fn load(
        &self,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, Self::Error>> + Send;
}
