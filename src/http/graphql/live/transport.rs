//! Which of the transports a request is for.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Query, Request};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::connection::Opened;
use super::events::distinct;
use super::gate::{Begin, Gatekeeper, stand};
use super::message::LONGEST_ID;
use super::operation::Desk;
use super::seats::{LiveLimits, Seat, Seats};
use super::single::Streams;
use super::socket;
use crate::domain::json;
use crate::graphql::Standing;
use crate::http::graphql::call::{Call, Parameters};
use crate::http::graphql::media::{best_liked, is_json_body};
use crate::http::graphql::refusal::Refusal;
use crate::http::server::Stopping;

/// Where streams of events in single connection mode are, and those of one subscription as well.
pub(in crate::http::graphql) const STREAM: &str = "/graphql/stream";
/// The header that names a stream that was reserved.
pub(in crate::http) const STREAM_TOKEN: HeaderName =
    HeaderName::from_static("x-graphql-event-stream-token");

/// The door for those who stay. Clones are the same one.
#[derive(Clone)]
pub struct Live {
    gate: Arc<dyn Gatekeeper>,
    seats: Seats,
    streams: Streams,
}

/// What addresses of streams say.
#[derive(Default, Deserialize)]
struct Named {
    token: Option<String>,
    #[serde(rename = "operationId")]
    operation: Option<String>,
}

impl Live {
    /// With room for so many.
    pub fn new(gate: impl Gatekeeper, limits: LiveLimits) -> Self {
        Self {
            gate: Arc::new(gate),
            seats: Seats::new(limits),
            streams: Streams::default(),
        }
    }

    /// What is kept of a request, with a place at work; `BUSY` if there is none left.
    pub(in crate::http::graphql) fn placed(&self, kept: &Parts) -> Result<Parts, Refusal> {
        self.gate.placed(kept)
    }

    /// Whether a request to the address of GraphQL wants to stay.
    pub(in crate::http::graphql) fn is_asked(headers: &HeaderMap) -> bool {
        let offered = [
            "application/json",
            "application/graphql-response+json",
            "text/event-stream",
        ];
        socket::is_asked(headers) || best_liked(headers, &offered) == Some(offered[2])
    }

    /// Whether a request opened a WebSocket. At the address of streams none is opened, whatever the request says.
    pub(in crate::http::graphql) fn is_socket(parts: &Parts) -> bool {
        parts.uri.path() != STREAM && socket::is_asked(&parts.headers)
    }

    /// Answers one that does.
    pub(in crate::http::graphql) async fn answer(
        &self,
        begin: Arc<dyn Begin>,
        request: Request,
    ) -> Response {
        // What a browser lets pages of any site do, and with its cookies.
        if self.gate.is_cross_site(request.headers(), request.uri()) {
            return Refusal::cross_site().into_response();
        }
        if socket::is_asked(request.headers()) {
            return self.upgrade(begin, request).await;
        }
        let answered = self.events(begin, request).await;
        answered.unwrap_or_else(IntoResponse::into_response)
    }

    /// Answers one to the address of streams.
    pub(in crate::http::graphql) async fn stream(
        &self,
        begin: Arc<dyn Begin>,
        request: Request,
    ) -> Response {
        if self.gate.is_cross_site(request.headers(), request.uri()) {
            return Refusal::cross_site().into_response();
        }
        // A client that comes again may still name the stream that it had: graphql-sse (2.6.1) keeps its token among the
        // headers that it was given.
        let is_new = request.method() == Method::PUT;
        let answered = match token(&request) {
            _ if is_new => self.reserve(request).await,
            Some(token) => self.on_stream(&token, begin, request).await,
            None => self.events(begin, request).await,
        };
        answered.unwrap_or_else(IntoResponse::into_response)
    }

    async fn upgrade(&self, begin: Arc<dyn Begin>, request: Request) -> Response {
        let stopping = Stopping::of(request.extensions());
        let longest = begin.longest();
        let (parts, body) = request.into_parts();
        let kept = self.gate.kept(&parts);
        let opened = || -> Result<Opened, Refusal> {
            Ok(Opened {
                seat: self.seats.take(self.gate.network(&kept))?,
                gate: Arc::clone(&self.gate),
                begin,
                parts: kept,
                stopping,
            })
        };
        socket::open(Request::from_parts(parts, body), longest, opened).await
    }

    /// One subscription, as a stream of events.
    async fn events(&self, begin: Arc<dyn Begin>, request: Request) -> Result<Response, Refusal> {
        let stopping = Stopping::of(request.extensions());
        let (parts, call, bytes, _) = read(&*begin, request).await?;
        let (kept, standing) = self.stand(&parts).await?;
        let seat = self.seat(&kept, standing.login().as_deref())?;
        self.gate.knock(&kept, bytes).await?;
        let desk = Desk::new(begin, kept, 1, stopping.clone());
        let mut operation = desk.start(call)?;
        operation.begun().await?;
        Ok(distinct(operation, &standing, seat, stopping))
    }

