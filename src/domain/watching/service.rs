//! The use cases of watching: reporting what is played, resuming, going on with the next episode, looking back.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};

use super::error::WatchError;
use super::lengths::{Lengths, MeasuredLength, check_duration};
use super::log::{
    Cause, Draft, LogPorts, LogRecorder, Recorder, SettledHistory, Settling, WatchLog,
};
use super::playback_event::PlaybackEvent;
use super::rules::WatchRules;
use super::store::{FeedbackStore, HistoryStore, ThumbStore, WatchStore};
use super::touched::PlayRef;
use super::types::{Play, Report, WatchState, WatchedItem, WatchedTitle};
use super::viewing::Origin;
use crate::domain::catalog::{CatalogService, Title, TitleKind, Visibility};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::events::EventBus;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::limits::{Rate, RateLimiter, Verdict, limit_key};
use crate::domain::tasks::Tasks;
use crate::domain::viewer::KnownViewer;

/// How far ahead of ours a client's clock may run, in seconds.
pub(super) const CLOCK_SKEW: i64 = 300;
/// How many watched titles are read at once when all are walked through.
const WALK: usize = 5000;
/// How many watched titles of a profile are read at once when all of its are walked through.
const PAGE: usize = 200;

/// How many watches of a profile, or items that something is said of, are one change of its log.
pub(super) const TOGETHER: usize = 500;

const DAY: Duration = Duration::from_secs(86_400);

/// The use cases of watching.
#[derive(Clone)]
pub struct WatchService {
    pub(super) ports: WatchPorts,
    pub(super) catalog: CatalogService,
    pub(super) rules: WatchRules,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) events: Arc<dyn EventBus>,
    /// Whether whoever folds was told of what was recorded since it began last.
    pub(super) is_told: Arc<AtomicBool>,
}

/// What the service stands on.
#[derive(Clone)]
pub struct WatchPorts {
    /// Where what is folded of the log is kept.
    pub watching: Arc<dyn WatchStore>,
    /// Where watching is recorded.
    pub recorder: Arc<dyn Recorder>,
    /// What folds what was recorded.
    pub settling: Arc<dyn Settling>,
    /// The same to be read, with everything that was recorded.
    pub history: Arc<dyn HistoryStore>,
    /// What profiles do not want to be suggested.
    pub feedback: Arc<dyn FeedbackStore>,
    /// What all of them together say of titles.
    pub thumbs: Arc<dyn ThumbStore>,
    /// How many plays a profile may begin; `None`: any number.
    pub plays: Option<PlayLimit>,
}

/// How many plays a profile may begin, counted on all servers together.
#[derive(Clone)]
pub struct PlayLimit {
    pub limiter: Arc<dyn RateLimiter>,
    /// So many at once, and as many again spread over a day.
    pub per_day: u32,
}

/// How a log is recorded and folded.
#[derive(Clone)]
pub struct Recording {
    pub rules: WatchRules,
    pub clock: Arc<dyn Clock>,
    pub tasks: Arc<dyn Tasks>,
    /// How long an entry stays in the log after it is folded.
    pub keep: TimeDelta,
}

impl WatchPorts {
    /// All of them on one store.
    pub fn on<S>(store: Arc<S>, recording: Recording) -> Self
    where
        S: WatchStore + WatchLog + HistoryStore + FeedbackStore + ThumbStore + 'static,
    {
        let recorder = Arc::new(LogRecorder::new(LogPorts {
            log: store.clone(),
            store: store.clone(),
            rules: recording.rules,
            clock: recording.clock,
            tasks: recording.tasks,
            keep: recording.keep,
        }));
        Self {
            watching: store.clone(),
            recorder: recorder.clone(),
            settling: recorder.clone(),
            history: Arc::new(SettledHistory::new(store.clone(), recorder)),
            feedback: store.clone(),
            thumbs: store,
            plays: None,
        }
    }
}

/// The answer to a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// How the profile stands with the item now.
    pub state: WatchState,
    /// Whether this report made the play count as watched.
    pub completed_now: bool,
    /// Whether the play is in the history: one that was deleted is not, nor is what is reported of it.
    pub recorded: bool,
}

impl WatchService {
    /// A service on its ports.
    pub fn new(
        ports: WatchPorts,
        catalog: CatalogService,
        rules: WatchRules,
        clock: Arc<dyn Clock>,
        events: Arc<dyn EventBus>,
    ) -> Self {
        Self {
            ports,
            catalog,
            rules,
            clock,
            events,
            is_told: Arc::default(),
        }
    }

