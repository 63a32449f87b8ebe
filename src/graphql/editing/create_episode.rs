//! The mutation `createEpisode`: an episode that no file has.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::errors::split;
use super::single::EpisodePatch;
use super::titles::{locking, mode};
use crate::domain::editing::{EpisodeCreation, Patch};
use crate::domain::viewer::Role;
use crate::graphql::catalog::Episode;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Adding episodes by hand.
#[derive(Default)]
pub(crate) struct CreateEpisodeMutation;

/// Adding episodes by hand.
#[Object]
impl CreateEpisodeMutation {
    /// Adds an episode to a series. What is said of it is checked as a record of a file that is loaded. For curators; an
    /// API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn create_episode(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where the episode is, and what it is.")] input: CreateEpisodeInput,
    ) -> Result<CreateEpisodePayload> {
        let viewer = ctx.known_viewer()?;
        let set = match input.set.read(ctx).await? {
            Ok(set) => set,
            Err(error) => return Ok(CreateEpisodePayload::refused(vec![error.within(&["set"])])),
        };
        let creation = EpisodeCreation {
            series: match GlobalId::decode(&input.series) {
                Some(GlobalId::Series(id)) => Some(id),
                _ => None,
            },
            place: (input.season, input.number),
            patch: Patch {
                set,
                ..Patch::default()
            },
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
            key: input.idempotency_key,
        };
        let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
        let created = editing
            .create_episode(&visibility, &viewer, &creation)
            .await;
        let (created, user_errors) = split(created, &["series"])?;
        Ok(match created {
            None => CreateEpisodePayload::refused(user_errors),
            Some(created) => CreateEpisodePayload {
                changes: EditedField::list(&created.differences),
                warnings: warnings(&created.noticed),
                run: created.run.map(|run| run.to_string()),
                episode: (!input.dry_run).then_some(Episode(created.node)),
                user_errors,
            },
        })
    }
}

/// An episode that is to be added.
#[derive(InputObject)]
struct CreateEpisodeInput {
    /// The global id of the series.
    series: ID,
    /// The season, 0 to 9,999; 0 holds the specials.
    season: u32,
    /// The number in the season, 0 to 9,999; `TAKEN` if there is such an episode.
    number: u32,
    /// What is known of it; `{}` if nothing is.
    set: EpisodePatch,
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

/// What adding an episode led to.
#[derive(SimpleObject)]
pub(crate) struct CreateEpisodePayload {
    /// The episode; null if it was refused, and after a dry run.
    episode: Option<Episode>,
    /// What is known of it beside its place, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `series` that is not there, a `number` that is taken, something of `set`,
    /// an `idempotencyKey` that was given with another input.
    pub(crate) user_errors: Vec<UserError>,
}

impl CreateEpisodePayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            episode: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            run: None,
            user_errors,
        }
    }
}
