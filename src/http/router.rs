//! The routes, and what every request passes on its way to them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, ETAG, HeaderName, HeaderValue, LINK, RETRY_AFTER,
    SET_COOKIE, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::timeout;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::sensitive_headers::SetSensitiveHeadersLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;
use tracing::field::Empty;

use super::arrival::{self, Arrivals};
use super::at_work::{self, Places};
use super::auth::Authenticate;
use super::client::{self, Proxies};
use super::ended;
use super::erasure;
use super::export;
use super::graphql::{DocumentPolicy, GraphqlEndpoint, Live, LiveLimits, Operations, STREAM_TOKEN};
use super::health::{self, Stores};
use super::home::{self, Home};
use super::host;
use super::ide;
use super::imports::{self, Imports};
use super::insight::{self, Insight, METRICS};
use super::keys;
use super::knock::{self, Door};
use super::mail_links;
use super::media;
use super::oauth;
use super::origins::{Origins, OwnMachine};
use super::pictures::{self, Pictures};
use super::problem::{self, Problem};
use super::tus::{self, Tus};
use super::uploads::{self, Uploads};
use super::usage::{self, Usage};
use crate::domain::accounts::AccountService;
use crate::domain::editing::Locking;
use crate::domain::persisted::PersistedStore;
use crate::domain::privacy::ExportService;
use crate::graphql::limits::{Introspection, Limits};
use crate::graphql::{REQUEST_TIME, Schema, Services, SessionCookie, SiteFacts, build};

/// The longest that anything takes, unless the GraphQL endpoint may take longer, whose limit is its own.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// What clients, and the tools that watch them, send beside what a request says: their names, and which operation and
/// trace it is of. None of it changes an answer, so pages of trusted origins may.
const OF_TOOLS: [&str; 10] = [
    "apollographql-client-version",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "x-apollo-operation-id",
    "x-client-version",
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "x-request-id",
];
/// What is shorter travels in one packet anyway.
const WORTH_COMPRESSING: u64 = 1024;
/// Of gzip, brotli and zstd alike: for most of what there is to gain, a fraction of the work of their highest levels.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(3);
/// The longest id of a request that is shown.
const LONGEST_ID: usize = 64;

/// How the program is to be seen.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Secure cookies, and little that strangers are told.
    pub is_production: bool,
    /// Whether browsers get the IDE.
    pub has_ide: bool,
    /// Whether anybody can log in to the demo account, so that it is shown how.
    pub has_demo_account: bool,
    /// Origins of other hosts whose pages may use the API with a session.
    pub trusted_origins: Vec<String>,
    /// Headers that pages of trusted origins may send beside the usual ones.
    pub cors_headers: Vec<String>,
    /// Networks of the proxies that are believed; `None`: nobody said whether there are any.
    pub trusted_proxies: Option<Vec<IpNet>>,
    /// The header in which they say in which country a client is; none: nobody does.
    pub country_header: Option<String>,
    /// Networks whose work is not counted.
    pub unlimited_networks: Vec<IpNet>,
    /// How many requests are worked on at a time; none: as many as come.
    pub max_requests: Option<usize>,
    /// How many connections of subscriptions may stay; none: as many as come.
    pub max_live: Option<usize>,
    /// How long a request to the GraphQL endpoint may take; none: ten seconds.
    pub request_timeout: Option<Duration>,
    /// Where the metrics are collected, if they are.
    pub metrics: Option<PrometheusHandle>,
    /// Who may see them, and which stores answer.
    pub insight: Insight,
    /// What the site is called; none: as the program is.
    pub site_name: Option<String>,
    /// Whether what curators edit is locked with it, where they do not say; none: it is.
    pub edits: Option<Locking>,
    /// Whether the schema describes itself.
    pub introspection: Introspection,
    /// The names of operations that the metrics tell apart; none: the first that are asked for.
    pub operations: Vec<String>,
    /// Which documents are executed.
    pub documents: DocumentPolicy,
    /// How many operations may come as one array; none: they come one by one.
    pub batch: Option<usize>,
}

