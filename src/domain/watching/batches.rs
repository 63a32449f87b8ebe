//! One viewer's reads by key, as batches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::error::WatchError;
use super::exclusions::MutedSource;
use super::lengths::MeasuredLength;
use super::listed::TitleList;
use super::service::WatchService;
use super::standing::SeriesStanding;
use super::store::ProfileList;
use super::types::{WatchState, WatchedItem};
use crate::domain::batch::Batch;
use crate::domain::catalog::Visibility;
use crate::domain::ids::{ProfileId, TitleId};

/// How a profile stands with films and episodes.
#[derive(Clone)]
pub struct StatesByItem {
    pub watching: WatchService,
    /// Whose states; there are none if `None`.
    pub profile: Option<ProfileId>,
}

impl Batch for StatesByItem {
    type Key = WatchedItem;
    type Value = Arc<WatchState>;
    type Error = WatchError;

    async fn load(
        &self,
        items: &[WatchedItem],
    ) -> Result<HashMap<WatchedItem, Arc<WatchState>>, WatchError> {
        let Some(profile) = self.profile else {
            return Ok(HashMap::new());
        };
        let states = self.watching.states(profile, items).await?;
        Ok(states
            .into_iter()
            .map(|state| (state.item, Arc::new(state)))
            .collect())
    }
}

/// How far a profile is with series.
#[derive(Clone)]
pub struct StandingsBySeries {
    pub watching: WatchService,
    /// What may be seen.
    pub visibility: Visibility,
    /// Whose; somebody who has watched nothing if `None`.
    pub profile: Option<ProfileId>,
}

impl Batch for StandingsBySeries {
    type Key = TitleId;
    type Value = Arc<SeriesStanding>;
    type Error = WatchError;

    async fn load(
        &self,
        series: &[TitleId],
    ) -> Result<HashMap<TitleId, Arc<SeriesStanding>>, WatchError> {
        let standings = self
            .watching
            .series_standings(&self.visibility, self.profile, series)
            .await?;
        Ok(standings
            .into_iter()
            .map(|(series, standing)| (series, Arc::new(standing)))
            .collect())
    }
}

/// What a profile said of titles.
#[derive(Clone)]
pub struct ThumbsByTitle {
    pub watching: WatchService,
    /// Whose thumbs; there are none if `None`.
    pub profile: Option<ProfileId>,
}

impl Batch for ThumbsByTitle {
    type Key = TitleId;
    type Value = bool;
    type Error = WatchError;

    async fn load(&self, titles: &[TitleId]) -> Result<HashMap<TitleId, bool>, WatchError> {
        let Some(profile) = self.profile else {
            return Ok(HashMap::new());
        };
        let watched_titles = self.watching.watched_titles(profile, titles).await?;
        Ok(watched_titles
            .into_iter()
            .filter_map(|watched_title| Some((watched_title.title, watched_title.liked?)))
            .collect())
    }
}

/// Whether titles are on a list of a profile: those that are have a value.
#[derive(Clone)]
pub struct ListedByTitle {
    pub watching: WatchService,
    pub list: TitleList,
    /// Whose list; nothing is on it if `None`.
    pub profile: Option<ProfileId>,
}

impl Batch for ListedByTitle {
    type Key = TitleId;
    type Value = ();
    type Error = WatchError;

    async fn load(&self, titles: &[TitleId]) -> Result<HashMap<TitleId, ()>, WatchError> {
        let Some(profile) = self.profile else {
            return Ok(HashMap::new());
        };
        let listed = self.watching.listed_among(profile, self.list, titles);
        Ok(listed.await?.into_iter().map(|title| (title, ())).collect())
    }
}

/// A set of titles that are a profile's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnTitles {
    /// What it has watched, of a series at least an episode.
    Watched,
    /// What is on its watchlist.
    Watchlist,
}

/// The titles of a profile's own, by set: none for somebody who is not logged in.
#[derive(Clone)]
pub struct TitlesBySet {
    pub watching: WatchService,
    /// Whose sets; there are none if `None`.
    pub profile: Option<ProfileId>,
}

impl Batch for TitlesBySet {
    type Key = OwnTitles;
    type Value = Arc<HashSet<TitleId>>;
    type Error = WatchError;

    async fn load(
        &self,
        sets: &[OwnTitles],
    ) -> Result<HashMap<OwnTitles, Arc<HashSet<TitleId>>>, WatchError> {
        let mut titles = HashMap::new();
        let Some(profile) = self.profile else {
            return Ok(titles);
        };
        for set in sets {
            let list = match set {
                OwnTitles::Watched => ProfileList::Watched,
                OwnTitles::Watchlist => ProfileList::Titles(TitleList::Watchlist),
            };
            let of_set = self.watching.titles_of(profile, list).await?;
            titles.insert(*set, Arc::new(of_set));
        }
        Ok(titles)
    }
}

/// Whether a profile mutes genres and people: those that it mutes have a value.
#[derive(Clone)]
pub struct MutedBySource {
    pub watching: WatchService,
    /// Whose mutes; there are none if `None`.
    pub profile: Option<ProfileId>,
}

impl Batch for MutedBySource {
    type Key = MutedSource;
    type Value = ();
    type Error = WatchError;

    async fn load(&self, sources: &[MutedSource]) -> Result<HashMap<MutedSource, ()>, WatchError> {
        let Some(profile) = self.profile else {
            return Ok(HashMap::new());
        };
        let mutes = self.watching.mutes(profile).await?;
        let is_muted = |source: &MutedSource| mutes.iter().any(|mute| mute.source == *source);
        let muted = sources.iter().copied().filter(is_muted);
        Ok(muted.map(|source| (source, ())).collect())
    }
}

/// What players measured of films and episodes whose length the catalogue does not know.
#[derive(Clone)]
pub struct MeasuredByItem(pub WatchService);

impl Batch for MeasuredByItem {
    type Key = WatchedItem;
    type Value = Arc<MeasuredLength>;
    type Error = WatchError;

    async fn load(
        &self,
        items: &[WatchedItem],
    ) -> Result<HashMap<WatchedItem, Arc<MeasuredLength>>, WatchError> {
        let measured = self.0.measured_lengths(items).await?;
        Ok(measured
            .into_iter()
            .map(|measured| (measured.item, Arc::new(measured)))
            .collect())
    }
}
