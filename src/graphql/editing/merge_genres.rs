//! What the mutation `mergeGenres` takes and answers, which makes two genres one.

use async_graphql::{Context, ID, InputObject, SimpleObject};

use super::errors::split;
use super::titles::mode;
use crate::domain::editing::{GenreMerging, MergedGenres};
use crate::domain::ids::GenreId;
use crate::graphql::catalog::Genre;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::user_error::UserError;

/// Merges a genre into another.
pub(super) async fn merge(
    ctx: &Context<'_>,
    input: &MergeGenresInput,
) -> Result<MergeGenresPayload> {
    let viewer = ctx.known_viewer()?;
    let merging = GenreMerging {
        from: genre_id(&input.genre),
        into: genre_id(&input.into),
        mode: mode(input.dry_run),
    };
    let editing = &ctx.services().editing;
    let merged = editing.merge_genres(&viewer, &merging).await;
    let (merged, user_errors) = split(merged, &["genre"])?;
    Ok(MergeGenresPayload::of(merged, user_errors))
}

/// Which genres are one.
#[derive(InputObject)]
pub(super) struct MergeGenresInput {
    /// The global id of the genre that is to go.
    genre: ID,
    /// The global id of the genre that stays.
    into: ID,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

/// The genre that a global id is of.
fn genre_id(id: &ID) -> Option<GenreId> {
    match GlobalId::decode(id)? {
        GlobalId::Genre(id) => Some(id),
        _ => None,
    }
}

/// What merging genres led to.
#[derive(SimpleObject)]
pub(crate) struct MergeGenresPayload {
    /// The genre that stays, as it is now; in a dry run as it was. Null if it was refused.
    genre: Option<Genre>,
    /// Of how many films and series the genres are others, or would be.
    changed_titles: u64,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `genre` or `into` that is none, or was merged into another, a `genre` of too many
    /// titles.
    pub(crate) user_errors: Vec<UserError>,
}

impl MergeGenresPayload {
    fn of(merged: Option<MergedGenres>, user_errors: Vec<UserError>) -> Self {
        let (titles, run) = merged
            .as_ref()
            .map_or((0, None), |merged| (merged.titles, merged.run));
        Self {
            genre: merged.map(|merged| Genre(merged.into)),
            changed_titles: titles as u64,
            run: run.map(|run| run.to_string()),
            user_errors,
        }
    }
}
