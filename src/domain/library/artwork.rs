//! What pictures beside films and series show, by the names that Kodi and Jellyfin give them.

use std::sync::LazyLock;

use regex::Regex;

use super::naming::pattern;
use crate::domain::catalog::PictureKind;

/// What the name of a picture says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Artwork<'a> {
    /// `None`: a kind that this version has no use for.
    pub(super) kind: Option<PictureKind>,
    pub(super) of: ArtworkOf<'a>,
}

/// Whose picture it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArtworkOf<'a> {
    /// Of the film, series or season whose folder it lies in, or of the film's collection; see [`is_of_collection`].
    Folder,
    Season(u32),
    /// Of the video that is called so, if there is one.
    Named(&'a str),
}

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.+?)[\s._-]*[0-9]{0,3}$"));
static SEASON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^season(?:[\s_-]*([0-9]{1,4})|-(specials|all))(?:[\s._-]+([a-z]+))?$")
});
static OF_COLLECTION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^movieset[._-]([a-z]+)[0-9]{0,3}$"));
static BEHIND_NAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(.+)[._-]([a-z]+)[0-9]{0,3}$"));

/// Whether a picture of this name, without its ending, is of the collection of the film whose folder it lies in.
pub(super) fn is_of_collection(stem: &str) -> bool {
    let word = OF_COLLECTION.captures(stem);
    word.is_some_and(|found| kind_of(&found[1]).is_ok())
}

/// Reads the name of a picture, without its ending; `None` if it is no name of one.
pub(super) fn read_artwork(stem: &str) -> Option<Artwork<'_>> {
    if let Some(found) = SEASON.captures(stem) {
        let kind = match found.get(3) {
            Some(word) => kind_of(word.as_str()).ok()?,
            None => Some(PictureKind::Poster),
        };
        let number = found.get(1).and_then(|number| number.as_str().parse().ok());
        let of = match (number, found.get(2)) {
            (Some(number), _) => ArtworkOf::Season(number),
            (None, Some(word)) if word.as_str().eq_ignore_ascii_case("specials") => {
                ArtworkOf::Season(0)
            }
            _ => ArtworkOf::Folder,
        };
        return Some(Artwork { kind, of });
    }
    if let Some(found) = OF_COLLECTION.captures(stem) {
        let kind = kind_of(&found[1]).ok()?;
        let of = ArtworkOf::Folder;
        return Some(Artwork { kind, of });
    }
    let plain = NUMBERED.captures(stem)?;
    if let Ok(kind) = kind_of(&plain[1]) {
        let of = ArtworkOf::Folder;
        return Some(Artwork { kind, of });
    }
    let found = BEHIND_NAME.captures(stem)?;
    let of = ArtworkOf::Named(found.get(1)?.as_str());
    let kind = kind_of(&found[2]).ok()?;
    Some(Artwork { kind, of })
}

/// A word that names no kind of picture.
struct NoKind;

/// The kind that a word says; `None` is one that this version has no use for.
fn kind_of(word: &str) -> Result<Option<PictureKind>, NoKind> {
    match word.to_lowercase().as_str() {
        "poster" | "folder" | "cover" | "default" | "movie" | "show" => {
            Ok(Some(PictureKind::Poster))
        }
        "backdrop" | "fanart" | "background" | "art" => Ok(Some(PictureKind::Backdrop)),
        "logo" | "clearlogo" => Ok(Some(PictureKind::Logo)),
        "banner" => Ok(Some(PictureKind::Banner)),
        "landscape" | "thumb" => Ok(Some(PictureKind::Thumb)),
        "disc" | "cdart" | "discart" | "clearart" | "characterart" | "keyart" => Ok(None),
        _ => Err(NoKind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pictures_are_read() {
        use ArtworkOf::{Folder, Named, Season};
        for (stem, kind, of) in [
            ("poster", Some(PictureKind::Poster), Folder),
            ("Folder", Some(PictureKind::Poster), Folder),
            ("fanart", Some(PictureKind::Backdrop), Folder),
            ("backdrop2", Some(PictureKind::Backdrop), Folder),
            ("backdrop-1", Some(PictureKind::Backdrop), Folder),
            ("fanart1", Some(PictureKind::Backdrop), Folder),
            ("clearlogo", Some(PictureKind::Logo), Folder),
            ("movieset-fanart", Some(PictureKind::Backdrop), Folder),
            ("disc", None, Folder),
            ("season01-poster", Some(PictureKind::Poster), Season(1)),
            ("season02", Some(PictureKind::Poster), Season(2)),
            (
                "season-specials-banner",
                Some(PictureKind::Banner),
                Season(0),
            ),
            ("season-all-fanart", Some(PictureKind::Backdrop), Folder),
            (
                "Heat (1995)-poster",
                Some(PictureKind::Poster),
                Named("Heat (1995)"),
            ),
            (
                "Show - S01E01 - Pilot-thumb",
                Some(PictureKind::Thumb),
                Named("Show - S01E01 - Pilot"),
            ),
        ] {
            assert_eq!(read_artwork(stem), Some(Artwork { kind, of }), "{stem}");
        }
        for stem in ["00012", "IMG_2041", "Heat (1995)", "season", "movieset-x"] {
            assert_eq!(read_artwork(stem), None, "{stem}");
        }
        assert!(is_of_collection("movieset-poster") && is_of_collection("MovieSet_banner1"));
        assert!(!is_of_collection("poster") && !is_of_collection("movieset-x"));
    }
}
