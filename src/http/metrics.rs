//! Every metric: what it is called, and what it says. Labels have few values each: none comes from a client, but the
//! names of operations, of which only so many are told apart ([`super::graphql::Operations`]).

use metrics::{SharedString, Unit, describe_counter, describe_gauge, describe_histogram};

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Seconds,
}

/// All metrics, by name; what is recorded and not named here has no help text.
const METRICS: &[(&str, Kind, &str)] = &[
    (
        "http_requests_total",
        Kind::Counter,
        "Requests, by status of the answer",
    ),
    (
        "http_request_duration_seconds",
        Kind::Seconds,
        "How long requests took, by status of the answer",
    ),
    (
        "http_requests_turned_away_total",
        Kind::Counter,
        "Requests that were turned away because too many were at work",
    ),
    ("http_connections", Kind::Gauge, "Connections that are open"),
    (
        "http_connections_cut_total",
        Kind::Counter,
        "Connections that were cut, by reason: header or idle (nothing came in time), stalled (the answer is not read), room (for a newcomer)",
    ),
    (
        "http_connections_refused_total",
        Kind::Counter,
        "Connections that were refused because all others were at work, by limit: of the peer, of all",
    ),
    (
        "http_connections_failed_total",
        Kind::Counter,
        "Connections that could not be taken because the machine had no room for them",
    ),
    (
        "live_connections",
        Kind::Gauge,
        "WebSockets and streams of events that are open, for subscriptions",
    ),
    (
        "live_connections_refused_total",
        Kind::Counter,
        "WebSockets and streams of events that were refused, by limit: of all, of the network, of the session",
    ),
    (
        "live_connections_dropped_total",
        Kind::Counter,
        "WebSockets that were dropped, by reason: slow (the client does not read), silent (it says nothing)",
    ),
    (
        "graphql_documents_refused_total",
        Kind::Counter,
        "Documents that were refused, by why: unknown (no manifest has the id), untrusted (the site executes those of its manifests alone)",
    ),
    (
        "graphql_operation_duration_seconds",
        Kind::Seconds,
        "How long GraphQL operations took, by name, type and outcome: ok, errors in the answer, refused",
    ),
    (
        "store_call_duration_seconds",
        Kind::Seconds,
        "How long stores took, by technology, method and outcome: answered, unavailable, full, failed",
    ),
    (
        "store_pool_wait_seconds",
        Kind::Seconds,
        "How long operations waited for a connection, or for a thread of the embedded store",
    ),
    (
        "store_pool_connections",
        Kind::Gauge,
        "Connections that are open, and of them those in use",
    ),
    (
        "store_pool_failures_total",
        Kind::Counter,
        "Operations that got no connection",
    ),
    (
        "cache_reads_total",
        Kind::Counter,
        "What was looked for in a cache, by cache and result: hit, miss",
    ),
    (
        "pictures_missing_total",
        Kind::Counter,
        "Requests for pictures whose bytes are not where they were kept",
    ),
    (
        "watch_log_folded_entries_total",
        Kind::Counter,
        "Entries of the watch log that this server made plays, states and sums from, whether it recorded them or found them left",
    ),
    (
        "watch_log_lag_seconds",
        Kind::Gauge,
        "The age of what this server recorded in the watch log and has not folded: of the oldest; 0: nothing waits",
    ),
    (
        "usage_lag_seconds",
        Kind::Gauge,
        "The age of what was played and waits to be counted: of the oldest; 0: nothing waits",
    ),
    (
        "usage_counted_viewings_total",
        Kind::Counter,
        "Stretches that were played and are counted",
    ),
    (
        "usage_repeated_events_total",
        Kind::Counter,
        "Events of other players that were counted before, and are not counted again",
    ),
    (
        "projection_waiting_documents",
        Kind::Gauge,
        "Documents that the graph does not know of yet",
    ),
    (
        "projection_lag_seconds",
        Kind::Gauge,
        "The age of the document that has waited the longest for projection",
    ),
    (
        "projection_standstill_seconds",
        Kind::Gauge,
        "For how long documents wait and none was projected; 0 below a minute",
    ),
    (
        "projection_rebuild_seconds",
        Kind::Gauge,
        "For how long the graph has been made anew; 0: it is not",
    ),
    (
        "similar_age_seconds",
        Kind::Gauge,
        "How long ago all SIMILAR edges were computed",
    ),
    (
        "publish_lag_seconds",
        Kind::Gauge,
        "The age of what waits to be sent to a topic, by topic: of the oldest; 0: nothing waits",
    ),
    (
        "published_messages_total",
        Kind::Counter,
        "Messages that were sent, by topic",
    ),
    (
        "unreadable_documents",
        Kind::Gauge,
        "Documents that this version cannot read and has passed over since it was started, by kind",
    ),
    (
        "job_round_duration_seconds",
        Kind::Seconds,
        "How long rounds of background jobs took, by job and outcome: done, failed, held_up",
    ),
    (
        "lease_held",
        Kind::Gauge,
        "1 on the server that holds a lease",
    ),
    (
        "password_hashes",
        Kind::Gauge,
        "Password hashes that run, and that wait for a processor",
    ),
    (
        "password_hash_wait_seconds",
        Kind::Seconds,
        "How long password hashes waited for a processor",
    ),
    (
        "password_hashes_refused_total",
        Kind::Counter,
        "Password hashes that were refused because too many waited",
    ),
];

/// Says of each metric what it is, to whoever reads them.
pub fn describe() {
    for (name, kind, help) in METRICS {
        let help = SharedString::const_str(help);
        match kind {
            Kind::Counter => describe_counter!(*name, help),
            Kind::Gauge => describe_gauge!(*name, help),
            Kind::Seconds => describe_histogram!(*name, Unit::Seconds, help),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names in an expression that look like those of metrics, without what histograms add to them.
    fn names(expression: &str) -> impl Iterator<Item = &str> {
        let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let metrics = words.filter(|word| {
            [
                "_seconds",
                "_total",
                "_documents",
                "_connections",
                "_hashes",
                "_held",
                "_bucket",
                "_count",
            ]
            .iter()
            .any(|end| word.ends_with(end))
        });
        metrics.map(|word| {
            let word = word.strip_suffix("_bucket").unwrap_or(word);
            word.strip_suffix("_count").unwrap_or(word)
        })
    }

    #[test]
    fn the_dashboard_shows_every_metric_and_no_other() {
        let text = include_str!("../../examples/grafana/dashboard.json");
        let dashboard: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut shown = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                shown.extend(names(target["expr"].as_str().unwrap()));
            }
        }

        let known: BTreeSet<&str> = METRICS.iter().map(|(name, ..)| *name).collect();

        assert_eq!(shown, known);
        assert_eq!(known.len(), METRICS.len(), "a metric is listed twice");
    }
}
