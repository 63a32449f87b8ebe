//! The mutation `reportPlaybackBatch`: what players reported while nobody could hear them.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};

use super::report::{PlaybackEvent, SentReport};
use super::state::WatchState;
use crate::domain::accounts;
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::ids::ProfileId;
use crate::domain::viewer::KnownViewer;
use crate::domain::watching::{MOST_REPORTS, Origin, Reporting, WatchedItem};
use crate::graphql::catalog::{Playable, playables};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

/// Reporting what was played before.
#[derive(Default)]
pub(crate) struct BatchMutation;

/// Reporting what was played before.
#[Object]
impl BatchMutation {
    /// Records up to 500 reports of players at once, such as a device has kept while it was offline; what
    /// `reportPlayback` says of one holds for each. They may be of several profiles of the account: of the one that is
    /// chosen, and of those that it may look into. Each has its own result, in the order of the reports; one that is
    /// refused takes nothing else with it, nor does one that could not be recorded now (`UPSTREAM_UNAVAILABLE`,
    /// `RATE_LIMITED`, `STORAGE_FULL`, `INTERNAL`: send it again). Sent again, they count once. For whoever is logged in;
    /// an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn report_playback_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reports; a request may have 128 kB.")]
        input: ReportPlaybackBatchInput,
    ) -> Result<ReportPlaybackBatchPayload> {
        let viewer = ctx.known_viewer()?;
        let reports = input.reports;
        if reports.is_empty() || reports.len() > MOST_REPORTS {
            let message = format!("a batch has 1 to {MOST_REPORTS} reports");
            let error = UserError::input(ErrorCode::OutOfRange, "reports", message);
            return Ok(ReportPlaybackBatchPayload {
                results: Vec::new(),
                user_errors: vec![error.bounded(Bounds::between(1, MOST_REPORTS))],
            });
        }
        let services = ctx.services();
        let profiles = if reports.iter().any(|report| report.profile_id.is_some()) {
            services.accounts.open_profiles(&viewer).await?
        } else {
            Vec::new()
        };
        let profiles: HashMap<ProfileId, accounts::Profile> = profiles
            .into_iter()
            .map(|profile| (profile.id, profile))
            .collect();
        let (mut places, mut good) = (Vec::new(), Vec::new());
        let mut results: Vec<PlaybackReportResult> = Vec::with_capacity(reports.len());
        for (place, report) in reports.into_iter().enumerate() {
            match report.read(ctx, &viewer, &profiles) {
                Ok(reporting) => {
                    results.push(PlaybackReportResult::nothing(Vec::new()));
                    places.push((place, reporting.item));
                    good.push(reporting);
                }
                Err(errors) => {
                    let errors = errors.into_iter().map(|error| within(error, place));
                    results.push(PlaybackReportResult::nothing(errors.collect()));
                }
            }
        }
        let reported = services.watching.report_all(good).await;
        for ((place, item), reported) in places.into_iter().zip(reported) {
            let result = match reported {
                Ok(reported) => PlaybackReportResult {
                    reported: Some(item),
                    state: Some(WatchState::from(&reported.state)),
                    completed_now: reported.completed_now,
                    recorded: reported.recorded,
                    user_errors: Vec::new(),
                },
                Err(error) => {
                    let error = within(UserError::of_one(error), place);
                    PlaybackReportResult::nothing(vec![error])
                }
            };
            if let Some(there) = results.get_mut(place) {
                *there = result;
            }
        }
        Ok(ReportPlaybackBatchPayload {
            results,
            user_errors: Vec::new(),
        })
    }
}

/// Reports that were kept.
#[derive(InputObject)]
struct ReportPlaybackBatchInput {
    /// 1 to 500 reports, in any order.
    reports: Vec<KeptReportInput>,
}

