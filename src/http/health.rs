//! Whether the process lives, and whether its stores answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::domain::error::StoreError;
use crate::domain::ping::Ping;

/// The stores that are asked.
#[derive(Clone)]
pub struct Stores {
    pub record: Arc<dyn Ping>,
    pub sessions: Arc<dyn Ping>,
    pub graph: Arc<dyn Ping>,
}

/// Which stores answer, and which do not.
#[derive(Debug, Serialize)]
pub(super) struct Readiness {
    record: Answer,
    sessions: Answer,
    graph: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ok,
    Unavailable,
}

/// Answers as long as the process lives, whatever the stores do.
pub(super) async fn live() -> &'static str {
    "ok"
}

/// 200 if requests can be served. Without the graph they can (suggestions fall back on what is popular), so that is
/// said and does not count: a load balancer would otherwise take every server away at once.
pub(super) async fn ready(State(stores): State<Stores>) -> (StatusCode, Json<Readiness>) {
    let (record, sessions, graph) = tokio::join!(
        stores.record.ping(),
        stores.sessions.ping(),
        stores.graph.ping()
    );
    let readiness = Readiness {
        record: answer(&record),
        sessions: answer(&sessions),
        graph: answer(&graph),
    };
    let is_ready = record.is_ok() && sessions.is_ok();
    (
        if is_ready {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        },
        Json(readiness),
    )
}

fn answer(result: &Result<(), StoreError>) -> Answer {
    if result.is_ok() {
        Answer::Ok
    } else {
        Answer::Unavailable
    }
}
