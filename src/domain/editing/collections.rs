//! Merging a collection into another, whose its films are then, and deleting one.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::delete_genre::{CollectionDeletion, Deleted, check_named, deleted};
use super::error::EditError;
use super::refused::{Place, Refused};
use super::service::{EditService, curator, retried};
use crate::domain::catalog::{
    COLLECTION_FIELDS, CatalogBatch, CatalogNode, Collection, DocumentFields, PartOf, Title,
    Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{CollectionId, RunId};
use crate::domain::loading::{Difference, LoadMode, Problem};
use crate::domain::viewer::KnownViewer;

/// The most films of a collection that is merged or deleted: all are written in one transaction.
const MOST_FILMS: usize = 2_000;
/// The field of films that is another then. The number of the part is of one value with it.
const COLLECTION: &str = "collection";

/// A collection that is to be one with another; `None` in the place of an id: what names it is none of a collection.
#[derive(Debug, Clone, Copy)]
pub struct CollectionMerging {
    pub from: Option<CollectionId>,
    /// The one that stays.
    pub into: Option<CollectionId>,
    /// The revision of the one that goes that the curator has seen; `None`: whatever became of it.
    pub base: Option<u64>,
    pub mode: LoadMode,
}

/// What merging a collection led to, or would.
#[derive(Debug)]
pub struct MergedCollections {
    /// The collection that stays: as it is now, in a dry run as it was.
    pub into: Arc<Collection>,
    /// What is other of that than before, or would be.
    pub differences: Vec<Difference>,
    /// What a curator may want to look at: films that have one number of a part now.
    pub noticed: Vec<Problem>,
    /// How many films are of the other collection, or would be.
    pub titles: usize,
    /// What the revisions of it have in common; `None`: nothing was written.
    pub run: Option<RunId>,
}

impl EditService {
    /// Merges a collection of which something may be seen into another, or says what that would do. Its films become of the
    /// other, each with the number that it has, and whoever names it means the other from then on. The other gets its
    /// pictures if it has none.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merge_collections(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        merging: &CollectionMerging,
    ) -> Result<MergedCollections, EditError> {
        let writer = curator(viewer)?;
        retried(|| self.try_merge_collections(visibility, &writer, merging)).await
    }

    /// Deletes a collection of which something may be seen, or says what that would do. Its films lose it, if that is asked
    /// for; else it stays.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_collection(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        deletion: &CollectionDeletion,
    ) -> Result<Deleted<Arc<Collection>>, EditError> {
        let writer = curator(viewer)?;
        retried(|| self.try_delete_collection(visibility, &writer, deletion)).await
    }

    async fn try_merge_collections(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        merging: &CollectionMerging,
    ) -> Result<MergedCollections, EditError> {
        let from = self.collection_at(visibility, merging.from, Place::Subject);
        let from = from.await?;
        let into = self.collection_at(visibility, merging.into, Place::Into);
        let into = into.await?;
        if from.id == into.id {
            let reason = "is the same collection";
            return Err(Refused::new(ErrorCode::Invalid, Place::Into, reason).into());
        }
        let (node, at) = (CatalogNode::Collection(from.id), from.stamp.revision);
        if let Some(stale) = self.stale(node, merging.base, at).await? {
            return Err(stale.into());
        }
        let everything = Visibility::everything();
        let these = [into.id];
        let own = self.catalog.films_of_collections(&everything, &these);
        let own = own.await?;
        let mut batch = CatalogBatch::default();
        self.put_films(writer, &mut batch, from.id, Some(into.id))
            .await?;
        let (titles, noticed) = (batch.titles.len(), of_one_part(&own, &batch.titles));
        let now = self.clock.now();
        let gone = Collection {
            merged_into: Some(into.id),
            stamp: from.stamp.next(now),
            ..from.clone()
        };
        // The one that stays is written as well, so that nobody merges it away at the same time.
        let stays = Collection {
            pictures: if into.pictures.is_empty() {
                from.pictures.clone()
            } else {
                into.pictures.clone()
            },
            stamp: into.stamp.next(now),
            ..into.clone()
        };
        let differences = (stays.pictures != into.pictures).then(|| Difference {
            field: "pictures",
            before: json!(into.pictures),
            after: json!(stays.pictures),
        });
        put_collection(writer, &mut batch, &from, gone);
        put_collection(writer, &mut batch, &into, stays.clone());
        let run = self.write(merging.mode, batch, writer).await?;
        Ok(MergedCollections {
            into: Arc::new(if run.is_some() { stays } else { into }),
            differences: differences.into_iter().collect(),
            noticed,
            titles,
            run,
        })
    }

    async fn try_delete_collection(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        deletion: &CollectionDeletion,
    ) -> Result<Deleted<Arc<Collection>>, EditError> {
        let collection = self.collection_at(visibility, deletion.id, Place::Subject);
        let collection = collection.await?;
        let node = CatalogNode::Collection(collection.id);
        let at = collection.stamp.revision;
        if let Some(stale) = self.stale(node, deletion.base, at).await? {
            return Err(stale.into());
        }
        let mut batch = CatalogBatch::default();
        self.put_films(writer, &mut batch, collection.id, None)
            .await?;
        let titles = batch.titles.len();
        check_named(titles, deletion.from_titles)?;
        let gone = Collection {
            deleted: true,
            stamp: collection.stamp.next(self.clock.now()),
            ..collection.clone()
        };
        put_collection(writer, &mut batch, &collection, gone.clone());
        let run = self.write(deletion.mode, batch, writer).await?;
        Ok(Deleted {
            node: Arc::new(if run.is_some() { gone } else { collection }),
            differences: vec![deleted()],
            titles,
            episodes: 0,
            run,
        })
    }

    /// A collection of which something may be seen, as it is stored, that was neither merged into another nor deleted.
    async fn collection_at(
        &self,
        visibility: &Visibility,
        id: Option<CollectionId>,
        place: Place,
    ) -> Result<Collection, EditError> {
        let ids: Vec<CollectionId> = id.into_iter().collect();
        let found = self.catalog.collections(visibility, &ids).await?;
        // In the place of one that was merged that is found which it was merged into.
        let found = found.into_iter().find(|it| id == Some(it.id));
        let found = found.filter(Collection::is_there);
        let reason = "names no collection, or one that was merged into another or deleted";
        Ok(found.ok_or_else(|| Refused::new(ErrorCode::NotFound, place, reason))?)
    }

    /// Puts the films of a collection into a batch, as of another, or of none. Whose word that is stays.
    pub(super) async fn put_films(
        &self,
        writer: &Writer,
        batch: &mut CatalogBatch,
        from: CollectionId,
        into: Option<CollectionId>,
    ) -> Result<(), EditError> {
        let everything = Visibility::everything();
        let these = [from];
        let films = self.catalog.films_of_collections(&everything, &these);
        let films = films.await?;
        if films.len() > MOST_FILMS {
            let reason = format!(
                "has more than {MOST_FILMS} films, the most that change their collection at once: change some of them first (editTitles)"
            );
            return Err(Refused::new(ErrorCode::OutOfRange, Place::Subject, reason).into());
        }
        let pairs = films.into_iter().map(|film| {
            let part = film.collection.and_then(|part_of| part_of.part);
            let after = Title {
                collection: into.map(|collection| PartOf { collection, part }),
                ..Title::clone(&film)
            };
            (film, after)
        });
        self.put_titles_with_others(writer, batch, pairs.collect(), &[COLLECTION])
            .await
    }
}

/// Puts a collection that is other than before into a batch, with its revision.
pub(super) fn put_collection(
    writer: &Writer,
    batch: &mut CatalogBatch,
    before: &Collection,
    after: Collection,
) {
    let (old, new) = (DocumentFields::of(before), DocumentFields::of(&after));
    let changes = old.changes(&new, &COLLECTION_FIELDS);
    let node = CatalogNode::Collection(after.id);
    batch
        .revisions
        .push(writer.changed(node, after.stamp, changes));
    batch.collections.push(after);
}

/// The films that come to a collection under a number that one of it has.
fn of_one_part(own: &[Arc<Title>], come: &[Title]) -> Vec<Problem> {
    let part = |film: &Title| film.collection.and_then(|part_of| part_of.part);
    let known = own
        .iter()
        .filter_map(|film| Some((part(film)?, &film.name)));
    let known: HashMap<u32, &String> = known.collect();
    let alike = come.iter().filter_map(|film| {
        let part = part(film)?;
        let other = known.get(&part)?;
        let reason = format!("of “{}” is {part}, as that of “{other}”", film.name);
        Some(Problem::new("part", reason))
    });
    alike.collect()
}
