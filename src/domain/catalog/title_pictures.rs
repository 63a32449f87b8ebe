//! The pictures of a title.

use super::pictures::KeptPicture;
use super::types::Title;

impl Title {
    /// The pictures of a season, if it has any of its own.
    pub fn pictures_of_season(&self, number: u32) -> Option<&[KeptPicture]> {
        let mut seasons = self.season_pictures.iter();
        let of_season = seasons.find(|it| it.season == number)?;
        Some(&of_season.pictures)
    }

    /// Its own pictures, and those of its seasons.
    pub fn all_pictures(&self) -> impl Iterator<Item = &KeptPicture> {
        let of_seasons = self.season_pictures.iter().flat_map(|it| &it.pictures);
        self.pictures.iter().chain(of_seasons)
    }
}
