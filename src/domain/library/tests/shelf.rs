//! A library in memory, and guesses in few words.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::domain::library::{
    Entry, EntryKind, Guess, Item, KnownSidecars, LibraryFolder, LibraryFolderError, Named,
    NamedLibrary, TakenFor,
};

/// A folder in memory: what lies where, with the bytes of files.
#[derive(Default)]
pub(super) struct Shelf {
    entries: BTreeMap<String, (EntryKind, Vec<u8>)>,
    same: BTreeMap<String, String>,
}

impl Shelf {
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) {
        self.put_kind(path, EntryKind::File, bytes);
    }

    pub(super) fn put_kind(&mut self, path: &str, kind: EntryKind, bytes: &[u8]) {
        for (at, _) in path.match_indices('/') {
            let folder = (EntryKind::Folder, Vec::new());
            self.entries.entry(path[..at].to_owned()).or_insert(folder);
        }
        self.entries.insert(path.to_owned(), (kind, bytes.to_vec()));
    }

    /// Another name of a file.
    pub(super) fn put_name(&mut self, path: &str, of: &str) {
        let bytes = self.entries[of].1.clone();
        self.put(path, &bytes);
        self.same.insert(path.to_owned(), of.to_owned());
    }

    /// All guesses, by path.
    pub(super) fn read(&self) -> BTreeMap<String, Guess> {
        let library = NamedLibrary::read(self, 2026, &KnownSidecars::default()).unwrap();
        let found = library.with_videos(self, &BTreeSet::new());
        let found = found.into_iter().map(|(entry, guess)| (entry.path, guess));
        found.collect()
    }
}

impl LibraryFolder for Shelf {
    fn entries(&self) -> Result<Vec<Entry>, LibraryFolderError> {
        let entries = self.entries.iter().map(|(path, (kind, bytes))| Entry {
            path: path.clone(),
            is_utf8: true,
            kind: kind.clone(),
            size: bytes.len() as u64,
            modified: None,
            same_as: self.same.get(path).cloned(),
        });
        Ok(entries.collect())
    }

    fn read(&self, entry: &Entry, from: u64, most: usize) -> io::Result<Vec<u8>> {
        let (kind, bytes) = &self.entries[&entry.path];
        assert!(
            matches!(kind, EntryKind::File | EntryKind::LinkToFile { .. }),
            "{} is opened",
            entry.path
        );
        let from = usize::try_from(from).unwrap();
        Ok(bytes.iter().skip(from).take(most).copied().collect())
    }
}

/// A guess in few words: what, how sure, of what.
pub(super) fn told(guess: &Guess) -> String {
    let mut words = vec![guess.taken_for.as_str().to_owned()];
    match guess.taken_for {
        TakenFor::Extra(kind) => words.push(format!("{kind:?}")),
        TakenFor::Picture(kind) => words.push(kind.as_str().to_owned()),
        _ => {}
    }
    words.push(guess.certainty.as_str().to_owned());
    words.extend(guess.item.iter().flat_map(of_item));
    words.extend(guess.version.iter().map(|label| format!("[{label}]")));
    words.extend(guess.part.map(|part| format!("#{part}")));
    words.extend(guess.stereo.iter().map(|packing| format!("3d={packing}")));
    if let Some(track) = &guess.track {
        words.extend(track.language.map(|language| language.to_string()));
        for (is_set, flag) in [
            (track.is_default, "default"),
            (track.is_forced, "forced"),
            (track.is_for_hearing_impaired, "hearing"),
        ] {
            words.extend(is_set.then(|| flag.to_owned()));
        }
    }
    words.join(" ")
}

fn of_item(item: &Item) -> Vec<String> {
    let mut words = Vec::new();
    match item {
        Item::Film(named) => {
            words.push("film".to_owned());
            words.extend(of_name(named));
        }
        Item::Series(named) => {
            words.push("series".to_owned());
            words.extend(of_name(named));
        }
        Item::Season { series, season } => {
            words.push(format!("season {season} of"));
            words.extend(of_name(series));
        }
        Item::Episodes(episodes) => {
            words.extend(of_name(&episodes.series));
            words.extend(episodes.season.map(|season| format!("season {season}")));
            if !episodes.numbers.is_empty() {
                words.push(format!("{:?}", episodes.numbers));
            }
            words.extend(episodes.absolute.map(|number| format!("number {number}")));
            words.extend(episodes.date.map(|day| format!("of {day}")));
            words.extend(episodes.title.clone());
        }
    }
    words
}

fn of_name(named: &Named) -> Vec<String> {
    let mut words = vec![named.name.clone()];
    words.extend(named.year.map(|year| year.to_string()));
    let ids = named.external_ids.iter();
    words.extend(ids.map(|id| format!("{}={}", id.provider, id.value)));
    words
}
