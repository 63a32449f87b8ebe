//! The handler: from the request to the schema and back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Data, Value, parser::types::OperationType};
use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{
        Method, StatusCode,
        header::{AUTHORIZATION, COOKIE},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::any,
};
use futures::{StreamExt, stream};
use tokio::time::timeout;
use tracing::Instrument;

use super::{
    answer::{answer, cacheable, together},
    call::{Call, Calls, Parameters, Wanted},
    live::{Answers, Begin, Beside, Live, STREAM},
    media::{Accept, Media, is_json_body},
    operations::{self, Operations, Outcome},
    persisted::Persisted,
    refusal::Refusal,
    trusted::{DocumentPolicy, Trusted},
};
use crate::domain::persisted::{DocumentHash, PersistedStore};
use crate::graphql::limits::Limits;
use crate::graphql::{
    Answered, ApiError, Asked, Document, Documents, Execute, REQUEST_BYTES, REQUEST_TIME, Standing,
};
use crate::http::ide;

/// Where the endpoint is; its page for people sends its requests there.
pub const PATH: &str = "/graphql";

/// Finds what the resolvers need to know of a request: who asks, loaders that live as long as it does.
///
/// Called once the document is known to be harmless, in the task that executes it: a client that goes away does not
/// cancel it.
#[async_trait::async_trait]
pub trait PrepareRequest: Send + Sync + 'static {
    /// The data of the request, or the answer instead of its execution.
    async fn prepare(&self, parts: &Parts) -> Result<Data, Refusal>;
}

/// A schema with a door in front of it.
pub struct GraphqlEndpoint<E> {
    schema: E,
    prepare: Arc<dyn PrepareRequest>,
    documents: Documents,
    persisted: Option<Persisted>,
    trusted: Trusted,
    batch: usize,
    body_limit: usize,
    time_limit: Duration,
    has_page: bool,
    operations: Operations,
    live: Option<Live>,
}

impl<E: Execute> GraphqlEndpoint<E> {
    /// With the default limits, 128 KiB for a body and ten seconds for a request, and no page for people.
    pub fn new(schema: E, prepare: impl PrepareRequest) -> Self {
        Self {
            schema,
            prepare: Arc::new(prepare),
            documents: Documents::new(Limits::default()),
            persisted: None,
            trusted: Trusted::default(),
            batch: 1,
            body_limit: REQUEST_BYTES,
            time_limit: REQUEST_TIME,
            has_page: false,
            operations: Operations::default(),
            live: None,
        }
    }

