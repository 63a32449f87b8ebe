//! Being told that the server stops, for what would go on for ever.

use axum::http::Extensions;
use tokio::sync::watch;

/// Whether the server stops. It waits for whoever has one.
#[derive(Debug, Clone)]
pub(in crate::http) struct Stopping(Option<watch::Receiver<bool>>);

impl Stopping {
    /// As the server says by this.
    pub(in crate::http) fn new(stop: watch::Receiver<bool>) -> Self {
        Self(Some(stop))
    }

    /// As the server said beside a request; where there is none, it never stops.
    pub(in crate::http) fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or(Self(None))
    }

    /// Whether it stops already.
    pub(in crate::http) fn is_told(&self) -> bool {
        let stop = self.0.as_ref();
        stop.is_some_and(|stop| *stop.borrow() || stop.has_changed().is_err())
    }

    /// Comes back when it stops.
    pub(in crate::http) async fn told(&mut self) {
        let Some(stop) = &mut self.0 else {
            return std::future::pending().await;
        };
        // Nobody is left who could say so: it has stopped.
        drop(stop.wait_for(|stops| *stops).await);
    }
}
