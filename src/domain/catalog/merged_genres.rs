//! Genres that were merged into others, or deleted: whoever asks for one that was merged gets the other.

use std::collections::{HashMap, HashSet};

use super::error::CatalogError;
use super::service::CatalogService;
use super::types::Genre;
use crate::domain::ids::GenreId;

impl Genre {
    /// Whether it is one by itself: neither merged into another nor deleted.
    pub fn is_there(&self) -> bool {
        self.merged_into.is_none() && !self.deleted
    }
}

impl CatalogService {
    /// All genres, by name, without those that were merged into others or deleted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn all_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        let mut genres = self.ports.lists.all_genres().await?;
        genres.retain(Genre::is_there);
        Ok(genres)
    }

    /// The genres that were merged into others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        let mut genres = self.ports.lists.all_genres().await?;
        genres.retain(|genre| genre.merged_into.is_some());
        Ok(genres)
    }

    /// The genres that were merged into others or deleted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn gone_genres(&self) -> Result<Vec<Genre>, CatalogError> {
        let mut genres = self.ports.lists.all_genres().await?;
        genres.retain(|genre| !genre.is_there());
        Ok(genres)
    }

    /// In the place of each genre that was merged into another, that one; `None`: it was deleted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn genres_standing(
        &self,
        mut genres: Vec<Option<Genre>>,
    ) -> Result<Vec<Option<Genre>>, CatalogError> {
        if genres.iter().flatten().all(Genre::is_there) {
            return Ok(genres);
        }
        let others = genres.iter().flatten().filter_map(|it| it.merged_into);
        let others: HashSet<GenreId> = others.collect();
        let others: Vec<GenreId> = others.into_iter().collect();
        let others = if others.is_empty() {
            Vec::new()
        } else {
            self.genres(&others).await?
        };
        let others = others.into_iter().map(|it| (it.id, it));
        let others: HashMap<GenreId, Genre> = others.collect();
        for genre in &mut genres {
            let other = genre.as_ref().and_then(|it| others.get(&it.merged_into?));
            if let Some(other) = other {
                *genre = Some(other.clone());
            }
            if genre.as_ref().is_some_and(|it| it.deleted) {
                *genre = None;
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
