//! Going on with series: the next episode of each, and the note in a watched series of when there is one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::error::WatchError;
use super::ledger::Ledger;
use super::lengths::Lengths;
use super::log::GoingOn;
use super::next_up::{NextDay, Specials};
use super::rewatch::Rewatch;
use super::service::WatchService;
use super::standing::{SeriesStanding, by_episode};
use super::touched::{PlayRef, Touched};
use super::types::{Play, Report, WatchedItem, WatchedTitle};
use crate::domain::catalog::{Episode, Visibility};
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{Direction, Keyset, Slice, Window};

/// The most series that are looked at together when there was nothing next in those before.
const MOST_AT_ONCE: usize = 400;

impl WatchService {
    /// The next episode of each series that the profile has begun and not finished, or watches again, the last played
    /// series first. Each comes with its keyset. Finished series are not read.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn next_up(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<(Keyset, Episode)>, WatchError> {
        let today = NextDay::of(self.clock.now().date_naive());
        let mut found: Vec<(Keyset, Episode)> = Vec::new();
        let mut rest = window.clone();
        let mut passed_over = Vec::new();
        loop {
            let history = &self.ports.history;
            let page = history.series_to_go_on_with(profile, today, &rest).await?;
            let series: Vec<TitleId> = page.rows.iter().map(|row| row.title).collect();
            let mut standings = self
                .series_standings(visibility, Some(profile), &series)
                .await?;
            let edge = match window.direction {
                Direction::Forward => page.rows.last(),
                Direction::Backward => page.rows.first(),
            };
            let edge = edge.filter(|_| page.has_more).map(keyset);
            let mut next = Vec::new();
            for row in page.rows {
                // What may not be seen has no standing, and nothing is known of it.
                let Some(standing) = standings.remove(&row.title) else {
                    continue;
                };
                let next_day = standing.next_day;
                match standing.up_next() {
                    Some(episode) => next.push((keyset(&row), episode)),
                    None => passed_over.push((row, next_day)),
                }
            }
            match window.direction {
                Direction::Forward => found.extend(next),
                Direction::Backward => found = next.into_iter().chain(found).collect(),
            }
            match edge {
                Some(edge) if found.len() <= window.limit => {
                    rest.start = Some(edge);
                    rest.limit = (rest.limit * 4).min(MOST_AT_ONCE);
                }
                _ => break,
            }
        }
        self.settle(passed_over).await;
        let has_more = found.len() > window.limit;
        match window.direction {
            Direction::Forward => found.truncate(window.limit),
            Direction::Backward => drop(found.drain(..found.len().saturating_sub(window.limit))),
        }
        Ok(Slice {
            rows: found,
            has_more,
        })
    }

    /// The next episode of each of these series, for a profile or for somebody who has watched nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn next_episodes(
        &self,
        visibility: &Visibility,
        profile: Option<ProfileId>,
        series: &[TitleId],
    ) -> Result<HashMap<TitleId, Episode>, WatchError> {
        let standings = self.series_standings(visibility, profile, series).await?;
        Ok(standings
            .into_iter()
            .filter_map(|(series, standing)| Some((series, standing.next?)))
            .collect())
    }

    /// How far a profile, or somebody who has watched nothing, is with each of these series; those without an episode
    /// that may be seen are left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn series_standings(
        &self,
        visibility: &Visibility,
        profile: Option<ProfileId>,
        series: &[TitleId],
    ) -> Result<HashMap<TitleId, SeriesStanding>, WatchError> {
        let episodes = self.catalog.episodes_of_series(visibility, series).await?;
        let states = match profile {
            Some(profile) => self.ports.history.states_of_titles(profile, series).await?,
            None => Vec::new(),
        };
        let states = by_episode(states);
        let today = self.clock.now().date_naive();
        let by_series = || episodes.chunk_by(|a, b| a.series == b.series);
        let again = by_series().filter(|episodes| Rewatch::may_be(episodes, &states));
        let again: Vec<TitleId> = again.map(|episodes| episodes[0].series).collect();
        let mut plays: HashMap<TitleId, Vec<Play>> = HashMap::new();
        if let Some(profile) = profile
            && !again.is_empty()
        {
            for play in self.ports.history.plays_of_titles(profile, &again).await? {
                plays.entry(play.title).or_default().push(play);
            }
        }
        Ok(by_series()
            .map(|episodes| {
                let series = episodes[0].series;
                let plays = plays.get(&series).map(Vec::as_slice).unwrap_or_default();
                let standing = SeriesStanding::new(episodes, &states, plays, today);
                (series, standing)
            })
            .collect())
    }

    /// Says that the episodes of series are about to change, and once more that they have changed: whoever had watched
    /// all of one may go on with it. Told twice, it is right whatever is reported meanwhile, and wherever the change
    /// breaks off.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn episodes_change(&self, series: &[TitleId]) -> Result<(), WatchError> {
        Ok(self.ports.watching.set_back_next_day(series).await?)
    }

    /// Whether a report may be the one that makes its play count as watched. If it does although this says no, for the
    /// play goes by a length that is not known here, the note comes later: when somebody looks.
    pub(super) fn may_complete(&self, report: &Report, lengths: &Lengths) -> bool {
        let known = [report.duration, lengths.catalogue, lengths.usual];
        let candidates = known.into_iter().flatten().map(Some);
        let unknown = lengths.catalogue.is_none().then_some(None);
        !report.event.is_jump()
            && candidates.chain(unknown).any(|duration| {
                let progress = self.rules.judge(report.event, report.position, duration);
                progress.watched
            })
    }

    /// Looks up when there is something behind the episodes of these plays, specials that belong there included: who
    /// has watched none passes over them. A special leads anywhere, for whoever watches their first.
    pub(super) async fn going_on(
        &self,
        plays: impl IntoIterator<Item = PlayRef>,
    ) -> Result<Vec<GoingOn>, WatchError> {
        let plays: Vec<PlayRef> = plays.into_iter().collect();
        let by_series = self.episodes_by_series(&plays).await?;
        Ok(going_on_in(&by_series, plays).collect())
    }

    /// Looks once more at the series behind whose last episode these plays are, which is not sure until this: a new one
    /// may have come between. Broken off, it is found out when somebody looks what comes next; so it is where as much
    /// was watched as there is and more, for then the series may be watched again.
    pub(super) async fn look_again(
        &self,
        going_on: &[GoingOn],
        ledger: &Ledger,
    ) -> Result<(), WatchError> {
        let unsure = |play_ref: &PlayRef| {
            let watched_title = ledger.watched_titles.get(play_ref.title_key())?;
            (watched_title.next_day == Some(NextDay::UNSURE)).then_some(watched_title)
        };
        let plays = going_on.iter().filter(|(_, later)| later.is_none());
        let plays = plays.map(|(play_ref, _)| *play_ref);
        let plays: Vec<PlayRef> = plays
            .filter(|play_ref| unsure(play_ref).is_some())
            .collect();
        let by_series = self.on_record().episodes_by_series(&plays).await?;
        let still = going_on_in(&by_series, plays).filter(|(_, later)| later.is_none());
        let finished: BTreeMap<_, u64> = still
            .filter_map(|(play_ref, _)| {
                let watched_title = unsure(&play_ref)?;
                let watched = watched_title.completions.saturating_add(watched_title.told);
                let episodes = by_series.get(&play_ref.title)?.iter();
                // Specials may be watched by nobody.
                let regular = episodes.filter(|episode| episode.season > 0).count();
                let is_once = usize::try_from(watched).is_ok_and(|watched| watched <= regular);
                is_once.then_some((play_ref.title_key(), watched_title.stamp.revision))
            })
            .collect();
        self.finish(finished.into_iter().collect()).await
    }

    /// The same, by what the record says of episodes at this moment: only that decides that nothing comes next.
    fn on_record(&self) -> Self {
        Self {
            catalog: self.catalog.on_record(),
            ..self.clone()
        }
    }

    /// Notes that there is nothing next in series, if all that has happened to them since these revisions is nothing.
    async fn finish(&self, finished: Vec<((ProfileId, TitleId), u64)>) -> Result<(), WatchError> {
        if finished.is_empty() {
            return Ok(());
        }
        let touched = finished.iter();
        let touched: Vec<Touched> = touched
            .map(|((profile, title), _)| Touched::Title(*profile, *title))
            .collect();
        let now = self.clock.now();
        let change = Arc::new(move |ledger: &mut Ledger| {
            for (key, revision) in &finished {
                ledger.finish_series(*key, *revision, now);
            }
            Ok(())
        });
        self.ports.recorder.maintain(&touched, change).await?;
        Ok(())
    }

    async fn episodes_by_series(
        &self,
        plays: &[PlayRef],
    ) -> Result<BTreeMap<TitleId, Vec<Episode>>, WatchError> {
        let mut series: Vec<TitleId> = plays.iter().map(|play_ref| play_ref.title).collect();
        series.sort_unstable();
        series.dedup();
        let mut by_series: BTreeMap<TitleId, Vec<Episode>> = BTreeMap::new();
        if series.is_empty() {
            return Ok(by_series);
        }
        let everything = Visibility::everything();
        for episode in self
            .catalog
            .episodes_of_series(&everything, &series)
            .await?
        {
            by_series.entry(episode.series).or_default().push(episode);
        }
        Ok(by_series)
    }

    /// Notes what was found out about series that have nothing next: what was watched before there was such a note, or
    /// by a length that only the play knew. Whoever asked has their answer, whether that works or not.
    async fn settle(&self, passed_over: Vec<(WatchedTitle, Option<NextDay>)>) {
        let stale: Vec<_> = passed_over
            .into_iter()
            .filter(|(row, next_day)| row.next_day != *next_day)
            .map(|(row, next_day)| ((row.profile, row.title), row.stamp.revision, next_day))
            .collect();
        if stale.is_empty() {
            return;
        }
        let touched = stale
            .iter()
            .map(|((profile, title), ..)| Touched::Title(*profile, *title));
        let touched: Vec<Touched> = touched.collect();
        let series: Vec<TitleId> = stale.iter().map(|((_, title), ..)| *title).collect();
        let now = self.clock.now();
        let change = {
            let stale = stale.clone();
            Arc::new(move |ledger: &mut Ledger| {
                for (key, revision, next_day) in &stale {
                    let next_day = next_day.unwrap_or(NextDay::UNSURE);
                    ledger.settle_next_day(*key, *revision, next_day, now);
                }
                Ok(())
            })
        };
        let settled = async {
            let ledger = self.ports.recorder.maintain(&touched, change).await?;
            // A new episode may have come between.
            let profile = Some(stale[0].0.0);
            let everything = Visibility::everything();
            let standings = self.on_record();
            let standings = standings.series_standings(&everything, profile, &series);
            let standings = standings.await?;
            let (mut news, mut finished) = (Vec::new(), Vec::new());
            for (key, _, next_day) in &stale {
                let now = standings.get(&key.1).and_then(|standing| standing.next_day);
                let watched_title = ledger.watched_titles.get(*key);
                match (next_day, now) {
                    (None, None) => {
                        finished.extend(watched_title.map(|one| (*key, one.stamp.revision)));
                    }
                    // What is not sure is looked at again.
                    (None, Some(_)) => {}
                    (Some(_), now) if now == *next_day => {}
                    (Some(_), _) => news.push(key.1),
                }
            }
            self.finish(finished).await?;
            if news.is_empty() {
                return Ok(());
            }
            self.episodes_change(&news).await
        };
        let settled: Result<(), WatchError> = settled.await;
        match settled {
            Ok(()) => {}
            // Whoever meets that says so; this would say it again at each request.
            Err(error)
                if matches!(
                    error.code(),
                    ErrorCode::StorageFull | ErrorCode::UpstreamUnavailable
                ) => {}
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "What was found out about finished series was not noted"
            ),
        }
    }
}

/// When there is something behind the episodes of plays; what is of no episode is left out.
fn going_on_in(
    by_series: &BTreeMap<TitleId, Vec<Episode>>,
    plays: Vec<PlayRef>,
) -> impl Iterator<Item = GoingOn> {
    plays.into_iter().filter_map(move |play_ref| {
        let episodes = by_series.get(&play_ref.title)?;
        let episode = episodes.iter().find(|it| is_of(&play_ref, it))?;
        let later = match episode.season {
            0 => Some(NextDay::EVER),
            _ => NextDay::after(episodes, episode.run_place(), Specials::Watched),
        };
        Some((play_ref, later))
    })
}

/// Whether a play is of an episode.
fn is_of(play_ref: &PlayRef, episode: &Episode) -> bool {
    play_ref.item == WatchedItem::Episode(episode.id)
}

/// A series' keyset in the list of what comes next.
fn keyset(watched_title: &WatchedTitle) -> Keyset {
    Keyset::by_number(
        watched_title.last_at.timestamp_millis(),
        watched_title.title.to_i64(),
    )
}