    /// Records what a player reports of something that the viewer may see. Once this returns, the report survives any
    /// crash; the same report again changes nothing, nor does one of a play that was deleted, or while the history is
    /// paused. A report that begins one play too many is refused. See [`Lengths`] for the length that it goes by. An
    /// API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn report(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        item: WatchedItem,
        play: PlayId,
        report: Report,
        origin: Origin,
    ) -> Result<Reported, WatchError> {
        check_may_watch(viewer)?;
        let now = self.clock.now();
        let asked = item;
        let (item, title, lengths) = self.item_and_lengths(visibility, asked).await?;
        let may_complete = self.may_complete(&report, &lengths);
        check_duration(report.duration)?;
        let report = Report {
            at: report.at.trunc_subsecs(3), // What stores keep; a repeated report must be equal to the stored one.
            ..report
        };
        if report.at.timestamp() < 0 || (report.at - now).num_seconds() > CLOCK_SKEW {
            return Err(WatchError::TimeOutOfRange);
        }
        let play_ref = PlayRef {
            profile: viewer.profile,
            play,
            item,
            title,
        };
        let pause = viewer.pause;
        if pause.is_some_and(|pause| pause.covers(report.at)) {
            return self.not_recorded(&play_ref).await;
        }
        let going_on = match item {
            WatchedItem::Episode(_) if may_complete => self.going_on([play_ref]).await?,
            _ => Vec::new(),
        };
        let lengths = match lengths.catalogue {
            Some(_) => lengths,
            None => self.with_measured(item, lengths).await?,
        };
        let draft = |may_begin: bool| Draft {
            profile: viewer.profile,
            cause: Cause::Report {
                play: play_ref,
                report,
                lengths,
                going_on: going_on.clone(),
                origin: origin.clone(),
                pause,
            },
            may_begin,
        };
        // Only the recorder knows whether the play is there already, and mostly it is.
        let recorder = &self.ports.recorder;
        let ledger = match recorder.record(draft(self.ports.plays.is_none())).await {
            Err(WatchError::NewPlay) => {
                self.begin_play(viewer.profile).await?;
                recorder.record(draft(true)).await?
            }
            Err(WatchError::PlayOfAnotherItem) if asked != item => {
                self.move_at_once(viewer.profile, asked, title).await?;
                recorder.record(draft(true)).await?
            }
            recorded => recorded?,
        };
        // Of what may wait it is not told; whoever folds looks for that from time to time.
        if report.event != PlaybackEvent::Progress || !ledger.only_goes_on() {
            self.tell_folding();
        }
        self.tell_states(viewer.profile, &ledger);
        if let Err(error) = self.look_again(&going_on, &ledger).await {
            // The report is recorded; what comes next is found out when somebody looks.
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "It was not looked once more at when the series goes on"
            );
        }
        let recorded = !ledger.is_deleted(&play_ref);
        let state = match ledger.state(&play_ref) {
            Some(state) => state.clone(),
            None if recorded => {
                return Err(StoreError::failed("an update lost its own row").into());
            }
            None => WatchState::new(&play_ref, WatchState::NEVER, now),
        };
        Ok(Reported {
            state,
            completed_now: ledger.completed(&play_ref),
            recorded,
        })
    }

    /// How a profile stands with these items; what was never played is left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, WatchError> {
        Ok(self.ports.history.states(profile, items).await?)
    }

    /// The play with this name, if what was watched may be seen.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_play(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        id: PlayId,
    ) -> Result<Option<Play>, WatchError> {
        let found = self.ports.history.plays(profile, &[id]).await?.pop();
        let Some(play) = found.filter(|play| !play.is_deleted()) else {
            return Ok(None);
        };
        let seen = self.catalog.visible_titles(visibility, [play.title]);
        Ok(seen.await?.contains(&play.title).then_some(play))
    }

    /// Profiles that have watched something, by id, from the one after the given; none: there are no more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn profiles_after(
        &self,
        after: Option<ProfileId>,
    ) -> Result<Vec<ProfileId>, WatchError> {
        let beyond = after.map(|profile| (profile, TitleId(i64::MAX.cast_unsigned())));
        let watched_titles = self
            .ports
            .history
            .watched_titles_after(beyond, WALK)
            .await?;
        let mut profiles: Vec<ProfileId> = watched_titles
            .iter()
            .map(|watched_title| watched_title.profile)
            .collect();
        profiles.dedup();
        Ok(profiles)
    }

    /// Up to `limit` watched titles with a key above the given one, by profile and title: for walking through all of
    /// them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn all_watched_titles_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, WatchError> {
        Ok(self
            .ports
            .history
            .watched_titles_after(after, limit)
            .await?)
    }

    /// What a profile's plays of these titles add up to.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, WatchError> {
        Ok(self.ports.history.watched_titles(profile, titles).await?)
    }

    /// Some of all that a profile's plays add up to, by title, those after the given one; none: there are no more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn watched_titles_after(
        &self,
        profile: ProfileId,
        after: Option<TitleId>,
    ) -> Result<Vec<WatchedTitle>, WatchError> {
        self.ports.settling.settle(profile).await?;
        let last = TitleId(i64::MAX.cast_unsigned());
        let after = match after {
            Some(title) => Some((profile, title)),
            None => profile
                .0
                .checked_sub(1)
                .map(|before| (ProfileId(before), last)),
        };
        let mut watched_titles = self.ports.history.watched_titles_after(after, PAGE).await?;
        watched_titles.retain(|watched_title| watched_title.profile == profile);
        Ok(watched_titles)
    }

    /// How a profile stands with everything of these titles: the films themselves, the episodes of the series.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn states_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchState>, WatchError> {
        Ok(self.ports.history.states_of_titles(profile, titles).await?)
    }

    /// What players measured of these items; what none did is left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn measured_lengths(
        &self,
        items: &[WatchedItem],
    ) -> Result<Vec<MeasuredLength>, WatchError> {
        Ok(self.ports.history.measured_lengths(items).await?)
    }

    /// Counts a play that begins, if the profile may begin one.
    async fn begin_play(&self, profile: ProfileId) -> Result<(), WatchError> {
        let Some(PlayLimit { limiter, per_day }) = &self.ports.plays else {
            return Ok(());
        };
        let rate = Rate {
            count: *per_day,
            period: DAY,
        };
        let key = limit_key("plays", &[&profile.to_string()]);
        match limiter.take(&key, rate).await? {
            Verdict::Allowed => Ok(()),
            Verdict::Wait(wait) => Err(WatchError::TooManyPlays {
                most: *per_day,
                wait,
            }),
        }
    }

    async fn with_measured(
        &self,
        item: WatchedItem,
        lengths: Lengths,
    ) -> Result<Lengths, WatchError> {
        let measured = self.ports.history.measured_lengths(&[item]).await?.pop();
        Ok(Lengths {
            measured: measured.map(|measured| measured.seconds),
            ..lengths
        })
    }

    /// The title, or what it is now if it was merged into another.
    pub(super) async fn title_now(
        &self,
        visibility: &Visibility,
        id: TitleId,
    ) -> Result<Option<Arc<Title>>, WatchError> {
        if let Some(title) = self.catalog.titles(visibility, &[id]).await?.pop() {
            return Ok(Some(title));
        }
        let other = self.catalog.merged_into(&[id]).await?.remove(&id);
        Ok(other.filter(|title| visibility.shows(title)))
    }

    /// The film or the episode, or what it is now if it was merged into another, with its title.
    pub(super) async fn item_and_lengths(
        &self,
        visibility: &Visibility,
        item: WatchedItem,
    ) -> Result<(WatchedItem, TitleId, Lengths), WatchError> {
        let of_title = |id: TitleId, kind| async move {
            let title = self.title_now(visibility, id).await?;
            let title = title.filter(|title| title.kind == kind);
            title.ok_or(WatchError::ItemNotFound)
        };
        match item {
            WatchedItem::Film(id) => {
                let film = of_title(id, TitleKind::Film).await?;
                let lengths = Lengths::new(film.duration, None);
                Ok((WatchedItem::Film(film.id), film.id, lengths))
            }
            WatchedItem::Episode(id) => {
                let mut found = self.catalog.episodes_now(visibility, &[id]).await?;
                let episode = found.remove(&id).ok_or(WatchError::ItemNotFound)?;
                let item = WatchedItem::Episode(episode.id);
                let lengths = Lengths::new(episode.duration, None);
                if lengths.catalogue.is_some() {
                    return Ok((item, episode.series, lengths));
                }
                let series = of_title(episode.series, TitleKind::Series).await?;
                let lengths = Lengths::new(None, series.episode_duration);
                Ok((item, episode.series, lengths))
            }
            WatchedItem::Series(_) => Err(WatchError::ItemNotFound),
        }
    }
}

pub(super) fn check_may_watch(viewer: &KnownViewer) -> Result<(), WatchError> {
    if viewer.may_watch() {
        Ok(())
    } else {
        Err(WatchError::Forbidden)
    }
}
