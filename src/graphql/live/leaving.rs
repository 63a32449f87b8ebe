//! Leaving a subscription where nothing is under way: the futures of drivers are not cancel-safe (neo4rs 0.9.0-rc.11,
//! mongodb 3.9), so a stream that may be reading must not be dropped; it is told, and ends by itself.

use tokio::sync::watch;

/// Keeps a subscription; it ends soon after this is dropped.
#[derive(Debug)]
pub struct Stay {
    _alive: watch::Sender<()>,
}

/// Whether a subscription is to end: part of the data of its request.
#[derive(Debug, Clone)]
pub struct Leaving(watch::Receiver<()>);

/// Somebody who stays, and how that is known.
pub fn staying() -> (Stay, Leaving) {
    let (alive, told) = watch::channel(());
    (Stay { _alive: alive }, Leaving(told))
}

impl Leaving {
    /// Comes back when nobody wants it any more.
    pub(super) async fn told(&mut self) {
        // Nothing is ever sent.
        while self.0.changed().await.is_ok() {}
    }
}
