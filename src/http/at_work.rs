//! How many requests are worked on at a time: beyond that a client is told when to come again, instead of waiting with
//! all others for what nobody will want any more when it comes.

use std::sync::{Arc, Weak};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::graphql::Refusal;
use super::problem::Problem;

/// After how many seconds to try again.
const AGAIN: u64 = 1;
/// What whoever there is no place for is told.
const BUSY: &str = "too many requests are being worked on";

/// The places of requests at work.
#[derive(Clone)]
pub(super) struct Places(Arc<Semaphore>);

/// A place at work, which a request has until all that is done for it is done: it stays with the task that outlives a
/// client that goes away.
#[derive(Clone)]
struct AtWork {
    _place: Arc<OwnedSemaphorePermit>,
}

/// Where what is asked for later on the connection of a request finds a place.
#[derive(Clone)]
struct Further {
    places: Places,
    /// The place of the request itself, as long as it is at work.
    own: Weak<OwnedSemaphorePermit>,
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
    busy_with(BUSY)
}

/// The same, with words of its own for what there is too much of.
pub(super) fn busy_with(words: &'static str) -> Problem {
    turned_away();
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", words).retry_after(AGAIN)
}

fn turned_away() {
    metrics::counter!("http_requests_turned_away_total").increment(1);
}

/// Leaves with what is kept of a request where its connection finds places later on, and not its own place.
pub(super) fn keep(parts: &Parts, kept: &mut Parts) {
    if let Some(further) = parts.extensions.get::<Further>() {
        kept.extensions.insert(further.clone());
    }
}

/// The same with a place, for something that a connection that stays asks for: the one of its request while that is at
/// work, so that nothing has two; else another, if there is one left.
pub(super) fn placed(kept: &Parts) -> Result<Parts, Refusal> {
    let mut placed = kept.clone();
    if let Some(further) = kept.extensions.get::<Further>() {
        let own = further.own.upgrade();
        let place = own.or_else(|| further.places.take().map(Arc::new));
        let place = place.ok_or_else(|| {
            turned_away();
            Refusal::busy(BUSY)
        })?;
        placed.extensions.insert(AtWork { _place: place });
    }
    Ok(placed)
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
    let place = Arc::new(place);
    let further = Further {
        places,
        own: Arc::downgrade(&place),
    };
    let place = AtWork { _place: place };
    request.extensions_mut().insert(further);
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

    #[tokio::test]
    async fn what_a_connection_that_stays_asks_for_has_one_place_as_well() {
        let places = Places::new(1);
        let stay = async |request: Request<Body>| {
            let (parts, _) = request.into_parts();
            let (mut kept, ()) = Request::new(()).into_parts();
            keep(&parts, &mut kept);
            // While its request is at work, it has that one's place.
            assert!(placed(&kept).is_ok());
            let mut answer = "open".into_response();
            answer.extensions_mut().insert(kept);
            answer
        };
        let router = Router::new()
            .route("/", get(stay))
            .layer(middleware::from_fn_with_state(places.clone(), limit));
        let request = Request::get("/").body(Body::empty()).unwrap();

        let mut answer = router.oneshot(request).await.unwrap();

        let kept = answer.extensions_mut().remove::<Parts>().unwrap();
        let first = placed(&kept).unwrap();
        assert!(places.take().is_none());
        let refused = placed(&kept).err();
        let refused = refused.map(|refusal| (refusal.code, refusal.retry_after));
        assert_eq!(refused, Some(("BUSY", Some(1))));
        drop(first);
        assert!(places.take().is_some());
    }
}
