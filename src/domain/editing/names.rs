//! Giving genres and collections other names. Their keys stay, and with them what is filed under them.

use std::sync::Arc;

use serde_json::json;

use super::error::EditError;
use super::refused::{Place, Refused};
use super::service::{EditService, curator, retried, revision};
use super::single::Edited;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, Collection, DocumentFields, Genre, NameKeys, Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{CollectionId, GenreId};
use crate::domain::loading::{
    Difference, LoadMode, Refusal, SoundName, collection_named, genre_named,
};
use crate::domain::text;
use crate::domain::viewer::KnownViewer;

/// Another name for something that has little else.
#[derive(Debug, Clone)]
pub struct Renaming {
    pub name: String,
    /// The revision that the curator has seen; `None`: whatever became of it.
    pub base: Option<u64>,
    pub mode: LoadMode,
}

impl EditService {
    /// Gives a genre another name, or says what that would do.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rename_genre(
        &self,
        viewer: &KnownViewer,
        id: GenreId,
        renaming: &Renaming,
    ) -> Result<Edited<Arc<Genre>>, EditError> {
        let writer = curator(viewer)?;
        let sound = genre_named(&renaming.name).map_err(of_name)?;
        retried(|| self.try_genre(&writer, id, renaming, &sound)).await
    }

    /// Gives a collection of which something may be seen another name, or says what that would do.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rename_collection(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        id: CollectionId,
        renaming: &Renaming,
    ) -> Result<Edited<Arc<Collection>>, EditError> {
        let writer = curator(viewer)?;
        let sound = collection_named(&renaming.name).map_err(of_name)?;
        let seen = self.catalog.collections(visibility, &[id]).await?;
        if seen.is_empty() {
            return Err(Refused::not_there("collection").into());
        }
        retried(|| self.try_collection(&writer, id, renaming, &sound)).await
    }

    async fn try_genre(
        &self,
        writer: &Writer,
        id: GenreId,
        renaming: &Renaming,
        sound: &SoundName,
    ) -> Result<Edited<Arc<Genre>>, EditError> {
        let stored = self.catalog.genres(&[id]).await?;
        let stored = stored.into_iter().find(Genre::is_there);
        let stored = stored.ok_or_else(|| Refused::not_there("genre"))?;
        let node = CatalogNode::Genre(id);
        let at = stored.stamp.revision;
        if let Some(stale) = self.stale(node, renaming.base, at).await? {
            return Err(stale.into());
        }
        // One may have the key that the name gives, and another the name since it was given to it.
        let same = self.catalog.find_genre(&sound.name).await?;
        let all = self.catalog.all_genres().await?;
        let is_called_so = |other: &Genre| text::slug(&other.name) == text::slug(&sound.name);
        let mut others = all.iter().filter(|other| other.id != id);
        if same.is_some_and(|other| other.id != id) || others.any(is_called_so) {
            return Err(taken(&sound.name).into());
        }
        let genre = Genre {
            name: sound.name.clone(),
            stamp: stored.stamp.next(self.clock.now()),
            ..stored.clone()
        };
        let differences = renamed(&stored.name, &genre.name);
        let mut run = None;
        if !differences.is_empty() {
            let of = (node, genre.stamp);
            let (before, after) = (DocumentFields::of(&stored), DocumentFields::of(&genre));
            let batch = CatalogBatch {
                revisions: vec![revision(writer, of, &differences, &before, &after)],
                genres: vec![genre.clone()],
                ..CatalogBatch::default()
            };
            run = self.write(renaming.mode, batch, writer).await?;
        }
        Ok(Edited {
            node: Arc::new(if run.is_some() { genre } else { stored }),
            differences,
            noticed: sound.noticed.clone(),
            run,
        })
    }

    async fn try_collection(
        &self,
        writer: &Writer,
        id: CollectionId,
        renaming: &Renaming,
        sound: &SoundName,
    ) -> Result<Edited<Arc<Collection>>, EditError> {
        let keys = NameKeys::of(&sound.name);
        let of_name = keys.all().map(CollectionId::of_slug);
        let ids: Vec<CollectionId> = of_name.into_iter().chain([id]).collect();
        let everything = Visibility::everything();
        let found = self.catalog.collections(&everything, &ids).await?;
        let is_same = |other: &Collection| text::slug(&other.name) == text::slug(&sound.name);
        if found.iter().any(|other| other.id != id && is_same(other)) {
            return Err(taken(&sound.name).into());
        }
        let stored = found.into_iter().find(|it| it.id == id && it.is_there());
        let stored = stored.ok_or_else(|| Refused::not_there("collection"))?;
        let node = CatalogNode::Collection(id);
        let at = stored.stamp.revision;
        if let Some(stale) = self.stale(node, renaming.base, at).await? {
            return Err(stale.into());
        }
        let collection = Collection {
            name: sound.name.clone(),
            stamp: stored.stamp.next(self.clock.now()),
            ..stored.clone()
        };
        let differences = renamed(&stored.name, &collection.name);
        let mut run = None;
        if !differences.is_empty() {
            let of = (node, collection.stamp);
            let before = DocumentFields::of(&stored);
            let after = DocumentFields::of(&collection);
            let batch = CatalogBatch {
                revisions: vec![revision(writer, of, &differences, &before, &after)],
                collections: vec![collection.clone()],
                ..CatalogBatch::default()
            };
            run = self.write(renaming.mode, batch, writer).await?;
        }
        Ok(Edited {
            node: Arc::new(if run.is_some() { collection } else { stored }),
            differences,
            noticed: sound.noticed.clone(),
            run,
        })
    }
}

fn renamed(before: &str, after: &str) -> Vec<Difference> {
    let difference = Difference {
        field: "name",
        before: json!(before),
        after: json!(after),
    };
    if before == after {
        Vec::new()
    } else {
        vec![difference]
    }
}

fn of_name(refusal: Refusal) -> EditError {
    let Refusal { code, problem } = refusal;
    let refused = Refused {
        allowed: problem.allowed,
        ..Refused::new(code, Place::Name, problem.reason)
    };
    refused.into()
}

fn taken(name: &str) -> Refused {
    let reason = format!("is “{name}”, which stands for another");
    Refused::new(ErrorCode::Taken, Place::Name, reason)
}
