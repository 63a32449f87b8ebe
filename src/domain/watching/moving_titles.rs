//! Moving what profiles have of titles that were merged into others: by a change of the log of each, and on their lists.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use futures::future::try_join_all;

use super::error::WatchError;
use super::listed::{ListedTitle, TitleList};
use super::log::Cause;
use super::moving::Moving;
use super::service::WatchService;
use super::types::WatchedItem;
use crate::domain::catalog::Visibility;
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::page::Window;

/// How many profiles are moved at the same time.
const TOGETHER: usize = 20;
/// No list of a profile is full for what was on it already.
const ANY_NUMBER: u64 = 1_000_000;

/// Which way something is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the title that it was merged into.
    There,
    /// Back, because that is undone.
    Back,
}

impl WatchService {
    /// Some of the profiles that have anything of a title in their history or on a list, by id, those after the given one;
    /// none: there are no more. All that was acknowledged before it is folded, if it begins.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn profiles_with(
        &self,
        title: TitleId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, WatchError> {
        if after.is_none() {
            self.ports.settling.settle_all().await?;
        }
        let history = &self.ports.history;
        Ok(history.profiles_with(title, after, limit).await?)
    }

    /// What of a title each of these profiles has in its history.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn watched_items(
        &self,
        profiles: &[ProfileId],
        title: TitleId,
    ) -> Result<BTreeMap<ProfileId, BTreeSet<WatchedItem>>, WatchError> {
        let mut found: BTreeMap<ProfileId, BTreeSet<WatchedItem>> = BTreeMap::new();
        for some in profiles.chunks(TOGETHER) {
            let of_each = some.iter().map(|profile| async move {
                let history = &self.ports.history;
                let plays = history.plays_of_titles(*profile, &[title]).await?;
                let states = history.states_of_titles(*profile, &[title]).await?;
                let plays = plays.iter().map(|play| play.item);
                let items = plays.chain(states.iter().map(|state| state.item));
                let items: BTreeSet<WatchedItem> = items.collect();
                Ok::<_, WatchError>((*profile, items))
            });
            found.extend(try_join_all(of_each).await?);
        }
        Ok(found)
    }

    /// Moves what profiles have of a title, or brings it back: each by one change of its log. Of their lists only what was
    /// put there `since`, if that is said: what was moved before may have been taken off again. Idempotent.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn move_titles(
        &self,
        movings: &[(ProfileId, Moving)],
        way: Way,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), WatchError> {
        for some in movings.chunks(TOGETHER) {
            let moved = some.iter().map(|(profile, moving)| async move {
                match self.move_of(*profile, moving, way, since).await {
                    // Nothing of it is left to move.
                    Err(WatchError::ProfileErased) => Ok(()),
                    moved => moved,
                }
            });
            try_join_all(moved).await?;
        }
        Ok(())
    }

    /// Moves what a profile watched of a film or a series that was merged into this title: a play of it goes on, and does
    /// not wait until all is moved.
    pub(super) async fn move_at_once(
        &self,
        profile: ProfileId,
        asked: WatchedItem,
        into: TitleId,
    ) -> Result<(), WatchError> {
        let everything = Visibility::everything();
        let from = match asked {
            WatchedItem::Film(id) | WatchedItem::Series(id) => id,
            WatchedItem::Episode(id) => {
                let episode = self.catalog.episodes(&everything, &[id]).await?.pop();
                let Some(episode) = episode else {
                    return Ok(());
                };
                episode.series
            }
        };
        let title = self.catalog.titles(&everything, &[from]).await?.pop();
        let merge = title.and_then(|title| title.merge);
        let Some(merge) = merge.filter(|merge| merge.leads_to() == Some(into)) else {
            return Ok(());
        };
        let moving = if matches!(asked, WatchedItem::Film(_)) {
            Moving::film(merge.id, from, into)
        } else {
            let watched = self.watched_items(&[profile], from).await?;
            let episodes = episodes_of(watched.values().flatten());
            let episodes = self.catalog.episodes(&everything, &episodes).await?;
            Moving::series(merge.id, (from, into), episodes.iter())
        };
        self.record_of(profile, Cause::Move { moving }).await?;
        Ok(())
    }

    async fn move_of(
        &self,
        profile: ProfileId,
        moving: &Moving,
        way: Way,
        since: Option<DateTime<Utc>>,
    ) -> Result<(), WatchError> {
        let cause = match way {
            Way::There => Cause::Move {
                moving: moving.clone(),
            },
            Way::Back => Cause::MoveBack {
                moving: moving.clone(),
            },
        };
        self.record_of(profile, cause).await?;
        for list in [TitleList::Watchlist, TitleList::Hidden] {
            let is_moved = self
                .move_listed((profile, list), moving, way, since)
                .await?;
            if is_moved && list.shapes_suggestions() {
                self.tell(profile);
            }
        }
        Ok(())
    }

    /// Puts the other title on a list in the place of one that is on it. That stays, and is not seen; it has the same time as
    /// what was put there for it, by which this is known when it is undone. Says whether there was anything to do.
    async fn move_listed(
        &self,
        (profile, list): (ProfileId, TitleList),
        moving: &Moving,
        way: Way,
        since: Option<DateTime<Utc>>,
    ) -> Result<bool, WatchError> {
        let (history, feedback) = (&self.ports.history, &self.ports.feedback);
        let (from, into) = (moving.from, moving.into);
        let there = history.listed_among(profile, list, &[from, into]).await?;
        if !there.contains(&from) || there.contains(&into) == (way == Way::There) {
            return Ok(false);
        }
        let most = list.most().saturating_mul(2);
        let all = Window::first(usize::try_from(most).unwrap_or(usize::MAX));
        let listed = history.listed_titles(profile, list, &all).await?.rows;
        let of = |title: TitleId| listed.iter().find(|listed| listed.title == title);
        let Some(own) = of(from) else {
            return Ok(false);
        };
        if since.is_some_and(|since| own.stamp.created_at < since) {
            return Ok(false);
        }
        match way {
            Way::There => {
                let other = ListedTitle {
                    title: into,
                    ..own.clone()
                };
                feedback.list_title(list, &other, ANY_NUMBER).await?;
                Ok(true)
            }
            Way::Back => {
                let at = own.stamp.created_at;
                let is_for_it = of(into).is_some_and(|other| other.stamp.created_at == at);
                if is_for_it {
                    feedback.unlist_title(list, profile, into).await?;
                }
                Ok(is_for_it)
            }
        }
    }
}

/// The episodes among these items, each once.
fn episodes_of<'i>(items: impl Iterator<Item = &'i WatchedItem>) -> Vec<EpisodeId> {
    let episodes = items.filter_map(|item| match item {
        WatchedItem::Episode(id) => Some(*id),
        WatchedItem::Film(_) | WatchedItem::Series(_) => None,
    });
    let episodes: BTreeSet<EpisodeId> = episodes.collect();
    episodes.into_iter().collect()
}
