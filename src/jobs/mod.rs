//! What goes on in the background. Each job may die at any moment and begin again anywhere: none keeps anything that a
//! store does not have.

mod erase;
mod follow_catalog;
mod follow_graph;
mod keep_similar;
mod project_graph;
mod send_mail;

pub use follow_catalog::CatalogFeed;
pub use keep_similar::Keeper;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

use crate::domain::accounts::MailService;
use crate::domain::events::Event;
use crate::domain::privacy::ErasureService;
use crate::domain::recommend::{GraphFollower, GraphService};

/// How long a job waits after a store failed it.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The jobs that run, until they are stopped.
pub struct Jobs {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Jobs {
    /// Starts all jobs. `events` opens a new subscription for each.
    pub fn start(
        graph: &GraphService,
        keeper: Keeper,
        erasures: ErasureService,
        feed: CatalogFeed,
        follower: &Arc<dyn GraphFollower>,
        mail: MailService,
        events: impl Fn() -> broadcast::Receiver<Event>,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let pace = || Pace {
            events: events(),
            stopped: stopped.clone(),
        };
        tasks.spawn(project_graph::run(graph.clone(), pace()));
        tasks.spawn(keep_similar::run(keeper, pace()));
        tasks.spawn(erase::run(erasures, pace()));
        tasks.spawn(follow_catalog::run(feed, pace()));
        tasks.spawn(follow_graph::hear(Arc::clone(follower), pace()));
        tasks.spawn(follow_graph::run(Arc::clone(follower), pace()));
        tasks.spawn(send_mail::run(mail, pace()));
        Self { tasks, stop }
    }

    /// Lets each job finish the round that it is in.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// When a job's next round begins.
struct Pace {
    events: broadcast::Receiver<Event>,
    stopped: watch::Receiver<bool>,
}

impl Pace {
    /// Waits for one of the events, or for so long; after a failure for so long, whatever happens: a store that fails is
    /// not to be asked all the time. Says whether to go on.
    async fn wait(&mut self, wanted: &[Event], longest: Duration) -> bool {
        let is_failing = longest == AFTER_FAILURE;
        let wanted = if is_failing { &[] } else { wanted };
        let event = async {
            loop {
                match self.events.recv().await {
                    Ok(event) if event != Event::Missed && !wanted.contains(&event) => {}
                    // Whatever was missed may have been wanted.
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => return false,
            () = event => {}
            () = tokio::time::sleep(longest) => {}
        }
        !*self.stopped.borrow()
    }

    /// The next event; none: the job is to stop.
    async fn event(&mut self) -> Option<Event> {
        let event = async {
            match self.events.recv().await {
                Ok(event) => event,
                Err(broadcast::error::RecvError::Lagged(_)) => Event::Missed,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => None,
            event = event => Some(event),
        }
    }

    /// Does something that may be broken off when the job is to stop; none: it was.
    async fn unless_stopped<T>(&mut self, something: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stopped| *stopped) => None,
            done = something => Some(done),
        }
    }
}

/// Logs a job's failures once each time that they begin, and when they are over.
struct Health {
    job: &'static str,
    is_failing: bool,
}

impl Health {
    fn of(job: &'static str) -> Self {
        Self {
            job,
            is_failing: false,
        }
    }

    fn failed(&mut self, error: &dyn std::error::Error) {
        if !std::mem::replace(&mut self.is_failing, true) {
            let cause = std::iter::successors(Some(error), |error| error.source())
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(": ");
            tracing::warn!(job = self.job, cause, "A job fails; it goes on trying");
        }
    }

    fn succeeded(&mut self) {
        if std::mem::replace(&mut self.is_failing, false) {
            tracing::info!(job = self.job, "A job works again");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn events_hurry_a_job_unless_it_fails() {
        let (events, receiver) = broadcast::channel(8);
        let (_stop, stopped) = watch::channel(false);
        let mut pace = Pace {
            events: receiver,
            stopped,
        };
        let started = Instant::now();

        events.send(Event::MailQueued).unwrap();
        assert!(pace.wait(&[Event::MailQueued], Duration::MAX).await);
        let hurried = started.elapsed();
        events.send(Event::MailQueued).unwrap();
        assert!(pace.wait(&[Event::MailQueued], AFTER_FAILURE).await);

        assert!(hurried < AFTER_FAILURE);
        assert!(started.elapsed() >= AFTER_FAILURE);
    }
}
