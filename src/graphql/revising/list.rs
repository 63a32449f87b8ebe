//! Lists of revisions, and which fields are locked.

use async_graphql::{Context, ID, InputObject, Object};
use uuid::Uuid;

use super::precedence::{SourceOrder, orders};
use super::revision::{RevisionEdge, RevisionSource};
use crate::domain::catalog::{CatalogNode, Locks, is_revised_field};
use crate::domain::error::ErrorCode;
use crate::domain::ids::RunId;
use crate::domain::revising::{self, place_of};
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::editing::in_files;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static REVISIONS: Order = Order::by_number("revisions");

/// A page of revisions.
pub(crate) type RevisionConnection = Connection<RevisionEdge>;

/// What was changed of the whole catalogue.
#[derive(Default)]
pub(crate) struct RevisionQuery;

/// What was changed of the whole catalogue.
#[Object]
impl RevisionQuery {
    /// The changes of the catalogue, the latest first: by loads, by edits, and by taking changes back. For curators; an
    /// API key needs the scope `CURATE`. Page by page in either direction: `first` and `after`, or `last` and `before`;
    /// a page has 20 rows if neither says how many.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those to which all of this applies; all if left out.")]
        filter: Option<RevisionFilter>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<RevisionConnection>> {
        let filter = filter.map(RevisionFilter::into_domain).transpose()?;
        let page = PageArgs::both(first, after, last, before);
        list(ctx, &filter.unwrap_or_default(), page).await.map(Some)
    }

    /// Which sources of values go before which: first the order of all fields that have none of their own, then those of single
    /// fields, by name. A load leaves what is from a source that goes before its own. For curators; an API key needs the
    /// scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn source_precedence(&self, ctx: &Context<'_>) -> Result<Option<Vec<SourceOrder>>> {
        orders(ctx).await
    }
}

/// Which changes of the catalogue are meant: those to which all of it applies.
#[derive(InputObject)]
struct RevisionFilter {
    /// Only those of this film, series, episode, person, genre or collection, by its global id.
    node: Option<ID>,
    /// Only those that this account made, also by its keys, by its global id.
    who: Option<ID>,
    /// Only those that were made by this.
    source: Option<RevisionSource>,
    /// Only those of this field, by its name in files that are loaded (`title`, `runtime_minutes`) or as the inputs of edits
    /// call it (`duration`; but a title's `name` is `title`); `INVALID` if there is none.
    field: Option<String>,
    /// Only those of one load, bulk edit or taking back, as `run` of a revision says.
    run: Option<String>,
}

impl RevisionFilter {
    fn into_domain(self) -> Result<revising::RevisionFilter> {
        let node = self.node.map(|id| {
            let node = catalog_node(&id);
            node.ok_or_else(|| ApiError::not_found("node"))
        });
        let author = self.who.map(|id| match GlobalId::decode(&id) {
            Some(GlobalId::User(user)) => Ok(user),
            _ => Err(ApiError::not_found("who")),
        });
        let field = self.field.map(|field| in_files(&field).into_owned());
        if let Some(field) = &field
            && !is_revised_field(field)
        {
            let message = "there is no such field in files that are loaded";
            return Err(ApiError::argument(ErrorCode::Invalid, "field", message));
        }
        let run = self.run.map(|run| {
            let run = run_id(&run);
            run.ok_or_else(|| {
                ApiError::argument(ErrorCode::Invalid, "run", "`run` is not a UUID of a run")
            })
        });
        Ok(revising::RevisionFilter {
            node: node.transpose()?,
            author: author.transpose()?,
            source: self.source.map(Into::into),
            field,
            run: run.transpose()?,
        })
    }
}

/// What a global id names of the catalogue, if it has revisions.
pub(super) fn catalog_node(id: &ID) -> Option<CatalogNode> {
    Some(match GlobalId::decode(id)? {
        GlobalId::Film(id) | GlobalId::Series(id) => CatalogNode::Title(id),
        GlobalId::Episode(id) => CatalogNode::Episode(id),
        GlobalId::Person(id) => CatalogNode::Person(id),
        GlobalId::Genre(id) => CatalogNode::Genre(id),
        GlobalId::Collection(id) => CatalogNode::Collection(id),
        _ => return None,
    })
}

/// The run that a text names.
pub(super) fn run_id(text: &str) -> Option<RunId> {
    Uuid::try_parse(text).ok().map(RunId)
}

/// A page of the revisions of one thing.
pub(crate) async fn revisions_of(
    ctx: &Context<'_>,
    node: CatalogNode,
    page: PageArgs,
) -> Result<Option<RevisionConnection>> {
    let filter = revising::RevisionFilter {
        node: Some(node),
        ..revising::RevisionFilter::default()
    };
    list(ctx, &filter, page).await.map(Some)
}

async fn list(
    ctx: &Context<'_>,
    filter: &revising::RevisionFilter,
    page: PageArgs,
) -> Result<RevisionConnection> {
    let window = page.window(&REVISIONS, 20)?;
    let slice = ctx.services().revising.revisions(filter, &window).await?;
    let edges = slice.map(|told| {
        let cursor = REVISIONS.cursor(place_of(told.revision.id));
        RevisionEdge::new(cursor, told)
    });
    Ok(Connection::new(edges, &window, Total::Uncounted))
}

/// The locked fields, for whoever may know of them.
pub(crate) fn locked_fields(ctx: &Context<'_>, locks: &Locks) -> Option<Vec<String>> {
    is_curator(ctx).then(|| locks.iter().map(str::to_owned).collect())
}

/// Whether whoever asks may see what is for curators.
pub(crate) fn is_curator(ctx: &Context<'_>) -> bool {
    let viewer = ctx.viewer();
    let known = viewer.known();
    known.is_some_and(|viewer| viewer.role >= Role::Curator)
}
