//! The schema, put together.

use std::any::TypeId;
use std::num::NonZero;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::OperationType;
use async_graphql::{
    Data, EmptySubscription, ErrorExtensionValues, Executor, MergedObject, Request, Response,
    SDLExportOptions, SchemaBuilder, ServerError, Variables,
};
use futures::stream::BoxStream;
use tokio::sync::Semaphore;

use super::accounts::{
    AccountMutation, AccountQuery, ApiKeyMutation, DeleteMutation, EmailMutation, IdentityMutation,
    ManageMutation, ManageQuery, PasswordMutation, ProfileMutation,
};
use super::answers::Answers;
use super::catalog::CatalogQuery;
use super::context::{Caller, Services};
use super::cost::{self, Costs};
use super::error::RETRY_AFTER;
use super::hierarchy::Hierarchy;
use super::limits::Introspection;
use super::loaders::Loaders;
use super::node::NodeQuery;
use super::nulls;
use super::order::Order;
use super::search::SearchQuery;
use super::trace::Traced;
use super::types::{self, Types};
use super::usage::UsageQuery;
use super::user_error::Payload;
use super::watching::{
    AsideMutation, BatchMutation, HidingMutation, MutingMutation, PlayMutation, RatingMutation,
    WatchedMutation, WatchingMutation, WatchlistMutation,
};
use super::weights;
use crate::domain::budget::{Budget, Of, Overspent, Spending};
use crate::domain::error::ErrorCode;

/// Fields inside fields; introspection needs 15.
const DEPTH: usize = 16;
/// Selection sets inside each other, fragments included.
const RECURSION: usize = 32;
/// Directives on one field.
const DIRECTIVES: usize = 8;

/// Everything that one can ask for.
#[derive(MergedObject, Default)]
pub(crate) struct Query(
    NodeQuery,
    AccountQuery,
    ManageQuery,
    CatalogQuery,
    SearchQuery,
    UsageQuery,
);

/// Everything that one can do. The fields of a mutation run one after the other.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    AccountMutation,
    EmailMutation,
    PasswordMutation,
    IdentityMutation,
    ProfileMutation,
    ApiKeyMutation,
    DeleteMutation,
    ManageMutation,
    WatchingMutation,
    BatchMutation,
    RatingMutation,
    BatchMutation,
    HidingMutation,
    PlayMutation,
    MutingMutation,
    WatchlistMutation,
    WatchedMutation,
    AsideMutation,
);

type Inner = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema, ready to answer. Every request must carry a [`super::Caller`] in its data.
#[derive(Clone)]
pub struct Schema {
    inner: Inner,
    budget: Option<Budget>,
    answers: Answers,
    /// Who may execute a heavy query now.
    heavy: Arc<Semaphore>,
    types: Arc<Types>,
    costs: Arc<Costs>,
}

impl Executor for Schema {
    async fn execute(&self, mut request: Request) -> Response {
        let (query, operation) = (request.query.clone(), request.operation_name.clone());
        let variables = std::mem::take(&mut request.variables);
        // A document that cannot be parsed costs nothing: the schema says what is wrong with it.
        let (cost, reports, is_query) = match request.parsed_query() {
            Ok(document) => (
                self.costs.of(document, operation.as_deref(), &variables),
                cost::reports(document, operation.as_deref(), &variables),
                types::operation(document, operation.as_deref())
                    .is_some_and(|(operation, _)| operation.ty == OperationType::Query),
            ),
            Err(_) => (0, 0, false),
        };
        if cost > weights::MOST {
            return Response::from_errors(vec![too_much(cost)]);
        }
        if let Err(overspent) = self.spend(&request, cost, reports).await {
            return Response::from_errors(vec![too_soon(overspent)]);
        }
        let question = if is_query {
            self.answers.question(&request, &variables).await
        } else {
            None
        };
        request.variables = variables;
        if let Some(answered) = question.as_ref().and_then(|asked| self.answers.get(asked)) {
            return answered;
        }
        // Only so many at a time, so that light ones are never behind more than these. It fails only if the semaphore is
        // closed, which it never is.
        let turn = if cost > weights::HEAVY {
            self.heavy.acquire().await.ok()
        } else {
            None
        };
        // While it waited for its turn, somebody else may have been answered.
        if turn.is_some()
            && let Some(answered) = question.as_ref().and_then(|asked| self.answers.get(asked))
        {
            return answered;
        }
        let order = request.parsed_query().map_or_else(
            |_| Order::default(),
            |document| Order::of(document, operation.as_deref()),
        );
        let mut response = self.inner.execute(request).await;
        let holes = response.errors.iter().map(|error| error.path.as_slice());
        let holes: Vec<_> = holes.filter(|path| !path.is_empty()).collect();
        if !holes.is_empty()
            && let Ok(document) = parse_query(query)
        {
            let (holes, data) = (holes.into_iter(), &mut response.data);
            nulls::complete(&self.types, &document, operation.as_deref(), holes, data);
        }
        order.apply(&mut response.data);
        if let Some(question) = question {
            self.answers.keep(question, &response);
        }
        response
    }

    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        Executor::execute_stream(&self.inner, request, session)
    }
}

