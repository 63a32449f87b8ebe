//! The schema, put together.

use std::any::TypeId;
use std::num::NonZero;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection};
use async_graphql::{
    Data, ErrorExtensionValues, Name, Response, SDLExportOptions, SchemaBuilder, ServerError,
    ValidationMode, Value, Variables,
};
use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::Semaphore;

use super::answers::Answers;
use super::asked::{Answered, Asked, Execute};
use super::context::{Caller, Services};
use super::cost::Costs;
use super::documents::Document;
use super::error::{RETRY_AFTER, seconds};
use super::examine::examine;
use super::hierarchy::Hierarchy;
use super::limits::Introspection;
use super::loaders::Loaders;
use super::nulls;
use super::refused::Refusing;
use super::roots::{Mutation, Query, Subscription};
use super::trace::Traced;
use super::types::{Types, operation};
use super::user_error::Payload;
use super::weights;
use crate::domain::budget::{Budget, Of, Overspent, Spending};
use crate::domain::error::ErrorCode;
use crate::domain::viewer::{Client, Viewer};

/// The extension of a request that asks what it costs, and of the answer that says so.
const COST: &str = "cost";
/// Fields inside fields; introspection needs 15.
const DEPTH: usize = 16;
/// Selection sets inside each other, fragments included.
const RECURSION: usize = 32;
/// Directives on one field.
const DIRECTIVES: usize = 8;

type Inner = async_graphql::Schema<Query, Refusing<Mutation>, Subscription>;

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
        let left = match self.spend(&asked.data, cost, reports).await {
            Ok(left) => left,
            Err(overspent) => return theirs(Response::from_errors(vec![too_soon(overspent)])),
        };
        let wants_cost = asked.wants_cost;
        // What an answer cost is not what another one did.
        let question = if operation.kind == OperationType::Query && !wants_cost {
            self.answers.question(&asked, &operation).await
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
        complete(&self.types, &document, name.as_deref(), &mut response);
        operation.order.apply(&mut response.data);
        if wants_cost {
            response
                .extensions
                .insert(COST.to_owned(), said(cost, left));
        }
        let kept = question.and_then(|asked| self.answers.keep(asked, &response, &operation));
        kept.map_or_else(|| theirs(response), Answered::Common)
    }

    fn examine(&self, document: &Document) -> Result<(), String> {
        examine(&self.strict, &self.costs, document.parsed())
    }

    async fn subscribe(&self, asked: Asked) -> BoxStream<'static, Response> {
        let (document, name) = (Arc::clone(&asked.document), asked.operation.clone());
        let Some(operation) = document.operation(name.as_deref(), &self.types, &self.costs) else {
            // The schema says so.
            return self.strict.execute_stream(asked.whole());
        };
        if let Err(refused) = single_field(document.parsed(), name.as_deref()) {
            return refused_stream(refused);
        }
        let cost = operation.weigh(&asked.variables);
        if cost > weights::MOST {
            return refused_stream(too_much(cost));
        }
        let rationed = rationed(&asked.data);
        let rationed = rationed.map(|(viewer, client)| (viewer, client.clone()));
        if let Err(overspent) = self.spend(&asked.data, cost, 0).await {
            return refused_stream(too_soon(overspent));
        }
        let is_valid = document.is_valid() && operation.inputs.take(&self.types, &asked.variables);
        let answers = if is_valid {
            self.trusting.execute_stream(asked.alone())
        } else {
            self.strict.execute_stream(asked.whole())
        };
        let schema = self.clone();
        // Each payload is work, and is paid for as if it had been asked for.
        let answers = stream::unfold(Some(answers), move |answers| {
            let (schema, document, name) = (schema.clone(), Arc::clone(&document), name.clone());
            let (operation, rationed) = (Arc::clone(&operation), rationed.clone());
            async move {
                let mut answers = answers?;
                let mut response = answers.next().await?;
                if response.data == Value::Null {
                    return Some((response, None));
                }
                document.found_valid();
                if let (Some(budget), Some((viewer, client))) = (&schema.budget, &rationed)
                    && let Err(over) = budget.spend(viewer, client, spending(cost, 0)).await
                {
                    return Some((Response::from_errors(vec![too_soon(over)]), None));
                }
                complete(&schema.types, &document, name.as_deref(), &mut response);
                operation.order.apply(&mut response.data);
                let next = (response.data != Value::Null).then_some(answers);
                Some((response, next))
            }
        });
        answers.boxed()
    }
}

