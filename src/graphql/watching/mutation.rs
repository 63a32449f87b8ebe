//! The mutation `reportPlayback`: recording what players report.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};

use super::report::{PlaybackEvent, SentReport};
use super::state::WatchState;
use crate::domain::watching::{Origin, WatchedItem};
use crate::graphql::catalog::{Playable, playables};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::MayWatch;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct WatchingMutation;

#[Object]
impl WatchingMutation {
    /// Records what a player reports, for the viewer's profile. A player sends one when it starts, every ten seconds or
    /// so while it plays, at each jump and pause, and when it stops; late and repeated reports do no harm. Once this
    /// returns with `recorded`, the report survives any crash. While the history is paused it is answered, and nothing of
    /// it is kept. Usage counts it for the country, the device and the client that the request
    /// came from; name the client in the header `apollographql-client-name` or `x-client-name`. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn report_playback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What happened in the player, where and when.")]
        input: ReportPlaybackInput,
    ) -> Result<ReportPlaybackPayload> {
        let viewer = ctx.known_viewer()?;
        let (item, play, report) = match input.sent().read(ctx) {
            Ok(read) => read,
            Err(errors) => return Ok(ReportPlaybackPayload::refused(errors)),
        };
        let services = ctx.services();
        let (visibility, origin) = (ctx.visibility(), Origin::of(ctx.client()));
        let watching = &services.watching;
        let reported = watching.report(&visibility, &viewer, item, play, report, origin);
        let reported = reported.await;
        Ok(match reported {
            Ok(reported) => ReportPlaybackPayload {
                reported: Some(item),
                state: Some(WatchState::from(&reported.state)),
                completed_now: reported.completed_now,
                recorded: reported.recorded,
                user_errors: Vec::new(),
            },
            Err(error) => ReportPlaybackPayload::refused([UserError::from_error(error)?]),
        })
    }
}

/// What a player reports.
#[derive(InputObject)]
struct ReportPlaybackInput {
    /// The global id of the film or episode.
    item: ID,
    /// The play, named by the client: a UUID that it makes once when playing begins. Reports are idempotent: the same
    /// one of the same play, sent again, changes nothing.
    play: ID,
    /// What happened in the player at the position.
    event: PlaybackEvent,
    /// Where in the film or episode, in seconds from its start; 0 to its length. A stop up to two minutes past the end is
    /// at the end.
    position: f64,
    /// When it happened, at most five minutes ahead of the site's clock; now if left out.
    at: Option<DateTime>,
    /// The length in seconds that the player measured: it holds for this play, be it another cut than the catalogue's.
    /// Left out, what is known of the film or episode counts.
    duration: Option<f64>,
}

impl ReportPlaybackInput {
    fn sent(&self) -> SentReport<'_> {
        SentReport {
            item: &self.item,
            play: &self.play,
            event: self.event,
            position: self.position,
            at: self.at,
            duration: self.duration,
        }
    }
}

/// What a report led to.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ReportPlaybackPayload {
    #[graphql(skip)]
    reported: Option<WatchedItem>,
    /// How the profile now stands with the film or episode; null if the report was refused.
    state: Option<WatchState>,
    /// Whether this report made the play count as watched to the end.
    completed_now: bool,
    /// Whether the play is in the history now. False if the report was refused, of a play that was deleted, and while the
    /// history is paused (`setHistoryPaused`); then there is no reason to send it again.
    recorded: bool,
    /// What a person can put right: an `item` that is not there, a `position` beyond the length, a `play` that is no
    /// UUID or a play of something else, or one play more than a profile may begin a day (`RATE_LIMITED`). Then nothing was
    /// recorded.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl ReportPlaybackPayload {
    /// The film or episode, whose `watchState` is what the report led to; null if the report was refused.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Playable>> {
        Ok(playables(ctx, self.reported.into_iter())
            .await?
            .into_values()
            .next())
    }
}

impl ReportPlaybackPayload {
    fn refused(errors: impl IntoIterator<Item = UserError>) -> Self {
        Self {
            reported: None,
            state: None,
            completed_now: false,
            recorded: false,
            user_errors: errors.into_iter().collect(),
        }
    }
}
