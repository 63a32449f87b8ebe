//! What an edit does with the pictures of something: those of a kind, in the order in which they are shown.

use std::collections::HashSet;

use super::refused::{Place, Refused};
use crate::domain::catalog::{KeptPicture, PictureHash, PictureKind};
use crate::domain::error::ErrorCode;
use crate::domain::loading::{Allowed, MAX_PICTURES};

/// Where a new picture stands among those of its kind and language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is shown before them.
    First,
    /// It is shown after them; one that is there stays where it is.
    Last,
}

/// What is done with pictures.
#[derive(Debug, Clone)]
pub(super) enum ListChange {
    Add(KeptPicture, Standing),
    Remove(PictureHash),
    /// These stay, in this order, and no others; `None`: what names it is no picture.
    Set(Vec<Option<PictureHash>>),
}

/// The pictures after a change of those of a kind.
pub(super) fn changed(
    pictures: &[KeptPicture],
    kind: PictureKind,
    change: &ListChange,
) -> Result<Vec<KeptPicture>, Refused> {
    let mut after = match change {
        ListChange::Add(new, standing) => added(pictures.to_vec(), new.clone(), *standing)?,
        ListChange::Remove(hash) => without(pictures, kind, *hash)?,
        ListChange::Set(hashes) => in_this_order(pictures, kind, hashes)?,
    };
    // What is alike stays in its order.
    after.sort_by_key(|it| (it.picture.kind, it.picture.language));
    Ok(after)
}

fn added(
    mut pictures: Vec<KeptPicture>,
    mut new: KeptPicture,
    standing: Standing,
) -> Result<Vec<KeptPicture>, Refused> {
    let (kind, hash) = (new.picture.kind, new.picture.hash);
    let is_same = |it: &KeptPicture| (it.picture.kind, it.picture.hash) == (kind, hash);
    if new.origin.is_none() {
        // A load that read it knows it again.
        let known = pictures.iter().find(|it| is_same(it));
        new.origin = known.and_then(|it| it.origin.clone());
    }
    let language = new.picture.language;
    let mut there = pictures.iter_mut();
    let there = there.find(|it| is_same(it) && it.picture.language == language);
    if let Some(there) = there
        && standing == Standing::Last
    {
        *there = new;
        return Ok(pictures);
    }
    // In another language it is said anew, not there twice.
    pictures.retain(|it| !is_same(it));
    if pictures.len() >= MAX_PICTURES {
        let reason = format!("has {MAX_PICTURES} pictures, and may have no more: remove one first");
        return Err(Refused::new(ErrorCode::OutOfRange, Place::Subject, reason));
    }
    match standing {
        Standing::First => pictures.insert(0, new),
        Standing::Last => pictures.push(new),
    }
    Ok(pictures)
}

fn without(
    pictures: &[KeptPicture],
    kind: PictureKind,
    hash: PictureHash,
) -> Result<Vec<KeptPicture>, Refused> {
    let is_other = |it: &&KeptPicture| (it.picture.kind, it.picture.hash) != (kind, hash);
    let others: Vec<KeptPicture> = pictures.iter().filter(is_other).cloned().collect();
    if others.len() == pictures.len() {
        return Err(not_among(Place::Picture, "names", kind));
    }
    Ok(others)
}

fn in_this_order(
    pictures: &[KeptPicture],
    kind: PictureKind,
    hashes: &[Option<PictureHash>],
) -> Result<Vec<KeptPicture>, Refused> {
    if hashes.len() > MAX_PICTURES {
        let reason = format!("has {} entries, more than {MAX_PICTURES}", hashes.len());
        let most = i32::try_from(MAX_PICTURES).unwrap_or(i32::MAX);
        return Err(Refused {
            allowed: Some(Allowed { least: None, most }),
            ..Refused::new(ErrorCode::OutOfRange, Place::Pictures, reason)
        });
    }
    let of_kind = |it: &&KeptPicture| it.picture.kind == kind;
    let others = pictures.iter().filter(|it| !of_kind(it));
    let mut after: Vec<KeptPicture> = others.cloned().collect();
    let mut met: HashSet<PictureHash> = HashSet::new();
    for (place, hash) in (1..).zip(hashes) {
        let said = format!("as entry {place} names");
        let Some(hash) = hash else {
            return Err(not_among(Place::Pictures, &said, kind));
        };
        if !met.insert(*hash) {
            let reason = format!("{said} a picture that is named before");
            return Err(Refused::new(ErrorCode::Invalid, Place::Pictures, reason));
        }
        let before = after.len();
        let named = pictures.iter().filter(of_kind);
        after.extend(named.filter(|it| it.picture.hash == *hash).cloned());
        if after.len() == before {
            return Err(not_among(Place::Pictures, &said, kind));
        }
    }
    Ok(after)
}

