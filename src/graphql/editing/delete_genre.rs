//! What the mutation `deleteGenre` takes and answers.

use async_graphql::{Context, ID, InputObject, SimpleObject};

use super::changes::EditedField;
use super::errors::split;
use super::titles::mode;
use crate::domain::editing::{FromTitles, GenreDeletion};
use crate::graphql::catalog::Genre;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::user_error::UserError;

/// Deletes a genre, or says what that would do.
pub(super) async fn delete(
    ctx: &Context<'_>,
    input: &DeleteGenreInput,
) -> Result<DeleteGenrePayload> {
    let viewer = ctx.known_viewer()?;
    let deletion = GenreDeletion {
        id: match GlobalId::decode(&input.genre) {
            Some(GlobalId::Genre(id)) => Some(id),
            _ => None,
        },
        base: input.base_revision,
        from_titles: from_titles(input.from_titles),
        mode: mode(input.dry_run),
    };
    let editing = &ctx.services().editing;
    let deleted = editing.delete_genre(&viewer, &deletion).await;
    let (deleted, user_errors) = split(deleted, &["genre"])?;
    let Some(deleted) = deleted else {
        return Ok(DeleteGenrePayload {
            genre: None,
            changes: Vec::new(),
            changed_titles: 0,
            run: None,
            user_errors,
        });
    };
    Ok(DeleteGenrePayload {
        genre: Some(Genre(deleted.node)),
        changes: EditedField::list(&deleted.differences),
        changed_titles: deleted.titles as u64,
        run: deleted.run.map(|run| run.to_string()),
        user_errors,
    })
}

/// Whether titles that name what is deleted lose it.
pub(super) fn from_titles(is_asked_for: bool) -> FromTitles {
    if is_asked_for {
        FromTitles::Take
    } else {
        FromTitles::Refuse
    }
}

/// The genre that is to go.
#[derive(InputObject)]
pub(super) struct DeleteGenreInput {
    /// The global id of the genre.
    genre: ID,
    /// Whether films and series that are of it lose it, 2,000 at the most. Else it is deleted if none is (`CONFLICT`).
    #[graphql(default = false)]
    from_titles: bool,
    /// The `revision` of the genre that the curator has seen: `STALE_REVISION` if it was changed since. Left out: it goes
    /// whatever became of it.
    base_revision: Option<u64>,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// What deleting a genre led to.
#[derive(SimpleObject)]
pub(crate) struct DeleteGenrePayload {
    /// The genre as it was; null if it was refused. No list has it any more, and nobody can ask for it.
    genre: Option<Genre>,
    /// What of it is other than before, or would be.
    changes: Vec<EditedField>,
    /// How many films and series lost it, or would.
    changed_titles: u64,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `genre` that is not there, `fromTitles` that is false while titles are of it, a
    /// `baseRevision` that is stale.
    pub(crate) user_errors: Vec<UserError>,
}
