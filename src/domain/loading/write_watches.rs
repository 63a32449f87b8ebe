//! Writing a batch of watches: those of titles and episodes that are there, for the profiles of their viewers. While one is
//! recorded, for which mostly a store is waited for, the next is read.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use chrono::TimeDelta;
use futures::channel::oneshot;

use super::named_titles::OfTitle;
use super::options::{LoadError, LoadMode};
use super::problem::Problem;
use super::records::{Placed, WatchRecord};
use super::run::{Recording, Run};
use super::summary::Tally;
use crate::domain::catalog::{CatalogError, EpisodePlace, Title, TitleKind, Visibility};
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::watching::{ImportedWatch, WatchedItem};

impl Run<'_> {
    /// Writes what can be, beside whatever comes next. What was written before is recorded by then.
    pub(super) async fn write_watches(
        &mut self,
        records: Vec<Placed<WatchRecord>>,
    ) -> Result<(), LoadError> {
        if records.is_empty() {
            return Ok(());
        }
        self.go_on()?;
        let mut known = std::mem::take(&mut self.named);
        known.forget_old(Instant::now());
        let unknown = known.unknown(&records);
        if !unknown.is_empty() {
            let named = self.titles_of(unknown.into_iter()).await?;
            let mut titles = named.clone();
            self.follow_merged(&mut titles).await?;
            let read = named.iter().filter_map(|(slug, named)| {
                Some((slug.clone(), OfTitle::of(named.id, titles.get(slug)?)))
            });
            known.by_slug.extend(read);
        }
        let titles = &known.by_slug;
        let episodes = self.episodes_of(&records, titles).await?;
        let latest = self.service.clock.now() + TimeDelta::days(1);
        let mut watches = Vec::new();
        for (line, record) in &records {
            if record.at > latest {
                self.refuse(*line, &Problem::new("at", "lies in the future"));
                continue;
            }
            match watch(record, titles, &episodes) {
                Ok(watch) => watches.push(watch),
                Err(problem) => self.refuse(*line, &problem),
            }
        }
        self.named = known;
        if self.mode == LoadMode::DryRun {
            self.tally_watches(watches.len(), watches.len());
            return Ok(());
        }
        let profiles: HashSet<ProfileId> = watches.iter().map(|watch| watch.profile).collect();
        let keys: HashSet<&String> = records
            .iter()
            .map(|(_, record)| &record.viewer)
            .filter(|key| profiles.contains(&ProfileId::of_key(key)))
            .collect();
        let keys: Vec<String> = keys.into_iter().cloned().collect();
        self.record_watches(keys, watches).await
    }

    /// Begins to record watches of the profiles with these keys, once those before are recorded: of what two say of one
    /// title the later holds.
    async fn record_watches(
        &mut self,
        keys: Vec<String>,
        watches: Vec<ImportedWatch>,
    ) -> Result<(), LoadError> {
        self.finish_watches().await?;
        let all = watches.len();
        let accounts = self.service.accounts.clone();
        let watching = self.service.watching.clone();
        let record = async move {
            accounts.add_loaded_profiles(&keys).await?;
            Ok::<_, LoadError>(watching.import(watches).await?)
        };
        let (tell, written) = oneshot::channel();
        self.service.tasks.spawn(Box::pin(async move {
            drop(tell.send(record.await));
        }));
        self.recording = Some(Recording { all, written });
        Ok(())
    }

    /// Waits until what is on its way is recorded, and counts it.
    pub(super) async fn finish_watches(&mut self) -> Result<(), LoadError> {
        let Some(Recording { all, written }) = self.recording.take() else {
            return Ok(());
        };
        let broken_off =
            |error: oneshot::Canceled| LoadError::Watching(StoreError::failed(error).into());
        let written = written.await.map_err(broken_off)??;
        self.tally_watches(all, written);
        Ok(())
    }

    fn tally_watches(&mut self, all: usize, written: usize) {
        let tally = Tally {
            new: written as u64,
            unchanged: (all - written) as u64,
            ..Tally::default()
        };
        self.tally("watches", &tally);
    }

    /// What was watched of a title that was merged into another is of that one.
    async fn follow_merged(&self, titles: &mut HashMap<String, Title>) -> Result<(), CatalogError> {
        let merged = titles.values().filter(|title| title.leads_to().is_some());
        let merged: Vec<TitleId> = merged.map(|title| title.id).collect();
        if merged.is_empty() {
            return Ok(());
        }
        let others = self.service.catalog.merged_into(&merged).await?;
        for title in titles.values_mut() {
            if let Some(other) = others.get(&title.id) {
                *title = Title::clone(other);
            }
        }
        Ok(())
    }

    /// The episodes that watches name by slug, season and number, those that exist: each as it is now, also if it was merged
    /// into another, or moved to another series.
    async fn episodes_of(
        &self,
        records: &[Placed<WatchRecord>],
        titles: &HashMap<String, OfTitle>,
    ) -> Result<HashMap<Named, NamedEpisode>, CatalogError> {
        let places = records.iter().filter_map(|(_, record)| {
            let (season, number) = record.episode?;
            let series = titles.get(&record.title)?;
            let named = (record.title.clone(), season, number);
            Some((named, (series.named, season, number)))
        });
        let places: HashMap<Named, EpisodePlace> = places.collect();
        let all: Vec<EpisodePlace> = places.values().copied().collect();
        let catalog = &self.service.catalog;
        let at = catalog.episodes_at(&all).await?;
        let ids: Vec<EpisodeId> = all.iter().map(|place| at.id(*place)).collect();
        let stored = catalog
            .episodes_now(&Visibility::everything(), &ids)
            .await?;
        let found = places.into_iter().filter_map(|(named, place)| {
            let id = at.id(place);
            let unwritten = self.unwritten_episodes.contains(&id);
            let episode = match (stored.get(&id), unwritten) {
                (Some(episode), _) => NamedEpisode {
                    id: episode.id,
                    series: episode.series,
                    duration: episode.duration,
                },
                (None, true) => NamedEpisode {
                    id,
                    series: place.0,
                    duration: None,
                },
                (None, false) => return None,
            };
            Some((named, episode))
        });
        Ok(found.collect())
    }
}

