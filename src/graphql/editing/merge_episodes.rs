//! The mutation `mergeEpisodes`, which makes two episodes of a series one.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::titles::mode;
use crate::domain::ids::EpisodeId;
use crate::domain::merging::MergingEpisodes;
use crate::domain::viewer::Role;
use crate::graphql::catalog::Episode;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct MergeEpisodesMutation;

#[Object]
impl MergeEpisodesMutation {
    /// Merges an episode into another of its series: that one stands for it from then on, also for whoever asks by its id,
    /// and its files are of that one. It keeps what it has, gets what it lacks, and its locked fields stay. What profiles
    /// watched of the other moves to it within moments, on a great site within minutes. `undoMerge` takes all of it back. For
    /// curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn merge_episodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which episodes are one, and whether that is only to be shown.")]
        input: MergeEpisodesInput,
    ) -> Result<MergeEpisodesPayload> {
        let viewer = ctx.known_viewer()?;
        let merging = MergingEpisodes {
            from: episode_id(&input.episode),
            into: episode_id(&input.into),
            base: input.base_revision,
        };
        let (visibility, service) = (ctx.visibility(), &ctx.services().merging);
        let mode = mode(input.dry_run);
        let merged = service.merge_episode(&visibility, &viewer, &merging, mode);
        let (merged, user_errors) = UserError::split(merged.await)?;
        let Some(merged) = merged else {
            return Ok(MergeEpisodesPayload {
                user_errors,
                ..MergeEpisodesPayload::default()
            });
        };
        Ok(MergeEpisodesPayload {
            episode: Some(Episode(merged.into)),
            changes: EditedField::list(&merged.differences),
            warnings: warnings(&merged.noticed),
            episode_id: Some(GlobalId::Episode(merged.from).encode()),
            run: merged.run.map(|run| run.to_string()),
            user_errors,
        })
    }
}

/// Which episodes are one.
#[derive(InputObject)]
struct MergeEpisodesInput {
    /// The global id of the episode that is to go.
    episode: ID,
    /// The global id of the episode of the same series that stays.
    into: ID,
    /// The `revision` of `into` that the curator has seen: `STALE_REVISION` if it was changed since. Left out: whatever
    /// became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// The episode that a global id is of.
fn episode_id(id: &ID) -> Option<EpisodeId> {
    match GlobalId::decode(id)? {
        GlobalId::Episode(id) => Some(id),
        _ => None,
    }
}

/// What merging episodes led to.
#[derive(Default, SimpleObject)]
pub(crate) struct MergeEpisodesPayload {
    /// The episode that stands for the other, as it is now; in a dry run as it was. Null if it was refused.
    episode: Option<Episode>,
    /// What of that episode is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences: fields that stay because they are locked.
    warnings: Vec<String>,
    /// The global id of the episode that is gone, or would be; it still leads to `episode`. Null if it was refused.
    episode_id: Option<ID>,
    /// Which merge it was, as a UUID: `revisions` lists its changes, `undoMerge` takes it back. Null if nothing was written.
    run: Option<String>,
    /// What a person can put right: an `episode` or `into` that is not there, is of another series or was changed since.
    pub(crate) user_errors: Vec<UserError>,
}
