//! Undoing a merge of people: they are there again, with the credits that were theirs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::error::MergeError;
use super::people::{named, put_person};
use super::putting_back::{from_before, put_back, title_put_back};
use super::service::MergeService;
use super::types::MergedPeople;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, CatalogRevision, DocumentFields, EPISODE_FIELDS, Episode,
    PERSON_FIELDS, Person, TITLE_FIELDS, Texts, Title, Visibility, Writer,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, PersonId, RunId, TitleId};
use crate::domain::loading::{LoadMode, LoadService, Problem};

impl MergeService {
    /// The people whom a merge has merged into somebody else, as the record has them, by id.
    pub(super) async fn people_merged_by(
        &self,
        merge: RunId,
        revisions: &[CatalogRevision],
    ) -> Result<Vec<Person>, MergeError> {
        // Of revisions that are not kept any more the people are known all the same, and memory may not know them yet.
        let known = self.ports.catalog.merged_people().await?.into_iter();
        let known = known.filter(|(_, it)| it.id == merge);
        let told = revisions.iter().filter_map(|revision| match revision.node {
            CatalogNode::Person(id) => Some(id),
            _ => None,
        });
        let ids: BTreeSet<PersonId> = known.map(|(person, _)| person).chain(told).collect();
        let ids: Vec<PersonId> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut people = self.ports.catalog.people(&ids).await?;
        people.retain(|person| person.merge.is_some_and(|it| it.id == merge));
        people.sort_by_key(|person| person.id);
        Ok(people)
    }

    /// Takes people apart from the one whom they were merged into.
    pub(super) async fn split_people(
        &self,
        writer: &Writer,
        (gone, into): (Vec<Person>, PersonId),
        revisions: &[CatalogRevision],
        mode: LoadMode,
    ) -> Result<MergedPeople, MergeError> {
        let stored = self.ports.catalog.people(&[into]).await?;
        let stored = self.told(stored).await?.pop();
        let into = stored.ok_or(MergeError::MergeNotFound)?;
        if into.0.leads_to().is_some() {
            let name = into.0.name;
            return Err(MergeError::IntoMerged { name });
        }
        // Taking the deletion back would give them the credits of those who are by themselves again.
        if into.0.deleted {
            let name = into.0.name;
            return Err(MergeError::IntoDeleted { name });
        }
        let now = self.ports.clock.now();
        let of_merge: HashMap<CatalogNode, &CatalogRevision> =
            revisions.iter().map(|it| (it.node, it)).collect();
        let node = CatalogNode::Person(into.0.id);
        let before = DocumentFields::of_person(&into);
        let mut fields = before.clone();
        let mut noticed = if let Some(revision) = of_merge.get(&node) {
            put_back(&mut fields, &revision.fields)
        } else {
            let reason = "stays as it is, with all credits: what was before is not kept any more";
            vec![Problem::new("into", reason)]
        };
        let read = fields.told("biography").map_err(StoreError::failed)?;
        let (person, told): (Person, Texts) = read;
        let stamp = into.0.stamp.next(now);
        let person = (Person { stamp, ..person }, told);
        let differences = LoadService::person_differences(&into, &person);
        let mut changes = before.changes(&DocumentFields::of_person(&person), &PERSON_FIELDS);
        from_before(&mut changes, of_merge.get(&node).copied());
        let mut batch = CatalogBatch::default();
        batch.revisions.push(writer.changed(node, stamp, changes));
        put_person(&mut batch, &into.1, &person);
        let mut people = Vec::with_capacity(gone.len());
        for other in gone {
            let back = Person {
                merge: None,
                stamp: other.stamp.next(now),
                ..other
            };
            people.push(back.id);
            let node = CatalogNode::Person(back.id);
            batch
                .revisions
                .push(writer.changed(node, back.stamp, Vec::new()));
            batch.people.push(back);
        }
        self.titles_back(writer, &of_merge, &mut batch, &mut noticed)
            .await?;
        self.episodes_back(writer, &of_merge, &mut batch, &mut noticed)
            .await?;
        let (titles, episodes) = (batch.titles.len(), batch.episodes.len());
        let run = self.write(mode, batch, writer).await?;
        Ok(MergedPeople {
            into: Arc::new(if run.is_some() { person.0 } else { into.0 }),
            differences,
            noticed,
            people,
            titles,
            episodes,
            run,
        })
    }

