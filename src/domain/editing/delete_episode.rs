//! Deleting an episode: it is of no series then. What was watched of it stays, as that of a title that is hidden does.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EditError;
use super::refused::Refused;
use super::service::{EditService, curator, retried};
use super::single::Edited;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DELETED_FROM, DocumentFields, Episode, Visibility, Writer,
};
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::loading::{Difference, LoadMode};
use crate::domain::viewer::KnownViewer;

/// An episode that is to be deleted.
#[derive(Debug, Clone, Copy)]
pub struct EpisodeDeletion {
    /// `None`: what names it is no id of an episode.
    pub id: Option<EpisodeId>,
    /// The revision that the curator has seen; `None`: whatever became of it.
    pub base: Option<u64>,
    pub mode: LoadMode,
}

impl EditService {
    /// Deletes an episode of a series that may be seen, or says what that would do. The episode is told as it was.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_episode(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        deletion: &EpisodeDeletion,
    ) -> Result<Edited<Arc<Episode>>, EditError> {
        let writer = curator(viewer)?;
        retried(|| self.try_delete_episode(visibility, &writer, deletion)).await
    }

    async fn try_delete_episode(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        deletion: &EpisodeDeletion,
    ) -> Result<Edited<Arc<Episode>>, EditError> {
        let stored = match deletion.id {
            Some(id) => self.load.stored_episode(visibility, id).await?,
            None => None,
        };
        let stored = stored.ok_or_else(|| Refused::not_there("episode"))?;
        let (episode, series) = (stored.episode.0, stored.series);
        let (node, at) = (CatalogNode::Episode(episode.id), episode.stamp.revision);
        if let Some(stale) = self.stale(node, deletion.base, at).await? {
            return Err(stale.into());
        }
        let gone = Episode {
            series: TitleId::of_deleted(episode.id),
            deleted_from: Some(series.id),
            stamp: episode.stamp.next(self.clock.now()),
            ..episode.clone()
        };
        let (old, new) = (DocumentFields::of(&episode), DocumentFields::of(&gone));
        let changes = old.changes(&new, &[DELETED_FROM]);
        let batch = CatalogBatch {
            revisions: vec![writer.changed(node, gone.stamp, changes)],
            episodes: vec![gone],
            ..CatalogBatch::default()
        };
        let run = self.write(deletion.mode, batch, writer).await?;
        let difference = Difference {
            field: DELETED_FROM,
            before: Value::Null,
            after: json!(series.name),
        };
        Ok(Edited {
            node: Arc::new(episode),
            differences: vec![difference],
            noticed: Vec::new(),
            run,
        })
    }
}