/// Makes longer answers smaller, as the client wants it; of what it takes alike zstd, which is the cheapest to make.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth = SizeAbove::new(WORTH_COMPRESSING)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::SSE);
    CompressionLayer::new()
        .quality(COMPRESSION)
        .compress_when(worth)
}

impl HttpOptions {
    /// How much a document may ask for.
    fn limits(&self) -> Limits {
        Limits {
            describes: self.introspection,
            ..Limits::default()
        }
    }

    /// How long a request to the GraphQL endpoint may take to arrive, and as long again to be answered.
    fn request_timeout(&self) -> Duration {
        self.request_timeout.unwrap_or(REQUEST_TIME)
    }

    /// The longest that a request to it takes: it arrives, begins as the last of an array, and is answered. What anything
    /// else may take is no less.
    fn longest(&self) -> Duration {
        TIME_LIMIT.max(3 * self.request_timeout())
    }

    /// What clients are told of the site.
    pub fn facts(&self) -> SiteFacts {
        let usual = SiteFacts::default();
        SiteFacts {
            name: self.site_name.clone().unwrap_or(usual.name),
            limits: self.limits(),
            batch: self.batch.unwrap_or(usual.batch),
            request_bytes: usual.request_bytes,
            request_time: self.request_timeout(),
            edits: self.edits.unwrap_or(usual.edits),
        }
    }
}

/// Everything that the program answers.
pub fn router(
    services: Services,
    exports: ExportService,
    stores: Stores,
    persisted: Arc<dyn PersistedStore>,
    options: HttpOptions,
) -> anyhow::Result<Router> {
    let (cookie, machine) = if options.is_production {
        (SessionCookie::PRODUCTION, OwnMachine::Strange)
    } else {
        (SessionCookie::DEVELOPMENT, OwnMachine::Trusted)
    };
    let accounts = services.accounts.clone();
    let origins = Origins::new(&options.trusted_origins, machine);
    let door = Door {
        budget: services.budget.clone(),
        unlimited: options.unlimited_networks.clone().into(),
    };
    let authenticate = Authenticate::new(accounts.clone(), cookie, origins.clone(), door.clone());
    let proxies = proxies(&options)?;
    let cors = cors(origins.clone(), &options.cors_headers)?;
    let exports = export::Exports {
        service: exports,
        authenticate: authenticate.clone(),
    };
    let usage = Usage::new(&services, &authenticate, &door.unlimited);
    let imports = Imports::new(&services, &authenticate, &door.unlimited);
    let uploads = Uploads::new(&services, &authenticate);
    let tus = Tus::new(&services, &authenticate);
    let arrivals = arrivals(&options, authenticate.clone());
    let pictures = pictures::routes(Pictures::new(&services, &authenticate));
    let media = media::routes(services.video.clone());
    let home = home(&accounts, &stores, &options);
    let (longest, places) = (options.longest(), places(&options));
    let endpoint = endpoint(services, authenticate, persisted, &options)?;
    let of_pages = || middleware::from_fn_with_state(origins.clone(), own_pages);
    let forms =
        mail_links::routes(accounts.clone(), cookie).merge(oauth::forms(accounts.clone(), cookie));
    let forms = forms.layer(of_pages());
    let graphql = Router::new()
        .merge(endpoint.routes())
        .layer(middleware::from_fn_with_state(
            origins.clone(),
            own_operations,
        ))
        .layer(cors.clone().allow_methods([
            Method::GET,
            Method::POST,
            // Streams of events are reserved and left by these.
            Method::PUT,
            Method::DELETE,
        ]));
    let files = export::routes(exports)
        .merge(usage::routes(usage)?)
        .merge(imports::routes(imports))
        .merge(uploads::routes(uploads));
    let tus = uploads_by_tus(tus, origins.clone(), cors.clone());
    let files = files.layer(of_pages()).layer(cors);
    let oauth = oauth::routes(accounts.clone(), cookie).merge(erasure::routes(accounts.clone()));
    let keys = Router::new()
        .route(keys::PATH, get(keys::key_set))
        .with_state(accounts);
    let insight = insight::routes(stores, options.metrics, options.insight);
    let request_id = HeaderName::from_static("x-request-id");
    Ok(Router::new()
        .merge(graphql)
        .merge(files)
        .merge(pictures)
        .merge(media)
        .merge(keys)
        .merge(oauth)
        .merge(forms)
        .merge(home::routes(home))
        .merge(ide::icon())
        .merge(if options.has_ide {
            ide::routes(options.has_demo_account)
        } else {
            Router::new()
        })
        .layer(middleware::from_fn_with_state(places, at_work::limit))
        // They have places of their own, for as long as a file needs to come.
        .merge(tus)
        .layer(middleware::from_fn_with_state(door, knock::knock))
        .layer(middleware::from_fn_with_state(arrivals, arrival::whole))
        // Around all that asks who somebody is.
        .layer(middleware::from_fn(ended::tell))
        // How the program is must be seen also when it has its hands full.
        .merge(insight)
        .layer(middleware::from_fn(host::check))
        .layer(middleware::from_fn_with_state(proxies, client::identify))
        .layer(middleware::from_fn_with_state(longest, in_time))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(problem::explain))
        .layer(if_missing("x-content-type-options", "nosniff"))
        .layer(if_missing("referrer-policy", "no-referrer"))
        .layer(if_missing("cross-origin-resource-policy", "same-origin"))
        .layer(if_missing("cache-control", "no-store"))
        .layer(compression())
        .layer(middleware::from_fn(count))
        .layer(PropagateRequestIdLayer::new(request_id.clone()))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(answered),
        )
        .layer(SetRequestIdLayer::new(request_id, MakeRequestUuid))
        .layer(SetSensitiveHeadersLayer::new([
            AUTHORIZATION,
            COOKIE,
            SET_COOKIE,
        ])))
}

