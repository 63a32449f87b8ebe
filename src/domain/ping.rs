//! Whether a store, be it a server or a file, answers.

use async_trait::async_trait;

use super::error::StoreError;
use super::measured::measured;

measured! {
/// What can be asked whether it answers.
#[async_trait]
pub trait Ping: Send + Sync {
    /// Whether it answers, within the time that any operation on it may take.
    async fn ping(&self) -> Result<(), StoreError>;
}
}
