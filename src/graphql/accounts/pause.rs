//! The mutation `setHistoryPaused`: whether what a profile plays is kept.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::profile::Profile;
use crate::domain::viewer::{KnownViewer, Viewer};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::MayWatch;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct PauseMutation;

#[Object]
impl PauseMutation {
    /// Pauses the history of the viewer's profile, or goes on with it. While it is paused nothing of what is played is
    /// kept, be it of earlier: no play, no place to resume, no taste, no usage; reports are answered with `recorded`
    /// false. Nor is kept what was played during the last pause and is reported after it; of pauses before that one
    /// nothing is known any more, so that what was played in them and is reported only now is kept. What is in the
    /// history stays, and so does whatever is said by hand, as by `rateTitle` and `setWatched`. Repeating it changes
    /// nothing. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn set_history_paused(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether the history is to be paused.")] input: SetHistoryPausedInput,
    ) -> Result<SetHistoryPausedPayload> {
        let viewer = ctx.known_viewer()?;
        let accounts = &ctx.services().accounts;
        let paused = accounts.pause_history(&viewer, input.paused, ctx.client());
        let (profile, user_errors) = UserError::split(paused.await)?;
        if let Some(profile) = &profile {
            // The rest of the request goes by it.
            let goes_on = KnownViewer {
                pause: profile.pause,
                ..viewer
            };
            ctx.go_on_as(Viewer::Known(goes_on));
        }
        Ok(SetHistoryPausedPayload {
            profile: profile.map(Profile),
            user_errors,
        })
    }
}

/// Whether the history is to be paused.
#[derive(InputObject)]
struct SetHistoryPausedInput {
    /// True: nothing of what is played is kept from now on; false: it is kept again.
    paused: bool,
}

/// What became of pausing the history.
#[derive(SimpleObject)]
pub(crate) struct SetHistoryPausedPayload {
    /// The profile, whose `historyPausedAt` says what holds; null if it was refused.
    profile: Option<Profile>,
    /// What a person can put right: nothing of the input; to try again may help (`CONFLICT`: the account was changed
    /// meanwhile).
    pub(crate) user_errors: Vec<UserError>,
}