/// Where files are uploaded to, for pages of trusted origins as well.
fn uploads_by_tus(tus: Tus, origins: Origins, cors: CorsLayer) -> Router {
    let methods = [Method::HEAD, Method::POST, Method::PATCH, Method::DELETE];
    tus::routes(tus.clone())
        .layer(middleware::from_fn_with_state(origins, own_pages))
        .layer(cors.allow_methods(methods))
        .layer(middleware::from_fn_with_state(tus, tus::present))
}

/// How bodies are waited for, by the settings; files of whom this knows.
fn arrivals(options: &HttpOptions, senders: Authenticate) -> Arrivals {
    let arrivals = Arrivals::new(places(options)).within(options.request_timeout());
    arrivals.files_of(senders)
}

/// The places of requests that are at work, or of bodies.
fn places(options: &HttpOptions) -> Places {
    Places::new(options.max_requests.unwrap_or(usize::MAX))
}

/// Whom requests may come through, and what they say of the country.
fn proxies(options: &HttpOptions) -> anyhow::Result<Proxies> {
    let country = country_header(options.country_header.as_deref())?;
    Ok(Proxies::new(options.trusted_proxies.clone(), country))
}

/// The endpoint of GraphQL, by the settings.
fn endpoint(
    services: Services,
    authenticate: Authenticate,
    persisted: Arc<dyn PersistedStore>,
    options: &HttpOptions,
) -> anyhow::Result<GraphqlEndpoint<Schema>> {
    let limits = options.limits();
    let seats = LiveLimits::of_server(options.max_live.unwrap_or(usize::MAX));
    let live = Live::new(authenticate.clone(), seats);
    let endpoint = GraphqlEndpoint::new(build(services, limits.describes), authenticate)
        .live(live)
        .limits(limits)
        .persisted(persisted)
        .batch(options.batch.unwrap_or(1))
        .time_limit(options.request_timeout())
        .operations(Operations::new(&options.operations))
        .trusting(&options.documents)?;
    Ok(if options.has_ide {
        endpoint.with_page()
    } else {
        endpoint
    })
}

