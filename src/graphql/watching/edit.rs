//! The mutation `editPlay`: whether a play may shape suggestions.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::play::Play;
use crate::domain::watching::WatchError;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct PlayMutation;

#[Object]
impl PlayMutation {
    /// Says whether a play of the viewer's profile may shape its suggestions; the next ones go by it. The play stays
    /// in the history, and what was watched stays watched. For whoever is logged in; an API key needs the scope
    /// `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn edit_play(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The play, and whether suggestions may follow it.")] input: EditPlayInput,
    ) -> Result<EditPlayPayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let counts = input.influences_recommendations;
        let edited = match GlobalId::decode(&input.play) {
            Some(GlobalId::Play(play)) => {
                let visibility = ctx.visibility();
                watching
                    .set_counts(&visibility, &viewer, play, counts)
                    .await
            }
            _ => Err(WatchError::PlayNotFound),
        };
        let (play, user_errors) = UserError::split(edited)?;
        let plays = Play::list(ctx, play.into_iter().collect()).await?;
        Ok(EditPlayPayload {
            play: plays.into_iter().next(),
            user_errors,
        })
    }
}

/// What is to become of a play.
#[derive(InputObject)]
struct EditPlayInput {
    /// The global id of the play, as `history` of the profile lists it.
    play: ID,
    /// Whether it may shape the profile's suggestions.
    influences_recommendations: bool,
}

/// What became of changing a play.
#[derive(SimpleObject)]
pub(crate) struct EditPlayPayload {
    /// The play; null if it was refused, or what was watched has left the catalogue.
    play: Option<Play>,
    /// What a person can put right: a `play` that is not in this history.
    pub(crate) user_errors: Vec<UserError>,
}
