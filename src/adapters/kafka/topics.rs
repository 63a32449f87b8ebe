//! Sending messages, and looking through those that were sent.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer};

use super::client::{Quiet, config, unavailable};
use super::murmur::partition;
use super::scan;
use crate::domain::error::StoreError;
use crate::domain::recommend::{TopicMessage, Topics};

/// How long to wait for what a broker knows of a topic.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many messages are on their way at a time: what the library keeps in memory while a broker is slow.
const ON_THE_WAY: usize = 5000;

/// Topics on Kafka, which must be there: their partitions and their compaction are for operators to choose.
#[derive(Clone)]
pub struct KafkaTopics {
    brokers: Arc<str>,
    producer: FutureProducer<Quiet>,
}

impl KafkaTopics {
    /// On brokers, as `host:port,host:port`. They need not be there yet.
    pub fn open(brokers: &str) -> Result<Self, StoreError> {
        let producer = config(brokers)
            .set("acks", "all")
            // No doubles and no other order where a broker comes back.
            .set("enable.idempotence", "true")
            .set("linger.ms", "5")
            .set("partitioner", "murmur2_random")
            .set("message.timeout.ms", "30000")
            .set("topic.metadata.propagation.max.ms", "10000")
            .create_with_context(Quiet::default())
            .map_err(StoreError::failed)?;
        Ok(Self {
            brokers: brokers.into(),
            producer,
        })
    }

    /// How many partitions a topic has.
    async fn partitions(&self, topic: &'static str) -> Result<u32, StoreError> {
        let producer = self.producer.clone();
        off_thread(move || {
            let metadata = producer
                .client()
                .fetch_metadata(Some(topic), PATIENCE)
                .map_err(unavailable)?;
            let found = metadata.topics().iter().find(|one| one.name() == topic);
            let partitions = found.map_or(0, |topic| topic.partitions().len());
            match u32::try_from(partitions) {
                Ok(partitions @ 1..) => Ok(partitions),
                _ => Err(StoreError::unavailable(format!(
                    "Kafka has no topic {topic}"
                ))),
            }
        })
        .await
    }
}

#[async_trait]
impl Topics for KafkaTopics {
    async fn publish(
        &self,
        topic: &'static str,
        messages: &[TopicMessage],
    ) -> Result<(), StoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        let partitions = self.partitions(topic).await?;
        let mut on_the_way = VecDeque::new();
        for message in messages {
            if on_the_way.len() == ON_THE_WAY {
                arrival(&mut on_the_way).await?;
            }
            let partition = partition(&message.owner, partitions);
            loop {
                let mut record = FutureRecord::to(topic)
                    .key(&message.key)
                    .partition(partition.cast_signed());
                if let Some(value) = &message.value {
                    record = record.payload(value);
                }
                match self.producer.send_result(record) {
                    Ok(delivery) => break on_the_way.push_back(delivery),
                    Err((error, _)) if is_full(&error) && !on_the_way.is_empty() => {
                        arrival(&mut on_the_way).await?;
                    }
                    Err((error, _)) => return Err(unavailable(error)),
                }
            }
        }
        while !on_the_way.is_empty() {
            arrival(&mut on_the_way).await?;
        }
        Ok(())
    }

    async fn owners(&self, topic: &'static str) -> Result<Vec<String>, StoreError> {
        let brokers = Arc::clone(&self.brokers);
        off_thread(move || scan::owners(&brokers, topic)).await
    }

    async fn keys_of(
        &self,
        topic: &'static str,
        owners: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let brokers = Arc::clone(&self.brokers);
        let owners = owners.to_vec();
        off_thread(move || scan::keys_of(&brokers, topic, &owners)).await
    }
}

/// Waits until the message that was sent first has arrived.
async fn arrival(on_the_way: &mut VecDeque<DeliveryFuture>) -> Result<(), StoreError> {
    let Some(first) = on_the_way.pop_front() else {
        return Ok(());
    };
    match first.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err((error, _))) => Err(unavailable(error)),
        Err(cancelled) => Err(StoreError::failed(cancelled)),
    }
}

fn is_full(error: &KafkaError) -> bool {
    error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull)
}

/// What waits for a broker without the runtime.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(StoreError::failed)?
}