/// What the front page shows, by the settings.
fn home(accounts: &AccountService, stores: &Stores, options: &HttpOptions) -> Home {
    let is_described = options.introspection == Introspection::Open;
    let is_measured = options.metrics.is_some() && matches!(options.insight, Insight::Open);
    Home {
        name: options.facts().name,
        stores: stores.clone(),
        site: accounts.home().clone(),
        is_production: options.is_production,
        has_ide: options.has_ide,
        has_demo_account: options.has_demo_account,
        schema: is_described.then_some(home::SCHEMA),
        request_timeout: options.request_timeout(),
        metrics: is_measured.then_some(METRICS),
    }
}

/// Answers what takes too long; a file that is sent may take longer.
async fn in_time(State(longest): State<Duration>, request: Request, next: Next) -> Response {
    let limit = longest + arrival::on_the_way(request.uri().path());
    let answered = timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::GATEWAY_TIMEOUT.into_response())
}

/// Refuses operations that a page of another site made a browser send.
async fn own_operations(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    match origins.refusal(&request) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

/// The same for what is no GraphQL.
async fn own_pages(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    match origins.refusal(&request) {
        Some(refusal) => Problem::from(refusal).into_response(),
        None => next.run(request).await,
    }
}

fn country_header(name: Option<&str>) -> anyhow::Result<Option<HeaderName>> {
    let name = name.map(str::parse).transpose();
    name.context("the header of the country is not the name of one")
}

fn if_missing(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

/// Pages of the trusted origins, and of no other, may use the API with the session of their browser.
fn cors(origins: Origins, further: &[String]) -> anyhow::Result<CorsLayer> {
    let of_tools = OF_TOOLS.map(HeaderName::from_static);
    let mut headers = vec![ACCEPT, AUTHORIZATION, CONTENT_TYPE, STREAM_TOKEN];
    headers.extend(client::CLIENT_NAMES.into_iter().chain(of_tools));
    headers.extend(tus::SENT);
    for name in further {
        let name = name.parse::<HeaderName>().with_context(|| {
            format!("{name} is not the name of a header (REELGRAPH_CORS_HEADERS)")
        })?;
        headers.push(name);
    }
    let mut shown = vec![
        ETAG,
        LINK,
        RETRY_AFTER,
        WWW_AUTHENTICATE,
        HeaderName::from_static("x-request-id"),
        ended::SESSION,
    ];
    shown.extend(tus::SHOWN);
    let trusts = move |origin: &HeaderValue, _: &Parts| {
        origin.to_str().is_ok_and(|origin| origins.trusts(origin))
    };
    Ok(CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(trusts))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(headers)
        .expose_headers(shown)
        .max_age(Duration::from_secs(3600)))
}

/// What is answered before there is more: that the process lives, and is not ready.
pub fn starting() -> Router {
    let not_yet = async || {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let detail = "the program is starting";
        Problem::new(status, "UPSTREAM_UNAVAILABLE", detail).retry_after(1)
    };
    Router::new()
        .route("/healthz", get(health::live))
        .fallback(not_yet)
        .layer(middleware::from_fn(host::check))
}

/// What operators alone see, for an address that nobody else reaches.
pub fn operators(stores: Stores, metrics: Option<PrometheusHandle>) -> Router {
    insight::routes(stores, metrics, Insight::Open)
        .layer(middleware::from_fn(host::check))
        .layer(middleware::from_fn(problem::explain))
}

/// The span of a request: without what follows the path, because codes and tokens stand there.
fn span(request: &Request) -> Span {
    let (method, path) = (request.method(), request.uri().path());
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok());
    let path = media::without_grant(path);
    tracing::debug_span!(
        "request",
        %method,
        path = &*path,
        // A client may have chosen it.
        request.id = id.filter(|id| id.len() <= LONGEST_ID),
        graphql.operation.name = Empty,
        graphql.operation.type = Empty,
        http.response.status_code = Empty,
        otel.kind = "server",
    )
}

fn answered(response: &Response, took: Duration, span: &Span) {
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    tracing::debug!(status, ?took, "Answered a request");
}

/// Counts requests and their time, by status.
async fn count(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "status" => status.clone()).increment(1);
    metrics::histogram!("http_request_duration_seconds", "status" => status)
        .record(started.elapsed());
    response
}
