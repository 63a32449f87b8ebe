//! What subscriptions ask of those around them: who comes, and what begins.

use std::sync::{Arc, OnceLock};

use async_graphql::Response as Executed;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use futures::stream::BoxStream;

use crate::graphql::{ApiError, Leaving, Standing};
use crate::http::graphql::call::Call;
use crate::http::graphql::refusal::Refusal;
use crate::http::server::Stopping;
use crate::http::task;

/// The answers of a subscription until it ends, one without data being the last; or the one of a query or mutation.
pub(in crate::http::graphql) type Answers = BoxStream<'static, Executed>;

/// Finds out who opens a connection that stays, and for how long they are who they are.
#[async_trait::async_trait]
pub trait Gatekeeper: Send + Sync + 'static {
    /// Whether a page made a browser send it that is neither of this host nor trusted.
    fn is_cross_site(&self, headers: &HeaderMap, uri: &Uri) -> bool;

    /// What of a request stays as long as its connection: nothing that others wait for.
    fn kept(&self, parts: &Parts) -> Parts;

    /// What was kept of a request, with a place at work for a query or mutation; `BUSY` if there is none left.
    fn placed(&self, kept: &Parts) -> Result<Parts, Refusal>;

    /// The network that it is counted under; none: it is not counted.
    fn network(&self, parts: &Parts) -> Option<String>;

    /// Takes what it costs to read so many bytes of it from what its network has.
    async fn knock(&self, parts: &Parts, bytes: usize) -> Result<(), Refusal>;

    /// Who it is of. Among the extensions of what is kept of the request it stands for them from then on, also when what
    /// they proved themselves with has had its time.
    async fn stand(&self, parts: &Parts) -> Result<Standing, Refusal>;
}

/// Finds out who it is of what is kept of a request, and leaves that with it. In a task of its own: a client may go
/// meanwhile.
pub(super) async fn stand(
    gate: &Arc<dyn Gatekeeper>,
    mut kept: Parts,
) -> Result<(Arc<Parts>, Standing), Refusal> {
    let gate = Arc::clone(gate);
    let stand = async move {
        let standing = gate.stand(&kept).await?;
        kept.extensions.insert(standing.clone());
        Ok::<_, Refusal>((Arc::new(kept), standing))
    };
    task::finish(stand).await.map_err(ApiError::from)?
}

/// Whether an operation is answered once, as queries and mutations are. It is said before they are executed, and before
/// a subscription begins; clones tell the same.
#[derive(Debug, Clone, Default)]
pub(in crate::http::graphql) struct Once(Arc<OnceLock<bool>>);

impl Once {
    /// Says that it is.
    pub(in crate::http::graphql) fn say(&self) {
        self.0.get_or_init(|| true);
    }

    /// Says that it is not: it is a subscription.
    pub(in crate::http::graphql) fn deny(&self) {
        self.0.get_or_init(|| false);
    }

    /// Whether it was said.
    pub(in crate::http::graphql) fn is_said(&self) -> bool {
        self.0.get() == Some(&true)
    }

    /// Whether it was said, or is not known yet: what was asked for is still looked up.
    pub(in crate::http::graphql) fn may_be(&self) -> bool {
        self.0.get() != Some(&false)
    }
}

/// What those who begin an operation and those who answer it tell each other.
pub(in crate::http::graphql) struct Beside {
    /// Whether nobody wants to know more of a subscription.
    pub(in crate::http::graphql) leaving: Leaving,
    /// Whether the operation is a query or a mutation.
    pub(in crate::http::graphql) once: Once,
    /// What the server waits for, as long as somebody has it.
    pub(in crate::http::graphql) stopping: Stopping,
}

impl Beside {
    /// What is said before an operation begins, and where it is said then what it is.
    pub(in crate::http::graphql) fn new(leaving: Leaving, stopping: Stopping) -> (Self, Once) {
        let once = Once::default();
        let beside = Self {
            leaving,
            once: once.clone(),
            stopping,
        };
        (beside, once)
    }
}

/// Begins the subscriptions that documents ask for, and answers their queries and mutations.
#[async_trait::async_trait]
pub(in crate::http::graphql) trait Begin: Send + Sync + 'static {
    /// Begins the one that a call asks for, of whoever sent the request. A subscription ends soon after it is left, and
    /// none begins where the server stops; before a query or mutation is done, the server does not stop.
    async fn begin(
        self: Arc<Self>,
        call: Call,
        parts: &Parts,
        beside: Beside,
    ) -> Result<Answers, Refusal>;

    /// How many bytes a request may have.
    fn longest(&self) -> usize;
}
