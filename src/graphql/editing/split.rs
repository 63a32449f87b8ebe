//! The mutation `splitTitle`: what was taken for one title, and is two.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::errors::user_error;
use super::parts::TitlePatch;
use super::titles::{locking, mode, title_id};
use crate::domain::catalog;
use crate::domain::editing::{EditError, NamedTitle, Patch, TitleCreation};
use crate::domain::ids::{EpisodeId, MediaFileId, PersonId};
use crate::domain::library::PartingError;
use crate::domain::merging::{MergeError, Parted, Parting};
use crate::domain::viewer::Role;
use crate::graphql::catalog::{ExternalIdInput, Title};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Parting titles by hand.
#[derive(Default)]
pub(crate) struct SplitTitleMutation;

/// Parting titles by hand.
#[Object]
impl SplitTitleMutation {
    /// Makes a new title of what is named of another of its kind: its credits and its ids elsewhere go there, and of a series
    /// seasons and episodes, under the ids that they have, with all that profiles watched of them. What was watched of a film
    /// stays with it, and so do thumbs and lists. Files that are named are of the new one; those of episodes go with them.
    /// `undoMerge` takes it back: the new title leads to the other from then on. For curators; an API key needs the scope
    /// `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn split_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What goes to the new title, and what that is.")] input: SplitTitleInput,
    ) -> Result<SplitTitlePayload> {
        let viewer = ctx.known_viewer()?;
        let mode = mode(input.dry_run);
        let set = match input.new.set.read(ctx).await? {
            Ok(set) => set,
            Err(error) => {
                let error = error.within(&["as", "set"]);
                return Ok(SplitTitlePayload::refused(vec![error]));
            }
        };
        let ids = input.external_ids.into_iter();
        let parting = Parting {
            title: NamedTitle {
                id: title_id(&input.id),
                base: input.base_revision,
            },
            creation: TitleCreation {
                // It becomes that of the other title.
                kind: catalog::TitleKind::Film,
                slug: input.new.slug,
                patch: Patch {
                    set,
                    ..Patch::default()
                },
                mode,
                locking: locking(ctx, input.new.lock),
                key: None,
            },
            seasons: input.seasons,
            episodes: input.episodes.iter().map(episode_id).collect(),
            people: input.people.iter().map(person_id).collect(),
            external_ids: ids.map(Into::into).collect(),
        };
        let files: Vec<Option<MediaFileId>> = input.files.iter().map(file_id).collect();
        let (visibility, services) = (ctx.visibility(), ctx.services());
        let whose = (&visibility, &viewer);
        let what = (&parting, files.as_slice());
        let parted = services
            .library
            .part_title(&services.merging, whose, what, mode);
        match parted.await {
            Ok(parted) => Ok(SplitTitlePayload::of(parted)),
            Err(PartingError::Merging(MergeError::Editing(EditError::Refused(refused)))) => {
                let errors = refused.iter();
                let errors = errors.map(|it| user_error(it, &["set"]).within(&["as"]));
                Ok(SplitTitlePayload::refused(errors.collect()))
            }
            Err(error) => {
                let error = UserError::from_error(error)?;
                Ok(SplitTitlePayload::refused(vec![error]))
            }
        }
    }
}

/// What is of another title.
#[derive(InputObject)]
struct SplitTitleInput {
    /// The global id of the film or series that was taken for two.
    id: ID,
    /// What the new title is; it is of the same kind.
    #[graphql(name = "as")]
    new: SplitAsInput,
    /// The numbers of the seasons that are of the new series, with their pictures.
    #[graphql(default)]
    seasons: Vec<u32>,
    /// The global ids of the episodes that are of the new series, besides those of `seasons`; at most 2,000 move in all.
    #[graphql(default)]
    episodes: Vec<ID>,
    /// The global ids of the people whose credits are of the new title, in every role.
    #[graphql(default)]
    people: Vec<ID>,
    /// The ids elsewhere that are of the new title.
    #[graphql(default)]
    external_ids: Vec<ExternalIdInput>,
    /// The global ids of the files that are of the new title, at most 100; no scan decides otherwise.
    #[graphql(default)]
    files: Vec<ID>,
    /// The `revision` of the title that the curator has seen: `STALE_REVISION` if it was changed since. Left out: whatever
    /// became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// A title that is made of what goes from another.
#[derive(InputObject)]
struct SplitAsInput {
    /// The key in addresses, of lower-case letters, digits and hyphens; `TAKEN` if another title has it. Left out: one is
    /// made of name and year.
    slug: Option<String>,
    /// What is known of it; a `name` at least.
    set: TitlePatch,
    /// Whether the fields that are given are locked, so that no load changes them.
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
}

/// What parting a title in two led to.
#[derive(Default, SimpleObject)]
pub(crate) struct SplitTitlePayload {
    /// The title that there was, as it is now; in a dry run as it was. Null if it was refused.
    title: Option<Title>,
    /// The new title; null if it was refused, and after a dry run.
    new_title: Option<Title>,
    /// The key that the new title has, or would have; null if it was refused.
    slug: Option<String>,
    /// What of the title that there was is other than before, or would be; episodes are not among it.
    changes: Vec<EditedField>,
    /// What was said of the new title; what went there is not among it.
    new_changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// How many episodes moved to the new series, or would; 0 of films.
    moved_episodes: u64,
    /// What the changes have in common, as a UUID: `revisions` lists them, `undoMerge` takes them back. Null if nothing was
    /// written.
    run: Option<String>,
    /// What a person can put right: an `id` that is not there or was changed since, something of `as`, files that are not
    /// there, and seasons, episodes, people and external ids that the title does not have.
    pub(crate) user_errors: Vec<UserError>,
}

impl SplitTitlePayload {
    fn of(parted: Parted) -> Self {
        let slug = parted.new.slug.clone();
        Self {
            title: Some(Title::one(parted.title)),
            new_title: parted.run.map(|_| Title::one(parted.new)),
            slug: Some(slug),
            changes: EditedField::list(&parted.differences),
            new_changes: EditedField::list(&parted.new_differences),
            warnings: warnings(&parted.noticed),
            moved_episodes: parted.moved_episodes as u64,
            run: parted.run.map(|run| run.to_string()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

fn episode_id(id: &ID) -> Option<EpisodeId> {
    match GlobalId::decode(id)? {
        GlobalId::Episode(id) => Some(id),
        _ => None,
    }
}

fn file_id(id: &ID) -> Option<MediaFileId> {
    match GlobalId::decode(id)? {
        GlobalId::MediaFile(id) => Some(id),
        _ => None,
    }
}

fn person_id(id: &ID) -> Option<PersonId> {
    match GlobalId::decode(id)? {
        GlobalId::Person(id) => Some(id),
        _ => None,
    }
}
