//! What librdkafka says goes to the log, once in a while: while a broker is away it says eight lines a second.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::domain::error::StoreError;

/// How often it may speak.
const PAUSE: Duration = Duration::from_secs(30);

/// Lets one line through, and counts those until the next.
#[derive(Default)]
pub(super) struct Quiet {
    last: Mutex<Option<(Instant, u64)>>,
}

impl Quiet {
    fn say(&self, text: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.as_mut() {
            Some((at, dropped)) if at.elapsed() < PAUSE => *dropped += 1,
            _ => {
                let dropped = last.map_or(0, |(_, dropped)| dropped);
                tracing::warn!(dropped, "Kafka: {text}");
                *last = Some((Instant::now(), 0));
            }
        }
    }
}

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if level as i32 <= RDKafkaLogLevel::Warning as i32 {
            self.say(&format!("{facility} {message}"));
        } else {
            tracing::debug!("Kafka: {facility} {message}");
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF) {
            self.say(&format!("{error}: {reason}"));
        }
    }
}

impl ConsumerContext for Quiet {}

/// What all clients are told.
pub(super) fn config(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("client.id", "reelgraph")
        .set("reconnect.backoff.max.ms", "2000");
    config
}

/// Whatever the library says may be over when the broker is back.
pub(super) fn unavailable(error: KafkaError) -> StoreError {
    StoreError::unavailable(error)
}
