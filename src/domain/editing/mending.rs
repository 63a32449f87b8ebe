//! What still names a genre or collection that was merged or deleted, or a person who was deleted, because it was written
//! at the very moment at which that went: it becomes what the merge or the deletion would have made of it.

use super::collections::put_collection;
use super::error::EditError;
use super::service::EditService;
use crate::domain::catalog::{
    Author, CatalogBatch, CatalogNode, Collection, Genre, Person, RevisionSource, Visibility,
    Writer,
};
use crate::domain::ids::{CollectionId, GenreId, PersonId};
use crate::domain::loading::LoadMode;

impl EditService {
    /// Mends what names genres and collections that were merged or deleted and people who were deleted, as far as memory
    /// knows it by now. Says how many titles and episodes that were. What somebody else writes at the same time is left for
    /// the next time.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn mend_names(&self) -> Result<usize, EditError> {
        let mut mended = 0;
        for genre in self.catalog.gone_genres().await? {
            mended += written(self.mend_genre(genre.id).await)?;
        }
        for collection in self.catalog.gone_collections().await? {
            mended += written(self.mend_collection(collection).await)?;
        }
        let deleted = self.catalog.deleted_people().await?;
        let credited = self.catalog.credited_in(&deleted).await?;
        if credited.titles.is_empty() && credited.series.is_empty() {
            return Ok(mended);
        }
        for person in deleted {
            mended += written(self.mend_person(person).await)?;
        }
        Ok(mended)
    }

    async fn mend_genre(&self, id: GenreId) -> Result<usize, EditError> {
        let named = self.some_of_genre(id).await?;
        if named.rows.is_empty() {
            return Ok(0);
        }
        let genre = self.catalog.genres(&[id]).await?.pop();
        let Some(genre) = genre.filter(|genre| !genre.is_there()) else {
            return Ok(0);
        };
        let writer = Writer::new(Author::Command, RevisionSource::Edit);
        let mut batch = CatalogBatch::default();
        self.put_with_other(&writer, &mut batch, &named.rows, (id, genre.merged_into))
            .await?;
        let titles = batch.titles.len();
        if titles == 0 {
            return Ok(0);
        }
        // It is written as well, so that nobody brings it back at the same time.
        let again = Genre {
            stamp: genre.stamp.next(self.clock.now()),
            ..genre
        };
        let node = CatalogNode::Genre(id);
        let revision = writer.changed(node, again.stamp, Vec::new());
        batch.revisions.push(revision);
        batch.genres.push(again);
        self.write(LoadMode::Write, batch, &writer).await?;
        Ok(titles)
    }

    async fn mend_collection(&self, id: CollectionId) -> Result<usize, EditError> {
        let (everything, these) = (Visibility::everything(), [id]);
        let found = self.catalog.collections(&everything, &these);
        let collection = found.await?.pop().filter(|it| !it.is_there());
        let Some(collection) = collection else {
            return Ok(0);
        };
        let writer = Writer::new(Author::Command, RevisionSource::Edit);
        let mut batch = CatalogBatch::default();
        self.put_films(&writer, &mut batch, id, collection.merged_into)
            .await?;
        let titles = batch.titles.len();
        if titles == 0 {
            return Ok(0);
        }
        let again = Collection {
            stamp: collection.stamp.next(self.clock.now()),
            ..collection.clone()
        };
        put_collection(&writer, &mut batch, &collection, again);
        self.write(LoadMode::Write, batch, &writer).await?;
        Ok(titles)
    }

    async fn mend_person(&self, id: PersonId) -> Result<usize, EditError> {
        let person = self.catalog.people(&[id]).await?.pop();
        let Some(person) = person.filter(|person| person.deleted) else {
            return Ok(0);
        };
        let writer = Writer::new(Author::Command, RevisionSource::Edit);
        let mut batch = CatalogBatch::default();
        self.put_without(&writer, &mut batch, id).await?;
        let changed = batch.titles.len() + batch.episodes.len();
        if changed == 0 {
            return Ok(0);
        }
        let again = Person {
            stamp: person.stamp.next(self.clock.now()),
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

/// How much was written: nothing if somebody else was first.
fn written(outcome: Result<usize, EditError>) -> Result<usize, EditError> {
    match outcome {
        Err(error) if error.is_conflict() => Ok(0),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::CatalogError;
    use crate::domain::error::StoreError;

    #[test]
    fn who_was_first_is_no_failure() {
        let conflict = EditError::Catalog(CatalogError::Store(StoreError::Conflict));

        assert_eq!(written(Err(conflict)).unwrap(), 0);
        assert_eq!(written(Ok(2)).unwrap(), 2);
        assert!(written(Err(EditError::Forbidden)).is_err());
    }
}
