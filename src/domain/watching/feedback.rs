//! What viewers say of what they watch, and of what they do not want to see: a thumb, "this watch must not count",
//! "nothing because of this genre or person".

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::error::WatchError;
use super::exclusions::{Exclusions, Mute, MutedSource};
use super::ledger::Ledger;
use super::log::{Cause, Draft};
use super::rules::WatchRules;
use super::service::{WatchService, check_may_watch};
use super::types::{Play, WatchedItem, WatchedTitle};
use crate::domain::catalog::{Genre, Thumbs, Title, TitleKind, Visibility};
use crate::domain::events::Event;
use crate::domain::ids::{GenreId, PersonId, PlayId, ProfileId, TitleId};
use crate::domain::listeners::ItemId;
use crate::domain::stamp::Stamp;
use crate::domain::viewer::KnownViewer;

/// The most genres and people that a profile can mute.
pub const MAX_MUTES: u64 = 500;

impl WatchService {
    /// Records what the viewer's profile says of a film or series; `None` takes it back. Whoever rates has seen it: a
    /// title that was never played here counts as watched elsewhere, just now. Idempotent. An API key must have the
    /// scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rate(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        title: TitleId,
        liked: Option<bool>,
    ) -> Result<Arc<Title>, WatchError> {
        let title = self.changeable_title(visibility, viewer, title).await?;
        let cause = Cause::Rate {
            title: title.id,
            is_series: title.kind == TitleKind::Series,
            liked,
        };
        self.record(viewer, cause).await?;
        Ok(title)
    }

    /// How many profiles like each of the titles with these ids, and how many do not; those of which none says anything
    /// are left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn thumbs(
        &self,
        titles: RangeInclusive<TitleId>,
    ) -> Result<Vec<(TitleId, Thumbs)>, WatchError> {
        Ok(self.ports.thumbs.thumbs(titles).await?)
    }

    /// Says whether a play of the viewer's profile may shape its suggestions. It stays in the history, and what was
    /// watched stays watched. An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_counts(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        play: PlayId,
        counts: bool,
    ) -> Result<Play, WatchError> {
        check_may_watch(viewer)?;
        let found = self.find_play(visibility, viewer.profile, play).await?;
        let found = found.filter(|play| !matches!(play.item, WatchedItem::Series(_)));
        let title = found.ok_or(WatchError::PlayNotFound)?.title;
        let cause = Cause::Count {
            play,
            title,
            counts,
        };
        let ledger = self.record(viewer, cause).await?;
        let key = (viewer.profile, play);
        let play = ledger.plays.get(key).cloned();
        play.ok_or(WatchError::PlayNotFound)
    }

    /// Tells other servers that a profile's suggestions are others now.
    pub(super) fn tell(&self, profile: ProfileId) {
        self.events.publish(Event::TastesChanged([profile].into()));
    }

    /// Which of these titles are not to be suggested to a profile, in no order: it has watched, rated or hidden them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, WatchError> {
        Ok(self.ports.history.passed_over(profile, titles).await?)
    }

    /// All that is not to be suggested to a profile, in one read.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, WatchError> {
        let mut exclusions = self.ports.history.exclusions(profile).await?;
        let standing = self.standing_sources(&exclusions.muted).await?;
        // Who was merged stays muted beside who stands for them: the graph may know them a moment longer.
        let standing = standing.into_values();
        let news: Vec<MutedSource> = standing
            .filter(|source| !exclusions.muted.contains(source))
            .collect();
        exclusions.muted.extend(news);
        Ok(exclusions)
    }

    /// Says whether a genre or a person is not to speak for titles in the suggestions of the viewer's profile. An
    /// API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_muted(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        source: MutedSource,
        muted: bool,
    ) -> Result<(), WatchError> {
        check_may_watch(viewer)?;
        let standing = self.standing_sources(&[source]).await?;
        let source = standing.get(&source).copied().unwrap_or(source);
        if !muted {
            for source in self.sources_of(source).await? {
                let feedback = &self.ports.feedback;
                feedback.remove_mute(viewer.profile, source).await?;
            }
            self.tell(viewer.profile);
            return Ok(());
        }
        let is_known = match source {
            MutedSource::Genre(id) => {
                let genres = self.catalog.genres(&[id]).await?;
                genres.iter().any(Genre::is_there)
            }
            MutedSource::Person(id) => {
                let people = self.catalog.seen_people(visibility, &[id]).await?;
                !people.is_empty()
            }
        };
        if !is_known {
            return Err(WatchError::SourceNotFound);
        }
        let mute = Mute {
            profile: viewer.profile,
            source,
            stamp: Stamp::first(self.now()),
        };
        self.ports.feedback.put_mute(&mute, MAX_MUTES).await?;
        self.tell(viewer.profile);
        Ok(())
    }

    /// The genres and people that a profile mutes, by source; in the place of who was merged into somebody else, that one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn mutes(&self, profile: ProfileId) -> Result<Arc<[Mute]>, WatchError> {
        let mutes = self.ports.feedback.mutes(profile).await?;
        let sources: Vec<MutedSource> = mutes.iter().map(|mute| mute.source).collect();
        let standing = self.standing_sources(&sources).await?;
        if standing.is_empty() {
            return Ok(mutes);
        }
        let mut of_source: BTreeMap<MutedSource, Mute> = BTreeMap::new();
        for mute in mutes.iter() {
            let source = standing.get(&mute.source).copied();
            let mute = Mute {
                source: source.unwrap_or(mute.source),
                ..mute.clone()
            };
            // Of several who are one the last that was muted says when.
            let known = of_source.get(&mute.source);
            if known.is_none_or(|known| known.stamp.created_at < mute.stamp.created_at) {
                of_source.insert(mute.source, mute);
            }
        }
        Ok(of_source.into_values().collect())
    }

    /// Who stands for those of these people, and what for those of these genres, that were merged into others.
    async fn standing_sources(
        &self,
        sources: &[MutedSource],
    ) -> Result<HashMap<MutedSource, MutedSource>, WatchError> {
        let people = sources.iter().filter_map(|source| match source {
            MutedSource::Person(id) => Some(*id),
            MutedSource::Genre(_) => None,
        });
        let people: Vec<PersonId> = people.collect();
        let genres = sources.iter().filter_map(|source| match source {
            MutedSource::Genre(id) => Some(*id),
            MutedSource::Person(_) => None,
        });
        let genres: Vec<GenreId> = genres.collect();
        let mut stand: HashMap<MutedSource, MutedSource> = HashMap::new();
        if !genres.is_empty() {
            let merged = self.catalog.genres_merged_into(&genres).await?.into_iter();
            let source = |(from, into)| (MutedSource::Genre(from), MutedSource::Genre(into));
            stand.extend(merged.map(source));
        }
        if people.is_empty() {
            return Ok(stand);
        }
        let standing = self.catalog.standing(&people).await?;
        let merged = people.into_iter().zip(standing);
        let merged = merged.filter(|(person, standing)| person != standing);
        let source = |(from, into)| (MutedSource::Person(from), MutedSource::Person(into));
        stand.extend(merged.map(source));
        Ok(stand)
    }

    /// A source with all that were merged into it.
    async fn sources_of(&self, source: MutedSource) -> Result<Vec<MutedSource>, WatchError> {
        match source {
            MutedSource::Person(person) => {
                let people = self.catalog.stands_for(person).await?.into_iter();
                Ok(people.map(MutedSource::Person).collect())
            }
            MutedSource::Genre(genre) => {
                let merged = self.catalog.merged_genres().await?.into_iter();
                let merged = merged.filter(|it| it.merged_into == Some(genre));
                let merged = merged.map(|it| MutedSource::Genre(it.id));
                Ok(std::iter::once(source).chain(merged).collect())
            }
        }
    }

    pub(super) async fn record(
        &self,
        viewer: &KnownViewer,
        cause: Cause,
    ) -> Result<Ledger, WatchError> {
        self.record_of(viewer.profile, cause).await
    }

    /// The same of a profile that nobody may be logged in with.
    pub(super) async fn record_of(
        &self,
        profile: ProfileId,
        cause: Cause,
    ) -> Result<Ledger, WatchError> {
        let draft = Draft {
            profile,
            cause,
            may_begin: true,
        };
        let ledger = self.ports.recorder.record(draft).await?;
        self.tell_folding();
        self.tell_states(profile, &ledger);
        Ok(ledger)
    }

    /// Tells whoever listens how a profile stands with what a change touched.
    pub(super) fn tell_states(&self, profile: ProfileId, ledger: &Ledger) {
        let changed = ledger.states.changed().map(|state| state.item);
        // What was deleted is as if it had never been played, and that is another state, too.
        let removed = ledger.states.removed().map(|(_, item)| item);
        let items = changed.chain(removed);
        let items: Arc<[ItemId]> = items.filter_map(WatchedItem::id).collect();
        if !items.is_empty() {
            self.events.publish(Event::StatesChanged { profile, items });
        }
    }

    /// The title, if the viewer may say something of it.
    pub(super) async fn changeable_title(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        title: TitleId,
    ) -> Result<Arc<Title>, WatchError> {
        check_may_watch(viewer)?;
        let found = self.title_now(visibility, title).await?;
        found.ok_or(WatchError::TitleNotFound)
    }

    /// The time, as exactly as stores keep it.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(3)
    }
}

