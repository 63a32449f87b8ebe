//! Adding an episode by hand.

use std::sync::Arc;

use super::error::EditError;
use super::patch::Patch;
use super::refused::{Place, Refused};
use super::rows::Locking;
use super::service::{EditService, curator, lock_all, retried};
use super::single::{Edited, of_laying};
use crate::domain::catalog::{
    CatalogBatch, Episode, Overview, Title, TitleKind, Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::loading::{Laid, LoadMode, Problem, blank_episode};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::KnownViewer;

/// An episode that is to be added.
#[derive(Debug, Clone)]
pub struct EpisodeCreation {
    /// `None`: what names it is no id of a series.
    pub series: Option<TitleId>,
    /// The season, in which 0 holds the specials, and the number in it.
    pub place: (u32, u32),
    /// What it says in `set`; nothing, if nothing is known but the place.
    pub patch: Patch,
    pub mode: LoadMode,
    pub locking: Locking,
}

impl EditService {
    /// Adds an episode to a series that may be seen, or says what that would do. In a dry run the episode is as it would
    /// be.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create_episode(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        creation: &EpisodeCreation,
    ) -> Result<Edited<Arc<Episode>>, EditError> {
        let writer = curator(viewer)?;
        if !creation.patch.is_empty() {
            creation.patch.check()?;
        }
        let ids: Vec<TitleId> = creation.series.into_iter().collect();
        let found = self.catalog.titles(visibility, &ids).await?;
        let mut series = found.into_iter();
        let series = series.find(|title| title.kind == TitleKind::Series);
        let series = series.ok_or_else(|| Refused::not_there("series"))?;
        retried(|| self.try_add(visibility, &writer, &series, creation)).await
    }

    async fn try_add(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        series: &Arc<Title>,
        creation: &EpisodeCreation,
    ) -> Result<Edited<Arc<Episode>>, EditError> {
        let now = self.clock.now();
        let (season, number) = creation.place;
        let blank = blank_episode(series, creation.place, now).map_err(of_place)?;
        let id = EpisodeId::of_ordinal(series.id, season, number);
        if self.load.stored_episode(visibility, id).await?.is_some() {
            let reason = format!("is {number}, and there is such an episode in season {season}");
            return Err(Refused::new(ErrorCode::Taken, Place::Number, reason).into());
        }
        let laid = self.load.lay_episode(&blank, &creation.patch.set).await;
        let Laid {
            document,
            differences,
            noticed,
            people,
        } = laid.map_err(of_laying)?;
        let (mut episode, texts) = document.unwrap_or(blank.episode);
        episode.stamp = Stamp::first(now);
        if creation.locking == Locking::Lock {
            lock_all(&mut episode.locks, creation.patch.fields().into_iter());
        }
        let told = Overview { episode: id, texts };
        // What is new has nothing that would have to be taken away.
        let told = Some(told).filter(|told| !told.texts.is_empty());
        let batch = CatalogBatch {
            episodes: vec![episode.clone()],
            overviews: told.into_iter().collect(),
            people,
            ..CatalogBatch::default()
        };
        let run = self.write(creation.mode, batch, writer).await?;
        Ok(Edited {
            node: Arc::new(episode),
            differences,
            noticed,
            run,
        })
    }
}

fn of_place(problem: Problem) -> EditError {
    let place = match problem.field.as_str() {
        "season" => Place::Season,
        "episode" => Place::Number,
        _ => Place::Subject,
    };
    let refused = Refused {
        allowed: problem.allowed,
        ..Refused::new(ErrorCode::OutOfRange, place, problem.reason)
    };
    refused.into()
}
