//! Makes what the record lacks while the site answers: indexes that a newer version wants, of many documents.

use crate::domain::error::StoreError;

/// Does it in the background, once. If it fails, everything works, and is slow.
pub fn prepare_record(preparation: impl Future<Output = Result<(), StoreError>> + Send + 'static) {
    tracing::warn!("Indexes of the record are missing; they are made in the background");
    tokio::spawn(async move {
        match preparation.await {
            Ok(()) => tracing::info!("All indexes of the record are made"),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "Indexes of the record cannot be made; run “reelgraph migrate”"
            ),
        }
    });
}
