//! The mutations `mergeCollections` and `deleteCollection`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::delete_genre::from_titles;
use super::errors::split;
use super::titles::mode;
use crate::domain::editing::{CollectionDeletion, CollectionMerging};
use crate::domain::ids::CollectionId;
use crate::domain::membership::AccessItem;
use crate::domain::viewer::Role;
use crate::graphql::catalog::Collection;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Merging and deleting collections.
#[derive(Default)]
pub(crate) struct CollectionMutation;

/// Merging and deleting collections.
#[Object]
impl CollectionMutation {
    /// Merges a collection of at most 2,000 films into another: its films are of that one then, each with the number of its
    /// part, and whoever names it, by its id, its slug or in a file that is loaded, means the other. That gets its pictures
    /// if it has none. To take it back, give its `run` to `revertRevisions`, with `whole`. For curators; an API key needs the
    /// scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn merge_collections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which collection goes, and which stays.")] input: MergeCollectionsInput,
    ) -> Result<MergeCollectionsPayload> {
        let viewer = ctx.known_viewer()?;
        let merging = CollectionMerging {
            from: collection_id(&input.collection),
            into: collection_id(&input.into),
            base: input.base_revision,
            mode: mode(input.dry_run),
        };
        let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
        let merged = editing
            .merge_collections(&visibility, &viewer, &merging)
            .await;
        let (merged, user_errors) = split(merged, &["collection"])?;
        let Some(merged) = merged else {
            return Ok(MergeCollectionsPayload {
                user_errors,
                ..MergeCollectionsPayload::default()
            });
        };
        let mut warnings = warnings(&merged.noticed);
        warnings.extend(rules_ended(ctx, merging.from, merging.into).await?);
        Ok(MergeCollectionsPayload {
            collection: Some(Collection(merged.into)),
            changes: EditedField::list(&merged.differences),
            warnings,
            changed_titles: merged.titles as u64,
            run: merged.run.map(|run| run.to_string()),
            user_errors,
        })
    }

    /// Deletes a collection: nobody finds it then, and no file that is loaded brings it back, which says so. To take it back,
    /// give its `run` to `revertRevisions`, with `whole`. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn delete_collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collection that is to go.")] input: DeleteCollectionInput,
    ) -> Result<DeleteCollectionPayload> {
        let viewer = ctx.known_viewer()?;
        let deletion = CollectionDeletion {
            id: collection_id(&input.collection),
            base: input.base_revision,
            from_titles: from_titles(input.from_titles),
            mode: mode(input.dry_run),
        };
        let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
        let deleted = editing
            .delete_collection(&visibility, &viewer, &deletion)
            .await;
        let (deleted, user_errors) = split(deleted, &["collection"])?;
        let Some(deleted) = deleted else {
            return Ok(DeleteCollectionPayload {
                user_errors,
                ..DeleteCollectionPayload::default()
            });
        };
        let warnings = rules_ended(ctx, deletion.id, None).await?;
        Ok(DeleteCollectionPayload {
            collection: Some(Collection(deleted.node)),
            changes: EditedField::list(&deleted.differences),
            warnings,
            changed_titles: deleted.titles as u64,
            run: deleted.run.map(|run| run.to_string()),
            user_errors,
        })
    }
}

/// What is to be told of a rule of access that went with its collection.
async fn rules_ended(
    ctx: &Context<'_>,
    gone: Option<CollectionId>,
    into: Option<CollectionId>,
) -> Result<Vec<String>> {
    let gone: Vec<AccessItem> = gone.into_iter().map(AccessItem::Collection).collect();
    let into = into.map(AccessItem::Collection);
    let membership = &ctx.services().membership;
    let ended = membership.rules_ending(&gone, into).await?;
    let said = ended.iter().map(|rule| {
        let needs = &rule.needs;
        format!("`access` of its films was {needs}, by the rule of the collection that goes, which holds no more")
    });
    Ok(said.collect())
}

/// Which collections are one.
#[derive(InputObject)]
struct MergeCollectionsInput {
    /// The global id of the collection that is to go.
    collection: ID,
    /// The global id of the collection that stays.
    into: ID,
    /// The `revision` of `collection` that the curator has seen: `STALE_REVISION` if it was changed since. Left out:
    /// whatever became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// The collection that is to go.
#[derive(InputObject)]
struct DeleteCollectionInput {
    /// The global id of the collection.
    collection: ID,
    /// Whether its films are of no collection then, 2,000 at the most. Else it is deleted if it has none (`CONFLICT`).
    #[graphql(default = false)]
    from_titles: bool,
    /// The `revision` of the collection that the curator has seen: `STALE_REVISION` if it was changed since. Left out: it
    /// goes whatever became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// The collection that a global id is of.
fn collection_id(id: &ID) -> Option<CollectionId> {
    match GlobalId::decode(id)? {
        GlobalId::Collection(id) => Some(id),
        _ => None,
    }
}

/// What merging collections led to.
#[derive(Default, SimpleObject)]
pub(crate) struct MergeCollectionsPayload {
    /// The collection that stays, as it is now; in a dry run as it was. Null if it was refused.
    collection: Option<Collection>,
    /// What of that collection is other than before, or would be; its films are not among it.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences: films that come under a number which one of the
    /// collection has, and a rule of access that holds for no film any more.
    warnings: Vec<String>,
    /// How many films are of that collection now, or would be, that were not before.
    changed_titles: u64,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `collection` or `into` that is none, or was merged into another, a `baseRevision` that
    /// is stale.
    pub(crate) user_errors: Vec<UserError>,
}

/// What deleting a collection led to.
#[derive(Default, SimpleObject)]
pub(crate) struct DeleteCollectionPayload {
    /// The collection as it was; null if it was refused. Nobody can ask for it any more.
    collection: Option<Collection>,
    /// What of it is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences: a rule of access that holds for no film any more.
    warnings: Vec<String>,
    /// How many films lost it, or would.
    changed_titles: u64,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `collection` that is not there, `fromTitles` that is false while films are of it, a
    /// `baseRevision` that is stale.
    pub(crate) user_errors: Vec<UserError>,
}
