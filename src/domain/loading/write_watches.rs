//! Writing a batch of watches: those of titles and episodes that are there, for the profiles of their viewers.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;

use super::options::{LoadError, LoadMode};
use super::problem::Problem;
use super::records::{Placed, WatchRecord};
use super::run::Run;
use super::summary::Tally;
use crate::domain::catalog::{CatalogError, Title, TitleKind, Visibility};
use crate::domain::ids::{EpisodeId, ProfileId, TitleId};
use crate::domain::watching::{ImportedWatch, WatchedItem};

impl Run<'_> {
    pub(super) async fn write_watches(
        &mut self,
        records: Vec<Placed<WatchRecord>>,
    ) -> Result<(), LoadError> {
        if records.is_empty() {
            return Ok(());
        }
        self.go_on()?;
        let mut titles = self
            .titles_of(records.iter().map(|(_, record)| record.title.clone()))
            .await?;
        self.follow_merged(&mut titles).await?;
        let episodes = self.episodes_of(&records, &titles).await?;
        let latest = self.service.clock.now() + TimeDelta::days(1);
        let mut watches = Vec::new();
        for (line, record) in &records {
            if record.at > latest {
                self.refuse(*line, &Problem::new("at", "lies in the future"));
                continue;
            }
            match watch(record, &titles, &episodes) {
                Ok(watch) => watches.push(watch),
                Err(problem) => self.refuse(*line, &problem),
            }
        }
        let all = watches.len();
        let mut written = all;
        if self.mode == LoadMode::Write {
            let profiles: HashSet<ProfileId> = watches.iter().map(|watch| watch.profile).collect();
            let keys: HashSet<&String> = records
                .iter()
                .map(|(_, record)| &record.viewer)
                .filter(|key| profiles.contains(&ProfileId::of_key(key)))
                .collect();
            self.service
                .accounts
                .add_loaded_profiles(&keys.into_iter().cloned().collect::<Vec<_>>())
                .await?;
            written = self.service.watching.import(watches).await?;
        }
        let tally = Tally {
            new: written as u64,
            unchanged: (all - written) as u64,
            ..Tally::default()
        };
        self.tally("watches", &tally);
        Ok(())
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

    /// The episodes that watches name: those that exist, with their lengths.
    async fn episodes_of(
        &self,
        records: &[Placed<WatchRecord>],
        titles: &HashMap<String, Title>,
    ) -> Result<HashMap<EpisodeId, Option<u32>>, CatalogError> {
        let ids = records.iter().filter_map(|(_, record)| {
            let (season, number) = record.episode?;
            Some(EpisodeId::of_ordinal(
                titles.get(&record.title)?.id,
                season,
                number,
            ))
        });
        let ids: HashSet<EpisodeId> = ids.collect();
        let unwritten = ids
            .intersection(&self.unwritten_episodes)
            .map(|id| (*id, None))
            .collect::<Vec<_>>();
        let stored = self
            .service
            .catalog
            .episodes(
                &Visibility::everything(),
                &ids.into_iter().collect::<Vec<_>>(),
            )
            .await?;
        Ok(unwritten
            .into_iter()
            .chain(
                stored
                    .into_iter()
                    .map(|episode| (episode.id, episode.duration)),
            )
            .collect())
    }
}

/// The watch that a record tells of.
fn watch(
    record: &WatchRecord,
    titles: &HashMap<String, Title>,
    episodes: &HashMap<EpisodeId, Option<u32>>,
) -> Result<ImportedWatch, Problem> {
    let title = titles
        .get(&record.title)
        .ok_or_else(|| Problem::new("title", format!("there is no title “{}”", record.title)))?;
    let (item, duration) = match (title.kind, record.episode) {
        (TitleKind::Film, None) => (WatchedItem::Film(title.id), title.duration),
        (TitleKind::Film, Some(_)) => {
            return Err(Problem::new(
                "episode",
                format!("“{}” is a film", record.title),
            ));
        }
        (TitleKind::Series, None) => (WatchedItem::Series(title.id), None),
        (TitleKind::Series, Some((season, number))) => {
            let id = EpisodeId::of_ordinal(title.id, season, number);
            let duration = episodes.get(&id).ok_or_else(|| {
                Problem::new(
                    "episode",
                    format!(
                        "“{}” has no episode {number} in season {season}",
                        record.title
                    ),
                )
            })?;
            (
                WatchedItem::Episode(id),
                duration.or(title.episode_duration),
            )
        }
    };
    Ok(ImportedWatch {
        profile: ProfileId::of_key(&record.viewer),
        item,
        title: title.id,
        at: record.at,
        completion: record.completion,
        liked: record.liked,
        duration: duration.map(f64::from),
        day: None,
    })
}
