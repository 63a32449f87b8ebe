//! What a record says of pictures, laid over what is stored, once a load has read those that it names.

use url::Url;

use super::giving_up::PicturePlace;
use super::problem::Problem;
use crate::domain::catalog::{KeptPicture, PictureKind, PictureOrigin, StoredPicture};
use crate::domain::language::LanguageTag;

/// How many pictures a title, an episode, a person or a collection may have.
pub const MAX_PICTURES: usize = 20;

/// How many characters of a path or an address are shown.
const SHOWN: usize = 120;

/// What a record says of the pictures of what it is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PicturesRecord {
    /// Whether all that are stored go.
    pub(super) is_cleared: bool,
    /// What is said of each kind that is named.
    pub(super) kinds: Vec<SaidOfKind>,
}

/// What a record says of pictures of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SaidOfKind {
    /// The field that says it.
    pub(super) field: String,
    pub(super) kind: PictureKind,
    /// Empty: there is none of the kind.
    pub(super) pictures: Vec<NamedPicture>,
}

/// A picture that a record names, and what a load has made of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NamedPicture {
    pub(super) language: Option<LanguageTag>,
    pub(super) named: Named,
    /// What it is, once it was read; until then, and if it cannot be read, `None`.
    pub(super) read: Option<KeptPicture>,
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Named {
    /// There is none in this language.
    Nothing,
    At(PictureFrom),
    /// Something that is neither a path nor an address that could be read, and why, as the rest of a sentence.
    Wrong {
        text: String,
        reason: String,
    },
}

/// Where the bytes of a picture are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureFrom {
    /// In a file, by its path from the folder of the file that names it: it has neither a root nor `..` in it.
    File(String),
    /// On the web: an address of `https` or `http`, without a password.
    Web(Url),
}

impl PictureFrom {
    /// Where it was read, in this state.
    pub(super) fn origin(&self, validator: Option<String>) -> PictureOrigin {
        match self {
            Self::File(path) => PictureOrigin::new(&format!("file:{path}"), validator),
            Self::Web(url) => PictureOrigin::new(url.as_str(), validator),
        }
    }

    /// As messages show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::File(path) => shown(path),
            Self::Web(url) => shown(url.as_str()),
        }
    }

    /// The host that has it, if one does.
    pub(super) fn host(&self) -> Option<PicturePlace> {
        let Self::Web(url) = self else {
            return None;
        };
        let host = url.host_str()?;
        Some(PicturePlace::Host(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }))
    }
}

/// A path or an address as messages show it: cut where it is long, and without what may be a secret in an address.
pub(super) fn shown(text: &str) -> String {
    let (open, is_whole) = match text.split_once("://") {
        None => (text.to_owned(), true),
        Some((scheme, rest)) => {
            let end = rest.find(['?', '#']).unwrap_or(rest.len());
            let path = rest[..end].find('/').unwrap_or(end);
            let host = rest[..path].rfind('@').map_or(0, |at| at + 1);
            (
                format!("{scheme}://{}", &rest[host..end]),
                end == rest.len(),
            )
        }
    };
    let mut characters = open.chars();
    let mut shown: String = characters.by_ref().take(SHOWN).collect();
    if !is_whole || characters.next().is_some() {
        shown.push('…');
    }
    shown
}

impl PicturesRecord {
    /// Whether it names any that could be read, or a wrong one.
    pub(super) fn names_any(&self) -> bool {
        let mut pictures = self.kinds.iter().flat_map(|said| &said.pictures);
        pictures.any(|picture| picture.named != Named::Nothing)
    }

    /// How many it names, wrong ones included.
    pub(super) fn count(&self) -> usize {
        self.kinds.iter().map(|said| said.pictures.len()).sum()
    }

    /// The same as a part of what this field names.
    #[must_use]
    pub(super) fn within(mut self, field: &str) -> Self {
        for said in &mut self.kinds {
            said.field = format!("{field}.{}", said.field);
        }
        self
    }

    /// Each that is named, with the field that names it and its kind.
    pub(super) fn each_mut(
        &mut self,
    ) -> impl Iterator<Item = (&str, PictureKind, &mut NamedPicture)> {
        self.kinds.iter_mut().flat_map(|said| {
            let (field, kind) = (said.field.as_str(), said.kind);
            let pictures = said.pictures.iter_mut();
            pictures.map(move |picture| (field, kind, picture))
        })
    }

    /// Those of the stored pictures that stay where the record replaces all: of each kind and language that it names, and
    /// of which some could not be read.
    pub(super) fn unread_of(&self, stored: &[KeptPicture]) -> Vec<KeptPicture> {
        let is_unread = |kept: &&KeptPicture| {
            let (kind, language) = (kept.picture.kind, kept.picture.language);
            let of_kind = self.kinds.iter().filter(|said| said.kind == kind);
            let mut named = of_kind.flat_map(|said| &said.pictures);
            named.any(|it| it.language == language && it.is_unread())
        };
        stored.iter().filter(is_unread).cloned().collect()
    }

