//! How many requests are worked on at a time: beyond that a client is told when to come again, instead of waiting with
//! all others for what nobody will want any more when it comes.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;

/// After how many seconds to try again.
const AGAIN: u64 = 1;

/// The places of requests at work.
#[derive(Clone)]
pub(super) struct Places(Arc<Semaphore>);

/// A place at work, which a request has until all that is done for it is done: it stays with the task that outlives a
/// client that goes away.
#[derive(Clone)]
struct AtWork {
    _place: Arc<OwnedSemaphorePermit>,
}

impl Places {
    pub(super) fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS))))
    }

    /// One of them, until it is dropped, if there is one left.
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
}

/// The answer to whom there is no place for.
pub(super) fn busy() -> Problem {
    metrics::counter!("http_requests_turned_away_total").increment(1);
    let detail = "too many requests are being worked on";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", detail).retry_after(AGAIN)
}

/// Lets a request in if there is a place for it. Its body is there already: see [`super::arrival`].
pub(super) async fn limit(
    State(places): State<Places>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(place) = places.take() else {
        return busy().into_response();
    };
    let place = AtWork {
        _place: Arc::new(place),
    };
    request.extensions_mut().insert(place.clone());
    let answer = next.run(request).await;
    drop(place);
    answer
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn who_finds_all_places_taken_is_told_when_to_come_again() {
        let may_go_on = Arc::new(Semaphore::new(0));
        let gate = Arc::clone(&may_go_on);
        // Works on although its client has gone.
        let work = async move |request: Request<Body>| {
            let gate = Arc::clone(&gate);
            let task = tokio::spawn(async move {
                gate.acquire().await.unwrap().forget();
                drop(request);
            });
            task.await.unwrap();
            "done"
        };
        let router = Router::new()
            .route("/", get(work))
            .layer(middleware::from_fn_with_state(Places::new(1), limit));
        let ask = || {
            let request = Request::get("/").body(Body::empty()).unwrap();
            let router = router.clone();
            async move { router.oneshot(request).await.unwrap() }
        };

        let gone = tokio::time::timeout(Duration::from_millis(50), ask()).await;
        let refused = ask().await;
        may_go_on.add_permits(2);
        let began = std::time::Instant::now();
        while ask().await.status() != StatusCode::OK {
            assert!(began.elapsed() < Duration::from_secs(30));
            may_go_on.add_permits(1);
            tokio::task::yield_now().await;
        }

        assert!(gone.is_err());
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "1");
        assert_eq!(
            refused.headers()["content-type"],
            "application/problem+json"
        );
    }
}
