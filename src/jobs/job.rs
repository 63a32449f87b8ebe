//! What a job is, and the loop that runs any of them.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tracing::Instrument;

use super::health::Health;
use super::pace::Pace;
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::events::Event;

/// Work that is done in rounds, for as long as the program runs.
pub(super) trait Job: Send + 'static {
    /// As the log and the metrics have it.
    const NAME: &'static str;
    /// The events that begin a round before it is due.
    const WAKES: &'static [Event];
    /// Whether a round may be broken off at any point when the program stops; else the program waits for its end.
    const MAY_BREAK_OFF: bool = false;

    /// Does some of the work that there is, so much that it takes a moment.
    fn round(&mut self) -> impl Future<Output = Round> + Send;

    /// What is left to do when the program stops.
    fn end(&mut self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// How a round went, and with that, when the next one begins.
#[derive(Debug)]
pub(super) enum Round {
    /// There may be more work: at once.
    Again,
    /// There may be a little more in a moment, which is to be done together: after so long, whatever happens.
    Soon(Duration),
    /// There is no more work: after so long, or with an event that wakes the job.
    Due(Duration),
    /// After a pause, whatever happens: a store that fails is not to be asked all the time.
    Failed(Box<dyn Error + Send + Sync>),
    /// The same for a store without room, which has logged that, once for all that use it.
    Full,
    /// After the same pause: the job works, something that it needs does not, and the job has logged that.
    HeldUp,
}

impl Round {
    /// The round of a store that failed.
    pub(super) fn failed(error: impl Coded) -> Self {
        match error.code() {
            ErrorCode::StorageFull => Self::Full,
            _ => Self::Failed(Box::new(error)),
        }
    }

    /// As metrics call it.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Again | Self::Soon(_) | Self::Due(_) => "done",
            Self::Failed(_) | Self::Full => "failed",
            Self::HeldUp => "held_up",
        }
    }
}

/// Runs a job until it is stopped.
pub(super) async fn run<J: Job>(mut job: J, mut pace: Pace) {
    let mut health = Health::of(J::NAME);
    loop {
        // What the round is about to see needs no round of its own.
        pace.skip_events();
        // A job that panicked goes on like one that failed: nobody would notice that it is missing.
        let span = tracing::debug_span!("job round", job = J::NAME);
        let round = AssertUnwindSafe(job.round().instrument(span)).catch_unwind();
        let began = Instant::now();
        let round = if J::MAY_BREAK_OFF {
            let Some(round) = pace.unless_stopped(round).await else {
                break;
            };
            round
        } else {
            round.await
        };
        let round = round.unwrap_or_else(|_| Round::Failed("the round panicked".into()));
        metrics::histogram!("job_round_duration_seconds", "job" => J::NAME, "outcome" => round.outcome())
            .record(began.elapsed());
        let goes_on = match round {
            Round::Again => {
                health.succeeded();
                pace.pause(Duration::ZERO).await
            }
            Round::Soon(time) => {
                health.succeeded();
                pace.pause(time).await
            }
            Round::Due(time) => {
                health.succeeded();
                pace.wait(J::WAKES, time).await
            }
            Round::Failed(error) => {
                health.failed(&*error);
                pace.pause(Pace::AFTER_FAILURE).await
            }
            Round::Full => pace.pause(Pace::AFTER_FAILURE).await,
            Round::HeldUp => {
                health.succeeded();
                pace.pause(Pace::AFTER_FAILURE).await
            }
        };
        if !goes_on {
            break;
        }
    }
    job.end().await;
}
