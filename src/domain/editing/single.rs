//! Editing an episode or a person.

use std::sync::Arc;

use super::error::EditError;
use super::part::Part;
use super::patch::{Patch, replace_all};
use super::refused::Refused;
use super::rows::Locking;
use super::service::{EditService, curator, lock_all, retried, revision};
use crate::domain::catalog::{
    Biography, CatalogBatch, CatalogNode, DocumentFields, Episode, Overview, Person, Texts,
    Visibility, Writer,
};
use crate::domain::ids::{EpisodeId, PersonId, RunId};
use crate::domain::loading::{Difference, Laid, LayError, LoadMode, Problem};
use crate::domain::viewer::KnownViewer;

/// An edit of one thing, by `set` alone.
#[derive(Debug, Clone)]
pub struct SingleEdit {
    pub patch: Patch,
    /// The revision that the curator has seen; `None`: whichever it is of.
    pub base: Option<u64>,
    pub mode: LoadMode,
    pub locking: Locking,
}

/// What became of one thing.
#[derive(Debug)]
pub struct Edited<T> {
    /// As it is now; in a dry run as it was.
    pub node: T,
    /// What is other than before, or would be.
    pub differences: Vec<Difference>,
    /// What a curator may want to look at.
    pub noticed: Vec<Problem>,
    /// What the revisions of it have in common; `None`: nothing was written.
    pub run: Option<RunId>,
}

impl EditService {
    /// Edits an episode of a series that may be seen, or says what that would do.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn edit_episode(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        id: EpisodeId,
        edit: &SingleEdit,
    ) -> Result<Edited<Arc<Episode>>, EditError> {
        let writer = curator(viewer)?;
        edit.patch.check()?;
        retried(|| self.try_episode(visibility, &writer, id, edit)).await
    }

    /// Edits a person, or says what that would do.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn edit_person(
        &self,
        viewer: &KnownViewer,
        id: PersonId,
        edit: &SingleEdit,
    ) -> Result<Edited<Arc<Person>>, EditError> {
        let writer = curator(viewer)?;
        edit.patch.check()?;
        retried(|| self.try_person(&writer, id, edit)).await
    }

    async fn try_episode(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        id: EpisodeId,
        edit: &SingleEdit,
    ) -> Result<Edited<Arc<Episode>>, EditError> {
        let stored = self.load.stored_episode(visibility, id).await?;
        let stored = stored.ok_or_else(|| Refused::not_there("episode"))?;
        let (node, at) = (CatalogNode::Episode(id), stored.episode.0.stamp.revision);
        if let Some(stale) = self.stale(node, edit.base, at).await? {
            return Err(stale.into());
        }
        let laid = self.load.lay_episode(&stored, &edit.patch.set).await;
        let Laid {
            document,
            differences,
            noticed,
            people,
        } = laid.map_err(of_laying)?;
        let (mut episode, told): (Episode, Texts) =
            document.unwrap_or_else(|| stored.episode.clone());
        let has_news = edit.locking == Locking::Lock
            && lock_all(&mut episode.locks, edit.patch.fields().into_iter());
        if differences.is_empty() && !has_news {
            let node = Arc::new(stored.episode.0);
            return Ok(Edited {
                node,
                differences,
                noticed,
                run: None,
            });
        }
        episode.stamp = stored.episode.0.stamp.next(self.clock.now());
        let after = (episode, told);
        let revision = revision(
            writer,
            (node, after.0.stamp),
            &differences,
            &DocumentFields::of_episode(&stored.episode),
            &DocumentFields::of_episode(&after),
        );
        let (episode, texts) = after;
        let batch = CatalogBatch {
            episodes: vec![episode.clone()],
            overviews: vec![Overview { episode: id, texts }],
            people,
            revisions: vec![revision],
            ..CatalogBatch::default()
        };
        let run = self.write(edit.mode, batch, writer).await?;
        let node = match edit.mode {
            LoadMode::DryRun => stored.episode.0,
            LoadMode::Write => episode,
        };
        let node = Arc::new(node);
        Ok(Edited {
            node,
            differences,
            noticed,
            run,
        })
    }

    async fn try_person(
        &self,
        writer: &Writer,
        id: PersonId,
        edit: &SingleEdit,
    ) -> Result<Edited<Arc<Person>>, EditError> {
        let stored = self.load.stored_person(id).await?;
        let stored = stored.ok_or_else(|| Refused::not_there("person"))?;
        let (node, at) = (CatalogNode::Person(id), stored.0.stamp.revision);
        if let Some(stale) = self.stale(node, edit.base, at).await? {
            return Err(stale.into());
        }
        let mut set = edit.patch.set.clone();
        let ids = stored.0.external_ids.iter().map(|id| id.provider.as_str());
        replace_all(&mut set, "ids", ids);
        let laid = self.load.lay_person(&stored, &set).await;
        let Laid {
            document,
            differences,
            noticed,
            ..
        } = laid.map_err(of_laying)?;
        let (mut person, told): (Person, Texts) = document.unwrap_or_else(|| stored.clone());
        let has_news = edit.locking == Locking::Lock
            && lock_all(&mut person.locks, edit.patch.fields().into_iter());
        if differences.is_empty() && !has_news {
            let node = Arc::new(stored.0);
            return Ok(Edited {
                node,
                differences,
                noticed,
                run: None,
            });
        }
        person.stamp = stored.0.stamp.next(self.clock.now());
        let after = (person, told);
        let revision = revision(
            writer,
            (node, after.0.stamp),
            &differences,
            &DocumentFields::of_person(&stored),
            &DocumentFields::of_person(&after),
        );
        let (person, texts) = after;
        let batch = CatalogBatch {
            people: vec![person.clone()],
            biographies: vec![Biography { person: id, texts }],
            revisions: vec![revision],
            ..CatalogBatch::default()
        };
        let run = self.write(edit.mode, batch, writer).await?;
        let node = match edit.mode {
            LoadMode::DryRun => stored.0,
            LoadMode::Write => person,
        };
        let node = Arc::new(node);
        Ok(Edited {
            node,
            differences,
            noticed,
            run,
        })
    }
}

/// Why a record was not laid over something.
pub(super) fn of_laying(error: LayError) -> EditError {
    match error {
        LayError::Refused(refusal) => Refused::of_record(Part::Set, refusal).into(),
        LayError::Catalog(error) => error.into(),
    }
}