    /// The pictures after the record, where `stored` were there before.
    ///
    /// Each language of a kind is a field of its own: what a record names of it replaces what is stored of it. Where some
    /// that are named could not be read, what is stored of it stays beside the others.
    pub(super) fn over(
        &self,
        field: &'static str,
        stored: Vec<KeptPicture>,
    ) -> Result<Vec<KeptPicture>, Problem> {
        if *self == Self::default() {
            return Ok(stored);
        }
        let mut pictures = if self.is_cleared { Vec::new() } else { stored };
        for said in &self.kinds {
            if said.pictures.is_empty() {
                pictures.retain(|it| it.picture.kind != said.kind);
            }
            let mut done: Vec<Option<LanguageTag>> = Vec::new();
            for NamedPicture { language, .. } in &said.pictures {
                if !done.contains(language) {
                    done.push(*language);
                    pictures = said.over(*language, pictures);
                }
            }
        }
        // What is alike stays in its order.
        pictures.sort_by_key(|it| (it.picture.kind, it.picture.language));
        if pictures.len() > MAX_PICTURES {
            let number = pictures.len();
            let reason = format!(
                "has {number} pictures with those that are stored, more than {MAX_PICTURES}"
            );
            return Err(Problem::new(field, reason));
        }
        Ok(pictures)
    }
}

impl NamedPicture {
    /// What was read there before, in the language that is said now.
    pub(super) fn as_before(&self, known: &KeptPicture) -> KeptPicture {
        KeptPicture {
            picture: StoredPicture {
                language: self.language,
                ..known.picture.clone()
            },
            origin: known.origin.clone(),
        }
    }

    /// Whether there is one, which could not be read.
    fn is_unread(&self) -> bool {
        self.read.is_none() && self.named != Named::Nothing
    }
}