/// What names an episode: the slug of its series, the season and the number.
type Named = (String, u32, u32);

/// An episode that is watched.
struct NamedEpisode {
    id: EpisodeId,
    series: TitleId,
    duration: Option<u32>,
}

/// The watch that a record tells of.
fn watch(
    record: &WatchRecord,
    titles: &HashMap<String, OfTitle>,
    episodes: &HashMap<Named, NamedEpisode>,
) -> Result<ImportedWatch, Problem> {
    let title = titles
        .get(&record.title)
        .ok_or_else(|| Problem::new("title", format!("there is no title “{}”", record.title)))?;
    let (item, of, duration) = match (title.kind, record.episode) {
        (TitleKind::Film, None) => (WatchedItem::Film(title.id), title.id, title.duration),
        (TitleKind::Film, Some(_)) => {
            return Err(Problem::new(
                "episode",
                format!("“{}” is a film", record.title),
            ));
        }
        (TitleKind::Series, None) => (WatchedItem::Series(title.id), title.id, None),
        (TitleKind::Series, Some((season, number))) => {
            let named = (record.title.clone(), season, number);
            let episode = episodes.get(&named).ok_or_else(|| {
                Problem::new(
                    "episode",
                    format!(
                        "“{}” has no episode {number} in season {season}",
                        record.title
                    ),
                )
            })?;
            (
                WatchedItem::Episode(episode.id),
                episode.series,
                episode.duration.or(title.episode_duration),
            )
        }
    };
    Ok(ImportedWatch {
        profile: ProfileId::of_key(&record.viewer),
        item,
        title: of,
        at: record.at,
        completion: record.completion,
        liked: record.liked,
        duration: duration.map(f64::from),
        day: None,
    })
}
