//! Events between the servers of a site: JSON on the channel `events`.
//!
//! Redis delivers a message at most once, to those who are connected. So a server that was cut off for a while, or
//! could not publish, tells those who depend on it that they missed something ([`Event::Missed`]), which may have been
//! anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures::StreamExt;
use redis::aio::{PubSubSink, PubSubStream};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::RedisDb;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::ProfileId;

/// How many events wait to be sent; when there are more, the other servers are told that they missed something.
const OUTBOX: usize = 1024;
/// How often to look whether the server still answers: silence may only mean that nobody has anything to say.
const PING: Duration = Duration::from_secs(2);
/// The first and the longest wait before another attempt.
const WAITS: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

/// An event bus that reaches the other servers of a site. It ends with its last clone.
#[derive(Clone)]
pub struct RedisEvents {
    local: Arc<dyn EventBus>,
    outbox: mpsc::Sender<RemoteEvent>,
    is_full: Arc<AtomicBool>,
    _tasks: Arc<JoinSet<()>>,
}

/// What one server tells the others.
#[derive(Serialize, Deserialize)]
struct Message {
    /// The sender, which receives its own messages, too.
    server: Uuid,
    #[serde(rename = "news")]
    event: RemoteEvent,
}

/// The events that other servers are told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RemoteEvent {
    CatalogChanged,
    TastesChanged(Vec<ProfileId>),
    SimilarChanged,
    Missed,
}

impl RemoteEvent {
    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::CatalogChanged => Some(Self::CatalogChanged),
            Event::TastesChanged(profiles) => Some(Self::TastesChanged(profiles.to_vec())),
            Event::SimilarChanged => Some(Self::SimilarChanged),
            Event::Missed => Some(Self::Missed),
            // The publishing server handles it itself, at once; waking others would only cost them a query.
            Event::WatchesRecorded
            | Event::WatchesChanged
            | Event::MailQueued
            | Event::ErasureRequested => None,
        }
    }

    fn into_event(self) -> Event {
        match self {
            Self::CatalogChanged => Event::CatalogChanged,
            Self::TastesChanged(profiles) => Event::TastesChanged(profiles.into()),
            Self::SimilarChanged => Event::SimilarChanged,
            Self::Missed => Event::Missed,
        }
    }
}

impl RedisEvents {
    /// A bus between `local`, to which everybody in this process subscribes, and those of other servers. Must be called
    /// inside a Tokio runtime.
    pub fn new(db: RedisDb, local: Arc<dyn EventBus>) -> Self {
        let server = unique_name();
        let channel: Arc<str> = db.key("events").into();
        let (outbox, waiting) = mpsc::channel(OUTBOX);
        let is_full = Arc::new(AtomicBool::new(false));
        let teller = Teller {
            db: db.clone(),
            channel: Arc::clone(&channel),
            server,
            is_full: Arc::clone(&is_full),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(teller.run(waiting));
        tasks.spawn(receive(db, channel, server, Arc::clone(&local)));
        Self {
            local,
            outbox,
            is_full,
            _tasks: Arc::new(tasks),
        }
    }
}

impl EventBus for RedisEvents {
    fn publish(&self, event: Event) {
        let remote = RemoteEvent::of(&event);
        self.local.publish(event);
        if let Some(remote) = remote
            && self.outbox.try_send(remote).is_err()
        {
            self.is_full.store(true, Ordering::Release);
        }
    }
}

/// Tells the other servers.
struct Teller {
    db: RedisDb,
    channel: Arc<str>,
    server: Uuid,
    is_full: Arc<AtomicBool>,
}

impl Teller {
    async fn run(self, mut waiting: mpsc::Receiver<RemoteEvent>) {
        let mut events = Vec::new();
        while waiting.recv_many(&mut events, OUTBOX).await > 0 {
            // Before the flag is read: who finds the outbox full sets it afterwards.
            if self.is_full.swap(false, Ordering::AcqRel) {
                events.push(RemoteEvent::Missed);
            }
            events.dedup();
            let mut waits = waits();
            while let Err(error) = self.tell(&events).await {
                tracing::debug!(%error, "Other servers cannot be told of events");
                // It is not known what of it arrived.
                events = vec![RemoteEvent::Missed];
                tokio::time::sleep(next(&mut waits)).await;
            }
            events.clear();
        }
    }

    async fn tell(&self, events: &[RemoteEvent]) -> Result<(), StoreError> {
        let mut all = redis::pipe();
        for event in events {
            let message = Message {
                server: self.server,
                event: event.clone(),
            };
            let json = serde_json::to_string(&message).map_err(StoreError::failed)?;
            all.publish(&*self.channel, json).ignore();
        }
        self.db
            .run(|mut connection| async move { all.exec_async(&mut connection).await })
            .await
    }
}

/// Hands on what other servers tell, for ever.
async fn receive(db: RedisDb, channel: Arc<str>, server: Uuid, local: Arc<dyn EventBus>) {
    let mut waits = waits();
    let mut is_deaf = false;
    loop {
        let lost = match db.subscribe(&channel).await {
            Ok((sink, stream)) => {
                if std::mem::replace(&mut is_deaf, false) {
                    tracing::info!("Events of other servers arrive again");
                }
                waits = self::waits();
                // Nobody knows what was told before.
                local.publish(Event::Missed);
                tokio::select! {
                    () = hand_on(stream, server, &*local) => {
                        StoreError::unavailable("the connection has ended")
                    }
                    lost = watch(sink) => lost,
                }
            }
            Err(error) => error,
        };
        if !std::mem::replace(&mut is_deaf, true) {
            let cause = std::error::Error::source(&lost).map(ToString::to_string);
            tracing::warn!(cause, "Events of other servers do not arrive; trying again");
        }
        tokio::time::sleep(next(&mut waits)).await;
    }
}

/// Hands on what others tell until the connection ends.
async fn hand_on(mut stream: PubSubStream, server: Uuid, local: &dyn EventBus) {
    while let Some(message) = stream.next().await {
        match serde_json::from_slice::<Message>(message.get_payload_bytes()) {
            Ok(message) if message.server == server => {}
            Ok(message) => local.publish(message.event.into_event()),
            // Of a server of another version: it may have been anything.
            Err(_) => local.publish(Event::Missed),
        }
    }
}

/// Asks the server now and then, until it does not answer.
async fn watch(mut sink: PubSubSink) -> StoreError {
    loop {
        tokio::time::sleep(PING).await;
        match tokio::time::timeout(PING, sink.ping::<redis::Value>()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return super::db::store_error(error),
            Err(late) => return StoreError::unavailable(late),
        }
    }
}

/// How long to wait before each attempt.
fn waits() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(WAITS[0])
        .with_max_delay(WAITS[1])
        .without_max_times()
        .with_jitter()
        .build()
}

fn next(waits: &mut ExponentialBackoff) -> Duration {
    waits.next().unwrap_or(WAITS[1])
}
