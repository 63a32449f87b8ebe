//! The mutations of genres and collections: other names, and a genre that becomes one with another, or goes.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::delete_genre::{self, DeleteGenreInput, DeleteGenrePayload};
use super::errors::{not_there, split};
use super::merge_genres::{self, MergeGenresInput, MergeGenresPayload};
use super::titles::mode;
use crate::domain::editing::Renaming;
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Collection, Genre};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Giving things other names.
#[derive(Default)]
pub(crate) struct NameMutation;

/// Giving things other names.
#[Object]
impl NameMutation {
    /// Gives a genre another name. Its key stays, and its titles; records of files that name it as before are still of it.
    /// For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn edit_genre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The genre, and its name.")] input: EditGenreInput,
    ) -> Result<EditGenrePayload> {
        let viewer = ctx.known_viewer()?;
        let Some(GlobalId::Genre(id)) = GlobalId::decode(&input.genre) else {
            return Ok(EditGenrePayload::refused(vec![not_there("genre")]));
        };
        let renaming = Renaming {
            name: input.name,
            base: input.base_revision,
            mode: mode(input.dry_run),
        };
        let editing = &ctx.services().editing;
        let renamed = editing.rename_genre(&viewer, id, &renaming).await;
        let (renamed, user_errors) = split(renamed, &["genre"])?;
        Ok(match renamed {
            None => EditGenrePayload::refused(user_errors),
            Some(renamed) => EditGenrePayload {
                genre: Some(Genre(renamed.node)),
                changes: EditedField::list(&renamed.differences),
                warnings: warnings(&renamed.noticed),
                run: renamed.run.map(|run| run.to_string()),
                user_errors,
            },
        })
    }

    /// Merges a genre of at most 2,000 titles into another: its titles are of that one then, and whoever names it, by its id,
    /// its slug or in a file that is loaded, means the other, profiles that mute it, too. It is in no list any more. To take
    /// it back, give its `run` to `revertRevisions`, with `whole`. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn merge_genres(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which genre goes, and which stays.")] input: MergeGenresInput,
    ) -> Result<MergeGenresPayload> {
        merge_genres::merge(ctx, &input).await
    }

    /// Deletes a genre: no list has it then, and no file that is loaded brings it back, which says so. To take it back, give
    /// its `run` to `revertRevisions`, with `whole`. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn delete_genre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The genre that is to go.")] input: DeleteGenreInput,
    ) -> Result<DeleteGenrePayload> {
        delete_genre::delete(ctx, &input).await
    }

    /// Gives a collection another name. Its key stays, and its films. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn edit_collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collection, and its name.")] input: EditCollectionInput,
    ) -> Result<EditCollectionPayload> {
        let viewer = ctx.known_viewer()?;
        let Some(GlobalId::Collection(id)) = GlobalId::decode(&input.collection) else {
            return Ok(EditCollectionPayload::refused(vec![not_there(
                "collection",
            )]));
        };
        let renaming = Renaming {
            name: input.name,
            base: input.base_revision,
            mode: mode(input.dry_run),
        };
        let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
        let renamed = editing
            .rename_collection(&visibility, &viewer, id, &renaming)
            .await;
        let (renamed, user_errors) = split(renamed, &["collection"])?;
        Ok(match renamed {
            None => EditCollectionPayload::refused(user_errors),
            Some(renamed) => EditCollectionPayload {
                collection: Some(Collection(renamed.node)),
                changes: EditedField::list(&renamed.differences),
                warnings: warnings(&renamed.noticed),
                run: renamed.run.map(|run| run.to_string()),
                user_errors,
            },
        })
    }
}

/// Another name for a genre.
#[derive(InputObject)]
struct EditGenreInput {
    /// The global id of the genre.
    genre: ID,
    /// The name, of at most 60 characters; a synonym becomes the word of the vocabulary. `TAKEN` if it stands for another
    /// genre.
    name: String,
    /// The `revision` of the genre that the curator has seen: `STALE_REVISION` if it was changed since. Left out: whatever
    /// became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

/// Another name for a collection.
#[derive(InputObject)]
struct EditCollectionInput {
    /// The global id of the collection.
    collection: ID,
    /// The name, of at most 500 characters; `TAKEN` if it stands for another collection.
    name: String,
    /// The `revision` of the collection that the curator has seen: `STALE_REVISION` if it was changed since. Left out: whatever
    /// became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

/// What renaming a genre led to.
#[derive(SimpleObject)]
pub(crate) struct EditGenrePayload {
    /// The genre as it is now; null if it was refused.
    genre: Option<Genre>,
    /// What is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `genre` that is not there, a `baseRevision` that is stale, a
    /// `name` that is none or is taken.
    pub(crate) user_errors: Vec<UserError>,
}

/// What renaming a collection led to.
#[derive(SimpleObject)]
pub(crate) struct EditCollectionPayload {
    /// The collection as it is now; null if it was refused.
    collection: Option<Collection>,
    /// What is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `collection` that is not there, a `baseRevision` that is stale, a
    /// `name` that is none or is taken.
    pub(crate) user_errors: Vec<UserError>,
}

impl EditGenrePayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            genre: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            run: None,
            user_errors,
        }
    }
}

impl EditCollectionPayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            collection: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            run: None,
            user_errors,
        }
    }
}
