//! Deleting a person: nothing credits them then, and no record brings them back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::delete_genre::{Deleted, PersonDeletion, check_named, deleted};
use super::error::EditError;
use super::refused::{Place, Refused};
use super::service::{EditService, curator, retried};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, Credit, CreditRole, DocumentFields, Episode, PERSON_FIELDS, Person,
    Title, Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::PersonId;
use crate::domain::viewer::KnownViewer;

/// With how many titles and episodes somebody may be credited who is deleted: all are written in one transaction.
const MOST_CREDITED: usize = 2_000;
/// The fields that credit people.
const CREDITED: [&str; 7] = [
    "directors",
    "creators",
    "cast",
    "guests",
    "writers",
    "producers",
    "composers",
];

impl EditService {
    /// Deletes a person, or says what that would do. Titles and episodes credit them no more, if that is asked for; else they
    /// stay.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_person(
        &self,
        viewer: &KnownViewer,
        deletion: &PersonDeletion,
    ) -> Result<Deleted<Arc<Person>>, EditError> {
        let writer = curator(viewer)?;
        retried(|| self.try_delete_person(&writer, deletion)).await
    }

    async fn try_delete_person(
        &self,
        writer: &Writer,
        deletion: &PersonDeletion,
    ) -> Result<Deleted<Arc<Person>>, EditError> {
        let stored = match deletion.id {
            Some(id) => self.load.stored_person(id).await?,
            None => None,
        };
        let (person, _) = stored.ok_or_else(|| Refused::not_there("person"))?;
        let (node, at) = (CatalogNode::Person(person.id), person.stamp.revision);
        if let Some(stale) = self.stale(node, deletion.base, at).await? {
            return Err(stale.into());
        }
        let mut batch = CatalogBatch::default();
        self.put_without(writer, &mut batch, person.id).await?;
        let (titles, episodes) = (batch.titles.len(), batch.episodes.len());
        if titles + episodes > MOST_CREDITED {
            let reason = format!(
                "is credited with more than {MOST_CREDITED} titles and episodes, the most that change at once: change some of them first (editTitles, editEpisode)"
            );
            return Err(Refused::new(ErrorCode::OutOfRange, Place::Subject, reason).into());
        }
        check_named(titles + episodes, deletion.from_titles)?;
        let gone = Person {
            deleted: true,
            stamp: person.stamp.next(self.clock.now()),
            ..person.clone()
        };
        let (old, new) = (DocumentFields::of(&person), DocumentFields::of(&gone));
        let changes = old.changes(&new, &PERSON_FIELDS);
        batch
            .revisions
            .push(writer.changed(node, gone.stamp, changes));
        batch.people.push(gone.clone());
        let run = self.write(deletion.mode, batch, writer).await?;
        Ok(Deleted {
            node: Arc::new(if run.is_some() { gone } else { person }),
            differences: vec![deleted()],
            titles,
            episodes,
            run,
        })
    }

    /// Puts the titles and episodes that credit somebody into a batch, as they are without.
    pub(super) async fn put_without(
        &self,
        writer: &Writer,
        batch: &mut CatalogBatch,
        person: PersonId,
    ) -> Result<(), EditError> {
        let credited = self.catalog.credited_in(&[person]).await?;
        let everything = Visibility::everything();
        if !credited.titles.is_empty() {
            let titles = self.catalog.titles(&everything, &credited.titles).await?;
            let pairs = titles.into_iter().map(|title| {
                let after = Title {
                    credits: without(&title.credits, person),
                    crew: without(&title.crew, person),
                    ..Title::clone(&title)
                };
                (title, after)
            });
            self.put_titles_with_others(writer, batch, pairs.collect(), &CREDITED)
                .await?;
        }
        if !credited.series.is_empty() {
            let episodes = self
                .catalog
                .episodes_of_series(&everything, &credited.series);
            let pairs = episodes.await?.into_iter().map(|episode| {
                let mut directors = episode.directors.clone();
                directors.retain(|it| *it != person);
                let after = Episode {
                    directors,
                    crew: without(&episode.crew, person),
                    ..episode.clone()
                };
                (episode, after)
            });
            self.put_episodes_with_others(writer, batch, pairs.collect(), &CREDITED)
                .await?;
        }
        Ok(())
    }
}

/// These credits without those of somebody, in their order. The others are billed as if they had never been there.
fn without(credits: &[Credit], person: PersonId) -> Vec<Credit> {
    let others = credits.iter().filter(|credit| credit.person != person);
    let mut others: Vec<Credit> = others.cloned().collect();
    if others.len() < credits.len() {
        let mut ranks: BTreeMap<CreditRole, u32> = BTreeMap::new();
        for credit in &mut others {
            let rank = ranks.entry(credit.role).or_default();
            credit.order = *rank;
            *rank += 1;
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_left_is_billed_without_a_gap() {
        let credit = |person: u64, role: CreditRole, order: u32| Credit {
            person: PersonId(person),
            role,
            character: None,
            order,
        };
        let actor = |person: u64, order: u32| credit(person, CreditRole::Actor, order);
        let credits = [
            credit(1, CreditRole::Director, 0),
            actor(2, 0),
            actor(1, 1),
            actor(3, 2),
        ];

        assert_eq!(without(&credits, PersonId(1)), [actor(2, 0), actor(3, 1)]);
        assert_eq!(without(&credits, PersonId(9)), credits);
    }
}
