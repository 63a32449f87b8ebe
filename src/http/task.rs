//! Work that is finished even if the client goes away. The futures of drivers are not cancel-safe (neo4rs 0.9.0-rc.11,
//! mongodb 3.9): one that is dropped in the middle of a statement may leave it half done and its connection unusable.

use std::future::Future;

use tracing::Instrument;

use crate::domain::accounts::AccountError;
use crate::domain::error::StoreError;

/// Runs it to its end in a task of its own.
pub(super) async fn finish<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, AccountError> {
    let task = tokio::spawn(work.in_current_span());
    task.await
        .map_err(|panic| AccountError::Store(StoreError::failed(panic)))
}