fn not_among(place: Place, said: &str, kind: PictureKind) -> Refused {
    let reason = format!("{said} no {} that is there", kind.as_str());
    Refused::new(ErrorCode::NotFound, place, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::{Colour, PictureFormat, PictureOrigin, StoredPicture};
    use crate::domain::language::LanguageTag;

    fn kept(kind: PictureKind, language: Option<&str>, bytes: &str) -> KeptPicture {
        KeptPicture {
            picture: StoredPicture {
                kind,
                hash: PictureHash::of(bytes.as_bytes()),
                format: PictureFormat::Png,
                width: 2,
                height: 3,
                blurhash: "00000".to_owned(),
                colour: Colour([0; 3]),
                language: language.and_then(LanguageTag::parse),
            },
            origin: None,
        }
    }

    fn poster(language: Option<&str>, bytes: &str) -> KeptPicture {
        kept(PictureKind::Poster, language, bytes)
    }

    fn posters(pictures: &[KeptPicture], change: &ListChange) -> Result<Vec<KeptPicture>, Refused> {
        changed(pictures, PictureKind::Poster, change)
    }

    #[test]
    fn a_new_picture_stands_first_or_last_of_its_kind_and_language() {
        let logo = kept(PictureKind::Logo, None, "l");
        let there = [poster(None, "a"), poster(Some("de"), "b"), logo.clone()];
        let [a, b, _] = there.clone();
        let new = poster(None, "n");
        let add = |new: &KeptPicture, standing| {
            posters(&there, &ListChange::Add(new.clone(), standing)).unwrap()
        };

        let last = [a.clone(), new.clone(), b.clone(), logo.clone()];
        assert_eq!(add(&new, Standing::Last), last);
        let first = [new.clone(), a.clone(), b.clone(), logo.clone()];
        assert_eq!(add(&new, Standing::First), first);
        assert_eq!(add(&a, Standing::Last), there);
        // The same picture in another language is not there twice.
        let german = poster(Some("de"), "a");
        assert_eq!(add(&german, Standing::First), [german, b, logo]);
    }

    #[test]
    fn what_a_load_has_read_is_known_again_when_it_is_given_by_hand() {
        let mut read = poster(None, "a");
        let origin = PictureOrigin::new("https://example.org/a.png", None);
        read.origin = Some(Box::new(origin));

        let again = ListChange::Add(poster(Some("fr"), "a"), Standing::Last);
        let after = posters(std::slice::from_ref(&read), &again).unwrap();

        assert_eq!(after.len(), 1);
        assert_eq!(after[0].origin, read.origin);
        assert_eq!(after[0].picture.language, LanguageTag::parse("fr"));
    }

    #[test]
    fn those_of_a_kind_are_put_in_order_and_the_rest_of_them_go() {
        let logo = kept(PictureKind::Logo, None, "a");
        let there = [
            poster(None, "a"),
            poster(None, "b"),
            poster(None, "c"),
            logo,
        ];
        let [a, b, c, logo] = there.clone();
        let hash = |it: &KeptPicture| Some(it.picture.hash);
        let set = |hashes: Vec<Option<PictureHash>>| posters(&there, &ListChange::Set(hashes));

        let after = set(vec![hash(&c), hash(&a)]).unwrap();
        assert_eq!(after, [c, a.clone(), logo.clone()]);
        assert_eq!(set(Vec::new()).unwrap(), [logo]);
        let twice = set(vec![hash(&a), hash(&a)]).unwrap_err();
        assert_eq!(twice.code, ErrorCode::Invalid);
        let nowhere = Some(PictureHash::of(b"nowhere"));
        for unknown in [None, nowhere] {
            let refused = set(vec![hash(&b), unknown]).unwrap_err();
            assert_eq!(refused.code, ErrorCode::NotFound);
            assert_eq!(refused.reason, "as entry 2 names no poster that is there");
        }
        let many = set(vec![hash(&a); MAX_PICTURES + 1]).unwrap_err();
        assert_eq!(many.code, ErrorCode::OutOfRange);
        assert_eq!(many.bounds().max, Some(20.0));
    }

    #[test]
    fn one_goes_by_kind_and_hash_and_there_are_only_so_many() {
        let there: Vec<KeptPicture> = (0..MAX_PICTURES)
            .map(|number| poster(None, &number.to_string()))
            .collect();
        let removed = posters(&there, &ListChange::Remove(there[7].picture.hash)).unwrap();
        assert_eq!(removed, [&there[..7], &there[8..]].concat());

        let hash = there[0].picture.hash;
        let refused = changed(&there, PictureKind::Logo, &ListChange::Remove(hash)).unwrap_err();
        let not_there = (ErrorCode::NotFound, Place::Picture);
        assert_eq!((refused.code, refused.place), not_there);
        let more = ListChange::Add(poster(None, "more"), Standing::First);
        let refused = posters(&there, &more).unwrap_err();
        assert_eq!(refused.code, ErrorCode::OutOfRange);
        let again = ListChange::Add(there[3].clone(), Standing::First);
        assert_eq!(posters(&there, &again).unwrap().len(), MAX_PICTURES);
    }
}
