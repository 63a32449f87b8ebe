//! Merging a genre into another: its titles are of that one then, and so is whatever names it.

use std::sync::Arc;

use super::error::EditError;
use super::refused::{Place, Refused};
use super::service::{EditService, curator, retried};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DocumentFields, GENRE_FIELDS, Genre, Title, TitleFilter, TitleOrder,
    TitleQuery, Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{GenreId, RunId, TitleId};
use crate::domain::loading::LoadMode;
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::KnownViewer;

/// The most titles of a genre that is merged: all are written in one transaction.
const MOST_TITLES: usize = 2_000;
/// The field of titles that is another then.
const GENRES: &str = "genres";

/// A genre that is to be one with another; `None` in the place of an id: what names it is none of a genre.
#[derive(Debug, Clone, Copy)]
pub struct GenreMerging {
    pub from: Option<GenreId>,
    /// The one that stays.
    pub into: Option<GenreId>,
    pub mode: LoadMode,
}

/// What merging a genre led to, or would.
#[derive(Debug)]
pub struct MergedGenres {
    /// The genre that stays: as it is now, in a dry run as it was.
    pub into: Arc<Genre>,
    /// Of how many titles the genres are others, or would be.
    pub titles: usize,
    /// What the revisions of it have in common; `None`: nothing was written.
    pub run: Option<RunId>,
}

impl EditService {
    /// Merges a genre into another, or says what that would do. Its titles become of the other, and whoever names it means
    /// the other from then on. Locked genres of titles change as well: they mean the same.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merge_genres(
        &self,
        viewer: &KnownViewer,
        merging: &GenreMerging,
    ) -> Result<MergedGenres, EditError> {
        let writer = curator(viewer)?;
        retried(|| self.try_merge_genres(&writer, merging)).await
    }

    async fn try_merge_genres(
        &self,
        writer: &Writer,
        merging: &GenreMerging,
    ) -> Result<MergedGenres, EditError> {
        let from = self.genre_at(merging.from, Place::Subject).await?;
        let into = self.genre_at(merging.into, Place::Into).await?;
        if from.id == into.id {
            let reason = "is the same genre";
            return Err(Refused::new(ErrorCode::Invalid, Place::Into, reason).into());
        }
        let now = self.clock.now();
        let mut batch = CatalogBatch::default();
        self.put_titles_of_genre(writer, &mut batch, from.id, Some(into.id))
            .await?;
        let titles = batch.titles.len();
        // What was merged into it before leads to the one that stays at once.
        let was = Some(from.id);
        let before = self.catalog.merged_genres().await?.into_iter();
        let before = before.filter(|genre| genre.merged_into == was);
        let gone = before.chain([from]).map(|genre| {
            let after = Genre {
                merged_into: Some(into.id),
                stamp: genre.stamp.next(now),
                ..genre.clone()
            };
            (genre, after)
        });
        // The one that stays is written as well, so that nobody merges it away at the same time.
        let stays = Genre {
            stamp: into.stamp.next(now),
            ..into.clone()
        };
        for (before, after) in gone.chain([(into.clone(), stays.clone())]) {
            let (old, new) = (DocumentFields::of(&before), DocumentFields::of(&after));
            let changes = old.changes(&new, &GENRE_FIELDS);
            let node = CatalogNode::Genre(after.id);
            let revision = writer.changed(node, after.stamp, changes);
            batch.revisions.push(revision);
            batch.genres.push(after);
        }
        let run = self.write(merging.mode, batch, writer).await?;
        Ok(MergedGenres {
            into: Arc::new(if run.is_some() { stays } else { into }),
            titles,
            run,
        })
    }

    /// A genre that was neither merged into another nor deleted.
    pub(super) async fn genre_at(
        &self,
        id: Option<GenreId>,
        place: Place,
    ) -> Result<Genre, EditError> {
        let found = match id {
            Some(id) => self.catalog.genres(&[id]).await?.pop(),
            None => None,
        };
        let found = found.filter(Genre::is_there);
        let reason = "names no genre, or one that was merged into another or deleted";
        Ok(found.ok_or_else(|| Refused::new(ErrorCode::NotFound, place, reason))?)
    }

    /// Puts the titles of a genre into a batch, with the other in its place, or without it. Whose word their genres are stays.
    pub(super) async fn put_titles_of_genre(
        &self,
        writer: &Writer,
        batch: &mut CatalogBatch,
        from: GenreId,
        into: Option<GenreId>,
    ) -> Result<(), EditError> {
        let listed = self.some_of_genre(from).await?;
        if listed.has_more {
            let reason = format!(
                "has more than {MOST_TITLES} titles, the most that change their genre at once: change some of them first (editTitles)"
            );
            return Err(Refused::new(ErrorCode::OutOfRange, Place::Subject, reason).into());
        }
        self.put_with_other(writer, batch, &listed.rows, (from, into))
            .await
    }

    /// Some titles that name a genre, as far as memory knows them.
    pub(super) async fn some_of_genre(
        &self,
        genre: GenreId,
    ) -> Result<Slice<Arc<Title>>, EditError> {
        let everything = Visibility::everything();
        let query = TitleQuery {
            filter: TitleFilter {
                genres_all: Some(vec![genre]),
                ..TitleFilter::default()
            },
            order: TitleOrder::Name,
        };
        let window = Window::first(MOST_TITLES);
        let listed = self.catalog.list_titles(&everything, &query, &window);
        Ok(listed.await?)
    }

    /// Puts these titles into a batch, as the record has them, with another genre in the place of one, or without it.
    pub(super) async fn put_with_other(
        &self,
        writer: &Writer,
        batch: &mut CatalogBatch,
        titles: &[Arc<Title>],
        (from, into): (GenreId, Option<GenreId>),
    ) -> Result<(), EditError> {
        let everything = Visibility::everything();
        let ids: Vec<TitleId> = titles.iter().map(|title| title.id).collect();
        let titles = self.catalog.titles(&everything, &ids).await?;
        let pairs = titles.into_iter().map(|title| {
            let after = Title {
                genres: with_other(&title.genres, from, into),
                ..Title::clone(&title)
            };
            (title, after)
        });
        self.put_titles_with_others(writer, batch, pairs.collect(), &[GENRES])
            .await
    }
}

/// These genres with another in the place of one of them, or without it, each once.
fn with_other(genres: &[GenreId], from: GenreId, into: Option<GenreId>) -> Vec<GenreId> {
    let mut after: Vec<GenreId> = Vec::with_capacity(genres.len());
    for genre in genres {
        let genre = if *genre == from { into } else { Some(*genre) };
        if let Some(genre) = genre.filter(|it| !after.contains(it)) {
            after.push(genre);
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_genre_takes_the_place_of_another_once() {
        let ids =
            |genres: &[u64]| -> Vec<GenreId> { genres.iter().copied().map(GenreId).collect() };
        for (genres, expected) in [
            (vec![1, 2, 3], vec![9, 2, 3]),
            (vec![2, 1, 9], vec![2, 9]),
            (vec![9, 1], vec![9]),
            (vec![2, 3], vec![2, 3]),
            (vec![], vec![]),
        ] {
            let after = with_other(&ids(&genres), GenreId(1), Some(GenreId(9)));
            assert_eq!(after, ids(&expected));
        }
        let without = with_other(&ids(&[2, 1, 3]), GenreId(1), None);
        assert_eq!(without, ids(&[2, 3]));
    }
}