impl Schema {
    /// Takes what a request asks for from the budget of whoever asks.
    async fn spend(&self, request: &Request, cost: usize, reports: usize) -> Result<(), Overspent> {
        let caller = request.data.get(&TypeId::of::<Caller>());
        let caller = caller.and_then(|caller| caller.downcast_ref::<Caller>());
        let (Some(budget), Some((viewer, client))) =
            (&self.budget, caller.and_then(Caller::rationed))
        else {
            return Ok(());
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let spending = Spending {
            units: count(cost.saturating_add(weights::REQUEST)),
            reports: count(reports),
        };
        budget.spend(&viewer, client, spending).await
    }
}

/// What is left is said, so that a client can ask for less at once instead of the same later.
fn too_soon(overspent: Overspent) -> ServerError {
    let Overspent {
        of,
        wanted,
        left,
        wait,
    } = overspent;
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let (budget, message) = match of {
        Of::Work => (
            "WORK",
            format!(
                "too much was asked for in a short time: this weighs {wanted}, and {left} are left; try again in {seconds} s"
            ),
        ),
        Of::Reports => (
            "REPORTS",
            format!(
                "too many reports in a short time: these are {wanted}, and {left} are left; try again in {seconds} s"
            ),
        ),
    };
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", ErrorCode::RateLimited.as_str());
    extensions.set(RETRY_AFTER, seconds);
    extensions.set("budget", budget);
    extensions.set("wanted", wanted);
    extensions.set("left", left);
    ServerError {
        extensions: Some(extensions),
        ..ServerError::new(message, None)
    }
}

fn too_much(cost: usize) -> ServerError {
    let most = weights::MOST;
    let message =
        format!("the query asks for too much: it weighs {cost}, at most {most} are allowed");
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "DOCUMENT_TOO_COMPLEX");
    ServerError {
        extensions: Some(extensions),
        ..ServerError::new(message, None)
    }
}

/// The schema on its services. What asks for its description is refused before it comes here; where it is closed, errors
/// do not say either what a misspelt name may have meant.
pub fn build(services: Services, describes: Introspection) -> Schema {
    let loaders = Loaders::new(&services.catalog);
    let types = Types::parse(&sdl());
    let budget = services.budget.clone();
    let answers = Answers::of(services.catalog.clone());
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut inner = builder().data(services).data(loaders);
    if describes == Introspection::Closed {
        inner = inner.disable_introspection().disable_suggestions();
    }
    if tracing::span_enabled!(tracing::Level::DEBUG) {
        inner = inner.extension(Traced);
    }
    Schema {
        inner: inner.finish(),
        budget,
        answers,
        heavy: Arc::new(Semaphore::new(processors.div_ceil(weights::HEAVY_AMONG))),
        costs: Arc::new(Costs::new(&types)),
        types: Arc::new(types),
    }
}

/// What an operation weighs that needs no variables, with what any request does.
pub fn weigh(document: &str) -> Result<usize, async_graphql::parser::Error> {
    let document = parse_query(document)?;
    let costs = Costs::new(&Types::parse(&sdl()));
    Ok(costs.of(&document, None, &Variables::default()) + weights::REQUEST)
}

/// The schema as text, in the schema definition language.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .use_space_ident()
        .include_specified_by()
        .prefer_single_line_descriptions();
    builder().finish().sdl_with_options(options)
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<Payload>()
        .register_output_type::<Hierarchy>()
        .limit_depth(DEPTH)
        .limit_recursive_depth(RECURSION)
        .limit_directives(DIRECTIVES)
}
