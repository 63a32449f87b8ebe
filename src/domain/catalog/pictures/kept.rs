//! A picture that a title, an episode or a person has been given, with what it was read from, and which of several a
//! viewer is shown first.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::stored::StoredPicture;
use crate::domain::language::LanguageTag;

/// The letters of a hash of a source: as many as no two sources of a site share.
const MARK: usize = 22;
/// The longest validator that is kept, in bytes; whoever sends a longer one is asked for the whole picture each time.
const LONGEST: usize = 200;

/// A picture that was given, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPicture {
    /// What it is, and under which hash its bytes are stored.
    pub picture: StoredPicture,
    /// Where a load has read it; `None`: it is not known. The record keeps it for the next load, and memory does not: who
    /// shows a picture does not need it, and it is as long as all the rest.
    #[serde(default)]
    pub origin: Option<Box<PictureOrigin>>,
}

/// The pictures of a season of a series, which has no document of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonPictures {
    /// The number of the season; 0: the specials.
    pub season: u32,
    /// In the order of those of titles.
    pub pictures: Vec<KeptPicture>,
}

/// Where a picture was read, and in which state: of what is the same again, nothing is read a second time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureOrigin {
    /// A hash of its path or its address, which may have a secret in it.
    source: Box<str>,
    /// What tells whether it has changed, by whatever gives it out: an entity tag, or a length and a time.
    #[serde(default)]
    validator: Option<Box<str>>,
}

impl KeptPicture {
    /// Whether it is known to be from the same path or address, in whatever state.
    pub fn is_from(&self, origin: &PictureOrigin) -> bool {
        let own = self.origin.as_ref();
        own.is_some_and(|own| own.is_of_same_source(origin))
    }
}

impl PictureOrigin {
    /// Of a path or an address, with what tells whether what is there has changed.
    pub fn new(source: &str, validator: Option<String>) -> Self {
        let mut mark = URL_SAFE_NO_PAD.encode(Sha256::digest(source.as_bytes()));
        mark.truncate(MARK);
        Self {
            source: mark.into(),
            validator: validator.filter(|it| it.len() <= LONGEST).map(Into::into),
        }
    }

    /// Whether it is the same path or address, in whatever state.
    pub fn is_of_same_source(&self, other: &Self) -> bool {
        self.source == other.source
    }

    /// What tells whether it has changed; `None`: nothing does.
    pub fn validator(&self) -> Option<&str> {
        self.validator.as_deref()
    }
}

/// Pictures of one kind for whoever wants these languages, the most wanted first: those in the nearest language of each
/// in turn, then those without a language, then all others. What is alike stays in its order.
pub fn in_order_of_languages<'a>(
    pictures: impl Iterator<Item = &'a StoredPicture>,
    wanted: &[LanguageTag],
) -> Vec<&'a StoredPicture> {
    let mut pictures: Vec<&StoredPicture> = pictures.collect();
    pictures.sort_by_key(|picture| rank(picture.language.as_ref(), wanted));
    pictures
}

/// How early a picture of this language is shown: the place of the language among those that are wanted, then the distance
/// from it.
fn rank(language: Option<&LanguageTag>, wanted: &[LanguageTag]) -> (usize, usize) {
    let others = wanted.len() + 1;
    let Some(language) = language else {
        return (wanted.len(), 0);
    };
    let mut near = wanted.iter().enumerate();
    near.find_map(|(place, wanted)| Some((place, wanted.distance(language)?)))
        .unwrap_or((others, 0))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_source_is_kept_as_a_hash_and_a_long_validator_not_at_all() {
        let address = "https://example.org/a.jpg?key=secret";
        let origin = PictureOrigin::new(address, Some("\"1\"".to_owned()));
        let later = PictureOrigin::new(address, Some("x".repeat(LONGEST + 1)));
        let other = PictureOrigin::new("https://example.org/b.jpg", None);

        assert!(origin.is_of_same_source(&later) && !origin.is_of_same_source(&other));
        assert_eq!(
            (origin.validator(), later.validator()),
            (Some("\"1\""), None)
        );
        let stored: Value = serde_json::to_value(&origin).unwrap();
        assert!(!stored.to_string().contains("secret"), "{stored}");
        let again: PictureOrigin = serde_json::from_value(stored).unwrap();
        assert_eq!(again, origin);
        let bare = json!({ "source": "a" });
        let bare: PictureOrigin = serde_json::from_value(bare).unwrap();
        assert_eq!(bare.validator(), None);
    }

    #[test]
    fn wanted_languages_go_before_none_and_none_before_others() {
        let tag = |text: &str| LanguageTag::parse(text).unwrap();
        let wanted = [tag("de-AT"), tag("pt-BR")];
        let languages = [Some("en"), None, Some("pt"), Some("fr"), Some("de")];
        let mut languages = languages.map(|language| language.map(tag));

        languages.sort_by_key(|language| rank(language.as_ref(), &wanted));

        let shown = languages.map(|language| language.map(|tag| tag.to_string()));
        let shown = shown.each_ref().map(Option::as_deref);
        assert_eq!(
            shown,
            [Some("de"), Some("pt"), None, Some("en"), Some("fr")]
        );
    }
}
