//! What still names somebody who was merged into another, or what was deleted, because it was written at the very moment.

use super::error::MergeError;
use super::service::MergeService;
use crate::domain::catalog::{Author, CatalogNode, Person, RevisionSource, Writer};
use crate::domain::ids::PersonId;
use crate::domain::loading::LoadMode;

impl MergeService {
    /// Mends what names genres, collections and people that are not there any more, as far as memory knows it by now. Says
    /// how many titles and episodes that were. What somebody else writes at the same time is left for the next time.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn mend_names(&self) -> Result<usize, MergeError> {
        let mut mended = self.ports.editing.mend_names().await?;
        let merged = self.ports.catalog.merged_people().await?;
        let gone: Vec<PersonId> = merged.into_iter().map(|(person, _)| person).collect();
        let credited = self.ports.catalog.credited_in(&gone).await?;
        if credited.titles.is_empty() && credited.series.is_empty() {
            return Ok(mended);
        }
        for person in gone {
            match self.mend_merged(person).await {
                Ok(changed) => mended += changed,
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(mended)
    }

    async fn mend_merged(&self, id: PersonId) -> Result<usize, MergeError> {
        let person = self.ports.catalog.people(&[id]).await?.pop();
        let merged = person.and_then(|person| Some((person.leads_to()?, person)));
        let Some((into, person)) = merged else {
            return Ok(0);
        };
        let into = self.ports.catalog.standing(&[into]).await?;
        let Some(into) = into.first().copied() else {
            return Ok(0);
        };
        let now = self.ports.clock.now();
        let writer = Writer::new(Author::Command, RevisionSource::Edit);
        let moved = self.credits_moved(&writer, &[id], into, now).await?;
        let mut batch = moved.batch;
        let changed = batch.titles.len() + batch.episodes.len();
        if changed == 0 {
            return Ok(0);
        }
        // They are written as well, so that nobody undoes the merge at the same time.
        let again = Person {
            stamp: person.stamp.next(now),
            ..person
        };
        let node = CatalogNode::Person(id);
        let revision = writer.changed(node, again.stamp, Vec::new());
        batch.revisions.push(revision);
        batch.people.push(again);
        self.write(LoadMode::Write, batch, &writer).await?;
        Ok(changed)
    }
}
