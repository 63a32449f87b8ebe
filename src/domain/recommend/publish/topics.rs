//! The port to what keeps topics.

use async_trait::async_trait;

use crate::domain::error::StoreError;
use crate::domain::measured::measured;

measured! {
/// Keeps topics: messages by key, of which readers want the last of each.
#[async_trait]
pub trait Topics: Send + Sync {
    /// Sends messages in their order, those of an owner all to the same partition. Once this returns, they survive a
    /// crash. On an error any of them may have been sent, and all must be sent again.
    async fn publish(
        &self,
        topic: &'static str,
        messages: &[TopicMessage],
    ) -> Result<(), StoreError>;

    /// The owners of all keys that a topic has messages of, each once, in any order; also of keys that are gone, as long
    /// as the topic has not forgotten what was there. The owner of a key is what stands before its first colon.
    async fn owners(&self, topic: &'static str) -> Result<Vec<String>, StoreError>;

    /// The keys of some owners under which there is something now, in any order.
    async fn keys_of(
        &self,
        topic: &'static str,
        owners: &[String],
    ) -> Result<Vec<String>, StoreError>;
}
}

/// A message for a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMessage {
    pub key: String,
    /// By whom its partition is chosen.
    pub owner: String,
    /// What there is under the key now, as JSON; `None`: nothing any more.
    pub value: Option<Vec<u8>>,
}
