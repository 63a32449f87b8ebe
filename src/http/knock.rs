//! What a request costs before it is known who asks and for what: to read it, to look up what it shows, and to draw the
//! picture that it is for. Otherwise whatever is refused then would be free, however much of it comes.

use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use super::client::{self, ClientInfo};
use super::problem::Problem;
use crate::domain::budget::{Budget, Overspent};
use crate::domain::error::ErrorCode;
use crate::domain::viewer::Client;

/// What any request costs, in the units of the budget.
const REQUEST: u64 = 10;
/// What it costs to ask a store for what a key, a token or a cookie proves.
const LOOK_UP: u64 = 20;
/// What it costs to find a picture and to draw it.
const DRAW: u64 = 60;
/// What it costs to find a picture that is kept, and to send it.
const SHOW: u64 = 20;
/// How many bytes of a document are read for a unit.
const BYTES: u64 = 256;

/// What the paths of pictures begin with that are drawn for whoever asks.
const DRAWN: &str = "/images/generated/";
/// And those that were given.
const STORED: &str = "/images/stored/";

/// Where files are uploaded to in pieces.
const UPLOADS: &str = "/uploads";

/// Whether what comes to a path is a piece of a file, or about one: it goes on for as long as a file needs, and is not held
/// as a whole.
pub(super) fn is_upload(path: &str) -> bool {
    let rest = path.strip_prefix(UPLOADS);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Who counts at the door.
#[derive(Clone)]
pub(super) struct Door {
    /// What there is at it; none: as much as they like.
    pub(super) budget: Option<Budget>,
    /// Networks whose work is not counted.
    pub(super) unlimited: Arc<[IpNet]>,
}

impl Door {
    /// Whether what a client asks for is counted.
    pub(super) fn counts(&self, client: &Client) -> bool {
        !client::is_among(client, &self.unlimited)
    }

    /// Takes units from what the network of a client has.
    pub(super) async fn take(&self, client: &Client, units: u32) -> Result<(), Overspent> {
        match &self.budget {
            Some(budget) if self.counts(client) => budget.knock(client, units).await,
            _ => Ok(()),
        }
    }
}

/// Takes what a request costs from what its network has.
pub(super) async fn knock(State(door): State<Door>, request: Request, next: Next) -> Response {
    let client = request.extensions().get::<ClientInfo>();
    if let Some(ClientInfo(client)) = client
        && let Err(over) = door.take(client, units(&request)).await
    {
        let code = ErrorCode::RateLimited.as_str();
        let detail = "too many requests in a short time";
        let seconds = over.wait.as_secs() + 1;
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail);
        return problem.retry_after(seconds).into_response();
    }
    next.run(request).await
}

fn units(request: &Request) -> u32 {
    let headers = request.headers();
    let shows_something = headers.contains_key(AUTHORIZATION) || headers.contains_key(COOKIE);
    let look_up = if shows_something { LOOK_UP } else { 0 };
    let path = request.uri().path();
    let picture = match path {
        path if path.starts_with(DRAWN) => DRAW,
        path if path.starts_with(STORED) => SHOW,
        _ => 0,
    };
    let query = request.uri().query().map_or(0, str::len) as u64;
    // The bytes of uploads are limited by quotas, and no document.
    let body = if is_upload(path) {
        0
    } else {
        request.body().size_hint().lower()
    };
    let bytes = body.saturating_add(query);
    with_bytes(REQUEST + look_up + picture, bytes)
}

/// What something costs of which so many bytes are read.
pub(super) fn with_bytes(units: u64, bytes: u64) -> u32 {
    u32::try_from(units + bytes / BYTES).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;
    use crate::adapters::memory::{MemoryLimiter, TokioTasks};
    use crate::domain::budget::BudgetPolicy;
    use crate::domain::error::StoreError;
    use crate::domain::limits::Rate;
    use crate::domain::ping::Ping;
    use crate::domain::pulse::Pulse;

    struct Away;

    #[async_trait::async_trait]
    impl Ping for Away {
        async fn ping(&self) -> Result<(), StoreError> {
            Err(StoreError::unavailable("away"))
        }
    }

    /// A door at which each network has 25 units an hour.
    fn door() -> Door {
        let limiter = Arc::new(MemoryLimiter::new());
        let patience = Duration::from_secs(60);
        let pulse = Pulse::new("away", Arc::new(Away), Arc::new(TokioTasks), patience);
        let policy = BudgetPolicy {
            door: Rate::per_hour(25),
            ..BudgetPolicy::default()
        };
        Door {
            budget: Some(Budget::new(limiter.clone(), limiter, pulse, policy)),
            unlimited: ["10.0.0.0/8".parse().unwrap()].into(),
        }
    }

    #[tokio::test]
    async fn whatever_is_answered_counts_for_its_network() {
        let router = Router::new()
            .route("/", get(async || "ok"))
            .layer(middleware::from_fn_with_state(door(), knock));
        let ask = async |path: &str, address: &str| {
            let client = Client {
                address: Some(address.parse().unwrap()),
                ..Client::default()
            };
            let request = Request::get(path).extension(ClientInfo(client));
            let request = request.body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let headers = answer.headers().clone();
            (answer.status().as_u16(), headers)
        };

        assert_eq!(ask("/", "192.0.2.1").await.0, 200);
        assert_eq!(ask("/nowhere", "192.0.2.1").await.0, 404);
        let (status, headers) = ask("/", "192.0.2.1").await;
        assert_eq!(status, 429);
        assert_eq!(headers["content-type"], "application/problem+json");
        let wait: u64 = headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((60..=720).contains(&wait), "{wait}");
        assert_eq!(ask("/", "192.0.2.2").await.0, 200);
        for _ in 0..5 {
            assert_eq!(ask("/", "10.0.0.1").await.0, 200);
        }
    }

    #[test]
    fn what_is_long_or_must_be_looked_up_or_drawn_costs_more() {
        let of = |request: axum::http::request::Builder, body: &str| {
            units(&request.body(Body::from(body.to_owned())).unwrap())
        };
        let long = "x".repeat(64 * 1024);

        assert_eq!(of(Request::get("/"), ""), 10);
        assert_eq!(of(Request::post("/"), &long), 10 + 256);
        assert_eq!(of(Request::get(format!("/?{}", &long[..1024])), ""), 10 + 4);
        assert_eq!(of(Request::get("/").header("cookie", "a=b"), ""), 30);
        let key = Request::post("/").header("authorization", "Bearer rgk_a");
        assert_eq!(of(key, "{}"), 30);
        let picture = Request::get("/images/generated/t1/abcDEF-_01234567/en/poster.svg");
        assert_eq!(of(picture, ""), 70);
    }
}
