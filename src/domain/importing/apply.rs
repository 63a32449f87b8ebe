//! What rows bring. Each step first writes down what it is about to do, so that whoever does it again does the same, and
//! whatever was there before stays when an import is undone.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::bringing::{Bringing, Facts, bringing, is_planned};
use super::error::ImportError;
use super::import::{Does, Effect, ImportRow, RowState};
use super::service::ImportService;
use crate::domain::catalog::Visibility;
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::watching::{ImportedWatch, WatchError, WatchedItem};

impl ImportService {
    /// Brings what rows say that were matched, of what may still be seen. Idempotent.
    pub(super) async fn apply_rows(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        rows: Vec<ImportRow>,
    ) -> Result<(), ImportError> {
        let facts = self.facts(visibility, &rows).await?;
        let rows = self.still_there(profile, rows, &facts).await?;
        let bringing = rows.into_iter().filter_map(|row| bringing(row, &facts));
        let mut bringing: Vec<Bringing> = bringing.collect();
        if bringing.is_empty() {
            return Ok(());
        }
        self.plan(profile, &mut bringing).await?;
        bringing.retain(|one| one.row.effect.as_ref().is_some_and(|effect| effect.is_own));
        let watches = bringing.iter_mut().filter_map(|one| one.watch.take());
        let watches: Vec<ImportedWatch> = watches.collect();
        if !watches.is_empty() {
            self.watching.bring(watches).await?;
        }
        let told = self.untold(profile, &bringing).await?;
        self.tell(profile, told, &facts).await?;
        self.like(profile, &bringing).await?;
        self.list(profile, bringing).await
    }

    /// These rows without those of what is not there any more for whoever brings them: it is said of them that they are
    /// passed over. What brings something already goes on, whatever became of what it is, so that nothing is left half
    /// done.
    async fn still_there(
        &self,
        profile: ProfileId,
        rows: Vec<ImportRow>,
        facts: &Facts,
    ) -> Result<Vec<ImportRow>, ImportError> {
        let is_there = |row: &ImportRow| {
            let is_gone = row.found.is_some_and(|found| !facts.has(found.is));
            row.effect.is_some() || !is_gone
        };
        let (there, gone): (Vec<ImportRow>, Vec<ImportRow>) = rows.into_iter().partition(is_there);
        let gone = gone.into_iter().map(|row| ImportRow {
            state: RowState::PassedOver,
            reason: Some("is not there any more".to_owned()),
            ..row
        });
        self.put_rows(profile, &gone.collect::<Vec<_>>()).await?;
        Ok(there)
    }

    /// What rows say to be watched, nobody knows when, and is not: what was watched is not begun anew by somebody's saying
    /// so.
    async fn untold(
        &self,
        profile: ProfileId,
        bringing: &[Bringing],
    ) -> Result<Vec<(TitleId, WatchedItem)>, ImportError> {
        let told = bringing.iter().filter_map(|one| match one.does {
            Does::Tell { title, item } => Some((title, item)),
            Does::Play { .. } | Does::Like { .. } | Does::List { .. } => None,
        });
        let mut told: Vec<(TitleId, WatchedItem)> = told.collect();
        let items: Vec<WatchedItem> = told.iter().map(|(_, item)| *item).collect();
        let states = self.watching.states(profile, &items).await?;
        let watched = states.into_iter().filter(|state| state.watched);
        let watched: HashSet<WatchedItem> = watched.map(|state| state.item).collect();
        told.retain(|(_, item)| !watched.contains(item));
        Ok(told)
    }

    pub(super) async fn facts(
        &self,
        visibility: &Visibility,
        rows: &[ImportRow],
    ) -> Result<Facts, ImportError> {
        let found = || rows.iter().filter_map(|row| row.found);
        let mut titles: Vec<TitleId> = found().map(|found| found.is.title).collect();
        titles.sort_unstable();
        titles.dedup();
        let episodes = found().filter_map(|found| match found.is.item {
            WatchedItem::Episode(id) => Some(id),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        });
        let mut episodes: Vec<EpisodeId> = episodes.collect();
        episodes.sort_unstable();
        episodes.dedup();
        // What brings something already goes on when it is hidden, and how long it is is no secret.
        let everything = Visibility::everything();
        let titles = self.catalog.titles(&everything, &titles).await?;
        let mut facts = Facts::default();
        let mut usual: HashMap<TitleId, u32> = HashMap::new();
        for title in titles {
            if visibility.shows(&title) {
                facts.seen.insert(title.id);
            }
            if let Some(seconds) = title.duration {
                let film = WatchedItem::Film(title.id);
                facts.durations.insert(film, f64::from(seconds));
            }
            usual.extend(title.episode_duration.map(|seconds| (title.id, seconds)));
        }
        for episode in self.catalog.episodes(&everything, &episodes).await? {
            let usual = usual.get(&episode.series).copied();
            if let Some(seconds) = episode.duration.or(usual) {
                let item = WatchedItem::Episode(episode.id);
                facts.durations.insert(item, f64::from(seconds));
            }
            facts.places.insert(episode.id, episode.ordinal());
        }
        Ok(facts)
    }

