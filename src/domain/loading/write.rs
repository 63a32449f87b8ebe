//! Writing batches of records: what they refer to is looked up, what is wrong is refused, the rest goes in one write.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;

use super::checks::is_identifying;
use super::credits::PersonKey;
use super::episodes::EpisodeRecord;
use super::named::Named;
use super::options::{LoadError, LoadMode};
use super::people::PersonRecord;
use super::problem::Problem;
use super::records::{Placed, TitleRecord, WatchRecord};
use super::resolve;
use super::run::{BATCH, Run, Waiting};
use super::summary::Tally;
use super::{drafts, episode_drafts, person_drafts};
use crate::domain::catalog::{CatalogBatch, CatalogError, Episode, Title, TitleKind, Visibility};
use crate::domain::ids::{EpisodeId, PersonId, ProfileId};
use crate::domain::text::compose;
use crate::domain::watching::{ImportedWatch, WatchedItem};

impl Run<'_> {
    pub(super) async fn write(&mut self, waiting: Waiting) -> Result<(), LoadError> {
        self.write_people(waiting.people).await?;
        self.write_titles(waiting.titles).await?;
        self.write_episodes(waiting.episodes).await?;
        self.write_watches(waiting.watches).await
    }

    async fn write_people(&mut self, records: Vec<Placed<PersonRecord>>) -> Result<(), LoadError> {
        let records = self.without_repeats(records, |record| {
            ("people", format!("person {}", record.slug))
        });
        self.write_records(&records, async |run, records| {
            let slugs = records.iter().map(|(_, record)| record.slug.clone());
            let slugs: Vec<String> = slugs.collect();
            let stored = resolve::people_by_slug(&run.service.catalog, &slugs).await?;
            let now = run.service.clock.now();
            let mut tally = Tally::default();
            let mut people = Vec::new();
            let mut contradictions = Vec::new();
            for (line, record) in records {
                let stored = stored.get(&record.slug);
                match person_drafts::draft(record, stored, run.manner, now) {
                    Ok(draft) => people.extend(tally.count(draft)),
                    Err(problem) => contradictions.push((*line, problem)),
                }
            }
            let (people, biographies) = person_drafts::parted(people);
            if run.mode == LoadMode::DryRun {
                let slugs = people.iter().map(|person| person.slug.clone());
                run.unwritten_people.extend(slugs);
            }
            run.put(CatalogBatch {
                people,
                biographies,
                ..CatalogBatch::default()
            })
            .await?;
            for (line, problem) in contradictions {
                run.refuse(line, &problem);
            }
            run.tally("people", &tally);
            Ok(())
        })
        .await
    }

    async fn write_titles(&mut self, records: Vec<Placed<TitleRecord>>) -> Result<(), LoadError> {
        let mut records = self.without_repeats(records, |record| {
            (sort_of(record.kind), format!("title {}", record.slug))
        });
        if records.is_empty() {
            return Ok(());
        }
        let stored = resolve::titles(&self.service.catalog, &records).await?;
        for (_, record) in &mut records {
            if let Some(title) = stored.by_slug.get(&record.slug) {
                record.take_kind(title.kind);
            }
        }
        let mut sound: Vec<Placed<&TitleRecord>> = Vec::new();
        for (line, record) in &records {
            if let Some(problem) = self.contradiction(record, &stored) {
                self.refuse(*line, &problem);
            } else {
                let ids = record.ids().filter(|id| is_identifying(id));
                self.owners
                    .extend(ids.map(|id| (id.clone(), record.slug.clone())));
                sound.push((*line, record));
            }
        }
        self.write_records(&sound, async |run, records| run.put_titles(records).await)
            .await
    }

    async fn put_titles(&mut self, records: &[Placed<&TitleRecord>]) -> Result<(), CatalogError> {
        let catalog = &self.service.catalog;
        let now = self.service.clock.now();
        let stored = resolve::titles_by_slug(
            catalog,
            records
                .iter()
                .map(|(_, record)| record.slug.clone())
                .collect(),
        )
        .await?;
        let mut people = resolve::people(
            catalog,
            records.iter().flat_map(|(_, record)| record.credits()),
            now,
        )
        .await?;
        self.add_unwritten(&mut people);
        let of_batch = || records.iter().map(|(_, record)| *record);
        let genres = resolve::genres(catalog, of_batch(), now).await?;
        let collections = resolve::collections(catalog, of_batch(), now).await?;
        let named = Named {
            people: people.ids,
            genres: genres.ids,
            collections: collections.ids,
        };
        let mut titles = Vec::new();
        let mut tallies: BTreeMap<TitleKind, Tally> = BTreeMap::new();
        let mut unknown_people = Vec::new();
        let mut contradictions = Vec::new();
        for (line, record) in records {
            let unknown = record
                .credits()
                .find(|credit| !named.people.contains_key(&credit.person));
            if let Some(credit) = unknown {
                unknown_people.push((*line, (*record).clone(), credit.person.slug()));
                continue;
            }
            let stored = stored.get(&record.slug);
            match drafts::title(record, stored, self.manner, &named, now) {
                Ok(draft) => titles.extend(tallies.entry(record.kind).or_default().count(draft)),
                Err(problem) => contradictions.push((*line, problem)),
            }
        }
        if self.mode == LoadMode::DryRun {
            self.unwritten_titles.extend(
                titles
                    .iter()
                    .map(|title| (compose(&title.slug), title.clone())),
            );
        }
        self.put(only_what_is_named(CatalogBatch {
            titles,
            people: people.new,
            genres: genres.new,
            collections: collections.new,
            ..CatalogBatch::default()
        }))
        .await?;
        for (line, record, slug) in unknown_people {
            if self.may_park {
                self.parked.push((self.file.clone(), line, record));
            } else {
                self.refuse(line, &nobody("cast", &slug));
            }
        }
        for (line, problem) in contradictions {
            self.refuse(line, &problem);
        }
        for (kind, tally) in &tallies {
            self.tally(sort_of(*kind), tally);
        }
        Ok(())
    }

    /// Adds whom a dry run would have written.
    fn add_unwritten(&self, people: &mut resolve::People) {
        for slug in &self.unwritten_people {
            let key = PersonKey::Slug(slug.clone());
            people.ids.entry(key).or_insert(PersonId::of_slug(slug));
        }
    }

    /// Writes the titles whose people may have come after them.
    pub(super) async fn write_parked(&mut self) -> Result<(), LoadError> {
        self.may_park = false;
        for parked in std::mem::take(&mut self.parked).chunk_by(|(a, ..), (b, ..)| a == b) {
            self.file.clone_from(&parked[0].0);
            for batch in parked.chunks(BATCH) {
                let records: Vec<_> = batch
                    .iter()
                    .map(|(_, line, record)| (*line, record))
                    .collect();
                self.write_records(&records, async |run, records| run.put_titles(records).await)
                    .await?;
            }
        }
        Ok(())
    }

    /// What a record says against the titles that are there.
    fn contradiction(&self, record: &TitleRecord, stored: &resolve::Titles) -> Option<Problem> {
        if let Some(title) = stored
            .by_slug
            .get(&record.slug)
            .filter(|title| title.kind != record.kind)
        {
            return Some(Problem::new(
                "slug",
                format!("“{}” is a {} already", record.slug, sort_of(title.kind)),
            ));
        }
        record.ids().filter(|id| is_identifying(id)).find_map(|id| {
            let owner = self
                .owners
                .get(id)
                .or_else(|| stored.owners.get(id))
                .filter(|owner| **owner != record.slug)?;
            let reason = format!(
                "is {}, which “{owner}” has already: probably the same title",
                id.value
            );
            Some(Problem::new(format!("ids.{}", id.provider), reason))
        })
    }

    async fn write_episodes(
        &mut self,
        records: Vec<Placed<EpisodeRecord>>,
    ) -> Result<(), LoadError> {
        let records = self.without_repeats(records, |record| {
            let location = format!(
                "episode {} {} {}",
                record.series, record.season, record.number
            );
            ("episodes", location)
        });
        let series = self
            .titles_of(records.iter().map(|(_, record)| record.series.clone()))
            .await?;
        let mut sound = Vec::new();
        for (line, record) in &records {
            match series.get(&record.series) {
                Some(title) if title.kind == TitleKind::Series => {
                    sound.push((*line, (title.id, record)));
                }
                Some(_) => self.refuse(
                    *line,
                    &Problem::new("series", format!("“{}” is a film", record.series)),
                ),
                None => self.refuse(
                    *line,
                    &Problem::new("series", format!("there is no series “{}”", record.series)),
                ),
            }
        }
        self.write_records(&sound, async |run, sound| {
            let catalog = &run.service.catalog;
            let now = run.service.clock.now();
            let ids: Vec<EpisodeId> = sound
                .iter()
                .map(|(_, (series, record))| {
                    EpisodeId::of_ordinal(*series, record.season, record.number)
                })
                .collect();
            let stored = resolve::episodes(catalog, &ids).await?;
            let mut people = resolve::people(
                catalog,
                sound.iter().flat_map(|(_, (_, record))| record.credits()),
                now,
            )
            .await?;
            run.add_unwritten(&mut people);
            let mut tally = Tally::default();
            let mut episodes = Vec::new();
            let mut contradictions = Vec::new();
            for (id, (line, (series, record))) in ids.iter().zip(sound) {
                // All people were written before: nobody comes any more.
                let unknown = record
                    .credits_by_field()
                    .find(|(_, credit)| !people.ids.contains_key(&credit.person));
                if let Some((field, credit)) = unknown {
                    contradictions.push((*line, nobody(field, &credit.person.slug())));
                    continue;
                }
                let (stored, people) = (stored.get(id), &people.ids);
                match episode_drafts::draft(record, *series, stored, run.manner, people, now) {
                    Ok(draft) => {
                        if run.mode == LoadMode::DryRun {
                            run.unwritten_episodes.insert(*id);
                        }
                        episodes.extend(tally.count(draft));
                    }
                    Err(problem) => contradictions.push((*line, problem)),
                }
            }
            let (episodes, overviews) = episode_drafts::parted(episodes);
            let mut new_people = people.new;
            if !contradictions.is_empty() {
                let named = episodes.iter().flat_map(Episode::all_credits);
                let named: HashSet<PersonId> = named.map(|credit| credit.person).collect();
                new_people.retain(|person| named.contains(&person.id));
            }
            run.put(CatalogBatch {
                episodes,
                overviews,
                people: new_people,
                ..CatalogBatch::default()
            })
            .await?;
            for (line, problem) in contradictions {
                run.refuse(line, &problem);
            }
            run.tally("episodes", &tally);
            Ok(())
        })
        .await
    }

    async fn write_watches(&mut self, records: Vec<Placed<WatchRecord>>) -> Result<(), LoadError> {
        if records.is_empty() {
            return Ok(());
        }
        let titles = self
            .titles_of(records.iter().map(|(_, record)| record.title.clone()))
            .await?;
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

    async fn titles_of(
        &self,
        slugs: impl Iterator<Item = String>,
    ) -> Result<HashMap<String, Title>, CatalogError> {
        let slugs: Vec<String> = slugs.collect();
        let unwritten: Vec<_> = slugs
            .iter()
            .filter_map(|slug| self.unwritten_titles.get_key_value(slug))
            .map(|(slug, title)| (slug.clone(), title.clone()))
            .collect();
        let mut titles = resolve::titles_by_slug(&self.service.catalog, slugs).await?;
        titles.extend(unwritten);
        Ok(titles)
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

fn nobody(field: &'static str, slug: &str) -> Problem {
    let reason = format!("names “{slug}” by slug, and nobody of that slug is loaded");
    Problem::new(field, reason)
}

/// The batch without what none of its titles names: who is new by a record that was refused is nobody.
fn only_what_is_named(mut batch: CatalogBatch) -> CatalogBatch {
    let titles = || batch.titles.iter();
    let people: HashSet<_> = titles().flat_map(Title::credited).collect();
    let genres: HashSet<_> = titles().flat_map(|title| title.genres.clone()).collect();
    let collections: HashSet<_> = titles()
        .filter_map(|title| title.collection.as_ref())
        .map(|part_of| part_of.collection)
        .collect();
    batch.people.retain(|person| people.contains(&person.id));
    batch.genres.retain(|genre| genres.contains(&genre.id));
    batch
        .collections
        .retain(|collection| collections.contains(&collection.id));
    batch
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

/// What titles of a kind are called in a summary.
fn sort_of(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "films",
        TitleKind::Series => "series",
    }
}
