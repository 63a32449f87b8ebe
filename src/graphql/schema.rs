//! The schema, put together.

use std::any::TypeId;
use std::num::NonZero;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::OperationType;
use async_graphql::{
    Data, EmptySubscription, ErrorExtensionValues, MergedObject, Response, SDLExportOptions,
    SchemaBuilder, ServerError, ValidationMode, Value, Variables,
};
use tokio::sync::Semaphore;

use super::accounts::{
    AccountMutation, AccountQuery, ApiKeyMutation, DeleteMutation, EmailMutation, IdentityMutation,
    ManageMutation, ManageQuery, PasswordMutation, PauseMutation, ProfileMutation,
};
use super::answers::Answers;
use super::asked::{Answered, Asked, Execute};
use super::catalog::CatalogQuery;
use super::context::{Caller, Services};
use super::cost::Costs;
use super::error::RETRY_AFTER;
use super::hierarchy::Hierarchy;
use super::limits::Introspection;
use super::loaders::Loaders;
use super::node::NodeQuery;
use super::nulls;
use super::search::SearchQuery;
use super::trace::Traced;
use super::types::Types;
use super::usage::UsageQuery;
use super::user_error::Payload;
use super::watching::{
    AsideMutation, BatchMutation, HidingMutation, HistoryMutation, MutingMutation, PlayMutation,
    RatingMutation, WatchedMutation, WatchingMutation, WatchlistMutation,
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
    HidingMutation,
    PlayMutation,
    MutingMutation,
    WatchlistMutation,
    WatchedMutation,
    AsideMutation,
    HistoryMutation,
    PauseMutation,
);

type Inner = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema, ready to answer. Every request must carry a [`super::Caller`] in its data.
#[derive(Clone)]
pub struct Schema {
    /// For what was not seen before: it validates.
    strict: Inner,
    /// The same for documents that are valid and variables that fit. There is nothing left for validation to find, which
    /// takes longer than to execute what is in memory; async-graphql 7.2.1 can be told so of a schema alone.
    trusting: Inner,
    budget: Option<Budget>,
    answers: Answers,
    /// Who may execute a heavy query now.
    heavy: Arc<Semaphore>,
    types: Arc<Types>,
    costs: Arc<Costs>,
}

impl Execute for Schema {
    async fn execute(&self, asked: Asked) -> Answered {
        let (document, name) = (Arc::clone(&asked.document), asked.operation.clone());
        let Some(operation) = document.operation(name.as_deref(), &self.types, &self.costs) else {
            // The schema says so.
            return theirs(self.strict.execute(asked.whole()).await);
        };
        let cost = operation.weigh(&asked.variables);
        let reports = operation.reports.count(&asked.variables);
        if cost > weights::MOST {
            return theirs(Response::from_errors(vec![too_much(cost)]));
        }
        if let Err(overspent) = self.spend(&asked.data, cost, reports).await {
            return theirs(Response::from_errors(vec![too_soon(overspent)]));
        }
        let question = if operation.kind == OperationType::Query {
            self.answers.question(&asked).await
        } else {
            None
        };
        if let Some(answer) = question.as_ref().and_then(|asked| self.answers.get(asked)) {
            return Answered::Common(answer);
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
            && let Some(answer) = question.as_ref().and_then(|asked| self.answers.get(asked))
        {
            return Answered::Common(answer);
        }
        let is_valid = document.is_valid() && operation.inputs.take(&self.types, &asked.variables);
        let mut response = if is_valid {
            self.trusting.execute(asked.alone()).await
        } else {
            self.strict.execute(asked.whole()).await
        };
        // What is not valid is not executed, so there is no data.
        if response.errors.is_empty() || response.data != Value::Null {
            document.found_valid();
        }
        let holes = response.errors.iter().map(|error| error.path.as_slice());
        let holes: Vec<_> = holes.filter(|path| !path.is_empty()).collect();
        if !holes.is_empty() {
            let (parsed, holes) = (document.parsed(), holes.into_iter());
            let data = &mut response.data;
            nulls::complete(&self.types, parsed, name.as_deref(), holes, data);
        }
        operation.order.apply(&mut response.data);
        let kept = question.and_then(|asked| self.answers.keep(asked, &response, operation.fresh));
        kept.map_or_else(|| theirs(response), Answered::Common)
    }
}

fn theirs(response: Response) -> Answered {
    Answered::Theirs(Box::new(response))
}

impl Schema {
    /// Takes what a request asks for from the budget of whoever asks.
    async fn spend(&self, data: &Data, cost: usize, reports: usize) -> Result<(), Overspent> {
        let caller = data.get(&TypeId::of::<Caller>());
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
    let loaders = Arc::new(Loaders::new(&services.catalog));
    let types = Types::parse(&sdl());
    let budget = services.budget.clone();
    let answers = Answers::of(services.catalog.clone());
    let services = Arc::new(services);
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let inner = |mode: ValidationMode| {
        let mut inner = builder()
            .validation_mode(mode)
            .data(Arc::clone(&services))
            .data(Arc::clone(&loaders));
        if describes == Introspection::Closed {
            inner = inner.disable_introspection().disable_suggestions();
        }
        if tracing::span_enabled!(tracing::Level::DEBUG) {
            inner = inner.extension(Traced);
        }
        inner.finish()
    };
    Schema {
        strict: inner(ValidationMode::Strict),
        trusting: inner(ValidationMode::Fast),
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

pub(super) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<Payload>()
        .register_output_type::<Hierarchy>()
        .limit_depth(DEPTH)
        .limit_recursive_depth(RECURSION)
        .limit_directives(DIRECTIVES)
}