    /// Writes down what each row is about to bring, and whether it is there otherwise.
    async fn plan(&self, profile: ProfileId, bringing: &mut [Bringing]) -> Result<(), ImportError> {
        self.recognise(profile, bringing).await?;
        let new = bringing.iter().filter(|one| !is_planned(one));
        let new: Vec<Does> = new.map(|one| one.does).collect();
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = new.iter().map(|does| does.key()).collect();
        let claims = self.ports.store.claims(profile, &keys).await?;
        let claimed: HashSet<String> = claims.into_iter().map(|(key, _)| key).collect();
        let standing = self.standing(profile, &new).await?;
        let mut thumbs: HashMap<TitleId, bool> = HashMap::new();
        let mut rows = Vec::new();
        for one in bringing.iter_mut().filter(|one| !is_planned(one)) {
            let is_claimed = claimed.contains(&one.does.key());
            let mut is_own = standing.is_own(one.does, is_claimed);
            if is_own && let Does::Like { title, liked } = one.does {
                // Of rows that contradict each other the first has the word, and alone is taken back.
                is_own = *thumbs.entry(title).or_insert(liked) == liked;
            }
            one.row.effect = Some(Effect {
                does: one.does,
                is_own,
            });
            rows.push(one.row.clone());
        }
        self.put_rows(profile, &rows).await
    }

    /// Says that items were watched, nobody knows when.
    pub(super) async fn tell(
        &self,
        profile: ProfileId,
        told: Vec<(TitleId, WatchedItem)>,
        facts: &Facts,
    ) -> Result<(), ImportError> {
        let mut by_title: BTreeMap<TitleId, Vec<WatchedItem>> = BTreeMap::new();
        for (title, item) in told {
            by_title.entry(title).or_default().push(item);
        }
        let place = |item: &WatchedItem| match item {
            WatchedItem::Episode(id) => facts.places.get(id).copied(),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        };
        for items in by_title.values_mut() {
            items.sort_by_key(place);
            items.dedup();
        }
        let titles = by_title.into_iter().collect();
        Ok(self.watching.bring_undated(profile, titles).await?)
    }

    /// Gives thumbs where none is: one that the viewer gave meanwhile stays.
    async fn like(&self, profile: ProfileId, bringing: &[Bringing]) -> Result<(), ImportError> {
        let mut thumbs: BTreeMap<TitleId, (bool, bool)> = BTreeMap::new();
        for one in bringing {
            if let Does::Like { title, liked } = one.does {
                let found = one.row.found.map(|found| found.is.item);
                let is_series = matches!(found, Some(WatchedItem::Series(_)));
                thumbs.entry(title).or_insert((is_series, liked));
            }
        }
        let titles: Vec<TitleId> = thumbs.keys().copied().collect();
        for watched in self.watching.watched_titles(profile, &titles).await? {
            if watched.liked_at.is_some() {
                thumbs.remove(&watched.title);
            }
        }
        let thumbs = thumbs.into_iter();
        let thumbs = thumbs.map(|(title, (is_series, liked))| (title, is_series, liked));
        let thumbs: Vec<(TitleId, bool, bool)> = thumbs.collect();
        Ok(self.watching.bring_thumbs(profile, &thumbs).await?)
    }

    /// Puts titles on the watchlist, and says of those for which it has no room that they are passed over.
    async fn list(&self, profile: ProfileId, bringing: Vec<Bringing>) -> Result<(), ImportError> {
        let mut left_out = Vec::new();
        for one in bringing {
            let Does::List { title } = one.does else {
                continue;
            };
            match self.watching.bring_to_watchlist(profile, title).await {
                Ok(()) => {}
                Err(WatchError::WatchlistFull { .. }) => left_out.push(ImportRow {
                    state: RowState::PassedOver,
                    reason: Some("has no room on the watchlist, which is full".to_owned()),
                    effect: None,
                    ..one.row
                }),
                Err(error) => return Err(error.into()),
            }
        }
        self.put_rows(profile, &left_out).await
    }
}
