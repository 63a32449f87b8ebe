//! Pictures that were given and are kept: what the record says of one. Its bytes are in the blob store, under their hash.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::PictureKind;
use crate::domain::blobs::{BlobHash, BlobKey};
use crate::domain::language::LanguageTag;

/// The SHA-256 of a picture's bytes as they were given.
pub type PictureHash = BlobHash;

/// Where the bytes are that were given.
pub(in crate::domain::catalog) const FOLDER_OF_ORIGINALS: &str = "pictures";

/// A picture that is kept, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPicture {
    pub kind: PictureKind,
    pub hash: PictureHash,
    pub format: PictureFormat,
    /// Its own width in pixels, as it is shown: turned as it says of itself; at least 1.
    pub width: u32,
    /// Its own height in pixels, likewise.
    pub height: u32,
    /// What to show until it is there, as `BlurHash` writes it.
    pub blurhash: String,
    /// The colour of most of it.
    pub colour: Colour,
    /// The language of what is written on it; `None`: nothing, or nobody said.
    #[serde(default)]
    pub language: Option<LanguageTag>,
}

/// What pictures are given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureFormat {
    Jpeg,
    Png,
    WebP,
    Gif,
}

/// A colour without transparency, as red, green and blue; as text `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(pub [u8; 3]);

impl StoredPicture {
    /// What its bytes are kept under.
    pub fn key(&self) -> BlobKey {
        BlobKey::of(FOLDER_OF_ORIGINALS, &self.hash)
    }
}

impl Colour {
    /// The colour that a text says, in the spelling that it is written in.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        let colour = Self([red, green, blue]);
        (colour.to_string() == text).then_some(colour)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a colour as `#rrggbb`"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_picture_is_read_as_it_is_written() {
        let hash = PictureHash::of(b"the bytes of a picture");
        let mut written = json!({
            "kind": "logo",
            "hash": hash.to_string(),
            "format": "webp",
            "width": 800,
            "height": 310,
            "blurhash": "L00000fQfQfQfQfQfQfQfQfQfQfQ",
            "colour": "#0a141e",
        });

        let picture: StoredPicture = serde_json::from_value(written.clone()).unwrap();
        let packed = postcard::to_stdvec(&picture).unwrap();

        assert_eq!(picture.kind, PictureKind::Logo);
        assert_eq!(picture.format, PictureFormat::WebP);
        assert_eq!(picture.colour, Colour([10, 20, 30]));
        assert_eq!(picture.language, None);
        let unpacked: StoredPicture = postcard::from_bytes(&packed).unwrap();
        assert_eq!(unpacked, picture);
        written["language"] = json!(null);
        assert_eq!(serde_json::to_value(&picture).unwrap(), written);
        assert!(picture.key().as_str().starts_with("pictures/"));
    }

    #[test]
    fn a_colour_has_one_spelling() {
        for wrong in [
            "", "#", "0a141e", "#0a141", "#0A141E", "#+a141e", "#0a141e0",
        ] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Colour::parse("#ffffff"), Some(Colour([255; 3])));
    }
}