    /// How much a document may ask for.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self {
            documents: Documents::new(limits),
            ..self
        }
    }

    /// Where documents are kept that clients name by their hash; by default nowhere.
    #[must_use]
    pub fn persisted(self, store: Arc<dyn PersistedStore>) -> Self {
        Self {
            persisted: Some(Persisted::new(store)),
            ..self
        }
    }

    /// Which documents are executed, within the limits that were set before, if they fit the schema; by default any.
    pub fn trusting(self, policy: &DocumentPolicy) -> anyhow::Result<Self> {
        let examine = |document: &Document| self.schema.examine(document);
        let trusted = Trusted::read(policy, &self.documents, &examine)?;
        Ok(Self { trusted, ..self })
    }

    /// How many operations may come as one array; by default they come one by one.
    #[must_use]
    pub fn batch(self, batch: usize) -> Self {
        Self { batch, ..self }
    }

    /// How many bytes the body of a `POST` may have.
    #[must_use]
    pub fn body_limit(self, body_limit: usize) -> Self {
        Self { body_limit, ..self }
    }

    /// How long the client may take to send its request, and how long it waits for the answer.
    ///
    /// A query is stopped then; a mutation goes on to its end, so that nothing is left half done.
    #[must_use]
    pub fn time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }
    }

    /// The operations that metrics tell apart.
    #[must_use]
    pub fn operations(self, operations: Operations) -> Self {
        Self { operations, ..self }
    }

    /// Serves subscriptions as well; by default they are refused.
    #[must_use]
    pub fn live(self, live: Live) -> Self {
        Self {
            live: Some(live),
            ..self
        }
    }

    /// Shows the IDE to browsers, also to those that come with a document in the address: it opens there, and nothing is
    /// executed before a person says so.
    #[must_use]
    pub fn with_page(self) -> Self {
        Self {
            has_page: true,
            ..self
        }
    }

    /// The endpoint for every method, at [`PATH`], and where it serves subscriptions, the address of their streams.
    pub fn routes(self) -> Router {
        let endpoint = Arc::new(self);
        Router::new()
            .route(PATH, any(handle::<E>))
            .route(STREAM, any(live::<E>))
            .with_state(endpoint)
    }

    async fn respond(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let accept = Accept::of(&parts.headers);
        let media = accept.media.unwrap_or(Media::GraphqlResponse);
        let answered = self.answer(parts, body, accept).await;
        answered.unwrap_or_else(|refusal| refusal.respond(media))
    }

    async fn answer(&self, parts: Parts, body: Body, accept: Accept) -> Result<Response, Refusal> {
        let is_get = match parts.method {
            Method::GET | Method::HEAD => true,
            Method::POST => false,
            _ => {
                return Err(Refusal::method_not_allowed(
                    "GET, HEAD, POST",
                    "send a POST, or a GET for queries",
                ));
            }
        };
        let parameters = is_get.then(|| Parameters::of(&parts.uri)).transpose()?;
        if let Some(parameters) = parameters.as_ref().filter(|_| accept.prefers_html) {
            if self.has_page && parameters.are_for_people() {
                return Ok(ide::page());
            }
            if parameters.name_nothing() {
                return Err(Refusal::not_acceptable());
            }
        }
        let media = accept.media.ok_or_else(Refusal::not_acceptable)?;
        let calls = match parameters {
            Some(parameters) => Calls::One(Call::from_parameters(parameters)?),
            None if is_json_body(&parts.headers) => {
                Call::from_json(&self.read(body).await?, self.batch)?
            }
            None => return Err(Refusal::unsupported_media_type()),
        };
        let calls = match calls {
            Calls::One(call) => return self.one(call, parts, media).await,
            Calls::Batch(calls) => calls,
        };
        // One after the other: a batch has no more of the server at a time than who sends one operation has.
        let began = Instant::now();
        let mut answers = Vec::with_capacity(calls.len());
        // To find out that credentials prove nothing was paid for once.
        let mut stale: Option<Refusal> = None;
        for call in calls {
            let answered = match (call, &stale) {
                (_, Some(refusal)) => Err(refusal.clone()),
                (Ok(_), None) if began.elapsed() > self.time_limit => Err(Refusal::not_begun()),
                (Ok(call), None) => self.one(call, parts.clone(), media).await,
                (Err(refusal), None) => Err(refusal),
            };
            answers.push(match answered {
                Ok(answer) => answer,
                Err(refusal) => {
                    if refusal.status == Some(StatusCode::UNAUTHORIZED) {
                        stale = Some(refusal.clone());
                    }
                    refusal.respond(media)
                }
            });
        }
        Ok(together(answers, media).await)
    }

    /// Answers one operation, alone or of a batch.
    async fn one(&self, call: Call, parts: Parts, media: Media) -> Result<Response, Refusal> {
        let is_get = parts.method.is_safe();
        let document = self.find(&call.wanted).await?;
        let kind = call.operation(document.parsed())?.ty;
        match kind {
            OperationType::Mutation if is_get => {
                return Err(mutation_by_link());
            }
            OperationType::Subscription => {
                let words = "a subscription needs a WebSocket, or `Accept: text/event-stream`";
                return Err(Refusal::invalid(words, None));
            }
            OperationType::Query | OperationType::Mutation => {}
        }
        let label = self.operations.label(call.name(document.parsed()));
        let span = tracing::Span::current();
        span.record("graphql.operation.name", &*label);
        span.record("graphql.operation.type", operations::kind(kind));
        let began = Instant::now();
        // What is asked for by an address that says nothing but what is wanted.
        let shows_nothing = [AUTHORIZATION, COOKIE]
            .iter()
            .all(|name| !parts.headers.contains_key(name));
        let is_cacheable =
            is_get && shows_nothing && matches!(call.wanted, Wanted::Hash(_) | Wanted::Id(_));
        let asked_with = parts.headers.clone();
        let (wanted, asked) = call.asked(Arc::clone(&document));
        let answered = self.execute(asked, kind, parts).await;
        self.keep(wanted, &document).await;
        let outcome = Outcome::of(answered.as_ref().ok());
        operations::count(label, operations::kind(kind), began.elapsed(), outcome);
        Ok(if is_cacheable {
            cacheable(answered?, media, &asked_with)
        } else {
            answer(answered?, media)
        })
    }

    /// The document, if it is within the limits.
    async fn find(&self, wanted: &Wanted) -> Result<Arc<Document>, Refusal> {
        let hash = match wanted {
            Wanted::Id(id) => {
                let document = self.trusted.by_id(id).map(Arc::clone);
                return document.ok_or_else(|| refused("unknown", Refusal::unknown_id()));
            }
            Wanted::Text(text) | Wanted::Both(text, _) if !self.trusted.is_all() => {
                return Ok(self.documents.read(text)?);
            }
            Wanted::Text(text) => DocumentHash::of(text),
            Wanted::Hash(hash) | Wanted::Both(_, hash) => *hash,
        };
        if let Some(document) = self.trusted.by_hash(hash) {
            return Ok(Arc::clone(document));
        }
        if self.trusted.is_all() {
            return Err(refused("untrusted", Refusal::untrusted()));
        }
        if let Some(document) = self.documents.named(hash) {
            if let Some(persisted) = &self.persisted {
                persisted.note_use(hash);
            }
            return Ok(document);
        }
        let text = match &self.persisted {
            Some(persisted) => persisted.find(hash).await,
            None => None,
        };
        let text = text.ok_or_else(Refusal::unknown_hash)?;
        Ok(self.documents.read(&text)?)
    }

    /// Keeps what turned out to be good, for those who ask for it again.
    async fn keep(&self, wanted: Wanted, document: &Arc<Document>) {
        self.documents.keep(document);
        let (hash, text) = match wanted {
            Wanted::Text(_) | Wanted::Id(_) => return,
            Wanted::Hash(hash) => (hash, None),
            Wanted::Both(text, hash) => (hash, Some(text)),
        };
        if !document.is_valid() || self.trusted.by_hash(hash).is_some() {
            return;
        }
        self.documents.keep_named(hash, document);
        // Also what is known here: it was sent because another server did not know it.
        if let (Some(text), Some(persisted)) = (text, &self.persisted) {
            persisted.keep(hash, &text).await;
        }
    }

    /// The body, if it is within the limit. What its header announces is not trusted, but saves reading.
    async fn read(&self, body: Body) -> Result<Vec<u8>, Refusal> {
        let too_large = || Refusal::payload_too_large(self.body_limit);
        if usize::try_from(body.size_hint().lower()).map_or(true, |size| size > self.body_limit) {
            return Err(too_large());
        }
        let read = async {
            let mut read = Vec::new();
            let mut chunks = body.into_data_stream();
            while let Some(chunk) = chunks.next().await {
                let chunk =
                    chunk.map_err(|_| Refusal::bad_request("the body ended before its end"))?;
                if read.len() + chunk.len() > self.body_limit {
                    return Err(too_large());
                }
                read.extend_from_slice(&chunk);
            }
            Ok(read)
        };
        timeout(self.time_limit, read).await.unwrap_or_else(|_| {
            Err(Refusal::timeout(
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive in time",
            ))
        })
    }

    /// Executes in a task of its own: when a client goes away its handler is dropped, and the futures of drivers are not
    /// cancel-safe (see [`crate::http::task`]).
    async fn execute(
        &self,
        mut asked: Asked,
        kind: OperationType,
        parts: Parts,
    ) -> Result<Answered, Refusal> {
        let (schema, prepare) = (self.schema.clone(), Arc::clone(&self.prepare));
        let work = async move {
            asked.data = prepare.prepare(&parts).await?;
            Ok(schema.execute(asked).await)
        };
        let time_limit = self.time_limit;
        let task = tokio::spawn(
            async move {
                match kind {
                    OperationType::Mutation => work.await,
                    // Nobody waits for a query any longer, and the clock of the handler may be gone with its client.
                    _ => timeout(time_limit, work)
                        .await
                        .unwrap_or_else(|_| Err(too_slow(kind))),
                }
            }
            .in_current_span(),
        );
        match timeout(time_limit, task).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "A resolver panicked"
                );
                Err(ApiError::internal().into())
            }
            Err(_) => Err(too_slow(kind)),
        }
    }
}

