//! Topics on Kafka, by librdkafka.
//!
//! Partitions are chosen here and not by the library, which would choose by the whole key: all messages of an owner are in
//! one. The hash is that of Kafka's own clients, so whoever sends by the owner as a key finds the same partition.

mod client;
mod murmur;
mod scan;
mod topics;

pub use topics::KafkaTopics;

#[cfg(test)]
mod tests;