    /// Puts the credits of titles back.
    async fn titles_back(
        &self,
        writer: &Writer,
        of_merge: &HashMap<CatalogNode, &CatalogRevision>,
        batch: &mut CatalogBatch,
        noticed: &mut Vec<Problem>,
    ) -> Result<(), MergeError> {
        let ids = of_merge.keys().filter_map(|node| match node {
            CatalogNode::Title(id) => Some(*id),
            _ => None,
        });
        let ids: Vec<TitleId> = ids.collect();
        if ids.is_empty() {
            return Ok(());
        }
        let everything = Visibility::everything();
        let mut titles = self.ports.catalog.titles(&everything, &ids).await?;
        titles.sort_by_key(|title| title.id);
        let now = self.ports.clock.now();
        for title in titles {
            let node = CatalogNode::Title(title.id);
            let Some(revision) = of_merge.get(&node).copied() else {
                continue;
            };
            let (back, stay) = title_put_back(&title, &revision.fields)?;
            noticed.extend(stay.iter().map(|it| of_thing(&title.name, it)));
            let before = DocumentFields::of(&*title);
            let mut changes = before.changes(&DocumentFields::of(&back), &TITLE_FIELDS);
            if changes.is_empty() {
                continue;
            }
            from_before(&mut changes, Some(revision));
            let back = Title {
                stamp: title.stamp.next(now),
                ..back
            };
            batch
                .revisions
                .push(writer.changed(node, back.stamp, changes));
            batch.titles.push(back);
        }
        Ok(())
    }

    /// The same of episodes.
    async fn episodes_back(
        &self,
        writer: &Writer,
        of_merge: &HashMap<CatalogNode, &CatalogRevision>,
        batch: &mut CatalogBatch,
        noticed: &mut Vec<Problem>,
    ) -> Result<(), MergeError> {
        let ids = of_merge.keys().filter_map(|node| match node {
            CatalogNode::Episode(id) => Some(*id),
            _ => None,
        });
        let ids: Vec<EpisodeId> = ids.collect();
        if ids.is_empty() {
            return Ok(());
        }
        let everything = Visibility::everything();
        let mut episodes = self.ports.catalog.episodes(&everything, &ids).await?;
        episodes.sort_by_key(|episode| episode.id);
        let now = self.ports.clock.now();
        for episode in episodes {
            let node = CatalogNode::Episode(episode.id);
            let Some(revision) = of_merge.get(&node).copied() else {
                continue;
            };
            let before = DocumentFields::of(&episode);
            let mut fields = before.clone();
            let stay = put_back(&mut fields, &revision.fields);
            noticed.extend(stay.iter().map(|it| of_thing(&named(&episode), it)));
            let mut changes = before.changes(&fields, &EPISODE_FIELDS);
            if changes.is_empty() {
                continue;
            }
            from_before(&mut changes, Some(revision));
            let back: Episode = fields.document().map_err(StoreError::failed)?;
            let back = Episode {
                stamp: episode.stamp.next(now),
                ..back
            };
            batch
                .revisions
                .push(writer.changed(node, back.stamp, changes));
            batch.episodes.push(back);
        }
        Ok(())
    }
}

/// What was noticed of a title or an episode, with its name.
fn of_thing(name: &str, noticed: &Problem) -> Problem {
    let reason = format!("of “{name}” {}", noticed.reason);
    Problem::new(&noticed.field, reason)
}
