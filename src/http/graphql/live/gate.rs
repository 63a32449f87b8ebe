//! What subscriptions ask of those around them: who comes, and what begins.

use async_graphql::Response as Executed;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use futures::future::BoxFuture;
use futures::stream::BoxStream;

use crate::graphql::{Leaving, Over};
use crate::http::graphql::call::Call;
use crate::http::graphql::refusal::Refusal;

/// The answers of a subscription until it ends; one without data is the last.
pub(in crate::http::graphql) type Answers = BoxStream<'static, Executed>;

/// Finds out who opens a connection that stays, and for how long they are who they are.
#[async_trait::async_trait]
pub trait Gatekeeper: Send + Sync + 'static {
    /// Whether a page of another site made a browser send it.
    fn is_cross_site(&self, headers: &HeaderMap) -> bool;

    /// What of a request stays as long as its connection: nothing that others wait for.
    fn kept(&self, parts: &Parts) -> Parts;

    /// The network that it is counted under; none: it is not counted.
    fn network(&self, parts: &Parts) -> Option<String>;

    /// Takes what it costs to read so many bytes of it from what its network has.
    async fn knock(&self, parts: &Parts, bytes: usize) -> Result<(), Refusal>;

    /// Who it is of.
    async fn stand(&self, parts: &Parts) -> Result<Standing, Refusal>;
}

/// Somebody whose connection stays.
pub struct Standing {
    /// The session or key that they came with; none: nobody is logged in.
    pub login: Option<String>,
    /// Comes back when they are no longer who they were.
    pub over: BoxFuture<'static, Over>,
}

/// Begins the subscriptions that documents ask for.
#[async_trait::async_trait]
pub(in crate::http::graphql) trait Begin: Send + Sync + 'static {
    /// Begins the one that a call asks for, of whoever sent the request. It ends soon after it is left.
    async fn begin(&self, call: Call, parts: &Parts, leaving: Leaving) -> Result<Answers, Refusal>;

    /// How many bytes a request may have.
    fn longest(&self) -> usize;
}
