//! The driver's pool of connections, for the metrics.

use mongodb::event::EventHandler;
use mongodb::event::cmap::{CmapEvent, ConnectionCheckoutFailedReason};

/// Counts connections, and how long operations wait for one.
pub(super) fn watch() -> EventHandler<CmapEvent> {
    EventHandler::callback(|event| match event {
        CmapEvent::ConnectionCreated(_) => connections("open").increment(1),
        CmapEvent::ConnectionClosed(_) => connections("open").decrement(1),
        CmapEvent::ConnectionCheckedOut(event) => {
            connections("in_use").increment(1);
            metrics::histogram!("store_pool_wait_seconds", "store" => "mongo", "pool" => "connections")
                .record(event.duration);
        }
        CmapEvent::ConnectionCheckedIn(_) => connections("in_use").decrement(1),
        CmapEvent::ConnectionCheckoutFailed(event) => {
            let reason = match event.reason {
                ConnectionCheckoutFailedReason::Timeout => "timeout",
                ConnectionCheckoutFailedReason::ConnectionError => "connection",
                _ => "other",
            };
            metrics::counter!("store_pool_failures_total", "store" => "mongo", "reason" => reason)
                .increment(1);
        }
        _ => {}
    })
}

fn connections(state: &'static str) -> metrics::Gauge {
    metrics::gauge!("store_pool_connections", "store" => "mongo", "state" => state)
}
