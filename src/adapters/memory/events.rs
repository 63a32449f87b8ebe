//! Events for the subscribers and listeners within this process.

use async_trait::async_trait;
use tokio::sync::broadcast;

use crate::domain::events::{Event, EventBus};
use crate::domain::listeners::{ItemId, Listener, Listeners, Topic};

/// How many events are kept for a busy subscriber; of more, it misses the oldest and looks at the stores instead.
const CAPACITY: usize = 1024;

/// An event bus within the process.
#[derive(Clone)]
pub struct MemoryEvents {
    subscribers: broadcast::Sender<Event>,
    listeners: Listeners,
}

impl MemoryEvents {
    /// A bus without subscribers.
    pub fn new() -> Self {
        Self {
            subscribers: broadcast::Sender::new(CAPACITY),
            listeners: Listeners::default(),
        }
    }

    /// Subscribes to what is published from now on, but for what is for listeners alone.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.subscribers.subscribe()
    }

    /// Tells listeners what an event says to them.
    fn tell(&self, event: &Event) {
        let listeners = &self.listeners;
        match event {
            Event::StatesChanged { profile, items } => {
                listeners.tell(Topic::States(*profile), items);
            }
            Event::AccountChanged(user) => listeners.tell(Topic::Account(*user), &[]),
            Event::JobsChanged(profile) => listeners.tell(Topic::Jobs(*profile), &[]),
            Event::TitlesChanged(titles) => {
                let titles = titles.iter().copied().map(ItemId::Title);
                let titles: Vec<ItemId> = titles.collect();
                listeners.tell(Topic::Catalogue, &titles);
            }
            Event::TastesChanged(profiles) => {
                for profile in profiles.iter() {
                    listeners.tell(Topic::Suggestions(*profile), &[]);
                }
            }
            Event::SimilarChanged => {
                listeners.tell_all(|topic| matches!(topic, Topic::Suggestions(_)));
            }
            Event::ListenersMissed | Event::Missed => listeners.miss(),
            Event::CatalogChanged
            | Event::WatchesRecorded
            | Event::WatchesChanged
            | Event::MailQueued
            | Event::ErasureRequested
            | Event::JobQueued => {}
        }
    }
}

impl Default for MemoryEvents {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl EventBus for MemoryEvents {
    fn publish(&self, event: Event) {
        self.tell(&event);
        if !event.is_for_listeners() {
            // Fails only if there is no subscriber.
            drop(self.subscribers.send(event));
        }
    }

    async fn listen(&self, topic: Topic) -> Listener {
        self.listeners.listen(topic)
    }

    fn is_heard(&self) -> bool {
        self.listeners.is_any()
    }
}
