//! How a profile stands with what rows are about to bring: what is there already, and what the viewer refused.

use std::collections::HashSet;

use super::error::ImportError;
use super::import::Does;
use super::service::ImportService;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::watching::{Play, TitleList, Told, WatchState, WatchedItem};

/// How a profile stands with what rows are about to bring, by the keys of it.
#[derive(Default)]
pub(super) struct Standing {
    /// What is there already.
    there: HashSet<String>,
    /// What the viewer deleted or said otherwise: no import changes that.
    refused: HashSet<String>,
}

impl Standing {
    /// Whether something is there by imports alone, or is to be; other imports may have brought it.
    pub(super) fn is_own(&self, does: Does, is_claimed: bool) -> bool {
        let key = does.key();
        if self.refused.contains(&key) {
            return false;
        }
        match (self.there.contains(&key), does) {
            (true, _) => is_claimed,
            // What an import brought and is not there any more the viewer took off.
            (false, Does::List { .. }) => !is_claimed,
            (false, _) => true,
        }
    }
}

impl ImportService {
    /// How the profile stands with these things, by their keys; what is in neither set is not there.
    pub(super) async fn standing(
        &self,
        profile: ProfileId,
        does: &[Does],
    ) -> Result<Standing, ImportError> {
        let mut standing = Standing::default();
        let plays = does.iter().filter_map(|does| match does {
            Does::Play { play, .. } => Some(*play),
            _ => None,
        });
        let plays: Vec<PlayId> = plays.collect();
        let plays = self.watching.named_plays(profile, &plays).await?;
        let told = does.iter().filter_map(|does| match does {
            Does::Tell { item, .. } => Some(*item),
            _ => None,
        });
        let told: Vec<WatchedItem> = told.collect();
        let told = self.watching.states(profile, &told).await?;
        let watched = self.watched_otherwise(profile, &told).await?;
        let liked = titles(does, |does| matches!(does, Does::Like { .. }));
        let liked = self.watching.watched_titles(profile, &liked).await?;
        let listed = titles(does, |does| matches!(does, Does::List { .. }));
        let list = TitleList::Watchlist;
        let listed = self.watching.listed_among(profile, list, &listed).await?;
        for does in does {
            let (is_there, is_refused) = match does {
                Does::Play { play, .. } => {
                    let play = plays.iter().find(|it| it.id == *play);
                    let play = play.filter(|play| !play.is_undone());
                    (play.is_some(), play.is_some_and(Play::is_deleted))
                }
                Does::Tell { item, .. } => {
                    let state = told.iter().find(|state| state.item == *item);
                    let said = state.and_then(|state| state.told);
                    let is_told = said.is_some_and(Told::is_watched);
                    let is_unwatched = said.is_some_and(|said| !said.is_watched());
                    (is_told || watched.contains(item), is_unwatched)
                }
                Does::Like { title, .. } => {
                    let title = liked.iter().find(|it| it.title == *title);
                    let is_there = title.is_some_and(|title| title.liked.is_some());
                    let was_said = title.is_some_and(|title| title.liked_at.is_some());
                    (is_there, was_said && !is_there)
                }
                Does::List { title } => (listed.contains(title), false),
            };
            if is_there {
                standing.there.insert(does.key());
            }
            if is_refused {
                standing.refused.insert(does.key());
            }
        }
        Ok(standing)
    }

    /// Which items of these states are watched by a play that is there not by imports alone. What an import played is no
    /// reason not to say that it was watched: it goes with that import.
    async fn watched_otherwise(
        &self,
        profile: ProfileId,
        states: &[WatchState],
    ) -> Result<HashSet<WatchedItem>, ImportError> {
        let watched = states.iter().filter(|state| state.watched);
        let items: HashSet<WatchedItem> = watched.clone().map(|state| state.item).collect();
        if items.is_empty() {
            return Ok(items);
        }
        let mut titles: Vec<TitleId> = watched.map(|state| state.title).collect();
        titles.sort_unstable();
        titles.dedup();
        let mut plays = self.watching.plays_of_titles(profile, &titles).await?;
        plays.retain(|play| play.completed && !play.is_deleted() && items.contains(&play.item));
        let key = |play: &Play| {
            let (title, play) = (play.title, play.id);
            Does::Play { title, play }.key()
        };
        let keys: Vec<String> = plays.iter().map(key).collect();
        let claims = self.ports.store.claims(profile, &keys).await?;
        let claimed: HashSet<String> = claims.into_iter().map(|(key, _)| key).collect();
        let others = plays.iter().filter(|play| !claimed.contains(&key(play)));
        Ok(others.map(|play| play.item).collect())
    }
}

fn titles(does: &[Does], is_of: impl Fn(&Does) -> bool) -> Vec<TitleId> {
    let does = does.iter().filter(|does| is_of(does));
    does.map(|does| does.title()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_viewer_said_otherwise_no_import_says_again() {
        let title = TitleId(1);
        let (list, like) = (Does::List { title }, Does::Like { title, liked: true });
        let standing = |there: &[Does], refused: &[Does]| Standing {
            there: there.iter().map(|does| does.key()).collect(),
            refused: refused.iter().map(|does| does.key()).collect(),
        };

        for (standing, does, by_none, by_another) in [
            (standing(&[], &[]), like, true, true),
            (standing(&[like], &[]), like, false, true),
            (standing(&[], &[like]), like, false, false),
            (standing(&[], &[]), list, true, false),
            (standing(&[list], &[]), list, false, true),
        ] {
            assert_eq!(standing.is_own(does, false), by_none, "{does:?}");
            assert_eq!(standing.is_own(does, true), by_another, "{does:?}");
        }
        let liked = false;
        assert_ne!(like.key(), Does::Like { title, liked }.key());
    }
}
