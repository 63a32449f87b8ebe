//! Leaving a subscription where nothing is under way: the futures of drivers are not cancel-safe (neo4rs 0.9.0-rc.11,
//! mongodb 3.9), so a stream that may be reading must not be dropped; it is told, and ends by itself.

use async_graphql::Context;
use tokio::sync::watch;

/// Keeps a subscription; it ends soon after this is dropped.
#[derive(Debug)]
pub struct Stay {
    _alive: watch::Sender<()>,
}

/// Whether a subscription is to end: part of the data of its request.
#[derive(Debug, Clone)]
pub struct Leaving(Option<watch::Receiver<()>>);

/// Somebody who stays, and how that is known.
pub fn staying() -> (Stay, Leaving) {
    let (alive, told) = watch::channel(());
    (Stay { _alive: alive }, Leaving(Some(told)))
}

impl Leaving {
    /// As it was said beside a request; where nothing was, nobody leaves.
    pub(super) fn of_request(ctx: &Context<'_>) -> Self {
        ctx.data_opt::<Self>().cloned().unwrap_or(Self(None))
    }

    /// Comes back when nobody wants it any more.
    pub(super) async fn told(&mut self) {
        let Some(told) = &mut self.0 else {
            return std::future::pending().await;
        };
        // Nothing is ever sent.
        while told.changed().await.is_ok() {}
    }
}
