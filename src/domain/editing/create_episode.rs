//! Adding an episode by hand.

use std::sync::Arc;

use serde_json::json;

use super::error::EditError;
use super::patch::Patch;
use super::refused::{Place, Refused};
use super::repeats::{Keyed, is_taken};
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
    /// What a repeat of it has, too; `None`: it is made each time.
    pub key: Option<String>,
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
        let said = json!([
            series.id.to_i64(),
            creation.place,
            creation.patch.set,
            creation.locking == Locking::Lock,
        ]);
        let key = (creation.key.as_deref(), creation.mode);
        let keyed = Keyed::of(viewer, key, "episode", &said)?;
        let Some(keyed) = keyed else {
            return retried(|| self.try_add(&writer, &series, creation)).await;
        };
        if let Some(added) = self.added_before(visibility, &keyed).await? {
            return Ok(added);
        }
        // What is there before it is noted was added by another.
        let id = self.free(&series, creation).await?;
        self.reserve(&keyed, id.to_i64().to_string()).await?;
        let added = retried(|| self.try_add(&writer, &series, creation)).await;
        if is_taken(&added)
            && let Some(before) = self.added_before(visibility, &keyed).await?
        {
            return Ok(before);
        }
        added
    }

    /// What an addition with this key has added.
    async fn added_before(
        &self,
        visibility: &Visibility,
        keyed: &Keyed,
    ) -> Result<Option<Edited<Arc<Episode>>>, EditError> {
        let Some(noted) = self.noted(keyed).await? else {
            return Ok(None);
        };
        let Ok(id) = noted.name.parse::<i64>() else {
            return Ok(None);
        };
        let id = EpisodeId::from_i64(id);
        let found = self.load.stored_episode(visibility, id).await?;
        let found = found.map(|stored| stored.episode.0);
        let added = found.filter(|it| noted.has_made(it.stamp.created_at));
        let added = added.map(|episode| noted.answer(Arc::new(episode)));
        added.transpose()
    }

    /// The id of the episode, if there is none with it.
    async fn free(
        &self,
        series: &Title,
        creation: &EpisodeCreation,
    ) -> Result<EpisodeId, EditError> {
        let (season, number) = creation.place;
        let place = (series.id, season, number);
        let at = self.catalog.episodes_at(&[place]).await?;
        let reason = if at.find(place).is_some() {
            format!("is {number}, and there is such an episode in season {season}")
        } else if at.is_gone(place) {
            format!(
                "is {number}, and that episode of season {season} was moved to another series, merged or deleted"
            )
        } else {
            return Ok(at.id(place));
        };
        Err(Refused::new(ErrorCode::Taken, Place::Number, reason).into())
    }

    async fn try_add(
        &self,
        writer: &Writer,
        series: &Arc<Title>,
        creation: &EpisodeCreation,
    ) -> Result<Edited<Arc<Episode>>, EditError> {
        let now = self.clock.now();
        let blank = blank_episode(series, creation.place, now).map_err(of_place)?;
        let id = self.free(series, creation).await?;
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
