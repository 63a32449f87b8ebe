//! Deleting a genre: no list has it then, and no record brings it back.

use std::sync::Arc;

use serde_json::json;

use super::error::EditError;
use super::others::FromTitles;
use super::refused::{Place, Refused};
use super::service::{EditService, curator, retried};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DELETED, DocumentFields, GENRE_FIELDS, Genre, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{CollectionId, GenreId, PersonId, RunId};
use crate::domain::loading::{Difference, LoadMode};
use crate::domain::viewer::KnownViewer;

/// Something that titles name and that is to be deleted.
#[derive(Debug, Clone, Copy)]
pub struct Deletion<I> {
    /// `None`: what names it is no id of its kind.
    pub id: Option<I>,
    /// The revision that the curator has seen; `None`: whatever became of it.
    pub base: Option<u64>,
    pub from_titles: FromTitles,
    pub mode: LoadMode,
}

/// A genre that is to be deleted.
pub type GenreDeletion = Deletion<GenreId>;
/// A collection that is to be deleted.
pub type CollectionDeletion = Deletion<CollectionId>;

/// A person who is to be deleted.
pub type PersonDeletion = Deletion<PersonId>;

/// What deleting something that titles name led to, or would.
#[derive(Debug)]
pub struct Deleted<T> {
    /// As it is now; in a dry run as it was.
    pub node: T,
    /// What is other of it than before, or would be.
    pub differences: Vec<Difference>,
    /// Of how many titles it was taken, or would be.
    pub titles: usize,
    /// Of how many episodes; people alone are named by them.
    pub episodes: usize,
    /// What the revisions of it have in common; `None`: nothing was written.
    pub run: Option<RunId>,
}

impl EditService {
    /// Deletes a genre, or says what that would do. Titles that are of it lose it, if that is asked for; else it stays.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_genre(
        &self,
        viewer: &KnownViewer,
        deletion: &GenreDeletion,
    ) -> Result<Deleted<Arc<Genre>>, EditError> {
        let writer = curator(viewer)?;
        retried(|| self.try_delete_genre(&writer, deletion)).await
    }

    async fn try_delete_genre(
        &self,
        writer: &Writer,
        deletion: &GenreDeletion,
    ) -> Result<Deleted<Arc<Genre>>, EditError> {
        let genre = self.genre_at(deletion.id, Place::Subject).await?;
        let node = CatalogNode::Genre(genre.id);
        let at = genre.stamp.revision;
        if let Some(stale) = self.stale(node, deletion.base, at).await? {
            return Err(stale.into());
        }
        let mut batch = CatalogBatch::default();
        self.put_titles_of_genre(writer, &mut batch, genre.id, None)
            .await?;
        let titles = batch.titles.len();
        check_named(titles, deletion.from_titles)?;
        let gone = Genre {
            deleted: true,
            stamp: genre.stamp.next(self.clock.now()),
            ..genre.clone()
        };
        let (old, new) = (DocumentFields::of(&genre), DocumentFields::of(&gone));
        let changes = old.changes(&new, &GENRE_FIELDS);
        batch
            .revisions
            .push(writer.changed(node, gone.stamp, changes));
        batch.genres.push(gone.clone());
        let run = self.write(deletion.mode, batch, writer).await?;
        Ok(Deleted {
            node: Arc::new(if run.is_some() { gone } else { genre }),
            differences: vec![deleted()],
            titles,
            episodes: 0,
            run,
        })
    }
}

/// Refuses to take something from titles that name it, unless that is asked for.
pub(super) fn check_named(titles: usize, from_titles: FromTitles) -> Result<(), Refused> {
    if titles == 0 || from_titles == FromTitles::Take {
        return Ok(());
    }
    let reason = format!("is false, and {titles} titles name it: with true they lose it");
    Err(Refused::new(ErrorCode::Conflict, Place::FromTitles, reason))
}

/// That something is deleted, and was not before.
pub(super) fn deleted() -> Difference {
    Difference {
        field: DELETED,
        before: json!(false),
        after: json!(true),
    }
}
