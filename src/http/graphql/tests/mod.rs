//! The endpoint with a small schema behind it, asked as clients and attackers ask.

#![expect(
    clippy::unused_async,
    reason = "resolvers are async even if they wait for nothing"
)]

mod executed;
mod refused;
mod staying;

use std::{sync::Arc, time::Duration};

use async_graphql::{
    Context, Data, EmptySubscription, Error, ErrorExtensions, Object, Result, Schema,
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header, request::Parts},
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::{GraphqlEndpoint, PATH, PrepareRequest, Refusal};
use crate::graphql::{Answered, Asked, Execute};

const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// What the test sees of the inside: how far a mutation has come, and when it may go on.
struct Progress {
    started: Semaphore,
    may_go_on: Semaphore,
    finished: Semaphore,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            started: Semaphore::new(0),
            may_go_on: Semaphore::new(0),
            finished: Semaphore::new(0),
        }
    }
}

struct Who(String);

struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn add(&self, a: i32, b: Option<i32>) -> i32 {
        a + b.unwrap_or_default()
    }

    async fn who(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.data::<Who>()?.0.clone())
    }

    async fn nullable(&self) -> Result<Option<i32>> {
        Err(not_found())
    }

    async fn required(&self) -> Result<i32> {
        Err(not_found())
    }

    async fn never(&self) -> i32 {
        std::future::pending().await
    }

    async fn panic(&self) -> i32 {
        std::hint::black_box(None).expect("as the test wants")
    }

    async fn nested(&self) -> Query {
        Query
    }
}

fn not_found() -> Error {
    Error::new("no such thing").extend_with(|_, extensions| extensions.set("code", "NOT_FOUND"))
}

struct Mutation;

#[Object]
impl Mutation {
    async fn log_in(&self, ctx: &Context<'_>) -> bool {
        ctx.append_http_header(header::SET_COOKIE, "a=1");
        ctx.append_http_header(header::SET_COOKIE, "b=2");
        ctx.insert_http_header(header::CONTENT_TYPE, "text/html");
        true
    }

    async fn work(&self, ctx: &Context<'_>) -> Result<bool> {
        let progress = ctx.data::<Arc<Progress>>()?;
        progress.started.add_permits(1);
        progress.may_go_on.acquire().await.unwrap().forget();
        progress.finished.add_permits(1);
        Ok(true)
    }
}

/// Greets by the header `who`; refuses everybody called "nobody".
struct ByHeader;

#[async_trait::async_trait]
impl PrepareRequest for ByHeader {
    async fn prepare(&self, parts: &Parts) -> Result<Data, Refusal> {
        let who = parts.headers.get("who").and_then(|who| who.to_str().ok());
        if who == Some("nobody") {
            return Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "UPSTREAM_UNAVAILABLE",
                "a store does not answer",
            ));
        }
        let mut data = Data::default();
        data.insert(Who(who.unwrap_or("stranger").to_owned()));
        Ok(data)
    }
}

/// A schema that answers to each who asks anew.
#[derive(Clone)]
struct Small(Schema<Query, Mutation, EmptySubscription>);

impl Execute for Small {
    async fn execute(&self, asked: Asked) -> Answered {
        Answered::Theirs(Box::new(self.0.execute(asked.whole()).await))
    }
}

fn endpoint(progress: Arc<Progress>) -> GraphqlEndpoint<Small> {
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .data(progress)
        .finish();
    GraphqlEndpoint::new(Small(schema), ByHeader).time_limit(Duration::from_millis(200))
}

fn router() -> Router {
    endpoint(Arc::default()).routes()
}

fn request(method: Method, uri: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}

/// An answer, taken apart.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn media(&self) -> &str {
        self.header(header::CONTENT_TYPE)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Status and code of the first error.
    fn refusal(&self) -> (u16, String) {
        let body = self.json();
        assert!(body["errors"][0]["message"].is_string(), "{body}");
        assert_eq!(body.get("data"), None, "nothing was executed");
        assert!([GRAPHQL, JSON].contains(&self.media()), "{}", self.media());
        assert_eq!(self.header(header::CACHE_CONTROL), "no-store");
        let code = body["errors"][0]["extensions"]["code"].as_str();
        (self.status, code.unwrap_or_default().to_owned())
    }
}

async fn send_to(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// A `POST` of a JSON body, with these headers beside the type.
async fn post(headers: &[(&str, &str)], body: Value) -> Answer {
    let headers = [&[("content-type", "application/json")], headers].concat();
    let body = Body::from(body.to_string());
    send_to(router(), request(Method::POST, PATH, &headers, body)).await
}

async fn post_query(accept: &str, query: &str) -> Answer {
    post(&[("accept", accept)], json!({ "query": query })).await
}

async fn get(uri: &str, headers: &[(&str, &str)]) -> Answer {
    send_to(router(), request(Method::GET, uri, headers, Body::empty())).await
}
