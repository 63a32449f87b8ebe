//! Where a rendition of a picture that is kept lies: an address that says whose it is, which bytes it is made of and, in its
//! query, how, and never means other bytes.

use super::address::PictureSubject;
use super::kind::PictureKind;
use super::rendition::{MAKER, Rendition, RenditionFormat};
use super::stored::{PictureHash, StoredPicture};

/// Which rendition of which picture, and of what that is. Whoever may not see that may not have the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredAddress {
    pub subject: PictureSubject,
    pub kind: PictureKind,
    pub hash: PictureHash,
    /// The width of the rendition in pixels.
    pub width: u32,
    pub format: RenditionFormat,
}

impl StoredAddress {
    /// The address of a rendition of a picture of something.
    pub fn of(subject: PictureSubject, picture: &StoredPicture, rendition: Rendition) -> Self {
        Self {
            subject,
            kind: picture.kind,
            hash: picture.hash,
            width: rendition.width(),
            format: rendition.format(),
        }
    }

    /// The path below the public address of the site.
    pub fn path(&self) -> String {
        let (subject, hash, kind) = (self.subject, self.hash, self.kind.as_str());
        let (width, extension) = (self.width, self.format.extension());
        format!("images/stored/{subject}/{hash}/{kind}-{width}.{extension}")
    }

    /// The query behind the path: how renditions are made now. Servers that make them otherwise, or know of no query, have
    /// something at the same path, too.
    pub fn query() -> String {
        format!("v={MAKER}")
    }

    /// Whether an address with this query means what is made now, and so never anything else. Without one it means what
    /// whoever is asked makes: so all addresses were that were given out before there was a query.
    pub fn is_for_good(query: Option<&str>) -> bool {
        query.is_some_and(|query| query == Self::query())
    }

    /// The address that the last three parts of a path are; `None` for what no picture has, such as another spelling.
    pub fn parse(subject: &str, hash: &str, file: &str) -> Option<Self> {
        let (name, extension) = file.split_once('.')?;
        let (kind, width) = name.split_once('-')?;
        let mut formats = RenditionFormat::ALL.into_iter();
        let address = Self {
            subject: PictureSubject::parse(subject)?,
            kind: PictureKind::parse(kind)?,
            hash: PictureHash::parse(hash)?,
            width: width.parse().ok()?,
            format: formats.find(|format| format.extension() == extension)?,
        };
        let is_one = address.path() == format!("images/stored/{subject}/{hash}/{file}");
        is_one.then_some(address)
    }

    /// The rendition that this is an address of, of a picture with this hash; `None` if it is given to nobody.
    pub fn rendition(&self, picture: &StoredPicture) -> Option<Rendition> {
        Rendition::exactly(picture, self.width, self.format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for (subject, file, kind, format) in [
            (
                "t7",
                "logo-342.webp",
                PictureKind::Logo,
                RenditionFormat::WebP,
            ),
            (
                "e7",
                "still-1280.jpg",
                PictureKind::Still,
                RenditionFormat::Jpeg,
            ),
            (
                "c7",
                "poster-342.webp",
                PictureKind::Poster,
                RenditionFormat::WebP,
            ),
            (
                "p7",
                "portrait-92.png",
                PictureKind::Portrait,
                RenditionFormat::Png,
            ),
        ] {
            let address = StoredAddress::parse(subject, HASH, file).unwrap();
            assert_eq!(
                address.path(),
                format!("images/stored/{subject}/{HASH}/{file}")
            );
            assert_eq!((address.kind, address.format), (kind, format));
        }
    }

    #[test]
    fn an_address_is_for_good_if_it_says_how_its_picture_is_made() {
        let query = StoredAddress::query();
        let (before, after) = (format!("v={}", MAKER - 1), format!("v={}", MAKER + 1));
        for (query, expected) in [
            (Some(query.as_str()), true),
            (Some(before.as_str()), false),
            (Some(after.as_str()), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(StoredAddress::is_for_good(query), expected, "{query:?}");
        }
    }

    #[test]
    fn what_was_never_given_out_is_no_address() {
        let upper = HASH.to_uppercase();
        for (subject, hash, file) in [
            ("t7", HASH, "poster-0342.webp"),
            ("t7", HASH, "poster.webp"),
            ("t7", HASH, "poster-342.svg"),
            ("t7", HASH, "poster-342.jpeg"),
            ("t7", HASH, "poster-+342.jpg"),
            ("t7", HASH, "poster-342-1.jpg"),
            ("t7", HASH, "poster-342.webp.jpg"),
            ("t7", HASH, "cover-342.webp"),
            ("t07", HASH, "poster-342.webp"),
            ("x7", HASH, "poster-342.webp"),
            ("", HASH, "poster-342.webp"),
            ("t7", upper.as_str(), "poster-342.webp"),
            ("t7", &HASH[1..], "poster-342.webp"),
        ] {
            let parsed = StoredAddress::parse(subject, hash, file);
            assert_eq!(parsed, None, "{subject}/{hash}/{file}");
        }
    }
}
