//! The body of a request, which is waited for before the request counts as one: whoever sends it slowly, or never, keeps
//! nobody else from a place at work.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::at_work::{Places, busy};
use super::auth::Authenticate;
use super::knock;
use super::problem::Problem;
use super::{imports, uploads, usage};

/// The longest body that any route takes but three, in bytes. What is longer is handed on as far as it was read: its route
/// refuses it.
const MOST: usize = 128 * 1024;
/// How many bodies that are longer still may be held at a time, by the route that takes them.
const HUGE: usize = 16;
/// How many files may be held at a time.
const FILES: usize = 4;
/// What may be held of any body that is still to come, in bytes. Of longer ones there are only so many at a time, because
/// together they would fill the memory.
const SHORT: usize = 16 * 1024;
/// How long a client may take, if it sends no file, unless the settings say otherwise.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// How long a file may take before anything of it is there, and how many bytes of it must come a second from then on:
/// whoever has a slow line gets it through, and who sends next to nothing holds no place.
const BEFORE_FILE: Duration = Duration::from_secs(20);
const FILE_A_SECOND: usize = 256 * 1024;
/// How long an upload may be on its way by one request, which is told where it is too slow, and resumed where it broke off.
const UPLOAD: Duration = Duration::from_secs(24 * 3600);

/// How bodies are waited for.
#[derive(Clone)]
pub(super) struct Arrivals {
    /// The places of those that are longer than most.
    long: Places,
    /// The places of those that are longer than [`MOST`].
    huge: Places,
    /// The places of those that are longer than all but files.
    files: Places,
    /// How long a client may take that sends no file.
    time_limit: Duration,
    /// Says who sends a file, before anything of it is read.
    senders: Option<Authenticate>,
}

impl Arrivals {
    /// Of so many long ones at a time.
    pub(super) fn new(long: Places) -> Self {
        Self {
            long,
            huge: Places::new(HUGE),
            files: Places::new(FILES),
            time_limit: TIME_LIMIT,
            senders: None,
        }
    }

    /// The same, for who may take so long to send what is no file.
    pub(super) fn within(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }
    }

    /// The same, with files of those alone who are known.
    pub(super) fn files_of(self, senders: Authenticate) -> Self {
        Self {
            senders: Some(senders),
            ..self
        }
    }

    /// When what is sent must go on, if so much of it is there.
    fn deadline(&self, begun: Instant, is_file: bool, read: usize) -> Instant {
        if is_file {
            begun + BEFORE_FILE + time_of(read)
        } else {
            begun + self.time_limit
        }
    }
}

/// A route that takes files, each as a whole body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileRoute {
    Imports,
    Pictures,
}

impl FileRoute {
    /// The one at a path, if files go there.
    fn at(path: &str) -> Option<Self> {
        match path {
            imports::PATH => Some(Self::Imports),
            uploads::PATH => Some(Self::Pictures),
            _ => None,
        }
    }

    /// The longest file, in bytes.
    fn most(self) -> usize {
        match self {
            Self::Imports => imports::MOST_BYTES,
            Self::Pictures => uploads::MOST_BYTES,
        }
    }

    /// Whether whoever sends a file there may, before anything of it is read.
    async fn admit(self, senders: &Authenticate, parts: &Parts) -> Result<(), Problem> {
        match self {
            Self::Imports => imports::admit(senders, parts).await,
            Self::Pictures => uploads::admit(senders, parts).await,
        }
    }
}

/// How long so much of a file may take.
fn time_of(bytes: usize) -> Duration {
    let seconds = u64::try_from(bytes.div_ceil(FILE_A_SECOND)).unwrap_or(u64::MAX);
    Duration::from_secs(seconds)
}

/// How much longer than others a request may take that goes to this path, because it is on its way.
pub(super) fn on_the_way(path: &str) -> Duration {
    if knock::is_upload(path) {
        return UPLOAD;
    }
    let route = FileRoute::at(path);
    route.map_or(Duration::ZERO, |it| BEFORE_FILE + time_of(it.most()))
}

