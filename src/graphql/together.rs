//! What the rows of one page need, loaded for all of them in one call when the first asks.
//!
//! A data loader has to wait for keys, because it cannot know who else will ask. A page knows all its keys. So its rows
//! wait for nobody, and the number of calls cannot depend on timing or on the length of the page.

use std::collections::HashMap;

use tokio::sync::OnceCell;

use super::error::Result;
use crate::domain::batch::Batch;

/// The values that rows of one page share.
pub(crate) struct Together<B: Batch>(OnceCell<HashMap<B::Key, B::Value>>);

impl<B: Batch> Together<B> {
    /// Nothing is loaded yet.
    pub(crate) fn new() -> Self {
        Self(OnceCell::new())
    }

    /// The values: loaded by the first who asks, for the keys that it names; they should be those of all rows. Keys
    /// without a value are left out.
    pub(crate) async fn load(
        &self,
        batch: &B,
        keys: impl FnOnce() -> Vec<B::Key>,
    ) -> Result<&HashMap<B::Key, B::Value>> {
        let load = || async {
            let mut keys = keys();
            let mut seen = std::collections::HashSet::with_capacity(keys.len());
            keys.retain(|key| seen.insert(*key));
            if keys.is_empty() {
                return Ok(HashMap::new());
            }
            Ok(batch.load(&keys).await?)
        };
        self.0.get_or_try_init(load).await
    }
}