/// A subscription has one field, and it stands in the operation itself (specification 5.2.3.1; async-graphql 7.2.1 checks
/// neither, and answers nothing to one in a fragment).
pub(super) fn single_field(
    document: &ExecutableDocument,
    name: Option<&str>,
) -> Result<(), ServerError> {
    let Some((operation, _)) = operation(document, name) else {
        return Ok(());
    };
    match operation.selection_set.node.items.as_slice() {
        [one] => match &one.node {
            Selection::Field(field) if !field.node.name.node.starts_with("__") => Ok(()),
            _ => Err("a subscription has a field of its own: no fragment, and not `__typename`"),
        },
        _ => Err("a subscription has exactly one field: send one for each"),
    }
    .map_err(|message| ServerError::new(message, Some(operation.selection_set.pos)))
}

fn refused_stream(error: ServerError) -> BoxStream<'static, Response> {
    let refused = Response::from_errors(vec![error]);
    stream::once(async move { refused }).boxed()
}

fn spending(cost: usize, reports: usize) -> Spending {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Spending {
        units: count(cost.saturating_add(weights::REQUEST)),
        reports: count(reports),
    }
}

/// Who asks and from where, if their work is counted.
fn rationed(data: &Data) -> Option<(Viewer, &Client)> {
    let caller = data.get(&TypeId::of::<Caller>());
    let caller = caller.and_then(|caller| caller.downcast_ref::<Caller>());
    caller.and_then(Caller::rationed)
}

/// Puts null where something failed, as far up as it must.
fn complete(types: &Types, document: &Document, name: Option<&str>, response: &mut Response) {
    let holes = response.errors.iter().map(|error| error.path.as_slice());
    let holes: Vec<_> = holes.filter(|path| !path.is_empty()).collect();
    if !holes.is_empty() {
        let (parsed, holes) = (document.parsed(), holes.into_iter());
        nulls::complete(types, parsed, name, holes, &mut response.data);
    }
}

fn theirs(response: Response) -> Answered {
    Answered::Theirs(Box::new(response))
}

impl Schema {
    /// Takes what a request asks for from the budget of whoever asks, and gives what is left of it, if it is counted.
    async fn spend(
        &self,
        data: &Data,
        cost: usize,
        reports: usize,
    ) -> Result<Option<u32>, Overspent> {
        let (Some(budget), Some((viewer, client))) = (&self.budget, rationed(data)) else {
            return Ok(None);
        };
        let spending = spending(cost, reports);
        budget.spend(&viewer, client, spending).await
    }
}

/// What an operation costs, as the answer says it to whoever asked for that: what it weighs, the most that one may, what
/// was taken for it from the budget of whoever asks, and what is left of that; null both: it is not counted.
fn said(cost: usize, left: Option<u32>) -> Value {
    let number = |number: usize| Value::Number(number.into());
    let taken = left.map_or(Value::Null, |_| {
        number(cost.saturating_add(weights::REQUEST))
    });
    let left = left.map_or(Value::Null, |left| Value::Number(left.into()));
    let said = [
        ("weight", number(cost)),
        ("most", number(weights::MOST)),
        ("taken", taken),
        ("left", left),
    ];
    Value::Object(
        said.into_iter()
            .map(|(name, value)| (Name::new(name), value))
            .collect(),
    )
}

/// What is left is said, so that a client can ask for less at once instead of the same later.
fn too_soon(overspent: Overspent) -> ServerError {
    let Overspent {
        of,
        wanted,
        left,
        wait,
    } = overspent;
    let seconds = seconds(wait);
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
    let loaders = Arc::new(Loaders::new(&services.catalog, &services.revising));
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

/// The directives that every schema has, by the specification. They are left out of the text: async-graphql 7.2.1 writes
/// some of them, and their arguments without a description, which linters take for ours.
const BUILT_IN: [&str; 5] = ["@include", "@skip", "@deprecated", "@specifiedBy", "@oneOf"];

/// The schema as text, in the schema definition language.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .use_space_ident()
        .include_specified_by()
        .prefer_single_line_descriptions();
    without_built_in(&builder().finish().sdl_with_options(options))
}

/// A schema's text without the definitions of what is built in, each of which is a line behind that of its description.
fn without_built_in(sdl: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in sdl.lines() {
        let directive = line.strip_prefix("directive ");
        let name = directive.and_then(|rest| rest.split(['(', ' ']).next());
        if name.is_none_or(|name| !BUILT_IN.contains(&name)) {
            lines.push(line);
        } else if lines.last().is_some_and(|line| line.starts_with('"')) {
            lines.pop();
        }
    }
    lines.push("");
    lines.join("\n")
}

pub(super) fn builder() -> SchemaBuilder<Query, Refusing<Mutation>, Subscription> {
    let (mutation, subscription) = (Refusing::default(), Subscription::default());
    async_graphql::Schema::build(Query::default(), mutation, subscription)
        .register_output_type::<Payload>()
        .register_output_type::<Hierarchy>()
        .limit_depth(DEPTH)
        .limit_recursive_depth(RECURSION)
        .limit_directives(DIRECTIVES)
}
