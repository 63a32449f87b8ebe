//! The mutations `deleteEpisode` and `deletePerson`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::EditedField;
use super::delete_genre::from_titles;
use super::errors::split;
use super::titles::mode;
use crate::domain::editing::{EpisodeDeletion, PersonDeletion};
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Episode, Person};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Deleting episodes and people.
#[derive(Default)]
pub(crate) struct DeleteSingleMutation;

/// Deleting episodes and people.
#[Object]
impl DeleteSingleMutation {
    /// Takes an episode away: it is of no series any more, nobody finds it, and a file that is loaded is refused it. What was
    /// watched of it, and its files, are there again with it when it is taken back, by its `run` and `revertRevisions`. For
    /// curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn delete_episode(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The episode that is to go.")] input: DeleteEpisodeInput,
    ) -> Result<DeleteEpisodePayload> {
        let viewer = ctx.known_viewer()?;
        let deletion = EpisodeDeletion {
            id: match GlobalId::decode(&input.episode) {
                Some(GlobalId::Episode(id)) => Some(id),
                _ => None,
            },
            base: input.base_revision,
            mode: mode(input.dry_run),
        };
        let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
        let deleted = editing
            .delete_episode(&visibility, &viewer, &deletion)
            .await;
        let (deleted, user_errors) = split(deleted, &["episode"])?;
        let Some(deleted) = deleted else {
            return Ok(DeleteEpisodePayload {
                user_errors,
                ..DeleteEpisodePayload::default()
            });
        };
        Ok(DeleteEpisodePayload {
            episode: Some(Episode(deleted.node)),
            changes: EditedField::list(&deleted.differences),
            run: deleted.run.map(|run| run.to_string()),
            user_errors,
        })
    }

    /// Deletes a person: nobody finds them then, and no file that is loaded brings them back, which says so. To take it back,
    /// give its `run` to `revertRevisions`, with `whole`. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn delete_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person who is to go.")] input: DeletePersonInput,
    ) -> Result<DeletePersonPayload> {
        let viewer = ctx.known_viewer()?;
        let deletion = PersonDeletion {
            id: match GlobalId::decode(&input.person) {
                Some(GlobalId::Person(id)) => Some(id),
                _ => None,
            },
            base: input.base_revision,
            from_titles: from_titles(input.from_titles),
            mode: mode(input.dry_run),
        };
        let editing = &ctx.services().editing;
        let deleted = editing.delete_person(&viewer, &deletion).await;
        let (deleted, user_errors) = split(deleted, &["person"])?;
        let Some(deleted) = deleted else {
            return Ok(DeletePersonPayload {
                user_errors,
                ..DeletePersonPayload::default()
            });
        };
        Ok(DeletePersonPayload {
            person: Some(Person(deleted.node)),
            changes: EditedField::list(&deleted.differences),
            changed_titles: deleted.titles as u64,
            changed_episodes: deleted.episodes as u64,
            run: deleted.run.map(|run| run.to_string()),
            user_errors,
        })
    }
}

/// The episode that is to go.
#[derive(InputObject)]
struct DeleteEpisodeInput {
    /// The global id of the episode.
    episode: ID,
    /// The `revision` of the episode that the curator has seen: `STALE_REVISION` if it was changed since. Left out: it goes
    /// whatever became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// The person who is to go.
#[derive(InputObject)]
struct DeletePersonInput {
    /// The global id of the person.
    person: ID,
    /// Whether films, series and episodes that credit them do no more, 2,000 at the most, locked credits, too. Else they are
    /// deleted if nothing credits them (`CONFLICT`).
    #[graphql(default = false)]
    from_titles: bool,
    /// The `revision` of the person that the curator has seen: `STALE_REVISION` if it was changed since. Left out: they go
    /// whatever was changed.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// What deleting an episode led to.
#[derive(Default, SimpleObject)]
pub(crate) struct DeleteEpisodePayload {
    /// The episode as it was; null if it was refused. Nobody can ask for it any more.
    episode: Option<Episode>,
    /// What of it is other than before, or would be: `deleted_from`, with the name of its series.
    changes: Vec<EditedField>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: an `episode` that is not there, a `baseRevision` that is stale.
    pub(crate) user_errors: Vec<UserError>,
}

/// What deleting a person led to.
#[derive(Default, SimpleObject)]
pub(crate) struct DeletePersonPayload {
    /// The person as they were; null if it was refused. Nobody can ask for them any more.
    person: Option<Person>,
    /// What of them is other than before, or would be; the credits of titles are not among it.
    changes: Vec<EditedField>,
    /// How many films and series credit them no more, or would.
    changed_titles: u64,
    /// How many episodes credit them no more, or would.
    changed_episodes: u64,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `person` who is not there, `fromTitles` that is false while something credits them, a
    /// `baseRevision` that is stale.
    pub(crate) user_errors: Vec<UserError>,
}
