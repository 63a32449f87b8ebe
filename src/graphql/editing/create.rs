//! The mutation `createTitle`: a title that no file has.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::errors::split;
use super::parts::TitlePatch;
use super::titles::{locking, mode};
use crate::domain::editing::{Patch, TitleCreation};
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Title, TitleKind};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Adding titles by hand.
#[derive(Default)]
pub(crate) struct CreateTitleMutation;

/// Adding titles by hand.
#[Object]
impl CreateTitleMutation {
    /// Adds a film or a series. What is said of it is checked as a record of a file that is loaded. For curators; an API
    /// key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn create_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the title is.")] input: CreateTitleInput,
    ) -> Result<CreateTitlePayload> {
        let viewer = ctx.known_viewer()?;
        let set = match input.set.read(ctx).await? {
            Ok(set) => set,
            Err(error) => return Ok(CreateTitlePayload::refused(vec![error.within(&["set"])])),
        };
        let creation = TitleCreation {
            kind: input.kind.into(),
            slug: input.slug,
            patch: Patch {
                set,
                ..Patch::default()
            },
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
            key: input.idempotency_key,
        };
        let created = ctx
            .services()
            .editing
            .create_title(&viewer, &creation)
            .await;
        let (created, user_errors) = split(created, &["set"])?;
        let Some(created) = created else {
            return Ok(CreateTitlePayload::refused(user_errors));
        };
        let slug = created.node.slug.clone();
        Ok(CreateTitlePayload {
            title: (!input.dry_run).then(|| Title::one(created.node)),
            slug: Some(slug),
            changes: EditedField::list(&created.differences),
            warnings: warnings(&created.noticed),
            run: created.run.map(|run| run.to_string()),
            user_errors,
        })
    }
}

/// A title that is to be added.
#[derive(InputObject)]
struct CreateTitleInput {
    /// Whether it is a film or a series; it stays so.
    kind: TitleKind,
    /// The key in addresses, of lower-case letters, digits and hyphens; `TAKEN` if another title has it. Left out: one is
    /// made of name and year.
    slug: Option<String>,
    /// What is known of it; a `name` at least.
    set: TitlePatch,
    /// Whether the fields that are given are locked, so that no load changes them; otherwise loads may.
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be added.
    #[graphql(default = false)]
    dry_run: bool,
    /// A text of 1 to 64 characters of the client's own, a UUID say. For a day, the same input with the same key makes nothing
    /// more: the answer is what was made, with a warning. `CONFLICT` if the input is another. Of a dry run nothing is kept.
    idempotency_key: Option<String>,
}

/// What adding a title led to.
#[derive(SimpleObject)]
pub(crate) struct CreateTitlePayload {
    /// The title; null if it was refused, and after a dry run.
    title: Option<Title>,
    /// The key that it has, or would have; null if it was refused.
    slug: Option<String>,
    /// What is known of it, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `slug` that is taken, something of `set`, an
    /// `idempotencyKey` that was given with another input.
    pub(crate) user_errors: Vec<UserError>,
}

impl CreateTitlePayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            title: None,
            slug: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            run: None,
            user_errors,
        }
    }
}
