//! A channel between the servers of a site: what is said there, as JSON, and how it gets there and from there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures::StreamExt;
use redis::aio::{PubSubSink, PubSubStream};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::RedisDb;
use crate::domain::error::StoreError;
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::listeners::ItemId;

/// How many events wait to be sent; when there are more, the other servers are told that they missed something.
pub(super) const OUTBOX: usize = 1024;
/// How often to look whether the server still answers: silence may only mean that nobody has anything to say.
const PING: Duration = Duration::from_secs(2);
/// The first and the longest wait before another attempt.
const WAITS: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

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
pub(super) enum RemoteEvent {
    CatalogChanged,
    TastesChanged(Vec<ProfileId>),
    SimilarChanged,
    Missed,
    StatesChanged {
        profile: ProfileId,
        items: Vec<ItemId>,
    },
    AccountChanged(UserId),
    JobsChanged(ProfileId),
    ListenersMissed,
}

impl RemoteEvent {
    pub(super) fn of(event: &Event) -> Option<Self> {
        match event {
            Event::CatalogChanged => Some(Self::CatalogChanged),
            Event::TastesChanged(profiles) => Some(Self::TastesChanged(profiles.to_vec())),
            Event::SimilarChanged => Some(Self::SimilarChanged),
            Event::Missed => Some(Self::Missed),
            Event::StatesChanged { profile, items } => Some(Self::StatesChanged {
                profile: *profile,
                items: items.to_vec(),
            }),
            Event::AccountChanged(user) => Some(Self::AccountChanged(*user)),
            Event::JobsChanged(profile) => Some(Self::JobsChanged(*profile)),
            // The publishing server handles it itself, at once; waking others would only cost them a query. Of titles
            // each learns by the change feed.
            Event::TitlesChanged(_)
            | Event::ListenersMissed
            | Event::WatchesRecorded
            | Event::WatchesChanged
            | Event::MailQueued
            | Event::ErasureRequested
            | Event::JobQueued => None,
        }
    }

    fn into_event(self) -> Event {
        match self {
            Self::CatalogChanged => Event::CatalogChanged,
            Self::TastesChanged(profiles) => Event::TastesChanged(profiles.into()),
            Self::SimilarChanged => Event::SimilarChanged,
            Self::Missed => Event::Missed,
            Self::StatesChanged { profile, items } => Event::StatesChanged {
                profile,
                items: items.into(),
            },
            Self::AccountChanged(user) => Event::AccountChanged(user),
            Self::JobsChanged(profile) => Event::JobsChanged(profile),
            Self::ListenersMissed => Event::ListenersMissed,
        }
    }
}

/// Tells the other servers.
pub(super) struct Teller {
    pub(super) db: RedisDb,
    pub(super) channel: Arc<str>,
    pub(super) server: Uuid,
    pub(super) is_full: Arc<AtomicBool>,
    /// What is said in place of what could not be.
    pub(super) missed: RemoteEvent,
    /// For how long it rests once it has told something, so that what comes in the meantime is told together.
    pub(super) rest: Duration,
}

impl Teller {
    pub(super) async fn run(self, mut waiting: mpsc::Receiver<RemoteEvent>) {
        let mut events = Vec::new();
        while waiting.recv_many(&mut events, OUTBOX).await > 0 {
            // Before the flag is read: who finds the outbox full sets it afterwards.
            if self.is_full.swap(false, Ordering::AcqRel) {
                events.push(self.missed.clone());
            }
            events.dedup();
            let mut waits = waits();
            while let Err(error) = self.tell(&events).await {
                tracing::debug!(%error, "Other servers cannot be told of events");
                // It is not known what of it arrived.
                events = vec![self.missed.clone()];
                tokio::time::sleep(next(&mut waits)).await;
            }
            events.clear();
            if !self.rest.is_zero() {
                tokio::time::sleep(self.rest).await;
            }
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

/// Hands on what others tell until the connection ends.
pub(super) async fn hand_on(
    mut stream: PubSubStream,
    server: Uuid,
    local: &dyn EventBus,
    missed: &Event,
) {
    while let Some(message) = stream.next().await {
        match serde_json::from_slice::<Message>(message.get_payload_bytes()) {
            Ok(message) if message.server == server => {}
            Ok(message) => local.publish(message.event.into_event()),
            // Of a server of another version: it may have been anything.
            Err(_) => local.publish(missed.clone()),
        }
    }
}

/// Asks the server now and then, until it does not answer for as long as that may take.
pub(super) async fn watch(mut sink: PubSubSink, patience: Duration) -> StoreError {
    loop {
        tokio::time::sleep(PING).await;
        match tokio::time::timeout(patience, sink.ping::<redis::Value>()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return super::db::store_error(error),
            Err(late) => return StoreError::unavailable(late),
        }
    }
}

/// How long to wait before each attempt.
pub(super) fn waits() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(WAITS[0])
        .with_max_delay(WAITS[1])
        .without_max_times()
        .with_jitter()
        .build()
}

pub(super) fn next(waits: &mut ExponentialBackoff) -> Duration {
    waits.next().unwrap_or(WAITS[1])
}
