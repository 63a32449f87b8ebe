//! Which videos are copies of others: whole ones, and such as broke off in the middle. What is in the files says so, and it
//! is read where their sizes, or how they begin, leave that open.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use super::fingerprint::{PIECE, Reading, print};
use super::folder::LibraryFolder;
use super::guess::{Certainty, Entry, Guess, Item, Named, TakenFor};
use super::naming::is_same_name;
use super::places::parent;
use crate::domain::text;

/// How many longer files one is compared with that begin as it does.
const COMPARED: usize = 4;

/// The videos of a library with how they begin, as far as that was looked at.
pub(super) struct Twins<'t> {
    folder: &'t dyn LibraryFolder,
    /// By their places among what was found; `None`: it lies in a folder that is as it was.
    heads: BTreeMap<usize, Option<Vec<u8>>>,
    /// So many bytes of a beginning.
    length: usize,
}

impl<'t> Twins<'t> {
    /// On heads of so many bytes.
    pub(super) fn new(
        folder: &'t dyn LibraryFolder,
        heads: BTreeMap<usize, Option<Vec<u8>>>,
        length: usize,
    ) -> Self {
        Self {
            folder,
            heads,
            length,
        }
    }

    /// Tells of what was found which are copies, and of what. Nothing is said of two that both lie in folders that are as
    /// they were: there was nothing to be said of them then.
    pub(super) fn tell(&mut self, found: &mut [(Entry, Guess)]) {
        self.heads.retain(|at, _| {
            let (entry, guess) = &found[*at];
            guess.taken_for == TakenFor::Video && entry.size > 0
        });
        for (at, of) in self.cut_off(found) {
            let whole = found[of].0.path.clone();
            let guess = &mut found[at].1;
            guess.taken_for = TakenFor::Damaged;
            guess.certainty = Certainty::Sure;
            guess.reason = format!(
                "is the beginning of {whole} and ends in the middle of it, as a copy that broke off"
            );
            self.heads.remove(&at);
        }
        for (at, of) in self.copies(found) {
            let first = found[of].0.path.clone();
            let guess = &mut found[at].1;
            guess.taken_for = TakenFor::Duplicate;
            guess.certainty = Certainty::Sure;
            guess.reason = format!("has the same bytes as {first}, and is of the same");
            guess.belongs_to = Some(first);
        }
    }

    /// Whether one of them at least was looked at.
    fn is_news(&self, places: &[usize]) -> bool {
        let mut heads = places.iter().map(|at| self.heads.get(at));
        heads.any(|head| matches!(head, Some(Some(_))))
    }

    /// Copies of the same, each with the first of them by path.
    fn copies(&self, found: &[(Entry, Guess)]) -> Vec<(usize, usize)> {
        let mut by_size: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for at in self.heads.keys() {
            by_size.entry(found[*at].0.size).or_default().push(*at);
        }
        let mut copies = Vec::new();
        for places in by_size.into_values() {
            if places.len() < 2 || !self.is_news(&places) {
                continue;
            }
            let mut firsts: HashMap<String, Vec<usize>> = HashMap::new();
            for at in places {
                let entry = &found[at].0;
                let read = print(entry.size, Reading::Pieces, &mut |from, most| {
                    self.read(entry, from, most)
                });
                let Ok(read) = read else {
                    continue;
                };
                let firsts = firsts.entry(read.fingerprint).or_default();
                let mut same = firsts.iter().copied();
                match same.find(|of| is_of_same(&found[*of].1, &found[at].1)) {
                    Some(of) => copies.push((at, of)),
                    None => firsts.push(at),
                }
            }
        }
        copies
    }

    /// Files that are the beginning of another of the same, or of one beside them, each with that.
    fn cut_off(&self, found: &[(Entry, Guess)]) -> Vec<(usize, usize)> {
        let mut groups: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
        for at in self.heads.keys() {
            let (entry, guess) = &found[*at];
            let folder = parent(&entry.path).to_owned();
            groups.entry((true, folder)).or_default().push(*at);
            if let Some(item) = &guess.item {
                groups.entry((false, key(item))).or_default().push(*at);
            }
        }
        let mut cut_off = BTreeMap::new();
        for places in groups.into_values() {
            if places.len() < 2 || !self.is_news(&places) {
                continue;
            }
            // One that is shorter than a head may be the beginning of another as well.
            let shortest = places.iter().map(|at| found[*at].0.size).min();
            let most = shortest.and_then(|size| usize::try_from(size).ok());
            let mut by_head: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
            for at in places {
                if let Some(mut head) = self.head(at, &found[at].0) {
                    head.truncate(most.unwrap_or(self.length));
                    by_head.entry(head).or_default().push(at);
                }
            }
            for mut alike in by_head.into_values() {
                alike.sort_by_key(|at| found[*at].0.size);
                for (place, at) in alike.iter().enumerate() {
                    let entry = &found[*at].0;
                    let longer = alike[place..].iter();
                    let longer = longer.filter(|of| found[**of].0.size > entry.size);
                    let mut longer = longer.take(COMPARED);
                    if let Some(of) = longer.find(|of| self.begins(&found[**of].0, entry)) {
                        cut_off.insert(*at, *of);
                    }
                }
            }
        }
        cut_off.into_iter().collect()
    }

    /// How a video begins; one that is shorter than that is known by all of it.
    fn head(&self, at: usize, entry: &Entry) -> Option<Vec<u8>> {
        match self.heads.get(&at)? {
            Some(head) => Some(head.clone()),
            None => self.folder.read(entry, 0, self.length).ok(),
        }
    }

    /// Whether a longer file begins with all of a shorter one, as far as its beginning and its end tell.
    fn begins(&self, longer: &Entry, shorter: &Entry) -> bool {
        let is_same = |from: u64| {
            let most = PIECE.min(shorter.size - from);
            let pieces = (
                self.read(longer, from, most),
                self.read(shorter, from, most),
            );
            matches!(pieces, (Ok(one), Ok(other)) if one == other)
        };
        is_same(0) && is_same(shorter.size.saturating_sub(PIECE))
    }

    fn read(&self, entry: &Entry, from: u64, most: u64) -> io::Result<Vec<u8>> {
        let most = usize::try_from(most).map_err(io::Error::other)?;
        self.folder.read(entry, from, most)
    }
}

/// What is the same of all files of one film or episode.
fn key(item: &Item) -> String {
    let named = item.named();
    let name = text::words(&named.name).join(" ");
    match item {
        Item::Film(_) => format!("film {name}"),
        Item::Series(_) | Item::Season { .. } => format!("series {name}"),
        Item::Episodes(of) => format!("{name} {:?} {:?}", of.season, of.numbers),
    }
}

/// Whether two videos are of the same, and the same part of it.
fn is_of_same(one: &Guess, other: &Guess) -> bool {
    let named = |one: &Named, other: &Named| {
        let years = [one.year, other.year];
        let years: BTreeSet<i32> = years.into_iter().flatten().collect();
        is_same_name(&one.name, &other.name) && years.len() < 2
    };
    let is_same = match (&one.item, &other.item) {
        (Some(Item::Film(one)), Some(Item::Film(other))) => named(one, other),
        (Some(Item::Episodes(one)), Some(Item::Episodes(other))) => {
            named(&one.series, &other.series)
                && (one.season, &one.numbers) == (other.season, &other.numbers)
                && (one.absolute, one.date) == (other.absolute, other.date)
        }
        _ => false,
    };
    is_same && one.part == other.part
}
