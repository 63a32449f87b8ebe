//! Merging people: one of them stands for the others from then on, and all titles and episodes credit that one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::chains::are_too_deep;
use super::credits::{Moved, One};
use super::error::MergeError;
use super::service::{MergeService, curator, retried};
use super::types::{MOST_CREDITED, MOST_MERGED, MergedPeople, MergingPeople};
use crate::domain::catalog::{
    Biography, CatalogBatch, CatalogNode, CreditRole, DocumentFields, EPISODE_FIELDS, Episode,
    PERSON_FIELDS, Person, PersonMerge, TITLE_FIELDS, Texts, Title, Visibility, Writer,
};
use crate::domain::ids::PersonId;
use crate::domain::loading::{FilledPerson, LoadMode, LoadService, Problem, filled_person};
use crate::domain::viewer::KnownViewer;

/// Somebody with what is told of their life.
pub(super) type Told = (Person, Texts);

impl MergeService {
    /// Merges people who may be seen into somebody else, or says what that would do. What that one has stays, and they get
    /// what they lack, but for locked fields.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merge_people(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        merging: &MergingPeople,
        mode: LoadMode,
    ) -> Result<MergedPeople, MergeError> {
        let writer = curator(viewer)?;
        if !(1..=MOST_MERGED).contains(&merging.people.len()) {
            return Err(MergeError::PersonCount);
        }
        retried(|| self.try_merge_people(visibility, &writer, merging, mode)).await
    }

    async fn try_merge_people(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        merging: &MergingPeople,
        mode: LoadMode,
    ) -> Result<MergedPeople, MergeError> {
        let (gone, into) = self.named_people(visibility, merging).await?;
        let ids: Vec<PersonId> = gone.iter().map(|(person, _)| person.id).collect();
        let merged = self.ports.catalog.merged_people().await?.into_iter();
        let leads_to = merged.map(|(person, merge)| (person, merge.into));
        if are_too_deep(&ids, &leads_to.collect::<Vec<_>>()) {
            return Err(MergeError::TooDeep { field: "people" });
        }
        let FilledPerson {
            person: (person, told),
            mut noticed,
        } = filled_person(&into, &gone);
        let now = self.ports.clock.now();
        // They are written also if they are as before: so that nobody merges them away at the same time.
        let stamp = into.0.stamp.next(now);
        let person = (Person { stamp, ..person }, told);
        let differences = LoadService::person_differences(&into, &person);
        let moved = self.credits_moved(writer, &ids, into.0.id, now).await?;
        noticed.extend(moved.noticed);
        let mut batch = moved.batch;
        let (titles, episodes) = (batch.titles.len(), batch.episodes.len());
        let before = DocumentFields::of_person(&into);
        let changes = before.changes(&DocumentFields::of_person(&person), &PERSON_FIELDS);
        let revision = writer.changed(CatalogNode::Person(person.0.id), stamp, changes);
        batch.revisions.push(revision);
        put_person(&mut batch, &into.1, &person);
        for (other, _) in gone {
            let merged = Person {
                merge: Some(PersonMerge {
                    id: writer.run,
                    into: into.0.id,
                }),
                stamp: other.stamp.next(now),
                ..other
            };
            let node = CatalogNode::Person(merged.id);
            batch
                .revisions
                .push(writer.merged(node, merged.stamp, Vec::new()));
            batch.people.push(merged);
        }
        let run = self.write(mode, batch, writer).await?;
        Ok(MergedPeople {
            into: Arc::new(if run.is_some() { person.0 } else { into.0 }),
            differences,
            noticed,
            people: ids,
            titles,
            episodes,
            run,
        })
    }

    /// The people who are named, as they are stored: those who are to go, and the one who stays.
    async fn named_people(
        &self,
        visibility: &Visibility,
        MergingPeople { people, into }: &MergingPeople,
    ) -> Result<(Vec<Told>, Told), MergeError> {
        let ids: BTreeSet<PersonId> = people.iter().chain([into]).copied().flatten().collect();
        let ids: Vec<PersonId> = ids.into_iter().collect();
        let stored = self.ports.catalog.seen_people(visibility, &ids).await?;
        let stored = self.told(stored).await?.into_iter();
        let mut stored: HashMap<PersonId, Told> = stored.map(|it| (it.0.id, it)).collect();
        let stays = into.and_then(|id| stored.remove(&id));
        let stays = stays.ok_or(MergeError::IntoNobody)?;
        let mut met = HashSet::from([stays.0.id]);
        let mut gone = Vec::with_capacity(people.len());
        for (place, named) in (1..).zip(people) {
            if named.is_some_and(|id| met.contains(&id)) {
                return Err(MergeError::PersonNamedTwice { place });
            }
            let person = named.and_then(|id| stored.remove(&id));
            let person = person.ok_or(MergeError::PersonNotFound { place })?;
            met.insert(person.0.id);
            gone.push(person);
        }
        Ok((gone, stays))
    }

    /// These people, each with what is told of their life.
    pub(super) async fn told(&self, people: Vec<Person>) -> Result<Vec<Told>, MergeError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
        let told = self.ports.catalog.biographies(&ids).await?.into_iter();
        let mut told: HashMap<PersonId, Texts> = told.map(|it| (it.person, it.texts)).collect();
        let people = people.into_iter().map(|person| {
            let told = told.remove(&person.id).unwrap_or_default();
            (person, told)
        });
        Ok(people.collect())
    }

    /// The titles and episodes that credit people who are gone, with the one who stays in their place.
    pub(super) async fn credits_moved(
        &self,
        writer: &Writer,
        gone: &[PersonId],
        into: PersonId,
        now: DateTime<Utc>,
    ) -> Result<CreditsMoved, MergeError> {
        let catalog = &self.ports.catalog;
        let credited = catalog.credited_in(gone).await?;
        if credited.titles.len() > MOST_CREDITED {
            return Err(MergeError::TooManyCredits);
        }
        let everything = Visibility::everything();
        let mut moved = CreditsMoved::default();
        let one = One::new(gone.iter().copied(), into);
        let mut titles = Vec::new();
        if !credited.titles.is_empty() {
            titles = catalog.titles(&everything, &credited.titles).await?;
            titles.sort_by_key(|title| title.id);
        }
        for title in titles {
            let Some(Moved { document, lost }) = one.title(&title) else {
                continue;
            };
            moved.notice(&title.name, lost);
            let after = Title {
                stamp: title.stamp.next(now),
                ..document
            };
            let before = DocumentFields::of(&*title);
            let changes = before.changes(&DocumentFields::of(&after), &TITLE_FIELDS);
            let revision = writer.changed(CatalogNode::Title(after.id), after.stamp, changes);
            moved.batch.revisions.push(revision);
            moved.batch.titles.push(after);
        }
        let mut episodes = Vec::new();
        if !credited.series.is_empty() {
            let of_series = catalog.episodes_of_series(&everything, &credited.series);
            episodes = of_series.await?;
        }
        for episode in episodes {
            let Some(Moved { document, lost }) = one.episode(&episode) else {
                continue;
            };
            moved.notice(&named(&episode), lost);
            let after = Episode {
                stamp: episode.stamp.next(now),
                ..document
            };
            let before = DocumentFields::of(&episode);
            let changes = before.changes(&DocumentFields::of(&after), &EPISODE_FIELDS);
            let revision = writer.changed(CatalogNode::Episode(after.id), after.stamp, changes);
            moved.batch.revisions.push(revision);
            moved.batch.episodes.push(after);
        }
        if moved.batch.titles.len() + moved.batch.episodes.len() > MOST_CREDITED {
            return Err(MergeError::TooManyCredits);
        }
        Ok(moved)
    }
}

/// What is to be written of titles and episodes, and what a curator may want to look at of it.
#[derive(Default)]
pub(super) struct CreditsMoved {
    pub(super) batch: CatalogBatch,
    noticed: Vec<Problem>,
}

impl CreditsMoved {
    fn notice(&mut self, name: &str, lost: Vec<(CreditRole, String)>) {
        for (role, character) in lost {
            let field = if role == CreditRole::Guest {
                "guests"
            } else {
                "cast"
            };
            let reason = format!("of “{name}” credits them once, without “{character}”");
            self.noticed.push(Problem::new(field, reason));
        }
    }
}

/// What an episode is called where no series is named.
pub(super) fn named(episode: &Episode) -> String {
    let place = || format!("S{} E{}", episode.season, episode.number);
    episode.name.clone().unwrap_or_else(place)
}

/// Puts somebody into a batch, with what is told of the life if that is other than before.
pub(super) fn put_person(batch: &mut CatalogBatch, told_before: &Texts, (person, told): &Told) {
    if told != told_before {
        batch.biographies.push(Biography {
            person: person.id,
            texts: told.clone(),
        });
    }
    batch.people.push(person.clone());
}