/// A report that a player has kept.
#[derive(InputObject)]
struct KeptReportInput {
    /// The global id of the film or episode.
    item: ID,
    /// The play, named by the client: a UUID that it makes once when playing begins.
    play: ID,
    /// What happened in the player at the position.
    event: PlaybackEvent,
    /// Where in the film or episode, in seconds from its start; 0 to its length.
    position: f64,
    /// When it happened, at most five minutes ahead of the site's clock.
    at: DateTime,
    /// The length in seconds that the player measured. Left out, what is known of the film or episode counts.
    duration: Option<f64>,
    /// The global id of the profile that watched, of the viewer's own account; the one that is chosen if left out. Another
    /// one may be reported for if what it watched may be seen with the one that is chosen.
    profile_id: Option<ID>,
}

impl KeptReportInput {
    fn read(
        self,
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        profiles: &HashMap<ProfileId, accounts::Profile>,
    ) -> Result<Reporting, Vec<UserError>> {
        let profile = match &self.profile_id {
            None => Ok(None),
            Some(id) => match GlobalId::decode(id) {
                Some(GlobalId::Profile(id)) => profiles.get(&id).map(Some),
                _ => None,
            }
            .ok_or_else(|| {
                let message = "there is no such profile of this account that is open to this one";
                UserError::input(ErrorCode::NotFound, "profileId", message)
            }),
        };
        let sent = SentReport {
            item: &self.item,
            play: &self.play,
            event: self.event,
            position: self.position,
            at: Some(self.at),
            duration: self.duration,
        };
        let (read, profile) = match (sent.read(ctx), profile) {
            (Ok(read), Ok(profile)) => (read, profile),
            (read, profile) => {
                let mut errors = read.err().unwrap_or_default();
                errors.extend(profile.err());
                return Err(errors);
            }
        };
        let (item, play, report) = read;
        let (viewer, visibility) = match profile {
            Some(profile) if profile.id != viewer.profile => (
                KnownViewer {
                    profile: profile.id,
                    pause: profile.pause,
                    ..*viewer
                },
                ctx.visibility_for(profile.max_age),
            ),
            _ => (*viewer, ctx.visibility()),
        };
        Ok(Reporting {
            visibility,
            viewer,
            item,
            play,
            report,
            origin: Origin::of(ctx.client()),
        })
    }
}

/// What reports led to that were kept.
#[derive(SimpleObject)]
pub(crate) struct ReportPlaybackBatchPayload {
    /// What each report led to, in the order of the reports; none if there were too many.
    results: Vec<PlaybackReportResult>,
    /// What a person can put right of the batch as a whole: too many reports, or none. Then nothing was recorded.
    pub(crate) user_errors: Vec<UserError>,
}

/// What one report of several led to.
#[derive(SimpleObject)]
#[graphql(complex)]
struct PlaybackReportResult {
    #[graphql(skip)]
    reported: Option<WatchedItem>,
    /// How the profile now stands with the film or episode; null if the report was refused.
    state: Option<WatchState>,
    /// Whether this report made the play count as watched to the end.
    completed_now: bool,
    /// Whether the play is in the history now. False if the report was refused, of a play that was deleted, and while the
    /// history is paused (`setHistoryPaused`); then there is no reason to send it again.
    recorded: bool,
    /// Why it was refused, with the number of the report in the path; empty if it was not.
    user_errors: Vec<UserError>,
}

#[ComplexObject]
impl PlaybackReportResult {
    /// The film or episode; null if the report was refused, or if the viewer's own profile may not see it.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Playable>> {
        let found = playables(ctx, self.reported.into_iter()).await?;
        Ok(found.into_values().next())
    }
}

impl PlaybackReportResult {
    fn nothing(user_errors: Vec<UserError>) -> Self {
        Self {
            reported: None,
            state: None,
            completed_now: false,
            recorded: false,
            user_errors,
        }
    }
}

/// The error with the place of its report.
fn within(error: UserError, place: usize) -> UserError {
    error.within(&["reports", &place.to_string()])
}
