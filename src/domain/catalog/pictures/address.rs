//! Where a picture that is drawn lies: an address that says all that it is drawn from, and never means another picture.

use std::fmt;

use super::kind::{PictureKind, WIDTHS};
use crate::domain::ids::{CollectionId, EpisodeId, PersonId, TitleId};
use crate::domain::language::LanguageTag;

/// What a picture is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureSubject {
    Title(TitleId),
    Episode(EpisodeId),
    /// Nobody draws people; there are only pictures that were given.
    Person(PersonId),
    Collection(CollectionId),
}

/// Which picture, in which state, and how large it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureAddress {
    pub subject: PictureSubject,
    pub kind: PictureKind,
    /// The language of what is written on it.
    pub language: LanguageTag,
    /// What it is drawn from, as a hash: another name, year or genre gives another.
    pub tag: String,
    /// The width that it is shown with, one of the ladder; `None`: its own.
    pub width: Option<u32>,
}

/// The letters of a hash.
pub(super) const TAG: usize = 16;

impl PictureAddress {
    /// The path below the public address of the site.
    pub fn path(&self) -> String {
        let width = self
            .width
            .map_or(String::new(), |width| format!("-{width}"));
        let (subject, kind) = (self.subject, self.kind.as_str());
        let (tag, language) = (&self.tag, self.language);
        format!("images/generated/{subject}/{tag}/{language}/{kind}{width}.svg")
    }

    /// The address that the last four parts of a path are; `None` for what no picture has, such as another spelling.
    pub fn parse(subject: &str, tag: &str, language: &str, file: &str) -> Option<Self> {
        let stem = file.strip_suffix(".svg")?;
        let (name, width) = match stem.split_once('-') {
            Some((name, width)) => (name, Some(width.parse().ok()?)),
            None => (stem, None),
        };
        let is_of_tag = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let address = Self {
            subject: PictureSubject::parse(subject)?,
            kind: PictureKind::parse(name)?,
            language: LanguageTag::parse(language)?,
            tag: tag.to_owned(),
            width,
        };
        let is_one = tag.len() == TAG
            && tag.bytes().all(is_of_tag)
            && width.is_none_or(|width| WIDTHS.contains(&width))
            && address.subject.has(address.kind)
            && address.path() == format!("images/generated/{subject}/{tag}/{language}/{file}");
        is_one.then_some(address)
    }
}

impl PictureSubject {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut characters = text.chars();
        let kind = characters.next()?;
        let id = characters.as_str().parse().ok()?;
        match kind {
            't' => Some(Self::Title(TitleId(id))),
            'e' => Some(Self::Episode(EpisodeId(id))),
            'p' => Some(Self::Person(PersonId(id))),
            'c' => Some(Self::Collection(CollectionId(id))),
            _ => None,
        }
    }

    /// Whether a picture of this kind is drawn of it.
    pub(in crate::domain::catalog) fn has(self, kind: PictureKind) -> bool {
        match self {
            Self::Title(_) => matches!(kind, PictureKind::Poster | PictureKind::Backdrop),
            Self::Episode(_) => kind == PictureKind::Still,
            Self::Person(_) => false,
            Self::Collection(_) => kind == PictureKind::Poster,
        }
    }
}

impl fmt::Display for PictureSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title(id) => write!(f, "t{id}"),
            Self::Episode(id) => write!(f, "e{id}"),
            Self::Person(id) => write!(f, "p{id}"),
            Self::Collection(id) => write!(f, "c{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "abcDEF-_01234567";

    fn parse(path: &str) -> Option<PictureAddress> {
        let parts: Vec<&str> = path.split('/').collect();
        let [subject, tag, language, file] = parts[..] else {
            return None;
        };
        PictureAddress::parse(subject, tag, language, file)
    }

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for (path, kind, width) in [
            (
                "t7/abcDEF-_01234567/pt-BR/poster.svg",
                PictureKind::Poster,
                None,
            ),
            (
                "t7/abcDEF-_01234567/pt-BR/backdrop-342.svg",
                PictureKind::Backdrop,
                Some(342),
            ),
            (
                "c7/abcDEF-_01234567/pt-BR/poster-92.svg",
                PictureKind::Poster,
                Some(92),
            ),
            (
                "e7/abcDEF-_01234567/pt-BR/still-1920.svg",
                PictureKind::Still,
                Some(1920),
            ),
        ] {
            let address = parse(path).unwrap();
            assert_eq!(address.path(), format!("images/generated/{path}"));
            assert_eq!((address.kind, address.width), (kind, width));
            assert_eq!((&*address.tag, address.language.as_str()), (HASH, "pt-BR"));
        }
    }

    #[test]
    fn what_was_never_given_out_is_no_address() {
        for none in [
            "t7/abcDEF-_01234567/pt-BR/poster.png",
            "t7/abcDEF-_01234567/pt-BR/poster-343.svg",
            "t7/abcDEF-_01234567/pt-BR/poster-0342.svg",
            "t7/abcDEF-_01234567/pt-BR/poster-342-1.svg",
            "t7/abcDEF-_01234567/pt-BR/still.svg",
            "e7/abcDEF-_01234567/pt-BR/poster.svg",
            "t07/abcDEF-_01234567/de/poster.svg",
            "x7/abcDEF-_01234567/de/poster.svg",
            "p7/abcDEF-_01234567/de/portrait.svg",
            "t7/abcDEF-_01234567/de/logo.svg",
            "c7/abcDEF-_01234567/de/backdrop.svg",
            "7/abcDEF-_01234567/de/poster.svg",
            "/abcDEF-_01234567/de/poster.svg",
            "t-7/abcDEF-_01234567/de/poster.svg",
            "t7/abcDEF-_01234567/PT_br/poster.svg",
            "t7/abcDEF-_01234567/no language/poster.svg",
            "t7/abcDEF-_0123456/de/poster.svg",
            "t7/abcDEF-_0123456ü/de/poster.svg",
            "t7/abcDEF-_0123456%/de/poster.svg",
        ] {
            assert_eq!(parse(none), None, "{none}");
        }
    }
}