/// Counts a document that is not executed: clients that were built anew have a manifest that the site was not given.
fn refused(why: &'static str, refusal: Refusal) -> Refusal {
    metrics::counter!("graphql_documents_refused_total", "why" => why).increment(1);
    refusal
}

fn mutation_by_link() -> Refusal {
    Refusal::method_not_allowed("POST", "mutations must be sent by POST")
}

fn too_slow(kind: OperationType) -> Refusal {
    let message = match kind {
        OperationType::Mutation => "the mutation takes too long to wait for; it may still succeed",
        _ => "the query took too long",
    };
    Refusal::timeout(StatusCode::GATEWAY_TIMEOUT, message)
}

async fn handle<E: Execute>(
    State(endpoint): State<Arc<GraphqlEndpoint<E>>>,
    request: Request,
) -> Response {
    match endpoint.live.clone() {
        Some(live) if Live::is_asked(request.headers()) => live.answer(endpoint, request).await,
        _ => endpoint.respond(request).await,
    }
}

async fn live<E: Execute>(
    State(endpoint): State<Arc<GraphqlEndpoint<E>>>,
    request: Request,
) -> Response {
    match endpoint.live.clone() {
        Some(live) => live.stream(endpoint, request).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[async_trait::async_trait]
impl<E: Execute> Begin for GraphqlEndpoint<E> {
    async fn begin(
        self: Arc<Self>,
        mut call: Call,
        parts: &Parts,
        beside: Beside,
    ) -> Result<Answers, Refusal> {
        let document = self.find(&call.wanted).await?;
        let operation = call.operation(document.parsed())?;
        let kind = operation.ty;
        // A link changes nothing.
        let is_link = parts.method.is_safe() && !Live::is_socket(parts);
        if is_link && kind == OperationType::Mutation {
            return Err(mutation_by_link());
        }
        call.keep_declared(operation);
        let label = self.operations.label(call.name(document.parsed()));
        let began = Instant::now();
        let (wanted, mut asked) = call.asked(Arc::clone(&document));
        if kind != OperationType::Subscription {
            beside.once.say();
            let mut placed = match &self.live {
                Some(live) => live.placed(parts)?,
                None => parts.clone(),
            };
            // As beside a request of its own: the server waits for whoever has it.
            placed.extensions.insert(beside.stopping);
            let answered = self.execute(asked, kind, placed).await;
            self.keep(wanted, &document).await;
            let outcome = Outcome::of(answered.as_ref().ok());
            operations::count(label, operations::kind(kind), began.elapsed(), outcome);
            let answer = answered?.into_response()?;
            return Ok(stream::iter([answer]).boxed());
        }
        // Said before it is looked: of those who were told that the server stops, nobody waits for one that begins.
        beside.once.deny();
        if beside.stopping.is_told() {
            return Err(Refusal::busy("this server stops: connect again"));
        }
        asked.data = self.prepare.prepare(parts).await?;
        asked.data.insert(beside.leaving);
        if let Some(standing) = parts.extensions.get::<Standing>() {
            asked.data.insert(standing.clone());
        }
        let answers = self.schema.subscribe(asked).await;
        operations::count(label, operations::kind(kind), began.elapsed(), Outcome::Ok);
        let answers = (answers, Some(wanted));
        Ok(stream::unfold(answers, move |(mut answers, mut wanted)| {
            let (endpoint, document) = (Arc::clone(&self), Arc::clone(&document));
            async move {
                let answer = answers.next().await?;
                // What was executed is good.
                if answer.data != Value::Null
                    && let Some(wanted) = wanted.take()
                {
                    endpoint.keep(wanted, &document).await;
                }
                Some((answer, (answers, wanted)))
            }
        })
        .boxed())
    }

    fn longest(&self) -> usize {
        self.body_limit
    }
}
