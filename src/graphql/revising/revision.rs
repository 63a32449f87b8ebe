//! A revision, as curators see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use serde_json::Value;

use crate::domain::catalog::{self, Author, CatalogNode, TitleKind};
use crate::domain::ids::RevisionId;
use crate::domain::revising::{ToldChange, ToldRevision};
use crate::domain::viewer::{Role, Viewer};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::node::{self, Node};
use crate::graphql::page::Edge;
use crate::graphql::scalars::DateTime;

/// What became of what was changed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::RevisionKind")]
enum RevisionKind {
    /// It was not there before; `changes` is empty.
    Created,
    /// Some of its fields are others than before.
    Changed,
    /// It was merged into another title or person that stands for it since; `undoMerge` with its `run` takes it back.
    Merged,
}

/// By what the catalogue was changed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::RevisionSource")]
pub(super) enum RevisionSource {
    /// A file of records that was loaded.
    Load,
    /// An edit or a lock, by a curator.
    Edit,
    /// Other revisions that were taken back.
    Revert,
    /// Sidecars and pictures beside the files of a library, or the names of these files.
    Scan,
    /// Titles or people that were merged, or taken apart again by `undoMerge`.
    Merge,
}

/// Who changed the catalogue.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RevisionAuthor {
    /// Whoever runs commands on the site's machine.
    Command,
    /// Somebody who was logged in; `authorId` says who.
    User,
    /// An API key; `authorId` says of whose account.
    ApiKey,
    /// Somebody whose account was erased since.
    Erased,
}

impl From<Author> for RevisionAuthor {
    fn from(author: Author) -> Self {
        match author {
            Author::Command => Self::Command,
            Author::User(_) => Self::User,
            Author::ApiKey { .. } => Self::ApiKey,
            Author::Erased => Self::Erased,
        }
    }
}

/// A revision that was read, as the schema shows it.
#[derive(Clone)]
pub(crate) struct Revision(pub(super) Arc<ToldRevision>);

/// One change of a film, a series, an episode, a person, a genre or a collection: who made it, when, and what was before
/// and after. What was written before the site kept revisions has none.
#[Object]
impl Revision {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Revision(self.0.revision.id).encode()
    }

    /// The global id of what was changed, which `node` takes; null for a title that is not there any more.
    async fn node_id(&self) -> Option<ID> {
        self.node_global_id().map(GlobalId::encode)
    }

    /// What was changed, as it is now; null if it is not there any more, or if the viewer may not see it.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        match self.node_global_id() {
            Some(id) => node::find(ctx, id).await,
            None => Ok(None),
        }
    }

    /// What the thing that was changed is called now; an episode without a name as "S2 E5". Null if it is not there any
    /// more.
    async fn node_name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// What the thing was called once this change was made; an episode without a name as "S2 E5". Null if that is not kept,
    /// and it is not there any more.
    async fn node_name_then(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let told = &self.0;
        if !told.is_named_later() {
            return Ok(told.name_then(None));
        }
        let key = (told.revision.node, told.revision.number);
        let next = ctx.loaders().next_names.find(key).await?;
        Ok(told.name_then(next.as_ref()))
    }

    /// The `revision` of the thing that this change made, from 1.
    async fn number(&self) -> u64 {
        self.0.revision.number
    }

    /// Whether the thing was created, changed or merged into another.
    async fn kind(&self) -> RevisionKind {
        self.0.revision.kind.into()
    }

    /// When it was changed, by the clock of the site.
    async fn at(&self) -> DateTime {
        self.0.revision.at.into()
    }

    /// What sort of author made the change.
    async fn author(&self) -> RevisionAuthor {
        self.0.revision.author.into()
    }

    /// The global id of the account that made the change, also by one of its keys; null if none did, or it is erased.
    async fn author_id(&self) -> Option<ID> {
        let user = self.0.revision.author.user()?;
        Some(GlobalId::User(user).encode())
    }

    /// What the account that made the change, also by one of its keys, calls its first profile; null if none did, or it is
    /// erased.
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(user) = self.0.revision.author.user() else {
            return Ok(None);
        };
        let name = ctx.personal().names.find(user).await?;
        Ok(name.map(|name| name.to_string()))
    }

    /// By what it was changed: a load, a scan, an edit, a merge, or by taking other changes back.
    async fn source(&self) -> RevisionSource {
        self.0.revision.source.into()
    }

    /// What all revisions of one load, one bulk edit or one taking back have in common, as a UUID: `revisions` lists them,
    /// `revertRevisions` takes them back, and those of a merge `undoMerge`.
    async fn run(&self) -> String {
        self.0.revision.run.to_string()
    }

    /// The fields that are others than before, by their names in files that are loaded, each once.
    async fn changes(&self) -> Vec<RevisionChange> {
        self.0.changes.iter().map(RevisionChange::of).collect()
    }
}

impl Revision {
    /// The global id of what was changed; `None` for a title that is not there any more.
    fn node_global_id(&self) -> Option<GlobalId> {
        let told = &self.0;
        Some(match (told.revision.node, told.kind) {
            (CatalogNode::Title(id), Some(TitleKind::Film)) => GlobalId::Film(id),
            (CatalogNode::Title(id), Some(TitleKind::Series)) => GlobalId::Series(id),
            (CatalogNode::Title(_), None) => return None,
            (CatalogNode::Episode(id), _) => GlobalId::Episode(id),
            (CatalogNode::Person(id), _) => GlobalId::Person(id),
            (CatalogNode::Genre(id), _) => GlobalId::Genre(id),
            (CatalogNode::Collection(id), _) => GlobalId::Collection(id),
        })
    }

    /// The revision with this id, if the viewer is a curator.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        viewer: Viewer,
        id: RevisionId,
    ) -> Result<Option<Self>> {
        let known = viewer.known();
        if known.is_none_or(|viewer| viewer.role < Role::Curator) {
            return Ok(None);
        }
        let found = ctx.services().revising.find_revision(id).await?;
        Ok(found.map(|told| Self(Arc::new(told))))
    }
}

/// A field of the catalogue that is another than before.
#[derive(SimpleObject)]
pub(super) struct RevisionChange {
    /// The name of the field in files that are loaded: `title`, `cast`, `runtime_minutes`, `locks`.
    field: String,
    /// What it said before, as JSON in the words of such files; null if it said nothing.
    before: Option<String>,
    /// What it says after the change, as JSON in the words of such files; null if it says nothing.
    after: Option<String>,
}

impl RevisionChange {
    pub(super) fn of(change: &ToldChange) -> Self {
        Self {
            field: change.field.clone(),
            before: written(&change.before),
            after: written(&change.after),
        }
    }
}

/// A value in the words of files as JSON text; `None`: there is none.
pub(crate) fn written(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

/// A change of the catalogue, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct RevisionEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The change in this row.
    node: Revision,
}

impl RevisionEdge {
    pub(super) fn new(cursor: Cursor, told: ToldRevision) -> Self {
        Self {
            cursor,
            node: Revision(Arc::new(told)),
        }
    }
}

impl Edge for RevisionEdge {
    type Node = Revision;
    const CONNECTION: &'static str = "RevisionConnection";

    fn node(&self) -> &Revision {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}
