//! One subscription at work, in a task of its own: whoever it is for may go at any time.

use std::sync::Arc;

use async_graphql::Response as Executed;
use axum::http::request::Parts;
use futures::StreamExt;
use tokio::sync::{mpsc, oneshot};
use tracing::Instrument;

use super::gate::{Begin, Gatekeeper};
use crate::graphql::{ApiError, Stay, staying};
use crate::http::graphql::call::Call;
use crate::http::graphql::refusal::Refusal;

/// Those who look after the subscriptions of a connection, and the request that opened it.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) begin: Arc<dyn Begin>,
    pub(super) gate: Arc<dyn Gatekeeper>,
    pub(super) parts: Arc<Parts>,
}

/// A subscription that has begun, or is about to.
pub(super) struct Operation {
    /// Whether it has begun.
    begun: oneshot::Receiver<Result<(), Refusal>>,
    answers: mpsc::Receiver<Executed>,
    _stay: Stay,
}

impl Desk {
    /// Begins what a call of so many bytes asks for. One answer waits for whoever reads it: what happens meanwhile is
    /// added up where it happens.
    pub(super) fn start(&self, call: Call, bytes: usize) -> Operation {
        let (stay, leaving) = staying();
        let (tell_begun, begun) = oneshot::channel();
        let (tell, answers) = mpsc::channel(1);
        let desk = self.clone();
        let work = async move {
            let answers = match desk.gate.knock(&desk.parts, bytes).await {
                Ok(()) => desk.begin.begin(call, &desk.parts, leaving).await,
                Err(refusal) => Err(refusal),
            };
            let mut answers = match answers {
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
        Operation {
            begun,
            answers,
            _stay: stay,
        }
    }
}

impl Operation {
    /// Waits until it has begun, or is refused.
    pub(super) async fn begun(&mut self) -> Result<(), Refusal> {
        let begun = (&mut self.begun).await;
        begun.unwrap_or_else(|_| Err(ApiError::internal().into()))
    }

    /// The next answer; none: it is complete.
    pub(super) async fn next(&mut self) -> Option<Executed> {
        self.answers.recv().await
    }
}
