//! Reading whole topics, from their beginning to where they end now, without a group of consumers.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::client::{Quiet, config, unavailable};
use super::murmur::partition;
use crate::domain::error::StoreError;

/// How long to wait for the next message.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whose keys there are messages of.
pub(super) fn owners(brokers: &str, topic: &str) -> Result<Vec<String>, StoreError> {
    let mut owners = HashSet::new();
    read(brokers, topic, None, |key, _| {
        let owner = owner_of(key);
        if !owners.contains(owner) {
            owners.insert(owner.to_owned());
        }
    })?;
    Ok(owners.into_iter().collect())
}

/// The keys of some owners, of which the last message has a value.
pub(super) fn keys_of(
    brokers: &str,
    topic: &str,
    owners: &[String],
) -> Result<Vec<String>, StoreError> {
    let wanted: HashSet<&str> = owners.iter().map(String::as_str).collect();
    let mut keys = HashSet::new();
    read(brokers, topic, Some(owners), |key, is_there| {
        if wanted.contains(owner_of(key)) {
            if is_there {
                keys.insert(key.to_owned());
            } else {
                keys.remove(key);
            }
        }
    })?;
    Ok(keys.into_iter().collect())
}

fn owner_of(key: &str) -> &str {
    key.split_once(':').map_or(key, |(owner, _)| owner)
}

/// Reads the partitions of these owners, or all: each message's key, and whether it has a value.
fn read(
    brokers: &str,
    topic: &str,
    owners: Option<&[String]>,
    mut take: impl FnMut(&str, bool),
) -> Result<(), StoreError> {
    let consumer: BaseConsumer<Quiet> = config(brokers)
        // The library wants a name; nothing is noted under it.
        .set("group.id", "reelgraph")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .create_with_context(Quiet::default())
        .map_err(StoreError::failed)?;
    let metadata = consumer
        .fetch_metadata(Some(topic), PATIENCE)
        .map_err(unavailable)?;
    let found = metadata.topics().iter().find(|one| one.name() == topic);
    let ids: BTreeSet<i32> = found
        .iter()
        .flat_map(|topic| topic.partitions())
        .map(rdkafka::metadata::MetadataPartition::id)
        .collect();
    if ids.is_empty() {
        return Err(StoreError::unavailable(format!(
            "Kafka has no topic {topic}"
        )));
    }
    let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let wanted: BTreeSet<i32> = match owners {
        None => ids,
        Some(owners) => owners
            .iter()
            .map(|owner| partition(owner, count).cast_signed())
            .collect(),
    };
    let mut places = TopicPartitionList::new();
    for id in &wanted {
        places
            .add_partition_offset(topic, *id, Offset::Beginning)
            .map_err(unavailable)?;
    }
    consumer.assign(&places).map_err(unavailable)?;
    let mut left = wanted.len();
    while left > 0 {
        match consumer.poll(PATIENCE) {
            Some(Ok(message)) => {
                if let Some(Ok(key)) = message.key().map(str::from_utf8) {
                    take(key, message.payload().is_some());
                }
            }
            Some(Err(KafkaError::PartitionEOF(_))) => left -= 1,
            Some(Err(error)) => return Err(unavailable(error)),
            None => {
                return Err(StoreError::unavailable(format!(
                    "Kafka did not send the messages of {topic}"
                )));
            }
        }
    }
    Ok(())
}
