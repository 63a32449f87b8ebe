//! Genres that were merged into others: whoever asks for one gets the other.

use std::collections::{HashMap, HashSet};

use super::error::CatalogError;
use super::service::CatalogService;
use super::types::Genre;
use crate::domain::ids::GenreId;

impl CatalogService {
    /// All genres, by name, without those that were merged into others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn all_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        let mut genres = self.ports.lists.all_genres().await?;
        genres.retain(|genre| genre.merged_into.is_none());
        Ok(genres)
    }

    /// The genres that were merged into others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        let mut genres = self.ports.lists.all_genres().await?;
        genres.retain(|genre| genre.merged_into.is_some());
        Ok(genres)
    }

    /// In the place of each genre that was merged into another, that one.
    pub(super) async fn genres_standing(
        &self,
        mut genres: Vec<Option<Genre>>,
    ) -> Result<Vec<Option<Genre>>, CatalogError> {
        let others = genres.iter().flatten().filter_map(|it| it.merged_into);
        let others: HashSet<GenreId> = others.collect();
        if others.is_empty() {
            return Ok(genres);
        }
        let others: Vec<GenreId> = others.into_iter().collect();
        let others = self.genres(&others).await?.into_iter();
        let others: HashMap<GenreId, Genre> = others.map(|it| (it.id, it)).collect();
        for genre in genres.iter_mut().flatten() {
            if let Some(other) = genre.merged_into.and_then(|id| others.get(&id)) {
                genre.clone_from(other);
            }
        }
        Ok(genres)
    }

    /// What those of these genres are now that were merged into others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn genres_merged_into(
        &self,
        ids: &[GenreId],
    ) -> Result<HashMap<GenreId, GenreId>, CatalogError> {
        let genres = self.genres(ids).await?.into_iter();
        let merged = genres.filter_map(|genre| Some((genre.id, genre.merged_into?)));
        Ok(merged.collect())
    }
}
