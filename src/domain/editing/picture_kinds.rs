//! What of the catalogue has pictures, and of which kinds.

use super::refused::{Place, Refused};
use crate::domain::catalog::{PictureKind, SeasonId};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{CollectionId, EpisodeId, PersonId, TitleId};

/// What of the catalogue has pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictured {
    Title(TitleId),
    /// A season has no document of its own: its pictures are in that of its series, by which its revisions count.
    Season(SeasonId),
    Episode(EpisodeId),
    Person(PersonId),
    /// It has no locks: its pictures are held against loads by the order of sources alone.
    Collection(CollectionId),
}

/// Refuses a kind that such a thing has none of.
pub(super) fn check_kind(of: Pictured, kind: PictureKind) -> Result<(), Refused> {
    let (has_it, kinds) = match of {
        Pictured::Title(_) | Pictured::Season(_) | Pictured::Collection(_) => (
            !matches!(kind, PictureKind::Still | PictureKind::Portrait),
            "a title, a season or a collection has all others",
        ),
        Pictured::Episode(_) => (kind == PictureKind::Still, "an episode has stills alone"),
        Pictured::Person(_) => (
            kind == PictureKind::Portrait,
            "a person has portraits alone",
        ),
    };
    if has_it {
        return Ok(());
    }
    let reason = format!("is {}, and {kinds}", kind.as_str());
    Err(Refused::new(ErrorCode::Invalid, Place::Kind, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_has_pictures_of_its_own_kinds() {
        let season = SeasonId {
            series: TitleId(1),
            number: 0,
        };
        let of_titles = [
            Pictured::Title(TitleId(1)),
            Pictured::Season(season),
            Pictured::Collection(CollectionId(1)),
        ];
        let [episode, person] = [
            Pictured::Episode(EpisodeId(1)),
            Pictured::Person(PersonId(1)),
        ];
        for kind in PictureKind::ALL {
            let is_still = kind == PictureKind::Still;
            let is_portrait = kind == PictureKind::Portrait;
            for of in of_titles {
                assert_eq!(check_kind(of, kind).is_ok(), !is_still && !is_portrait);
            }
            assert_eq!(check_kind(episode, kind).is_ok(), is_still);
            assert_eq!(check_kind(person, kind).is_ok(), is_portrait);
        }
        let refused = check_kind(episode, PictureKind::Logo).unwrap_err();
        assert_eq!(refused.place, Place::Kind);
        assert_eq!(refused.reason, "is logo, and an episode has stills alone");
    }
}
