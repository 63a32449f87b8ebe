//! Events for the subscribers within this process.

use tokio::sync::broadcast;

use crate::domain::events::{Event, EventBus};

/// How many events are kept for a busy subscriber; of more, it misses the oldest and looks at the stores instead.
const CAPACITY: usize = 1024;

/// An event bus within the process.
#[derive(Debug, Clone)]
pub struct MemoryEvents(broadcast::Sender<Event>);

impl MemoryEvents {
    /// A bus without subscribers.
    pub fn new() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }

    /// Subscribes to what is published from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}

impl Default for MemoryEvents {
    fn default() -> Self {
        Self::new()
    }
}

impl EventBus for MemoryEvents {
    fn publish(&self, event: Event) {
        // Fails only if there is no subscriber.
        drop(self.0.send(event));
    }
}
