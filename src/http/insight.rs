//! What operators see of the program, and nobody else: metrics, and which of its stores answers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::health::{self, Stores};
use super::problem::Problem;

/// Who sees it on an address.
#[derive(Debug, Clone, Default)]
pub enum Insight {
    /// Everybody who reaches the address.
    #[default]
    Open,
    /// Who sends this as `Authorization: Bearer …`.
    Token(SecretString),
    /// Nobody: as if it were not there.
    Closed,
}

impl Insight {
    fn is_for(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::Open => true,
            Self::Closed => false,
            Self::Token(token) => {
                let sent = headers
                    .get(AUTHORIZATION)
                    .and_then(|value| value.to_str().ok())
                    .and_then(|value| value.strip_prefix("Bearer "));
                // Of hashes, so that how long it takes says nothing of the token, nor of how long that is.
                let hash = |text: &str| Sha256::digest(text.as_bytes());
                sent.is_some_and(|sent| hash(sent).ct_eq(&hash(token.expose_secret())).into())
            }
        }
    }
}

/// Where the metrics are.
pub(super) const METRICS: &str = "/metrics";

#[derive(Clone)]
struct Shown {
    stores: Stores,
    metrics: Option<PrometheusHandle>,
    insight: Arc<Insight>,
}

/// Whether the process lives and is ready, for load balancers; with more for those who may see it.
pub(super) fn routes(
    stores: Stores,
    metrics: Option<PrometheusHandle>,
    insight: Insight,
) -> Router {
    Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(ready))
        .route(METRICS, get(render))
        .with_state(Shown {
            stores,
            metrics,
            insight: Arc::new(insight),
        })
}

async fn ready(State(shown): State<Shown>, headers: HeaderMap) -> Response {
    let readiness = health::readiness(&shown.stores).await;
    let status = if readiness.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    if shown.insight.is_for(&headers) {
        return (status, Json(readiness)).into_response();
    }
    if readiness.is_ready() {
        return "ok".into_response();
    }
    let (code, detail) = if readiness.is_full() {
        ("STORAGE_FULL", "there is no room left to write")
    } else if readiness.is_beginning() {
        ("UPSTREAM_UNAVAILABLE", "the program is starting")
    } else {
        ("UPSTREAM_UNAVAILABLE", "a store does not answer")
    };
    Problem::new(status, code, detail).into_response()
}

/// All metrics in the text format of Prometheus.
async fn render(State(shown): State<Shown>, headers: HeaderMap) -> Response {
    match (&shown.metrics, &*shown.insight) {
        (Some(metrics), insight) if insight.is_for(&headers) => (
            [(CONTENT_TYPE, "text/plain; version=0.0.4")],
            metrics.render(),
        )
            .into_response(),
        (Some(_), Insight::Token(_)) => (
            StatusCode::UNAUTHORIZED,
            [(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))],
        )
            .into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::Request;
    use chrono::{DateTime, Utc};
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;
    use crate::adapters::memory::TokioTasks;
    use crate::adapters::sqlite::SqliteDb;
    use crate::domain::catalog::Begun;
    use crate::domain::clock::Clock;
    use crate::domain::pulse::{Health, Pulse};
    use crate::domain::recommend::{Backlog, ProjectionProgress, Waiting};

    struct Fixed(DateTime<Utc>);

    impl Clock for Fixed {
        fn now(&self) -> DateTime<Utc> {
            self.0
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    fn stores(folder: &Path, now: DateTime<Utc>) -> Stores {
        let db = Arc::new(SqliteDb::open(&folder.join("test.sqlite")).unwrap());
        let pulse = Pulse::new("sqlite", db, Arc::new(TokioTasks), Duration::from_secs(60));
        let begun = Begun::default();
        begun.begin();
        Stores {
            record: pulse.clone(),
            sessions: pulse.clone(),
            graph: pulse.clone(),
            blobs: pulse,
            catalog: begun,
            progress: ProjectionProgress::default(),
            clock: Arc::new(Fixed(now)),
        }
    }

    /// Waits until a store has answered: whoever asks first waits for it for a moment only.
    async fn has_answered(pulse: &Pulse) {
        pulse.look();
        let began = std::time::Instant::now();
        while pulse.health() == Health::Unknown {
            assert!(began.elapsed() < pulse.patience(), "it never answers");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_projection_that_stands_still_is_told_to_operators_and_turns_nobody_away() {
        let folder = tempfile::tempdir().unwrap();
        let stores = stores(folder.path(), at(95));
        let watches = Waiting {
            documents: 3,
            since: Some(at(-5)),
            first: 7,
        };
        let backlog = Backlog {
            watches,
            ..Backlog::default()
        };
        for second in [0, 15, 30] {
            stores.progress.see(backlog, at(second));
        }
        let ask = async |insight| {
            let request = Request::get("/readyz").body(Body::empty()).unwrap();
            let answer = routes(stores.clone(), None, insight).oneshot(request).await;
            let answer = answer.unwrap();
            let status = answer.status();
            let body = axum::body::to_bytes(answer.into_body(), 1000)
                .await
                .unwrap();
            (status, String::from_utf8(body.to_vec()).unwrap())
        };

        has_answered(&stores.record).await;
        let (status, detail) = ask(Insight::Open).await;
        let stranger = ask(Insight::Closed).await;

        let detail: Value = serde_json::from_str(&detail).unwrap();
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            detail["projection"],
            json!({ "stands_still": { "seconds": 95 } })
        );
        assert_eq!(stranger, (StatusCode::OK, "ok".to_owned()));
    }

    /// Never answers, as a server that is frozen.
    struct Frozen;

    #[async_trait::async_trait]
    impl crate::domain::ping::Ping for Frozen {
        async fn ping(&self) -> Result<(), crate::domain::error::StoreError> {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_store_that_is_frozen_keeps_nobody_who_asks_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let patience = Duration::from_millis(20);
        let pulse = |store| Pulse::new(store, Arc::new(Frozen), Arc::new(TokioTasks), patience);
        for (graph, record, expected) in [(true, false, 200), (false, true, 503)] {
            let mut stores = stores(folder.path(), at(0));
            if graph {
                stores.graph = pulse("graph");
                stores.blobs = pulse("blobs");
            }
            if record {
                stores.record = pulse("record");
            } else {
                has_answered(&stores.record).await;
            }
            let routes = routes(stores, None, Insight::Open);
            for _ in 0..2 {
                let asked = std::time::Instant::now();

                let request = Request::get("/readyz").body(Body::empty()).unwrap();
                let answer = routes.clone().oneshot(request).await.unwrap();

                assert_eq!(answer.status(), expected);
                // On a busy machine; of its own accord it would never answer.
                assert!(asked.elapsed() < Duration::from_secs(10));
                tokio::time::sleep(patience * 2).await;
            }
        }
    }
}
