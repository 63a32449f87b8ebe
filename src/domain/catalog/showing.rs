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
        Ok(match address.subject {
            PictureSubject::Title(id) => {
                let titles = self.titles(visibility, &[id]).await?;
                // Those of its seasons lie with its own.
                let title = titles.first();
                title.and_then(|title| find(title.all_pictures(), address))
            }
            PictureSubject::Episode(id) => {
                let episodes = self.episodes(visibility, &[id]).await?;
                let episode = episodes.first();
                episode.and_then(|episode| find(&episode.pictures, address))
            }
            PictureSubject::Person(id) => {
                let people = self.seen_people(visibility, &[id]).await?;
                let person = people.first();
                person.and_then(|person| find(&person.pictures, address))
            }
            PictureSubject::Collection(id) => {
                let collections = self.collections(visibility, &[id]).await?;
                let collection = collections.first();
                collection.and_then(|collection| find(&collection.pictures, address))
            }
        })
    }
}

/// The one of these pictures that an address is of.
fn find<'k>(
    pictures: impl IntoIterator<Item = &'k KeptPicture>,
    address: &StoredAddress,
) -> Option<StoredPicture> {
    let mut pictures = pictures.into_iter().map(|kept| &kept.picture);
    let picture = pictures.find(|it| (it.kind, it.hash) == (address.kind, address.hash))?;
    Some(picture.clone())
}
