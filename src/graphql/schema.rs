//! The schema, put together.

use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::{
    Data, EmptySubscription, ErrorExtensionValues, Executor, MergedObject, Request, Response,
    SDLExportOptions, SchemaBuilder, ServerError,
};
use futures::stream::BoxStream;

use super::accounts::{
    AccountMutation, AccountQuery, ApiKeyMutation, DeleteMutation, EmailMutation, IdentityMutation,
    ManageMutation, ManageQuery, PasswordMutation, ProfileMutation,
};
use super::catalog::CatalogQuery;
use super::cost::{self, Costs};
use super::hierarchy::Hierarchy;
use super::limits::Introspection;
use super::loaders::Loaders;
use super::node::NodeQuery;
use super::nulls;
use super::order::Order;
use super::search::SearchQuery;
use super::trace::Traced;
use super::types::Types;
use super::user_error::Payload;
use super::watching::{
    HidingMutation, MutingMutation, PlayMutation, RatingMutation, WatchingMutation,
};
use crate::domain::accounts::AccountService;
use crate::domain::catalog::{CatalogService, SearchService, VisibilityPolicy};
use crate::domain::clock::Clock;
use crate::domain::recommend::RecommendService;
use crate::domain::watching::WatchService;

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
    RatingMutation,
    HidingMutation,
    PlayMutation,
    MutingMutation,
);

type Inner = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema, ready to answer. Every request must carry a [`super::Caller`] in its data.
#[derive(Clone)]
pub struct Schema {
    inner: Inner,
    types: Arc<Types>,
    costs: Arc<Costs>,
}

impl Executor for Schema {
    async fn execute(&self, mut request: Request) -> Response {
        let (query, operation) = (request.query.clone(), request.operation_name.clone());
        let variables = std::mem::take(&mut request.variables);
        // A document that cannot be parsed costs nothing: the schema says what is wrong with it.
        let (cost, order) = match request.parsed_query() {
            Ok(document) => (
                self.costs.of(document, operation.as_deref(), &variables),
                Order::of(document, operation.as_deref()),
            ),
            Err(_) => (0, Order::default()),
        };
        request.variables = variables;
        if cost > cost::MOST {
            return Response::from_errors(vec![too_much(cost)]);
        }
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

fn too_much(cost: usize) -> ServerError {
    let most = cost::MOST;
    let message =
        format!("the query asks for too much: it weighs {cost}, at most {most} are allowed");
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "DOCUMENT_TOO_COMPLEX");
    ServerError {
        extensions: Some(extensions),
        ..ServerError::new(message, None)
    }
}

/// What the schema stands on.
pub struct Services {
    pub catalog: CatalogService,
    /// Finding things by name.
    pub search: SearchService,
    pub watching: WatchService,
    pub accounts: AccountService,
    pub recommend: RecommendService,
    /// Who may see what, as far as the site decides.
    pub visibility: VisibilityPolicy,
    pub clock: Arc<dyn Clock>,
}

/// The schema on its services. What asks for its description is refused before it comes here; where it is closed, errors
/// do not say either what a misspelt name may have meant.
pub fn build(services: Services, describes: Introspection) -> Schema {
    let loaders = Loaders::new(&services.catalog);
    let types = Types::parse(&sdl());
    let mut inner = builder().data(services).data(loaders);
    if describes == Introspection::Closed {
        inner = inner.disable_introspection().disable_suggestions();
    }
    if tracing::span_enabled!(tracing::Level::DEBUG) {
        inner = inner.extension(Traced);
    }
    Schema {
        inner: inner.finish(),
        costs: Arc::new(Costs::new(&types)),
        types: Arc::new(types),
    }
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
