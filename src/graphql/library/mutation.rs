//! Deciding what a file is.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::file::MediaFile;
use crate::domain::library::{Decision, LibraryError};
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// What is done with files of libraries.
#[derive(Default)]
pub(crate) struct LibraryMutation;

/// What is done with files of libraries.
#[Object]
impl LibraryMutation {
    /// Says what a file is: a film, something of a series, an episode, or of nothing. It holds against all later scans, also
    /// when the file is moved, until it is taken back with `undecided`. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn match_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file, and what it is.")] input: MatchFileInput,
    ) -> Result<MatchFilePayload> {
        let viewer = ctx.known_viewer()?;
        let decided = match (GlobalId::decode(&input.file), decision(&input)) {
            (Some(GlobalId::MediaFile(id)), Ok(decision)) => {
                let (library, visibility) = (&ctx.services().library, ctx.visibility());
                library.decide(&visibility, &viewer, id, decision).await
            }
            (Some(GlobalId::MediaFile(_)), Err(error)) => Err(error),
            _ => Err(LibraryError::FileNotFound),
        };
        let (file, user_errors) = UserError::split(decided)?;
        Ok(MatchFilePayload {
            file: file.map(MediaFile),
            user_errors,
        })
    }
}

/// What an input says that its file is.
fn decision(input: &MatchFileInput) -> std::result::Result<Decision, LibraryError> {
    let is_undecided = input.undecided == Some(true);
    match (&input.title, &input.episode) {
        (Some(_), Some(_)) => Err(LibraryError::TitleAndEpisode),
        (Some(_), None) | (None, Some(_)) if is_undecided => Err(LibraryError::UndecidedWithItem),
        (Some(title), None) => match GlobalId::decode(title) {
            Some(GlobalId::Film(id) | GlobalId::Series(id)) => Ok(Decision::Title(id)),
            _ => Err(LibraryError::TitleNotFound),
        },
        (None, Some(episode)) => match GlobalId::decode(episode) {
            Some(GlobalId::Episode(id)) => Ok(Decision::Episode(id)),
            _ => Err(LibraryError::EpisodeNotFound),
        },
        (None, None) if is_undecided => Ok(Decision::Undecided),
        (None, None) => Ok(Decision::Nothing),
    }
}

/// What a file is: a title or an episode. With neither it is of nothing in the catalogue, and no scan asks again.
#[derive(InputObject)]
struct MatchFileInput {
    /// The global id of the file.
    file: ID,
    /// The global id of the film, or of the series that it goes with.
    title: Option<ID>,
    /// The global id of the episode that is in it.
    episode: Option<ID>,
    /// Takes back what was decided: the file is matched as by a scan, at once. Give neither `title` nor `episode` with it.
    undecided: Option<bool>,
}

/// What became of deciding what a file is.
#[derive(SimpleObject)]
pub(crate) struct MatchFilePayload {
    /// The file as it is now; null if it was refused.
    file: Option<MediaFile>,
    /// What a person can put right: a `file`, `title` or `episode` that is not there, or two answers at once.
    pub(crate) user_errors: Vec<UserError>,
}
