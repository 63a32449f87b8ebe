//! Events between the servers of a site, on two channels: `events` has what makes something stale that servers keep, and
//! `live` what listeners are told, which a server hears only while it has some, and which costs the others nothing.
//!
//! Redis delivers a message at most once, to those who are connected. So a server that was cut off for a while, or
//! could not publish, tells those who depend on it that they missed something ([`Event::Missed`]), which may have been
//! anything. Versions from before the channel `live` do not hear it: what they do not know on `events` would make them
//! forget all that they keep.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

use super::RedisDb;
use super::channel::{self, OUTBOX, RemoteEvent, Teller, hand_on, waits};
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::events::{Event, EventBus};
use crate::domain::listeners::{Listener, Topic};

/// How long a new listener waits until this server hears the others; if it does not by then, it may miss something.
const HEARING: Duration = Duration::from_secs(2);
/// For how long what is for listeners is gathered once they were told something: each report is such an event, and to tell
/// ten of them costs hardly more than one.
const GATHER: Duration = Duration::from_millis(5);
/// How often to look whether anybody listens still, and how often nobody must, for the server not to hear any more.
const LOOK: Duration = Duration::from_secs(5);
const UNHEARD: u32 = 6;

/// An event bus that reaches the other servers of a site. It ends with its last clone.
#[derive(Clone)]
pub struct RedisEvents {
    local: Arc<dyn EventBus>,
    events: Outbox,
    live: Outbox,
    hearing: Hearing,
    _tasks: Arc<JoinSet<()>>,
}

/// What waits to be said on a channel.
#[derive(Clone)]
struct Outbox {
    sender: mpsc::Sender<RemoteEvent>,
    is_full: Arc<AtomicBool>,
}

/// Whether this server hears what is for listeners.
#[derive(Clone)]
struct Hearing {
    wanted: Arc<Notify>,
    hears: watch::Sender<bool>,
}

impl RedisEvents {
    /// A bus between `local`, to which everybody in this process subscribes, and those of other servers. Must be called
    /// inside a Tokio runtime.
    pub fn new(db: RedisDb, local: Arc<dyn EventBus>) -> Self {
        let server = unique_name();
        let [events, live]: [Arc<str>; 2] = ["events", "live"].map(|name| db.key(name).into());
        let mut tasks = JoinSet::new();
        let mut outbox = |channel: &Arc<str>, missed: RemoteEvent, rest: Duration| {
            let (sender, waiting) = mpsc::channel(OUTBOX);
            let is_full = Arc::new(AtomicBool::new(false));
            let teller = Teller {
                db: db.clone(),
                channel: Arc::clone(channel),
                server,
                is_full: Arc::clone(&is_full),
                missed,
                rest,
            };
            tasks.spawn(teller.run(waiting));
            Outbox { sender, is_full }
        };
        let to_servers = outbox(&events, RemoteEvent::Missed, Duration::ZERO);
        let to_listeners = outbox(&live, RemoteEvent::ListenersMissed, GATHER);
        let hearing = Hearing {
            wanted: Arc::new(Notify::new()),
            hears: watch::Sender::new(false),
        };
        tasks.spawn(receive(db.clone(), events, server, Arc::clone(&local)));
        tasks.spawn(hear(db, live, server, Arc::clone(&local), hearing.clone()));
        Self {
            local,
            events: to_servers,
            live: to_listeners,
            hearing,
            _tasks: Arc::new(tasks),
        }
    }
}

#[async_trait]
impl EventBus for RedisEvents {
    fn publish(&self, event: Event) {
        let outbox = if event.is_for_listeners() {
            &self.live
        } else {
            &self.events
        };
        let remote = RemoteEvent::of(&event);
        self.local.publish(event);
        let Some(remote) = remote else { return };
        if outbox.sender.try_send(remote).is_err() {
            outbox.is_full.store(true, Ordering::Release);
        }
    }

    async fn listen(&self, topic: Topic) -> Listener {
        // First: as long as it is there, the server does not stop to hear.
        let listener = self.local.listen(topic).await;
        let mut hears = self.hearing.hears.subscribe();
        self.hearing.wanted.notify_one();
        let hears = async { hears.wait_for(|hears| *hears).await.is_ok() };
        if timeout(HEARING, hears).await != Ok(true) {
            listener.miss();
        }
        listener
    }

    fn is_heard(&self) -> bool {
        self.local.is_heard()
    }
}

/// Hands on what other servers tell, for ever.
async fn receive(db: RedisDb, channel: Arc<str>, server: Uuid, local: Arc<dyn EventBus>) {
    let mut waits = waits();
    let (mut is_deaf, missed) = (false, Event::Missed);
    loop {
        let lost = match db.subscribe(&channel).await {
            Ok((sink, stream)) => {
                if std::mem::replace(&mut is_deaf, false) {
                    tracing::info!("Events of other servers arrive again");
                }
                waits = channel::waits();
                // Nobody knows what was told before.
                local.publish(Event::Missed);
                tokio::select! {
                    () = hand_on(stream, server, &*local, &missed) => {
                        StoreError::unavailable("the connection has ended")
                    }
                    lost = channel::watch(sink, db.patience()) => lost,
                }
            }
            Err(error) => error,
        };
        if !std::mem::replace(&mut is_deaf, true) {
            let cause = std::error::Error::source(&lost).map(ToString::to_string);
            tracing::warn!(cause, "Events of other servers do not arrive; trying again");
        }
        tokio::time::sleep(channel::next(&mut waits)).await;
    }
}

/// Hands on to listeners what other servers tell them, while there are any, for ever.
async fn hear(
    db: RedisDb,
    channel: Arc<str>,
    server: Uuid,
    local: Arc<dyn EventBus>,
    hearing: Hearing,
) {
    let mut waits = waits();
    let missed = Event::ListenersMissed;
    // Since when listeners wait; none: nobody does.
    let mut deaf_since: Option<Instant> = None;
    loop {
        while !local.is_heard() {
            deaf_since = None;
            hearing.wanted.notified().await;
        }
        let since = *deaf_since.get_or_insert_with(Instant::now);
        if let Ok((sink, stream)) = db.subscribe(&channel).await {
            waits = channel::waits();
            // Whoever began to listen when it was not known yet whether others are heard, or was cut off from them.
            let is_late = since.elapsed() >= HEARING / 2;
            hearing.hears.send_replace(true);
            if is_late {
                local.publish(Event::ListenersMissed);
            }
            tokio::select! {
                () = hand_on(stream, server, &*local, &missed) => {}
                _ = channel::watch(sink, db.patience()) => {}
                () = until_unheard(&*local, &hearing) => {
                    deaf_since = None;
                    continue;
                }
            }
            hearing.hears.send_replace(false);
            // What is told until it hears again is lost.
            deaf_since = Instant::now().checked_sub(HEARING);
        }
        tokio::time::sleep(channel::next(&mut waits)).await;
    }
}

/// Comes back when nobody has listened for a while, and whoever begins to is told that the server does not hear.
async fn until_unheard(local: &dyn EventBus, hearing: &Hearing) {
    let mut unheard = 0;
    loop {
        tokio::time::sleep(LOOK).await;
        unheard = if local.is_heard() { 0 } else { unheard + 1 };
        if unheard < UNHEARD {
            continue;
        }
        hearing.hears.send_replace(false);
        // Whoever came in between may have found that it does.
        if !local.is_heard() {
            return;
        }
        hearing.hears.send_replace(true);
        unheard = 0;
    }
}
