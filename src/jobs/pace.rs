//! When a job goes on, and when it stops.

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use crate::domain::events::Event;

/// What a job waits for.
pub(super) struct Pace {
    events: broadcast::Receiver<Event>,
    stopped: watch::Receiver<bool>,
}

impl Pace {
    /// How long a job waits after something failed it.
    pub(super) const AFTER_FAILURE: Duration = Duration::from_secs(1);

    /// Waits by these events, until `stopped` is true.
    pub(super) fn new(events: broadcast::Receiver<Event>, stopped: watch::Receiver<bool>) -> Self {
        Self { events, stopped }
    }

    /// Waits for so long, whatever happens. Says whether to go on.
    pub(super) async fn pause(&mut self, time: Duration) -> bool {
        self.unless_stopped(tokio::time::sleep(time))
            .await
            .is_some()
    }

    /// Waits for one of the events, but no longer than that. Says whether to go on.
    pub(super) async fn wait(&mut self, wanted: &[Event], longest: Duration) -> bool {
        let woken = async {
            loop {
                let event = next(&mut self.events).await;
                // Whatever was missed may have been wanted.
                if wanted.contains(&event) || event == Event::Missed && !wanted.is_empty() {
                    return;
                }
            }
        };
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => false,
            () = woken => true,
            () = tokio::time::sleep(longest) => true,
        }
    }

    /// The next event; none: the job is to stop.
    pub(super) async fn event(&mut self) -> Option<Event> {
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => None,
            event = next(&mut self.events) => Some(event),
        }
    }

    /// Waits only for events that are still to come.
    pub(super) fn skip_events(&mut self) {
        self.events = self.events.resubscribe();
    }

    /// Does something that may be broken off when the job is to stop; none: it was.
    pub(super) async fn unless_stopped<T>(
        &mut self,
        something: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => None,
            done = something => Some(done),
        }
    }
}

/// The next event; if nobody is left to send any, it never comes.
async fn next(events: &mut broadcast::Receiver<Event>) -> Event {
    match events.recv().await {
        Ok(event) => event,
        Err(RecvError::Lagged(_)) => Event::Missed,
        Err(RecvError::Closed) => std::future::pending().await,
    }
}
