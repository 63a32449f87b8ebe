//! Writing batches of records: what they refer to is looked up, what is wrong is refused, the rest goes in one write.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::checks::{OwnId, is_identifying, own_id};
use super::credits::{CreditName, PersonKey};
use super::named::{Named, deleted};
use super::options::{LoadError, LoadMode, Manner};
use super::people::PersonRecord;
use super::problem::{Problem, Warning};
use super::records::{Placed, TitleRecord};
use super::resolve;
use super::run::{BATCH, Run, Waiting};
use super::summary::Tally;
use super::unwritten::TOO_MANY;
use super::{drafts, person_drafts};
use crate::domain::catalog::{CatalogBatch, CatalogError, Person, Texts, Title, TitleKind};
use crate::domain::ids::PersonId;
use crate::domain::text;

impl Run<'_> {
    pub(super) async fn write(&mut self, waiting: Waiting) -> Result<(), LoadError> {
        self.write_people(waiting.people).await?;
        self.write_collections(waiting.collections).await?;
        self.write_titles(waiting.titles).await?;
        self.write_episodes(waiting.episodes).await?;
        self.write_watches(waiting.watches).await
    }

    async fn write_people(&mut self, records: Vec<Placed<PersonRecord>>) -> Result<(), LoadError> {
        let mut records = self.without_repeats(records, |record| {
            ("people", format!("person {}", record.slug))
        });
        self.read_portraits(&mut records).await?;
        let mut of_merged: BTreeMap<u64, PersonRecord> = BTreeMap::new();
        let mut of_deleted: BTreeMap<u64, String> = BTreeMap::new();
        self.write_records(&records, async |run, records| {
            let stored = run.people_of(records).await?;
            let is_deleted = |record: &PersonRecord| {
                let person = stored.get(&record.slug).map(|(person, _)| person);
                person.is_some_and(|person| person.deleted)
            };
            let deleted = records.iter().filter(|(_, record)| is_deleted(record));
            of_deleted.extend(deleted.map(|(line, record)| (*line, record.slug.clone())));
            let there = records.iter().filter(|(_, record)| !is_deleted(record));
            let (merged, sound): (Vec<_>, Vec<_>) = there.partition(|(_, record)| {
                let person = stored.get(&record.slug).map(|(person, _)| person);
                person.is_some_and(|person| person.leads_to().is_some())
            });
            of_merged.extend(merged.into_iter().cloned());
            let sound = sound.iter().map(|(line, record)| (*line, record));
            let sound: Vec<Placed<&PersonRecord>> = sound.collect();
            run.put_people(&sound, &stored, run.manner).await
        })
        .await?;
        for (line, slug) in of_deleted {
            self.warn(line, &deleted("slug", slug));
        }
        // One by one: several may be of people who are one by now.
        for record in of_merged {
            self.write_records(&[record], async |run, records| {
                run.put_of_merged(records).await
            })
            .await?;
        }
        Ok(())
    }

    /// The people of these records, with what is told of their lives, by slug.
    async fn people_of(
        &self,
        records: &[Placed<PersonRecord>],
    ) -> Result<HashMap<String, (Person, Texts)>, CatalogError> {
        let slugs = records.iter().map(|(_, record)| record.slug.clone());
        let slugs: Vec<String> = slugs.collect();
        resolve::people_by_slug(&self.service.catalog, &slugs).await
    }

    /// Writes what records say of people who were merged into others: those who stand for them get what they lack. What they
    /// have stays, for which of the two is right was decided by the merge.
    async fn put_of_merged(
        &mut self,
        records: &[Placed<PersonRecord>],
    ) -> Result<(), CatalogError> {
        let merged = self.people_of(records).await?;
        let catalog = &self.service.catalog;
        let ids: Vec<PersonId> = merged.values().map(|(person, _)| person.id).collect();
        let standing = catalog.people_standing(&ids).await?;
        let slugs = standing.values().map(|person| person.slug.clone());
        let slugs: Vec<String> = slugs.collect();
        let stored = resolve::people_by_slug(catalog, &slugs).await?;
        let lacking = records.iter().filter_map(|(line, record)| {
            let (merged, _) = merged.get(&record.slug)?;
            let stands = stored.get(&text::compose(&standing.get(&merged.id)?.slug))?;
            Some((*line, person_drafts::lacking(record, stands)))
        });
        let lacking: Vec<Placed<PersonRecord>> = lacking.collect();
        let records = lacking.iter().map(|(line, record)| (*line, record));
        let records: Vec<Placed<&PersonRecord>> = records.collect();
        self.put_people(&records, &stored, Manner::Merge).await
    }

    async fn put_people(
        &mut self,
        records: &[Placed<&PersonRecord>],
        stored: &HashMap<String, (Person, Texts)>,
        manner: Manner,
    ) -> Result<(), CatalogError> {
        let now = self.service.clock.now();
        let standing = self.standing(stored).await?;
        let mut tally = Tally::default();
        let mut people = Vec::new();
        let mut contradictions = Vec::new();
        let mut changed = Vec::new();
        let (mut kept, mut revisions) = (Vec::new(), Vec::new());
        for (line, record) in records {
            let stored = stored.get(&record.slug);
            match person_drafts::draft(record, stored, manner, now) {
                Ok(draft) => {
                    let (draft, held) = draft.holding(stored, &standing);
                    kept.push((*line, held));
                    revisions.extend(draft.revision(stored, &self.writer));
                    if self.is_rehearsed() {
                        changed.extend(draft.changed(*line, stored, || record.slug.clone()));
                    }
                    people.extend(tally.count(draft));
                }
                Err(problem) => contradictions.push((*line, problem)),
            }
        }
        self.tell_changed_people(&changed);
        let (people, biographies) = person_drafts::parted(people);
        if self.mode == LoadMode::DryRun {
            let slugs = people.iter().map(|person| person.slug.clone());
            self.unwritten_people.extend(slugs);
        }
        let batch = CatalogBatch {
            people,
            biographies,
            ..CatalogBatch::default()
        };
        self.put(batch, revisions).await?;
        self.warn_of_held(kept);
        for (line, problem) in contradictions {
            self.refuse(line, &problem);
        }
        self.tally("people", &tally);
        Ok(())
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
        let mut sound: Vec<Placed<TitleRecord>> = Vec::new();
        for (line, record) in records {
            if let Some(problem) = self.contradiction(&record, &stored) {
                self.refuse(line, &problem);
            } else {
                let ids = record.ids().filter(|id| is_identifying(id));
                self.owners
                    .extend(ids.map(|id| (own_id(id, record.kind), record.slug.clone())));
                sound.push((line, record));
            }
        }
        self.read_pictures(&mut sound, &stored).await;
        let sound = sound.iter().map(|(line, record)| (*line, record));
        let sound: Vec<Placed<&TitleRecord>> = sound.collect();
        self.write_records(&sound, async |run, records| run.put_titles(records).await)
            .await
    }

    async fn put_titles(&mut self, records: &[Placed<&TitleRecord>]) -> Result<(), CatalogError> {
        let catalog = &self.service.catalog;
        let now = self.service.clock.now();
        let slugs = records.iter().map(|(_, record)| record.slug.clone());
        // What an earlier file of a dry run would have written, another may complete.
        let stored = self.titles_of(slugs).await?;
        let mut people = resolve::people(
            catalog,
            records.iter().flat_map(|(_, record)| record.credits()),
            now,
        )
        .await?;
        let credits = records.iter().flat_map(|(_, record)| record.credits());
        self.add_unwritten(&mut people, credits);
        let of_batch = || records.iter().map(|(_, record)| *record);
        let genres = resolve::genres(catalog, of_batch(), now).await?;
        let collections = resolve::collections(catalog, of_batch(), now).await?;
        let named = Named {
            people: people.ids,
            deleted_people: people.deleted,
            genres: genres.ids,
            collections: collections.ids,
        };
        let standing = self.standing(&stored).await?;
        let mut titles = Vec::new();
        let mut tallies: BTreeMap<TitleKind, Tally> = BTreeMap::new();
        let mut unknown_people = Vec::new();
        let mut contradictions = Vec::new();
        let mut changed = Vec::new();
        let (mut kept, mut revisions) = (Vec::new(), Vec::new());
        let mut left_out = Vec::new();
        for (line, record) in records {
            let unknown = record
                .credits_by_field()
                .find(|(_, credit)| named.is_nobody(&credit.person));
            if let Some((field, credit)) = unknown {
                let problem = nobody(field, &credit.person.slug());
                unknown_people.push((*line, (*record).clone(), problem));
                continue;
            }
            let of_record = named.deleted_in(record).into_iter();
            left_out.extend(of_record.map(|warning| (*line, warning)));
            let stored = stored.get(&record.slug);
            let keeps = stored.filter(|_| self.keeps_roles);
            let keeps = keeps.map(|title| record.without_roles_of(title));
            let record = keeps.as_ref().unwrap_or(record);
            match drafts::title(record, stored, self.manner, &named, now) {
                Ok(draft) => {
                    let (draft, held) = draft.holding(stored, &standing);
                    kept.push((*line, held));
                    self.note_guesses(*line, draft.node());
                    revisions.extend(draft.revision(stored, &self.writer));
                    if self.is_rehearsed() {
                        changed.extend(draft.changed(*line, stored, || record.slug.clone()));
                    }
                    titles.extend(tallies.entry(record.kind).or_default().count(draft));
                }
                Err(problem) => contradictions.push((*line, problem)),
            }
        }
        if self.mode == LoadMode::DryRun && self.unwritten_titles.keep(&titles) {
            let warning = Warning {
                field: String::new(),
                value: None,
                reason: TOO_MANY,
            };
            self.warn(records.first().map_or(1, |(line, _)| *line), &warning);
        }
        let batch = only_what_is_named(CatalogBatch {
            titles,
            people: people.new,
            genres: genres.new,
            collections: collections.new,
            ..CatalogBatch::default()
        });
        self.tell_changed_titles(&changed, &batch).await?;
        self.put(batch, revisions).await?;
        self.warn_of_held(kept);
        for (line, warning) in left_out {
            self.warn(line, &warning);
        }
        for (line, record, problem) in unknown_people {
            if self.may_park {
                self.parked.push((self.file.clone(), line, record));
            } else {
                self.refuse(line, &problem);
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

    /// Adds those who are credited and whom a dry run would have written.
    pub(super) fn add_unwritten<'c>(
        &self,
        people: &mut resolve::People,
        credits: impl Iterator<Item = &'c CreditName>,
    ) {
        for credit in credits {
            if let PersonKey::Slug(slug) = &credit.person
                && self.unwritten_people.contains(slug)
            {
                let id = PersonId::of_slug(slug);
                people.ids.entry(credit.person.clone()).or_insert(id);
            }
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
        let there = stored.by_slug.get(&record.slug);
        if there.is_some_and(|title| title.leads_to().is_some()) {
            return Some(of_merged("slug", &record.slug));
        }
        if let Some(title) = there.filter(|title| title.kind != record.kind) {
            return Some(Problem::new(
                "slug",
                format!("“{}” is a {} already", record.slug, sort_of(title.kind)),
            ));
        }
        taken_id(record, |own| {
            self.owners.get(own).or_else(|| stored.owners.get(own))
        })
    }

    pub(super) async fn titles_of(
        &self,
        slugs: impl Iterator<Item = String>,
    ) -> Result<HashMap<String, Title>, CatalogError> {
        let slugs: Vec<String> = slugs.collect();
        let unwritten: Vec<_> = slugs
            .iter()
            .filter_map(|slug| Some((slug.clone(), self.unwritten_titles.get(slug)?.clone())))
            .collect();
        let mut titles = resolve::titles_by_slug(&self.service.catalog, slugs).await?;
        titles.extend(unwritten);
        Ok(titles)
    }
}

/// The first identifying id of a record that another title has.
pub(super) fn taken_id<'o>(
    record: &TitleRecord,
    owner: impl Fn(&OwnId) -> Option<&'o String>,
) -> Option<Problem> {
    record.ids().filter(|id| is_identifying(id)).find_map(|id| {
        let owner = owner(&own_id(id, record.kind)).filter(|owner| **owner != record.slug)?;
        let reason = format!(
            "is {}, which “{owner}” has already: probably the same title",
            id.value
        );
        Some(Problem::new(format!("ids.{}", id.provider), reason))
    })
}

pub(super) fn nobody(field: &'static str, slug: &str) -> Problem {
    let reason = format!("names “{slug}” by slug, and nobody of that slug is loaded");
    Problem::new(field, reason)
}

/// The batch without what none of its titles names: who is new by a record that was refused is nobody.
pub(super) fn only_what_is_named(mut batch: CatalogBatch) -> CatalogBatch {
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

/// What titles of a kind are called in a summary.
pub(super) fn sort_of(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "films",
        TitleKind::Series => "series",
    }
}

/// That a record names a title that is gone.
pub(super) fn of_merged(field: &str, slug: &str) -> Problem {
    let reason = format!("“{slug}” was merged into another title; give the slug of that one");
    Problem::new(field, reason)
}