/// Waits for the whole body, but for that of an upload, which is larger than what fits into the memory.
pub(super) async fn whole(
    State(arrivals): State<Arrivals>,
    request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() || knock::is_upload(request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let route = FileRoute::at(parts.uri.path());
    if let (Some(route), Some(senders)) = (route, &arrivals.senders)
        && let Err(refusal) = route.admit(senders, &parts).await
    {
        return refusal.into_response();
    }
    let most = match route {
        Some(route) => route.most(),
        None if parts.uri.path() == usage::EVENTS => usage::MOST_BYTES,
        None => MOST,
    };
    match read(body, most, route.is_some(), &arrivals).await {
        Ok(body) => next.run(Request::from_parts(parts, body.into())).await,
        Err(problem) => problem.into_response(),
    }
}

async fn read(
    body: Body,
    most: usize,
    is_file: bool,
    arrivals: &Arrivals,
) -> Result<Vec<u8>, Problem> {
    let mut chunks = body.into_data_stream();
    let (mut read, mut place, mut huge_place) = (Vec::new(), None, None);
    let mut file_place = None;
    let begun = Instant::now();
    loop {
        let deadline = arrivals.deadline(begun, is_file, read.len());
        let Ok(chunk) = timeout_at(deadline, chunks.next()).await else {
            let detail = "the body did not arrive in time";
            let status = StatusCode::REQUEST_TIMEOUT;
            return Err(Problem::new(status, "TIMEOUT", detail));
        };
        let Some(chunk) = chunk else {
            return Ok(read);
        };
        let chunk = chunk.map_err(|_| {
            let detail = "the body ended before its end";
            Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", detail)
        })?;
        read.extend_from_slice(&chunk);
        if read.len() > most {
            return Ok(read);
        }
        if read.len() > SHORT && place.is_none() {
            place = Some(arrivals.long.take().ok_or_else(busy)?);
        }
        if read.len() > MOST && huge_place.is_none() {
            huge_place = Some(arrivals.huge.take().ok_or_else(busy)?);
        }
        if read.len() > usage::MOST_BYTES && file_place.is_none() {
            file_place = Some(arrivals.files.take().ok_or_else(busy)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::routing::post;
    use axum::{Router, middleware};
    use futures::stream;
    use tower::ServiceExt;

    use super::super::at_work;
    use super::*;

    /// How many bytes come, behind so many places at work and for long bodies.
    fn router(places: usize, long: usize) -> Router {
        routes(places, Arrivals::new(Places::new(long)))
    }

    fn routes(places: usize, arrivals: Arrivals) -> Router {
        let count = async |body: Bytes| body.len().to_string();
        Router::new()
            .route("/", post(count))
            .layer(middleware::from_fn_with_state(
                Places::new(places),
                at_work::limit,
            ))
            .layer(middleware::from_fn_with_state(arrivals, whole))
    }

    async fn send(router: &Router, body: Body) -> (StatusCode, String) {
        let request = Request::post("/").body(body).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, MOST).await.unwrap();
        (parts.status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// A body of which nothing comes after these bytes.
    fn endless(bytes: usize) -> Body {
        let begun = stream::iter([Ok::<_, std::io::Error>(vec![b'a'; bytes])]);
        Body::from_stream(begun.chain(stream::pending()))
    }

    #[tokio::test]
    async fn bodies_that_do_not_come_take_no_place_at_work() {
        let router = router(1, 1);
        let slow: Vec<_> = (0..10)
            .map(|_| {
                let router = router.clone();
                tokio::spawn(async move { send(&router, endless(100)).await })
            })
            .collect();
        tokio::task::yield_now().await;

        let other = send(&router, Body::from("abc")).await;

        assert_eq!(other, (StatusCode::OK, "3".to_owned()));
        for slow in slow {
            assert!(!slow.is_finished());
            slow.abort();
        }
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_in_time_is_not_waited_for() {
        let router = routes(
            1,
            Arrivals {
                long: Places::new(1),
                huge: Places::new(1),
                files: Places::new(1),
                time_limit: Duration::ZERO,
                senders: None,
            },
        );

        let (status, answer) = send(&router, endless(100)).await;

        assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
        assert!(answer.contains("TIMEOUT"), "{answer}");
    }

    #[test]
    fn a_file_may_be_as_slow_as_an_honest_line_and_no_slower() {
        let arrivals = Arrivals::new(Places::new(1));
        let begun = Instant::now();
        let left = |is_file, read| arrivals.deadline(begun, is_file, read) - begun;

        assert_eq!(left(false, MOST), TIME_LIMIT);
        assert_eq!(left(true, 0), BEFORE_FILE);
        // At 4 Mbit/s there are so many bytes after a minute, and it may go on.
        assert!(left(true, 60 * 500_000) > Duration::from_secs(60));
        // What comes by drops does not hold its place.
        assert!(left(true, 60 * 1_000) < Duration::from_secs(30));
        let whole = on_the_way(imports::PATH);
        assert_eq!(whole, left(true, imports::MOST_BYTES));
        assert!(whole > Duration::from_secs(68) && whole < Duration::from_secs(180));
        let picture = on_the_way(uploads::PATH);
        assert_eq!(picture, left(true, uploads::MOST_BYTES));
        assert!(picture < whole);
        assert_eq!(on_the_way("/graphql"), Duration::ZERO);
    }

    #[tokio::test]
    async fn long_bodies_are_held_only_so_many_at_a_time() {
        let router = router(9, 1);
        let held = router.clone();
        let held = tokio::spawn(async move { send(&held, endless(SHORT + 1)).await });
        tokio::task::yield_now().await;

        let long = send(&router, Body::from(vec![b'a'; SHORT + 1])).await;
        let short = send(&router, Body::from(vec![b'a'; SHORT])).await;
        held.abort();
        drop(held.await);
        let again = send(&router, Body::from(vec![b'a'; MOST])).await;

        assert_eq!(long.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(short, (StatusCode::OK, SHORT.to_string()));
        assert_eq!(again, (StatusCode::OK, MOST.to_string()));
    }

    #[tokio::test]
    async fn of_what_is_too_long_for_any_route_no_more_is_read() {
        let (status, read) = send(&router(1, 1), endless(MOST + 1)).await;

        assert_eq!((status, read), (StatusCode::OK, (MOST + 1).to_string()));
    }
}