impl SaidOfKind {
    /// All pictures after what is said of those of a language.
    fn over(&self, language: Option<LanguageTag>, stored: Vec<KeptPicture>) -> Vec<KeptPicture> {
        let (before, mut pictures): (Vec<KeptPicture>, Vec<KeptPicture>) = stored
            .into_iter()
            .partition(|it| it.picture.kind == self.kind && it.picture.language == language);
        let named = || {
            self.pictures
                .iter()
                .filter(move |it| it.language == language)
        };
        let mut after: Vec<KeptPicture> = Vec::new();
        for kept in named().filter_map(|picture| picture.read.as_ref()) {
            if after.iter().all(|it| it.picture.hash != kept.picture.hash) {
                after.push(kept.clone());
            }
        }
        if named().any(NamedPicture::is_unread) {
            let is_other = |kept: &KeptPicture| {
                after.iter().all(|it| {
                    it.picture.hash != kept.picture.hash
                        && !kept
                            .origin
                            .as_ref()
                            .is_some_and(|origin| it.is_from(origin))
                })
            };
            let others: Vec<KeptPicture> = before.into_iter().filter(is_other).collect();
            let room = MAX_PICTURES.saturating_sub(pictures.len() + after.len());
            after.extend(others.into_iter().take(room));
        }
        pictures.extend(after);
        pictures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::{Colour, PictureFormat, PictureHash};

    /// A picture of these bytes, from a file that is called like them.
    fn kept(kind: PictureKind, language: Option<&str>, bytes: &str) -> KeptPicture {
        KeptPicture {
            picture: StoredPicture {
                kind,
                hash: PictureHash::of(bytes.as_bytes()),
                format: PictureFormat::Jpeg,
                width: 2,
                height: 3,
                blurhash: "00000".to_owned(),
                colour: Colour([0; 3]),
                language: language.and_then(LanguageTag::parse),
            },
            origin: Some(Box::new(PictureFrom::File(bytes.to_owned()).origin(None))),
        }
    }

    fn poster(language: Option<&str>, bytes: &str) -> KeptPicture {
        kept(PictureKind::Poster, language, bytes)
    }

    /// A record that names posters, each as it was read; `None`: it could not be.
    fn posters(named: Vec<(Option<&str>, Option<KeptPicture>)>) -> PicturesRecord {
        let named = named.into_iter().map(|(language, read)| NamedPicture {
            language: language.and_then(LanguageTag::parse),
            named: Named::At(PictureFrom::File("any.jpg".to_owned())),
            read,
        });
        PicturesRecord {
            is_cleared: false,
            kinds: vec![SaidOfKind {
                field: "pictures.poster".to_owned(),
                kind: PictureKind::Poster,
                pictures: named.collect(),
            }],
        }
    }

    fn over(record: &PicturesRecord, stored: &[KeptPicture]) -> Vec<KeptPicture> {
        record.over("pictures", stored.to_vec()).unwrap()
    }

    #[test]
    fn each_language_of_a_kind_is_a_field_of_its_own() {
        let (plain, german) = (poster(None, "a"), poster(Some("de"), "b"));
        let logo = kept(PictureKind::Logo, None, "c");
        let stored = [plain.clone(), german.clone(), logo.clone()];

        assert_eq!(over(&PicturesRecord::default(), &stored), stored);
        let other = poster(Some("de"), "d");
        let named = posters(vec![(Some("de"), Some(other.clone()))]);
        assert_eq!(over(&named, &stored), [plain.clone(), other, logo.clone()]);
        // A list replaces all of its language; what is there twice is there once.
        let (one, two) = (poster(None, "e"), poster(None, "f"));
        let named = [&two, &one, &two].map(|it| (None, Some(it.clone())));
        let after = over(&posters(named.to_vec()), &stored);
        assert_eq!(after, [two, one, german.clone(), logo.clone()]);
        let mut gone = posters(vec![(Some("de"), None)]);
        gone.kinds[0].pictures[0].named = Named::Nothing;
        assert_eq!(over(&gone, &stored), [plain, logo.clone()]);
        assert_eq!(over(&posters(Vec::new()), &stored), [logo]);
        let cleared = PicturesRecord {
            is_cleared: true,
            kinds: Vec::new(),
        };
        assert_eq!(over(&cleared, &stored), []);
    }

    #[test]
    fn what_cannot_be_read_takes_nothing_away() {
        let (one, two) = (poster(None, "a"), poster(None, "b"));
        let stored = [one.clone(), two.clone()];
        let new = poster(None, "c");

        let unread = posters(vec![(None, None)]);
        assert_eq!(over(&unread, &stored), stored);
        let part = posters(vec![(None, None), (None, Some(new.clone()))]);
        assert_eq!(over(&part, &stored), [new.clone(), one, two]);
        let whole = posters(vec![(None, Some(new.clone()))]);
        assert_eq!(over(&whole, &stored), [new]);
        // Also where a record replaces all: then nothing else stays.
        let others = [poster(Some("de"), "d"), kept(PictureKind::Logo, None, "e")];
        let all = [&stored[..], &others].concat();
        assert_eq!(unread.unread_of(&all), stored);
        assert_eq!(whole.unread_of(&all), []);
    }

    #[test]
    fn what_is_stored_counts_for_the_bound() {
        let many = |language: &'static str, number: u32| {
            let names = (0..number).map(move |number| format!("{language}{number}"));
            names.map(move |name| poster(Some(language), &name))
        };
        let stored: Vec<KeptPicture> = many("de", 15).collect();
        let named = |number| {
            let named = many("fr", number).map(|it| (Some("fr"), Some(it)));
            posters(named.collect())
        };

        assert_eq!(over(&named(5), &stored).len(), MAX_PICTURES);
        let problem = named(6).over("pictures", stored.clone()).unwrap_err();
        assert_eq!(problem.field, "pictures");
        assert!(problem.reason.starts_with("has 21 pictures"), "{problem:?}");
        // What stays because others failed takes no more room than there is.
        let failed =
            (0..10).map(|number| (Some("de"), Some(poster(Some("de"), &number.to_string()))));
        let failed: Vec<_> = failed.chain([(Some("de"), None)]).collect();
        assert_eq!(over(&posters(failed), &stored).len(), MAX_PICTURES);
    }

    #[test]
    fn messages_show_no_secret_of_an_address_and_its_host_is_known() {
        let long = "a".repeat(SHOWN + 1);
        let cut = format!("{}…", &long[1..]);
        for (text, expected) in [
            ("posters/what?.jpg", "posters/what?.jpg"),
            ("https://a.example.org/b.jpg", "https://a.example.org/b.jpg"),
            (
                "https://a.example.org/b.jpg?key=1",
                "https://a.example.org/b.jpg…",
            ),
            ("https://a.example.org#key=1", "https://a.example.org…"),
            (
                "https://me:key@a.example.org/@b.jpg",
                "https://a.example.org/@b.jpg",
            ),
            (long.as_str(), cut.as_str()),
        ] {
            assert_eq!(shown(text), expected);
        }
        let host = |text: &str| PictureFrom::Web(text.parse().unwrap()).host();
        let expected = |name: &str| Some(PicturePlace::Host(name.to_owned()));
        assert_eq!(
            host("https://a.example.org/b.jpg"),
            expected("a.example.org")
        );
        assert_eq!(
            host("http://a.example.org:81/"),
            expected("a.example.org:81")
        );
        assert_eq!(PictureFrom::File("a.jpg".to_owned()).host(), None);
    }
}
