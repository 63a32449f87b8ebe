//! One operation at work, in a task of its own: whoever it is for may go at any time.

use std::sync::Arc;

use async_graphql::Response as Executed;
use axum::http::request::Parts;
use futures::StreamExt;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tracing::Instrument;

use super::gate::{Begin, Beside, Once};
use crate::graphql::{ApiError, Stay, staying};
use crate::http::graphql::call::Call;
use crate::http::graphql::refusal::Refusal;
use crate::http::server::Stopping;

/// How many operations a connection may have at a time.
pub(super) const OPERATIONS: usize = 32;

/// Refuses another operation of so many bytes where those of a connection leave no room for it. What they were asked for by
/// stays as long as they do: together it is no longer than the longest request.
pub(super) fn make_room(
    held: impl ExactSizeIterator<Item = usize>,
    bytes: usize,
    longest: usize,
) -> Result<(), Refusal> {
    if held.len() >= OPERATIONS {
        return Err(Refusal::too_many_operations(OPERATIONS));
    }
    if held.sum::<usize>() + bytes > longest {
        return Err(Refusal::too_long_operations(longest));
    }
    Ok(())
}

/// Who begins the operations of a connection, and the request that opened it.
pub(super) struct Desk {
    pub(super) begin: Arc<dyn Begin>,
    pub(super) parts: Arc<Parts>,
    /// Room for those at work: also for those that were left and have not ended yet.
    room: Arc<Semaphore>,
    stopping: Stopping,
}

/// An operation that has begun, or is about to.
pub(super) struct Operation {
    /// Whether it has begun.
    begun: oneshot::Receiver<Result<(), Refusal>>,
    answers: mpsc::Receiver<Executed>,
    once: Once,
    _stay: Stay,
}

impl Desk {
    /// With room for so many at work.
    pub(super) fn new(
        begin: Arc<dyn Begin>,
        parts: Arc<Parts>,
        most: usize,
        stopping: Stopping,
    ) -> Self {
        Self {
            begin,
            parts,
            room: Arc::new(Semaphore::new(most)),
            stopping,
        }
    }

    /// Begins what a call asks for. One answer waits for whoever reads it: what happens meanwhile is added up where it
    /// happens.
    pub(super) fn start(&self, call: Call) -> Result<Operation, Refusal> {
        let room = Arc::clone(&self.room).try_acquire_owned();
        let room = room.map_err(|_| Refusal::too_many_at_work())?;
        let (stay, leaving) = staying();
        let (tell_begun, begun) = oneshot::channel();
        let (tell, answers) = mpsc::channel(1);
        let (begin, parts) = (Arc::clone(&self.begin), Arc::clone(&self.parts));
        let (beside, once) = Beside::new(leaving, self.stopping.clone());
        let work = async move {
            let _room = room;
            let mut answers = match begin.begin(call, &parts, beside).await {
                Ok(answers) => answers,
                Err(refusal) => return drop(tell_begun.send(Err(refusal))),
            };
            drop(tell_begun.send(Ok(())));
            while let Some(answer) = answers.next().await {
                if tell.send(answer).await.is_err() {
                    return;
                }
            }
        };
        tokio::spawn(work.in_current_span());
        Ok(Operation {
            begun,
            answers,
            once,
            _stay: stay,
        })
    }
}

impl Operation {
    /// Waits until it has begun, or is refused.
    pub(super) async fn begun(&mut self) -> Result<(), Refusal> {
        let begun = (&mut self.begun).await;
        begun.unwrap_or_else(|_| Err(ApiError::internal().into()))
    }

    /// Whether it turned out to be a query or a mutation.
    pub(super) fn once(&self) -> &Once {
        &self.once
    }

    /// The next answer; none: it is complete.
    pub(super) async fn next(&mut self) -> Option<Executed> {
        self.answers.recv().await
    }
}
