//! Merging a genre into another: its titles are of that one then, and so is whatever names it.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::EditError;
use super::refused::{Place, Refused};
use super::service::{EditService, curator, retried};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DocumentFields, GENRE_FIELDS, Genre, Title, TitleFilter, TitleOrder,
    TitleQuery, ValueFrom, Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{GenreId, RunId, TitleId};
use crate::domain::loading::LoadMode;
use crate::domain::page::Window;
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
        self.put_titles_of_genre(writer, &mut batch, from.id, into.id)
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

    /// A genre that was merged into none.
    async fn genre_at(&self, id: Option<GenreId>, place: Place) -> Result<Genre, EditError> {
        let found = match id {
            Some(id) => self.catalog.genres(&[id]).await?.pop(),
            None => None,
        };
        let found = found.filter(|genre| genre.merged_into.is_none());
        let reason = "names no genre, or one that was merged into another";
        Ok(found.ok_or_else(|| Refused::new(ErrorCode::NotFound, place, reason))?)
    }

    /// Puts the titles of a genre into a batch, with the other in its place. Whose word their genres are stays.
    async fn put_titles_of_genre(
        &self,
        writer: &Writer,
        batch: &mut CatalogBatch,
        from: GenreId,
        into: GenreId,
    ) -> Result<(), EditError> {
        let everything = Visibility::everything();
        let query = TitleQuery {
            filter: TitleFilter {
                genres_all: Some(vec![from]),
                ..TitleFilter::default()
            },
            order: TitleOrder::Name,
        };
        let window = Window::first(MOST_TITLES);
        let listed = self.catalog.list_titles(&everything, &query, &window);
        let listed = listed.await?;
        if listed.has_more {
            let reason = format!(
                "has more than {MOST_TITLES} titles, the most that change their genre at once: give some of them the other first (editTitles)"
            );
            return Err(Refused::new(ErrorCode::OutOfRange, Place::Subject, reason).into());
        }
        let ids: Vec<TitleId> = listed.rows.iter().map(|title| title.id).collect();
        let titles = self.catalog.titles(&everything, &ids).await?;
        let nodes: Vec<CatalogNode> = ids.iter().copied().map(CatalogNode::Title).collect();
        let sources = self.load.value_sources(&nodes).await?.into_iter();
        let sources = sources.filter_map(|known| {
            let from = known.fields.get(GENRES).copied()?;
            Some(((known.node, known.revision), from))
        });
        let sources: HashMap<(CatalogNode, u64), ValueFrom> = sources.collect();
        for title in titles {
            let genres = with_other(&title.genres, from, into);
            if genres == title.genres {
                continue;
            }
            let node = CatalogNode::Title(title.id);
            let known = sources.get(&(node, title.stamp.revision)).copied();
            let after = Title {
                genres,
                stamp: title.stamp.next(self.clock.now()),
                ..Title::clone(&title)
            };
            let (old, new) = (DocumentFields::of(&*title), DocumentFields::of(&after));
            let mut changes = old.changes(&new, &[GENRES]);
            for change in &mut changes {
                change.is_from = known;
            }
            let revision = writer.changed(node, after.stamp, changes);
            batch.revisions.push(revision);
            batch.titles.push(after);
        }
        Ok(())
    }
}

/// These genres with another in the place of one of them, each once.
fn with_other(genres: &[GenreId], from: GenreId, into: GenreId) -> Vec<GenreId> {
    let mut after: Vec<GenreId> = Vec::with_capacity(genres.len());
    for genre in genres {
        let genre = if *genre == from { into } else { *genre };
        if !after.contains(&genre) {
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
            let after = with_other(&ids(&genres), GenreId(1), GenreId(9));
            assert_eq!(after, ids(&expected));
        }
    }
}
