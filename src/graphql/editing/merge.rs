//! The mutations `mergeTitles`, which makes films or series one, and `undoMerge`, which takes titles or people apart again.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use super::changes::{EditedField, warnings};
use super::merge_people::MergePeoplePayload;
use super::titles::{mode, title_id};
use crate::domain::editing::NamedTitle;
use crate::domain::ids::RunId;
use crate::domain::merging::{MergeError, Merged, Merging, Undone};
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Person, Title};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct MergeMutation;

#[Object]
impl MergeMutation {
    /// Merges up to 20 films into another, or a series into another: that one stands for them from then on, also for whoever
    /// asks by their ids, slugs and external ids, and reports of players that began before are its. It keeps what it has, gets
    /// what it lacks, and its locked fields stay. An episode becomes one with that at its place, else with the only one of its
    /// day, and moves to `into` if there is none. What profiles watched, rated and listed of the others moves to it within
    /// moments, on a great site within minutes. `undoMerge` takes all of it back. For curators; an API key needs the scope
    /// `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn merge_titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which titles are one, and whether that is only to be shown.")]
        input: MergeTitlesInput,
    ) -> Result<MergeTitlesPayload> {
        let viewer = ctx.known_viewer()?;
        let mode = mode(input.dry_run);
        let merged = match input.read() {
            Ok(merging) => {
                let (visibility, service) = (ctx.visibility(), &ctx.services().merging);
                let merged = service.merge_titles(&visibility, &viewer, &merging, mode);
                merged.await
            }
            Err(error) => Err(error),
        };
        let (merged, user_errors) = UserError::split(merged)?;
        Ok(MergeTitlesPayload::of(merged, user_errors))
    }

    /// Takes a merge of titles, people or episodes back, or a `splitTitle`. The titles that were merged are seen again, each with what
    /// profiles had of it; the people are credited again with what was theirs. The one that stood for them loses what it got of
    /// them. What was watched of it since stays with it, but for episodes that go back, and so do fields that were changed
    /// since, also credits, which `warnings` says. A title that was split off leads to the other again, which gets back what
    /// went. Refused (`CONFLICT`) while that which stays is merged into another itself, and of a series while an episode that
    /// would go back stands for one of a third. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn undo_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which merge is to be taken back, and whether that is only to be shown.")]
        input: UndoMergeInput,
    ) -> Result<UndoMergePayload> {
        let viewer = ctx.known_viewer()?;
        let mode = mode(input.dry_run);
        let split = match Uuid::try_parse(&input.id) {
            Ok(id) => {
                let service = &ctx.services().merging;
                service.undo_merge(&viewer, RunId(id), mode).await
            }
            Err(_) => Err(MergeError::MergeNotFound),
        };
        let (split, user_errors) = UserError::split(split)?;
        Ok(UndoMergePayload::of(split, user_errors))
    }
}