impl Ledger {
    /// Records what a profile says of a title. Rating an unplayed title creates a watched title with `plays = 0`, dated
    /// `now`.
    pub fn rate(
        &mut self,
        key: (ProfileId, TitleId),
        is_series: bool,
        liked: Option<bool>,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        let watched_title = match self.watched_titles.get(key) {
            Some(watched_title) => WatchedTitle {
                stamp: watched_title.stamp.next(now),
                ..watched_title.clone()
            },
            None => WatchedTitle::new(key, is_series, now, now),
        };
        if watched_title.liked == liked {
            return;
        }
        let mut watched_title = WatchedTitle {
            liked,
            liked_at: Some(now),
            ..watched_title
        };
        if watched_title.plays == 0 {
            (watched_title.first_at, watched_title.last_at) = (now, now);
        }
        self.watched_titles.put(key, watched_title);
    }

    /// Takes a play out of its title's weight, or puts it back. All other plays and states of the title must be in the
    /// ledger.
    pub fn set_counts(
        &mut self,
        rules: &WatchRules,
        key: (ProfileId, PlayId),
        counts: bool,
        now: DateTime<Utc>,
    ) -> Result<(), WatchError> {
        let play = self.plays.get(key).filter(|play| !play.is_deleted());
        let play = play.ok_or(WatchError::PlayNotFound)?;
        if play.counts == counts {
            return Ok(());
        }
        let title_key = (play.profile, play.title);
        // A play without a watched title belongs to a profile that is being erased.
        let watched_title = self
            .watched_titles
            .get(title_key)
            .ok_or(WatchError::PlayNotFound)?;
        let watched_title = watched_title.clone();
        let play = Play {
            counts,
            stamp: play.stamp.next(now),
            ..play.clone()
        };
        self.plays.put(key, play);
        let watched_title = WatchedTitle {
            weight: self.weight_of(rules, title_key),
            stamp: watched_title.stamp.next(now),
            ..watched_title
        };
        self.watched_titles.put(title_key, watched_title);
        Ok(())
    }
}
