//! The use case of pictures that were given: to find the one at an address, among those of what it is of.

use super::error::CatalogError;
use super::pictures::{KeptPicture, PictureSubject, StoredAddress, StoredPicture};
use super::service::CatalogService;
use super::visibility::Visibility;

impl CatalogService {
    /// The picture at an address; `None` if what it is of is not there, may not be seen, or has no such picture now.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_stored_picture(
        &self,
        visibility: &Visibility,
        address: &StoredAddress,
    ) -> Result<Option<StoredPicture>, CatalogError> {
        let is_it = |kept: &&KeptPicture| {
            let picture = &kept.picture;
            (picture.kind, picture.hash) == (address.kind, address.hash)
        };
        let find = |pictures: &[KeptPicture]| {
            let found = pictures.iter().find(is_it)?;
            Some(found.picture.clone())
        };
        Ok(match address.subject {
            PictureSubject::Title(id) => {
                let titles = self.titles(visibility, &[id]).await?;
                // Those of its seasons lie with its own.
                titles.first().and_then(|title| {
                    let found = title.all_pictures().find(is_it)?;
                    Some(found.picture.clone())
                })
            }
            PictureSubject::Episode(id) => {
                let episodes = self.episodes(visibility, &[id]).await?;
                episodes.first().and_then(|episode| find(&episode.pictures))
            }
            PictureSubject::Person(id) => {
                let people = self.seen_people(visibility, &[id]).await?;
                people.first().and_then(|person| find(&person.pictures))
            }
        })
    }
}