/// Which titles are one.
#[derive(InputObject)]
struct MergeTitlesInput {
    /// The global ids of the films that are to go, 1 to 20; what the first of them has is taken over first. Or that of one
    /// series, which has at most 2,000 episodes.
    from: Vec<ID>,
    /// The global id of the film or series that stays.
    into: ID,
    /// The `revision` of `into` that the curator has seen: `STALE_REVISION` if it was changed since. Left out: whatever
    /// became of it.
    base_revision: Option<u64>,
    /// The same of each of `from`, in their order. Left out: whatever became of them.
    from_revisions: Option<Vec<u64>>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// Which merge is to be taken back.
#[derive(InputObject)]
struct UndoMergeInput {
    /// The merge, as `run` of `mergeTitles`, `mergePeople`, `mergeEpisodes` or `splitTitle` and of its revisions says.
    id: String,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

impl MergeTitlesInput {
    fn read(&self) -> std::result::Result<Merging, MergeError> {
        let revisions = self.from_revisions.as_ref();
        if revisions.is_some_and(|all| all.len() != self.from.len()) {
            return Err(MergeError::RevisionCount);
        }
        let from = self.from.iter().enumerate();
        let from = from.map(|(place, id)| NamedTitle {
            id: title_id(id),
            base: revisions.and_then(|all| all.get(place).copied()),
        });
        Ok(Merging {
            from: from.collect(),
            into: NamedTitle {
                id: title_id(&self.into),
                base: self.base_revision,
            },
        })
    }
}

/// What merging titles led to.
#[derive(Default, SimpleObject)]
pub(crate) struct MergeTitlesPayload {
    /// The title that stands for the others, as it is now; in a dry run as it was. Null if it was refused.
    title: Option<Title>,
    /// What of that title is other than before, or would be; what becomes of episodes is not among it.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences: fields that stay because they are locked,
    /// episodes at one place that are called otherwise, and rules of access that hold no more; of very many some.
    warnings: Vec<String>,
    /// The global ids of the titles that are gone, or would be, in the order of `from`; they still lead to `title`.
    title_ids: Vec<ID>,
    /// How many episodes became one with another, or would; 0 of films.
    merged_episodes: u64,
    /// How many episodes moved to `title`, because it had none at their places, or would; 0 of films.
    moved_episodes: u64,
    /// Which merge it was, as a UUID: `revisions` lists its changes, `undoMerge` takes it back. Null if nothing was written.
    run: Option<String>,
    /// What a person can put right: `from` or `into` that are not there, are of another sort, or were changed since.
    pub(crate) user_errors: Vec<UserError>,
}

/// What taking a merge back led to.
#[derive(Default, SimpleObject)]
pub(crate) struct UndoMergePayload {
    /// The title that stood for the others, as it is now; in a dry run as it was. Null if it was refused, and of people. Of
    /// episodes their series.
    title: Option<Title>,
    /// The person who stood for the others, as they are now; in a dry run as they were. Null if it was refused, and of
    /// titles.
    person: Option<Person>,
    /// What of that title or person is other than before, or would be; episodes and the credits of titles are not among it.
    changes: Vec<EditedField>,
    /// The fields that stay although the merge changed them, in sentences; of credits with the name of the title.
    warnings: Vec<String>,
    /// The global ids of the titles that are there again, or would be, in no order that means something; empty of people, and
    /// of a `splitTitle`, whose new title goes.
    title_ids: Vec<ID>,
    /// The global ids of the people who are there again, or would be, in no order that means something; empty of titles.
    person_ids: Vec<ID>,
    /// Of how many films and series the credits are others, or would be; 0 if titles were merged.
    changed_titles: u64,
    /// Of how many episodes the credits are others, or would be; of series how many episodes stand for themselves again, or
    /// are of their series again.
    changed_episodes: u64,
    /// What the changes have in common, as a UUID: `revisions` lists them. They are taken back by merging once more. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: an `id` that is of no merge, or of one of which the title or person that stayed was merged
    /// since.
    pub(crate) user_errors: Vec<UserError>,
}

impl MergeTitlesPayload {
    fn of(merged: Option<Merged>, user_errors: Vec<UserError>) -> Self {
        let Some(merged) = merged else {
            return Self {
                user_errors,
                ..Self::default()
            };
        };
        let kind = merged.into.kind;
        let titles = merged.from.iter();
        let titles = titles.map(|id| GlobalId::of_kind(kind, *id).encode());
        Self {
            title: Some(Title::one(merged.into)),
            changes: EditedField::list(&merged.differences),
            warnings: warnings(&merged.noticed),
            title_ids: titles.collect(),
            merged_episodes: merged.merged_episodes as u64,
            moved_episodes: merged.moved_episodes as u64,
            run: merged.run.map(|run| run.to_string()),
            user_errors,
        }
    }
}

impl UndoMergePayload {
    fn of(undone: Option<Undone>, user_errors: Vec<UserError>) -> Self {
        match undone {
            Some(Undone::People(split)) => MergePeoplePayload::of(Some(split), user_errors).into(),
            Some(Undone::Titles(split)) => MergeTitlesPayload::of(Some(split), user_errors).into(),
            None => MergeTitlesPayload::of(None, user_errors).into(),
        }
    }
}

// The same in words of its own: what a merge did, and what was taken back of it.
impl From<MergeTitlesPayload> for UndoMergePayload {
    fn from(told: MergeTitlesPayload) -> Self {
        Self {
            title: told.title,
            changes: told.changes,
            warnings: told.warnings,
            title_ids: told.title_ids,
            changed_episodes: told.merged_episodes + told.moved_episodes,
            run: told.run,
            user_errors: told.user_errors,
            ..Self::default()
        }
    }
}

impl From<MergePeoplePayload> for UndoMergePayload {
    fn from(told: MergePeoplePayload) -> Self {
        Self {
            person: told.person,
            changes: told.changes,
            warnings: told.warnings,
            person_ids: told.person_ids,
            changed_titles: told.changed_titles,
            changed_episodes: told.changed_episodes,
            run: told.run,
            user_errors: told.user_errors,
            ..Self::default()
        }
    }
}
