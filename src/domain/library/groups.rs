//! The files of a library by the film or series that they are of: what a record of it is made of.

use std::collections::BTreeMap;

use super::guess::{Certainty, Entry, EntryKind, Guess, Item, Named, TakenFor};
use super::naming::add_ids;
use super::places::parent;
use crate::domain::catalog::TitleKind;
use crate::domain::text;

/// A file that says something of a film or a series: a video, a sidecar that is believed, or a picture.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) entry: Entry,
    pub(super) guess: Guess,
}

/// What is called alike, of one year.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) kind: TitleKind,
    /// As the sidecar calls it, if there is one.
    pub(super) named: Named,
    /// Of the surest file.
    pub(super) certainty: Certainty,
    /// Whether files of it say different ids of one site.
    pub(super) is_torn: bool,
    pub(super) pieces: Vec<Piece>,
}

impl Group {
    /// What it is taken for, as one item.
    pub(super) fn guess(&self) -> Guess {
        let named = self.named.clone();
        let item = match self.kind {
            TitleKind::Film => Item::Film(named),
            TitleKind::Series => Item::Series(named),
        };
        Guess {
            item: Some(item),
            ..Guess::new(TakenFor::Video, self.certainty, "is what some files are of")
        }
    }

    /// Its videos, in the order of paths.
    pub(super) fn videos(&self) -> impl Iterator<Item = &Piece> {
        let pieces = self.pieces.iter();
        pieces.filter(|piece| piece.guess.taken_for == TakenFor::Video)
    }

    /// Its sidecars, in the order of paths.
    pub(super) fn sidecars(&self) -> impl Iterator<Item = &Piece> {
        let pieces = self.pieces.iter();
        pieces.filter(|piece| piece.guess.taken_for == TakenFor::Sidecar)
    }

    /// The file that messages are about: the first sidecar, or else the first file.
    pub(super) fn path(&self) -> &str {
        let first = self.sidecars().chain(&self.pieces).next();
        first.map_or("", |piece| piece.entry.path.as_str())
    }

    fn add(&mut self, piece: Piece) {
        let is_sidecar = piece.guess.taken_for == TakenFor::Sidecar;
        if !matches!(piece.guess.taken_for, TakenFor::Picture(_)) {
            self.certainty = self.certainty.max(piece.guess.certainty);
        }
        if let Some(named) = piece.guess.item.as_ref().map(Item::named) {
            if is_sidecar && self.sidecars().next().is_none() {
                named.name.clone_into(&mut self.named.name);
            }
            if self.named.original_name.is_none() {
                self.named.original_name.clone_from(&named.original_name);
            }
            let contradicts = named.external_ids.iter().any(|id| {
                let mut known = self.named.external_ids.iter();
                known.any(|it| it.provider == id.provider && it.value != id.value)
            });
            self.is_torn |= contradicts;
            add_ids(&mut self.named.external_ids, &named.external_ids);
        }
        self.pieces.push(piece);
    }
}

/// Whether something is said of a title by a file that is taken for this.
fn is_piece(entry: &Entry, guess: &Guess) -> bool {
    let is_file = matches!(entry.kind, EntryKind::File | EntryKind::LinkToFile { .. });
    let is_of_use = match guess.taken_for {
        TakenFor::Video | TakenFor::Picture(_) => true,
        TakenFor::Sidecar => guess.certainty > Certainty::Unsure,
        _ => false,
    };
    is_file && is_of_use
}

/// The films and series that files are of, by name and year, of which something lies in a folder that `is_meant`.
pub(super) fn groups<'f>(
    found: impl Iterator<Item = (&'f Entry, &'f Guess)>,
    is_meant: &dyn Fn(&str) -> bool,
) -> Vec<Group> {
    let mut groups: BTreeMap<(bool, Vec<String>, Option<i32>), Group> = BTreeMap::new();
    for (entry, guess) in found {
        let Some(item) = guess.item.as_ref().filter(|_| is_piece(entry, guess)) else {
            continue;
        };
        let kind = match item {
            Item::Film(_) => TitleKind::Film,
            Item::Series(_) | Item::Season { .. } | Item::Episodes(_) => TitleKind::Series,
        };
        let named = item.named();
        let words = text::words(&named.name);
        if words.is_empty() {
            continue;
        }
        let key = (kind == TitleKind::Film, words, named.year);
        let group = groups.entry(key).or_insert_with(|| Group {
            kind,
            named: named.clone(),
            certainty: Certainty::Unsure,
            is_torn: false,
            pieces: Vec::new(),
        });
        group.add(Piece {
            entry: entry.clone(),
            guess: guess.clone(),
        });
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.retain(|group| {
        let mut pieces = group.pieces.iter();
        pieces.any(|piece| is_meant(parent(&piece.entry.path)))
    });
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, taken_for: TakenFor, name: &str, id: Option<&str>) -> (Entry, Guess) {
        let entry = Entry {
            path: path.to_owned(),
            is_utf8: true,
            kind: EntryKind::File,
            size: 1,
            modified: None,
            same_as: None,
        };
        let ids = id.map(|value| crate::domain::catalog::ExternalId {
            provider: "imdb".to_owned(),
            value: value.to_owned(),
        });
        let named = Named {
            name: name.to_owned(),
            original_name: None,
            year: Some(1995),
            external_ids: ids.into_iter().collect(),
        };
        let guess = Guess {
            item: Some(Item::Film(named)),
            ..Guess::new(taken_for, Certainty::Sure, "its name")
        };
        (entry, guess)
    }

    #[test]
    fn what_is_called_alike_is_of_one_title_that_its_sidecar_names() {
        let found = [
            file("a/HEAT.mkv", TakenFor::Video, "HEAT", None),
            file("b/Heat.mkv", TakenFor::Video, "Heat", Some("tt0113277")),
            file("b/Heat.nfo", TakenFor::Sidecar, "Heat!", Some("tt0113277")),
            file("c/Jaws.mkv", TakenFor::Video, "Jaws", None),
            file("c/notes.txt", TakenFor::Other, "Jaws", None),
        ];
        let of = |folder: &'static str| {
            let found = found.iter().map(|(entry, guess)| (entry, guess));
            groups(found, &move |it| it == folder)
        };

        let heat = of("a");
        assert_eq!(heat.len(), 1);
        assert_eq!(
            (heat[0].named.name.as_str(), heat[0].path()),
            ("Heat!", "b/Heat.nfo")
        );
        assert_eq!((heat[0].pieces.len(), heat[0].is_torn), (3, false));
        assert_eq!(of("c")[0].pieces.len(), 1);
        assert!(of("d").is_empty());
        let torn = [
            file("a/1.mkv", TakenFor::Video, "Heat", Some("tt0000001")),
            file("a/2.mkv", TakenFor::Video, "Heat", Some("tt0000002")),
        ];
        let torn = groups(torn.iter().map(|(entry, guess)| (entry, guess)), &|_| true);
        assert!(torn[0].is_torn);
    }
}
