//! Where the values of something are from, as curators see it.

use async_graphql::{Context, Enum, ID, Object};

use super::revision::RevisionAuthor;
use crate::domain::catalog::{self, CatalogNode};
use crate::domain::revising::ToldSource;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::scalars::DateTime;

/// By what a value of the catalogue was said.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::ValueSource")]
pub(super) enum ValueSource {
    /// A curator, by an edit.
    Curator,
    /// A sidecar or a picture beside the files of a library, which a scan has read.
    Sidecar,
    /// A file of records that was loaded.
    Record,
    /// The name of a file of a library, which a scan made a title or an episode of.
    Guess,
}

/// Where the value of one field is from.
pub(crate) struct FieldSource(ToldSource);

/// Where the value of one field is from: what said it, when, in which run, and who that was.
#[Object]
impl FieldSource {
    /// The name of the field in files that are loaded: `title`, `cast`, `runtime_minutes`.
    async fn field(&self) -> &str {
        &self.0.field
    }

    /// By what the value was said that the field has now. What was taken back gives the former source back.
    async fn source(&self) -> ValueSource {
        self.0.from.source.into()
    }

    /// When the value was said, by the clock of the site.
    async fn at(&self) -> DateTime {
        self.0.from.at.into()
    }

    /// In which run it was said, as a UUID: `revisions` lists what else was, `revertRevisions` takes it back.
    async fn run(&self) -> String {
        self.0.from.run.to_string()
    }

    /// What sort of author said it; null if the revision is not kept any more, or is not among the latest hundred of the
    /// thing.
    async fn author(&self) -> Option<RevisionAuthor> {
        self.0.author.map(Into::into)
    }

    /// The global id of the account that said it, also by one of its keys; null if none did, it is erased, or `author` is
    /// null.
    async fn author_id(&self) -> Option<ID> {
        let user = self.0.author?.user()?;
        Some(GlobalId::User(user).encode())
    }

    /// What the account that said it, also by one of its keys, calls its first profile; null if none did, it is erased, or
    /// `author` is null.
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(user) = self.0.author.and_then(catalog::Author::user) else {
            return Ok(None);
        };
        let name = ctx.personal().names.find(user).await?;
        Ok(name.map(|name| name.to_string()))
    }
}

/// Where the values of something are from that is at a revision, by field.
pub(crate) async fn value_sources_of(
    ctx: &Context<'_>,
    node: CatalogNode,
    revision: u64,
) -> Result<Option<Vec<FieldSource>>> {
    let revising = &ctx.services().revising;
    let told = revising.value_sources(node, revision).await?;
    Ok(Some(told.into_iter().map(FieldSource).collect()))
}
