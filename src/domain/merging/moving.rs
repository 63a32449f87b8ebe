//! Moving what profiles have of merged titles, step by step: each can be done again by any server, and the title notes how
//! far that has come.
//!
//! A server that has not learned of a merge yet takes in what is watched of the title a moment longer. So all is looked
//! through twice, the second time when every server knows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::MergeError;
use super::service::MergeService;
use crate::domain::catalog::{
    Author, CatalogBatch, CatalogError, Episode, MergeStep, RevisionSource, Title, TitleKind,
    TitleMerge, Visibility, Writer,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::lease::may_work;
use crate::domain::watching::{Moving, WatchedItem, Way};

/// The lease that says which server moves what profiles have.
const LEASE: &str = "move_merged";
/// How long a server that has crashed holds it.
const HELD: Duration = Duration::from_secs(60);
/// How many profiles are moved between two looks at whether to go on.
const AT_A_TIME: usize = 100;
/// When all servers know of a merge, since the first of them moved by it: caches of titles are seconds old at the most.
const ALL_KNOW: TimeDelta = TimeDelta::seconds(30);

impl MergeService {
    /// Does what is to be done now of merges and of undoing them, if it is this server's turn. Says how many steps of titles
    /// were finished; 0: there is nothing to do at this moment.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn go_on(&self) -> Result<usize, MergeError> {
        let catalog = &self.ports.catalog;
        let merged = catalog.merged_titles().await?;
        let open = merged.iter();
        let open = open.filter(|title| title.merge.is_some_and(|merge| merge.is_open()));
        let open: Vec<TitleId> = open.map(|title| title.id).collect();
        if open.is_empty() || !self.may_move().await? {
            return Ok(0);
        }
        let titles = catalog.titles(&Visibility::everything(), &open).await?;
        let mut finished = 0;
        for title in &titles {
            if let Some(merge) = title.merge
                && self.is_due(title, &merge, &titles)
                && self.do_step(title, merge).await?
            {
                finished += 1;
            }
        }
        Ok(finished)
    }

    /// Frees the lease, so that another server need not wait.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn leave(&self) -> Result<(), MergeError> {
        Ok(self.ports.leases.release(LEASE, self.holder).await?)
    }

    async fn may_move(&self) -> Result<bool, StoreError> {
        may_work(&*self.ports.leases, LEASE, self.holder, HELD).await
    }

    /// Whether a step may be done now. The last look at a title waits for those that were merged into it: what comes from
    /// them late goes on with it.
    fn is_due(&self, title: &Title, merge: &TitleMerge, open: &[Arc<Title>]) -> bool {
        let all_know = self.ports.clock.now() >= merge.since + ALL_KNOW;
        match merge.step {
            MergeStep::Moving | MergeStep::Undoing => true,
            MergeStep::Following => {
                all_know && open.iter().all(|it| it.leads_to() != Some(title.id))
            }
            // What is still moving to the other title may be of an episode that is back.
            MergeStep::Returning => {
                all_know && open.iter().all(|it| it.leads_to() != Some(merge.into))
            }
            MergeStep::Done => false,
        }
    }

    /// Does a step of a title. Says whether it is finished: not if it is another server's turn, or another step's.
    async fn do_step(&self, title: &Title, merge: TitleMerge) -> Result<bool, MergeError> {
        let began = self.ports.clock.now();
        let (way, since) = match merge.step {
            MergeStep::Moving => (Way::There, None),
            MergeStep::Following => (Way::There, Some(merge.since)),
            MergeStep::Undoing => (Way::Back, None),
            MergeStep::Returning => (Way::Back, Some(merge.since)),
            MergeStep::Done => return Ok(false),
        };
        let watching = &self.ports.watching;
        for (whose, way) in passes(title, &merge, way) {
            let mut after = None;
            loop {
                let profiles = watching.profiles_with(whose.title(), after, AT_A_TIME);
                let profiles = profiles.await?;
                let Some(last) = profiles.last() else {
                    break;
                };
                after = Some(*last);
                let mut movings = self.movings(title, &merge, way, &profiles).await?;
                movings.retain(|(_, moving)| whose.has_any(moving));
                watching.move_titles(&movings, way, since).await?;
                if !self.may_move().await? || self.at_step(title.id, &merge).await?.is_none() {
                    return Ok(false);
                }
            }
        }
        let commenting = &self.ports.commenting;
        commenting.move_title(title.id, merge.into, way).await?;
        self.finish(title.id, merge, began).await
    }

    /// What each of these profiles has that moves with a title, or goes back with it.
    async fn movings(
        &self,
        title: &Title,
        merge: &TitleMerge,
        way: Way,
        profiles: &[ProfileId],
    ) -> Result<Vec<(ProfileId, Moving)>, MergeError> {
        let (from, into) = (title.id, merge.into);
        let profiles_and = |moving: Moving| profiles.iter().map(move |it| (*it, moving.clone()));
        if title.kind == TitleKind::Film {
            return Ok(profiles_and(Moving::film(merge.id, from, into)).collect());
        }
        let at = match way {
            Way::There => from,
            Way::Back => into,
        };
        let watched = self.ports.watching.watched_items(profiles, at).await?;
        let ids = watched
            .values()
            .flatten()
            .filter_map(|item| episode_of(*item));
        let ids: BTreeSet<EpisodeId> = ids.collect();
        let ids: Vec<EpisodeId> = ids.into_iter().collect();
        let mut episodes: HashMap<EpisodeId, Episode> = HashMap::new();
        if !ids.is_empty() {
            let everything = Visibility::everything();
            let found = self.ports.catalog.episodes(&everything, &ids).await?;
            episodes.extend(found.into_iter().map(|episode| (episode.id, episode)));
        }
        let movings = watched.into_iter().map(|(profile, items)| {
            let own = items.into_iter().filter_map(episode_of);
            let own = own.filter_map(|id| episodes.get(&id));
            let moving = match way {
                Way::There => Moving::series(merge.id, (from, into), own),
                Way::Back => Moving::series_back(merge.id, (from, into), own),
            };
            (profile, moving)
        });
        Ok(movings.collect())
    }

    /// The title, if it is still at that step.
    async fn at_step(
        &self,
        title: TitleId,
        merge: &TitleMerge,
    ) -> Result<Option<Arc<Title>>, MergeError> {
        let everything = Visibility::everything();
        let found = self
            .ports
            .catalog
            .titles(&everything, &[title])
            .await?
            .pop();
        Ok(found.filter(|title| title.merge.as_ref() == Some(merge)))
    }

    /// Notes that a step is finished that began then.
    async fn finish(
        &self,
        title: TitleId,
        merge: TitleMerge,
        began: DateTime<Utc>,
    ) -> Result<bool, MergeError> {
        let Some(title) = self.at_step(title, &merge).await? else {
            return Ok(false);
        };
        let next = |step| TitleMerge {
            step,
            since: began,
            ..merge
        };
        let merge = match merge.step {
            MergeStep::Moving => Some(next(MergeStep::Following)),
            MergeStep::Following | MergeStep::Done => Some(next(MergeStep::Done)),
            MergeStep::Undoing => Some(next(MergeStep::Returning)),
            // What was nothing but a place for an episode is never seen.
            MergeStep::Returning => merge.episode.map(|_| next(MergeStep::Done)),
        };
        let title = Title {
            merge,
            stamp: title.stamp.next(self.ports.clock.now()),
            ..Title::clone(&title)
        };
        // Nothing that a curator reads is another, so there is no revision.
        let batch = CatalogBatch {
            titles: vec![title],
            ..CatalogBatch::default()
        };
        let writer = Writer::new(Author::Command, RevisionSource::Merge);
        match self.ports.load.write(batch, &writer).await {
            Ok(()) => Ok(true),
            // Somebody undoes it, or another server was first.
            Err(CatalogError::Store(StoreError::Conflict)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whose history is looked through for a step of a title, and which way it moves, one after the other.
fn passes(title: &Title, merge: &TitleMerge, way: Way) -> Vec<(Whose, Way)> {
    let all = Whose::All(title.id);
    // Whoever began with the other series alone may have watched an episode that goes back.
    let with_episodes = Whose::WithEpisodes(merge.into);
    match (way, merge.episode) {
        // What there is of the episode is with the series that both are of: first it comes to this title, as if the episode
        // had always been of it.
        (Way::There, Some(_)) => vec![(with_episodes, Way::Back), (all, Way::There)],
        (Way::Back, Some(_)) => vec![(all, Way::Back), (all, Way::There)],
        (Way::Back, None) if title.kind == TitleKind::Series => {
            vec![(all, Way::Back), (with_episodes, Way::Back)]
        }
        (way, None) => vec![(all, way)],
    }
}

/// Which profiles are looked through.
#[derive(Debug, Clone, Copy)]
enum Whose {
    /// All that have anything of a title.
    All(TitleId),
    /// Those that have watched episodes of a series which go elsewhere.
    WithEpisodes(TitleId),
}

impl Whose {
    fn title(self) -> TitleId {
        match self {
            Self::All(title) | Self::WithEpisodes(title) => title,
        }
    }

    fn has_any(self, moving: &Moving) -> bool {
        match self {
            Self::All(_) => true,
            Self::WithEpisodes(_) => moving.takes_along(),
        }
    }
}

fn episode_of(item: WatchedItem) -> Option<EpisodeId> {
    match item {
        WatchedItem::Episode(id) => Some(id),
        WatchedItem::Film(_) | WatchedItem::Series(_) => None,
    }
}
