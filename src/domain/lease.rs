//! Leases: background work that only one server of a site does at a time.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::error::StoreError;
use super::measured::measured;

measured! {
/// Says who does something, the same to every server of a site. Each method is one atomic step, and time goes by the
/// store's own clock.
///
/// A holder that stands still for longer than its lease has lost it without knowing, so a lease saves work and is no
/// lock: what is done under it must also be right if two do it.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes a lease that is free, or renews one that the holder has, for so long from now; at least a millisecond.
    /// Says whether the holder has it now. It is free again when the time is over, so a crash frees it.
    async fn acquire(&self, name: &str, holder: Uuid, time: Duration) -> Result<bool, StoreError>;

    /// Frees a lease at once, if the holder has it.
    async fn release(&self, name: &str, holder: Uuid) -> Result<(), StoreError>;
}
}

/// Whether to begin work, or go on with it: the holder has the lease now, or nobody can say who has it. Without the
/// leases work is done twice, but it is done.
pub async fn may_work(
    leases: &dyn Leases,
    name: &str,
    holder: Uuid,
    time: Duration,
) -> Result<bool, StoreError> {
    match leases.acquire(name, holder, time).await {
        Err(StoreError::Unavailable(_) | StoreError::Full(_)) => Ok(true),
        answer => answer,
    }
}
