//! The front page: what this is, whether it is well, and where to go on. In production it says no more than that, because
//! whoever finds it is a stranger.

use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use minijinja::context;
use url::Url;

use super::docs;
use super::graphql::PATH;
use super::health::{self, Stores};
use super::pages;
use super::tag::{has_tag, tag_of};
use crate::domain::accounts::{DEMO_EMAIL, DEMO_PASSWORD};
use crate::graphql::sdl;

/// Where the schema is, as text.
pub(super) const SCHEMA: &str = "/schema.graphql";

/// What the front page shows.
#[derive(Clone)]
pub(super) struct Home {
    /// What the site is called.
    pub(super) name: String,
    pub(super) stores: Stores,
    /// Where the pages of the site begin.
    pub(super) site: Url,
    pub(super) is_production: bool,
    pub(super) has_ide: bool,
    /// Whether anybody can log in to the demo account.
    pub(super) has_demo_account: bool,
    /// Where the schema is; `None`: it is not given out, and there is no documentation.
    pub(super) schema: Option<&'static str>,
    /// How long a request to the API may take.
    pub(super) request_timeout: Duration,
    /// Where everybody finds metrics; `None`: nowhere.
    pub(super) metrics: Option<&'static str>,
}

struct Sdl {
    text: String,
    tag: String,
}

static SDL: LazyLock<Sdl> = LazyLock::new(|| {
    let text = sdl();
    let tag = tag_of(text.as_bytes());
    Sdl { text, tag }
});

/// The front page, and where it is given out the schema, as text and as documentation.
pub(super) fn routes(home: Home) -> Router {
    let routes = Router::new().route("/", get(show));
    let routes = match home.schema {
        Some(path) => routes
            .route(path, get(schema))
            .route(docs::PATH, get(documentation)),
        None => routes,
    };
    routes.with_state(home)
}

async fn documentation(State(home): State<Home>) -> Response {
    let schema = home.schema.unwrap_or_default();
    docs::page(
        &home.name,
        &home.site,
        schema,
        home.has_ide,
        home.request_timeout,
    )
}

async fn show(State(home): State<Home>) -> Response {
    let readiness = health::readiness(&home.stores).await;
    let (is_well, state) = if readiness.is_ready() {
        (true, "It is well.")
    } else if readiness.is_beginning() {
        (
            false,
            "It is starting: the catalogue is being read, and search is not answered yet.",
        )
    } else if readiness.is_full() {
        (false, "There is no room left to write.")
    } else {
        (false, "A store does not answer.")
    };
    let context = context! {
        title => home.name,
        graphql => PATH,
        schema => home.schema,
        docs => home.schema.map(|_| docs::PATH),
        has_ide => home.has_ide,
        has_demo_account => home.has_demo_account,
        demo_email => DEMO_EMAIL,
        demo_password => DEMO_PASSWORD,
        metrics => home.metrics,
        is_production => home.is_production,
        is_well,
        state,
    };
    pages::page(StatusCode::OK, "home.html", &home.site, context)
}

/// The schema in the schema definition language. It is the same until the next version of the program.
async fn schema(asked: HeaderMap) -> Response {
    let headers = [
        (CACHE_CONTROL, "no-cache"),
        (ETAG, SDL.tag.as_str()),
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
    ];
    if has_tag(&asked, &SDL.tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, SDL.text.as_str()).into_response()
}