    async fn reserve(&self, request: Request) -> Result<Response, Refusal> {
        let (parts, _) = request.into_parts();
        let (kept, standing) = self.stand(&parts).await?;
        let login = standing.login();
        let seat = self.seat(&kept, login.as_deref())?;
        let token = self.streams.reserve(login, seat);
        let media = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
        Ok((StatusCode::CREATED, media, token).into_response())
    }

    async fn on_stream(
        &self,
        token: &str,
        begin: Arc<dyn Begin>,
        request: Request,
    ) -> Result<Response, Refusal> {
        let stopping = Stopping::of(request.extensions());
        let operation = named(&request).operation;
        let method = request.method().clone();
        match method {
            Method::GET => {
                let (parts, _) = request.into_parts();
                let (_, standing) = self.stand(&parts).await?;
                let (login, over) = (standing.login(), standing.over());
                self.streams.open(token, login.as_deref(), over, stopping)
            }
            Method::POST => {
                let (parts, call, bytes, id) = read(&*begin, request).await?;
                let id = id.ok_or_else(|| {
                    Refusal::bad_request("`extensions.operationId` is missing: name the operation")
                })?;
                let (kept, standing) = self.stand(&parts).await?;
                let login = standing.login();
                self.gate.knock(&kept, bytes).await?;
                let longest = begin.longest();
                let begun = self
                    .streams
                    .begin(token, login.as_deref(), &id, bytes, longest)?;
                let mut operation = Desk::new(begin, kept, 1, stopping).start(call)?;
                begun.is_said_by(operation.once());
                operation.begun().await?;
                begun.follow(operation);
                Ok(StatusCode::ACCEPTED.into_response())
            }
            Method::DELETE => {
                let id =
                    operation.ok_or_else(|| Refusal::bad_request("`operationId` is missing"))?;
                let (parts, _) = request.into_parts();
                let (_, standing) = self.stand(&parts).await?;
                self.streams.end(token, standing.login().as_deref(), &id)?;
                Ok(StatusCode::OK.into_response())
            }
            _ => Err(Refusal::method_not_allowed(
                "GET, POST, PUT, DELETE",
                "a stream is reserved by PUT, opened by GET, used by POST and DELETE",
            )),
        }
    }

    /// What is kept of a request, and who it is of.
    async fn stand(&self, parts: &Parts) -> Result<(Arc<Parts>, Standing), Refusal> {
        stand(&self.gate, self.gate.kept(parts)).await
    }

    /// A seat for whoever a request is of.
    fn seat(&self, kept: &Parts, login: Option<&str>) -> Result<Seat, Refusal> {
        let mut seat = self.seats.take(self.gate.network(kept))?;
        if let Some(login) = login {
            seat.log_in(login)?;
        }
        Ok(seat)
    }
}

/// The token of the stream that a request is about, in its header or its address.
fn token(request: &Request) -> Option<String> {
    let header = request.headers().get(STREAM_TOKEN);
    // What is no text is the token of no stream.
    let header = header.map(|token| String::from_utf8_lossy(token.as_bytes()).into_owned());
    header.or_else(|| named(request).token)
}

fn named(request: &Request) -> Named {
    let named = Query::try_from_uri(request.uri());
    named.map_or_else(|_| Named::default(), |Query(named)| named)
}

/// What a request asks for, how many bytes that has, and what it calls it.
async fn read(
    begin: &dyn Begin,
    request: Request,
) -> Result<(Parts, Call, usize, Option<String>), Refusal> {
    let (parts, body) = request.into_parts();
    if parts.method == Method::GET {
        let call = Call::from_parameters(Parameters::of(&parts.uri)?)?;
        let bytes = parts.uri.query().map_or(0, str::len);
        return Ok((parts, call, bytes, None));
    }
    if parts.method != Method::POST {
        let words = "send a POST, or a GET";
        return Err(Refusal::method_not_allowed("GET, POST", words));
    }
    if !is_json_body(&parts.headers) {
        return Err(Refusal::unsupported_media_type());
    }
    let longest = begin.longest();
    let body = to_bytes(body, longest).await;
    let body = body.map_err(|_| Refusal::payload_too_large(longest))?;
    let said = json::parse(&body)
        .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))?;
    let id = match &said["extensions"]["operationId"] {
        Value::String(id) if !id.is_empty() && id.len() <= LONGEST_ID => Some(id.clone()),
        Value::Null => None,
        _ => {
            let words =
                format!("`extensions.operationId` must be a string of 1 to {LONGEST_ID} bytes");
            return Err(Refusal::bad_request(words));
        }
    };
    let call = Call::from_value(said)?;
    Ok((parts, call, body.len(), id))
}
