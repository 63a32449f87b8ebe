//! The mutation `deleteTitle`, which hides a title.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::EditedField;
use super::errors::{split, user_error};
use super::titles::{mode, title_id};
use crate::domain::editing::{DeletedTitle, NamedTitle};
use crate::domain::viewer::Role;
use crate::graphql::catalog::Title;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Taking titles away from viewers.
#[derive(Default)]
pub(crate) struct DeleteTitleMutation;

/// Taking titles away from viewers.
#[Object]
impl DeleteTitleMutation {
    /// Takes a film or a series, with its episodes, away from viewers: for them it does not exist, in no list and no
    /// search. Nothing of it is lost: its state is `HIDDEN`, and locked, so that no load shows it again, and what was
    /// watched of it stays in histories and counts if it is shown again, by `editTitles` with the state `PUBLISHED`. For
    /// curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn delete_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The title that is to go.")] input: DeleteTitleInput,
    ) -> Result<DeleteTitlePayload> {
        let viewer = ctx.known_viewer()?;
        let title = NamedTitle {
            id: title_id(&input.title),
            base: input.base_revision,
        };
        let (visibility, mode) = (ctx.visibility(), mode(input.dry_run));
        let editing = &ctx.services().editing;
        let deleted = editing
            .delete_title(&visibility, &viewer, title, mode)
            .await;
        let (deleted, mut user_errors) = split(deleted, &["title"])?;
        let Some(DeletedTitle {
            title: deleted,
            run,
        }) = deleted
        else {
            return Ok(DeleteTitlePayload {
                title: None,
                changes: Vec::new(),
                run: None,
                user_errors,
            });
        };
        let refused = deleted.refused.iter();
        user_errors.extend(refused.map(|it| user_error(it, &["title"])));
        Ok(DeleteTitlePayload {
            title: deleted
                .title
                .filter(|_| user_errors.is_empty())
                .map(Title::one),
            changes: EditedField::list(&deleted.differences),
            run: run.map(|run| run.to_string()),
            user_errors,
        })
    }
}

/// The title that is to go.
#[derive(InputObject)]
struct DeleteTitleInput {
    /// The global id of a film or series.
    title: ID,
    /// The `revision` of the title that the curator has seen: `STALE_REVISION` if it was changed since. Left out: it goes
    /// whatever became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

/// What taking a title away led to.
#[derive(SimpleObject)]
pub(crate) struct DeleteTitlePayload {
    /// The title as curators see it; null if it was refused.
    title: Option<Title>,
    /// What is other than before, or would be; nothing if it was hidden already.
    changes: Vec<EditedField>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `title` that is not there, a `baseRevision` that is stale.
    pub(crate) user_errors: Vec<UserError>,
}
