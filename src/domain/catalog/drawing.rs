//! The use case of pictures: to find the one at an address, which is drawn from what it finds.

use std::sync::Arc;

use super::collections::Collection;
use super::error::CatalogError;
use super::pictures::{Picture, PictureAddress, PictureKind, PictureSubject};
use super::service::CatalogService;
use super::types::{Episode, Genre, Title};
use super::visibility::Visibility;
use crate::domain::ids::TitleId;

/// What lies at an address, as it is now. It is drawn by who wants it, and not before.
#[derive(Debug, Clone)]
pub struct FoundPicture {
    asked: PictureAddress,
    of: Pictured,
}

/// What a picture is drawn from.
#[derive(Debug, Clone)]
enum Pictured {
    Title {
        title: Arc<Title>,
        /// Of the title, in its order.
        genres: Vec<Genre>,
        /// What it is a still of; `None`: it is of the title.
        episode: Option<Box<Episode>>,
    },
    Collection(Collection),
}

impl FoundPicture {
    /// What it is drawn from, as a hash: the same gives the same picture, to the byte.
    pub fn tag(&self) -> String {
        self.picture().address(self.asked.width).tag
    }

    /// Whether it is the one that the address was given out for: nothing that it is drawn from has changed since.
    pub fn is_current(&self) -> bool {
        self.picture().address(self.asked.width) == self.asked
    }

    /// The picture as SVG.
    pub fn draw(&self) -> String {
        self.picture().draw(self.asked.width)
    }

    fn picture(&self) -> Picture<'_> {
        let (title, genres, episode) = match &self.of {
            Pictured::Collection(collection) => return Picture::of_collection(collection),
            Pictured::Title {
                title,
                genres,
                episode,
            } => (&**title, genres, episode.as_deref()),
        };
        let wanted = [self.asked.language];
        let genres: Vec<&str> = genres.iter().map(|it| it.name.as_str()).collect();
        match (episode, self.asked.kind) {
            (Some(episode), _) => Picture::still(title, &genres, episode, wanted),
            (None, PictureKind::Backdrop) => Picture::backdrop(title, &genres),
            // Nothing else is drawn of a title: an address of another kind is none.
            (None, _) => Picture::poster(title, &genres, wanted),
        }
    }
}

impl CatalogService {
    /// The picture at an address, as it would be drawn now; `None` if what it is of is not there, may not be seen, or has
    /// no such picture.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_picture(
        &self,
        visibility: &Visibility,
        address: &PictureAddress,
    ) -> Result<Option<FoundPicture>, CatalogError> {
        if !address.subject.has(address.kind) {
            return Ok(None);
        }
        let (title, episode) = match address.subject {
            PictureSubject::Title(id) => (id, None),
            PictureSubject::Episode(id) => {
                let episodes = self.episodes(visibility, &[id]).await?;
                let Some(episode) = episodes.into_iter().next() else {
                    return Ok(None);
                };
                (episode.series, Some(episode))
            }
            PictureSubject::Person(_) => return Ok(None),
            PictureSubject::Collection(id) => {
                let found = self.collections(visibility, &[id]).await?;
                let found = found.into_iter().next();
                return Ok(found.map(|collection| FoundPicture {
                    asked: address.clone(),
                    of: Pictured::Collection(collection),
                }));
            }
        };
        let Some((title, genres)) = self.title_with_genres(visibility, title).await? else {
            return Ok(None);
        };
        Ok(Some(FoundPicture {
            asked: address.clone(),
            of: Pictured::Title {
                title,
                genres,
                episode: episode.map(Box::new),
            },
        }))
    }

    /// A title and its genres, in its order.
    async fn title_with_genres(
        &self,
        visibility: &Visibility,
        id: TitleId,
    ) -> Result<Option<(Arc<Title>, Vec<Genre>)>, CatalogError> {
        let titles = self.titles(visibility, &[id]).await?;
        let Some(title) = titles.into_iter().next() else {
            return Ok(None);
        };
        let mut genres = self.genres(&title.genres).await?;
        genres.sort_by_key(|genre| title.genres.iter().position(|id| *id == genre.id));
        Ok(Some((title, genres)))
    }
}
