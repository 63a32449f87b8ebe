//! The use case of pictures: to draw the one at an address.

use std::sync::Arc;

use super::error::CatalogError;
use super::pictures::{Picture, PictureAddress, PictureKind, PictureSubject};
use super::service::CatalogService;
use super::types::{Episode, Genre, Title};
use super::visibility::Visibility;
use crate::domain::ids::TitleId;

/// A picture as it is drawn now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnPicture {
    /// The picture as SVG.
    pub svg: String,
    /// Whether it is the one that the address was given out for: nothing that it is drawn from has changed since.
    pub is_current: bool,
}

impl CatalogService {
    /// The picture at an address, as it would be drawn now; `None` if what it is of is not there, or may not be seen.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_picture(
        &self,
        visibility: &Visibility,
        address: &PictureAddress,
    ) -> Result<Option<DrawnPicture>, CatalogError> {
        let (title, episode) = match address.subject {
            PictureSubject::Title(id) => (id, None),
            PictureSubject::Episode(id) => {
                let episodes = self.episodes(visibility, &[id]).await?;
                let Some(episode) = episodes.into_iter().next() else {
                    return Ok(None);
                };
                (episode.series, Some(episode))
            }
        };
        let Some((title, genres)) = self.title_with_genres(visibility, title).await? else {
            return Ok(None);
        };
        Ok(draw(address, &title, &genres, episode.as_ref()))
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

/// `None` if the address is of what this picture is not of.
fn draw(
    address: &PictureAddress,
    title: &Title,
    genres: &[Genre],
    episode: Option<&Episode>,
) -> Option<DrawnPicture> {
    let genres: Vec<&str> = genres.iter().map(|genre| genre.name.as_str()).collect();
    let wanted = [address.language];
    let picture = match (address.kind, episode) {
        (PictureKind::Poster, None) => Picture::poster(title, &genres, wanted),
        (PictureKind::Backdrop, None) => Picture::backdrop(title, &genres),
        (PictureKind::Still, Some(episode)) => Picture::still(title, &genres, episode, wanted),
        (PictureKind::Still, None) | (PictureKind::Poster | PictureKind::Backdrop, Some(_)) => {
            return None;
        }
    };
    Some(DrawnPicture {
        svg: picture.draw(address.width),
        is_current: picture.address(address.width) == *address,
    })
}
