//! What of a library is no part of it, whatever it is called: what must not be read, what is left out, and what nobody
//! means to have there.

use std::collections::{BTreeMap, BTreeSet};

use super::endings::{Sort, junk, sort_of};
use super::episode_names::{explicit, season_of_folder};
use super::excluded::{Exclusions, IGNORE, NO_MEDIA};
use super::guess::{Certainty, Entry, EntryKind, Guess, TakenFor};
use super::naming::{YearIn, read_name};
use super::places::{file_name, folders, parent, split_ending, stem};

/// The guesses of what is set aside, by the place of its entry. A year in a name is at most the one after `this_year`.
pub(super) fn set_aside(
    entries: &[Entry],
    exclusions: &Exclusions,
    this_year: i32,
) -> Vec<Option<Guess>> {
    let mut guesses: Vec<Option<Guess>> = entries
        .iter()
        .map(|entry| alone(entry, exclusions))
        .collect();
    // Files that are part of the library under their own name, and so are no more under another.
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if entry.kind == EntryKind::File {
            places.insert(&entry.path, at);
            if guesses[at].is_none() {
                taken.insert(&entry.path);
            }
        }
    }
    let best = best_names(entries, &taken, this_year);
    for (at, entry) in entries.iter().enumerate() {
        if guesses[at].is_some() {
            continue;
        }
        let (target, how) = match (&entry.kind, &entry.same_as) {
            (EntryKind::LinkToFile { target }, _) => (target, "is a link to"),
            (_, Some(same)) => (same, "is the same file on disk as"),
            (_, None) if best.contains_key(entry.path.as_str()) => {
                (&entry.path, "is the same file on disk as")
            }
            (_, None) => continue,
        };
        let target = target.as_str();
        let target = best.get(target).copied().unwrap_or(target);
        if target == entry.path {
            continue;
        }
        // What lies where nobody looks, and is linked from the library, is part of it once.
        if !taken.contains(target) && can_be_taken(target, &places, &guesses) {
            taken.insert(target);
            continue;
        }
        let mut guess = Guess::new(
            TakenFor::Duplicate,
            Certainty::Sure,
            format!("{how} {target}, and one file is there once"),
        );
        guess.belongs_to = Some(target.to_owned());
        guesses[at] = Some(guess);
    }
    guesses
}

/// Of files that have several names on disk, by the first of them: the name that says most, else the first. Who downloads
/// and links into the library has both there, and the name of the download often says nothing.
fn best_names<'a>(
    entries: &'a [Entry],
    taken: &BTreeSet<&str>,
    this_year: i32,
) -> BTreeMap<&'a str, &'a str> {
    let mut best: BTreeMap<&str, (u8, &str)> = BTreeMap::new();
    for entry in entries {
        let path = entry.path.as_str();
        let Some(first) = entry.same_as.as_deref() else {
            continue;
        };
        if !taken.contains(first) || !taken.contains(path) {
            continue;
        }
        let now = best
            .entry(first)
            .or_insert_with(|| (says(first, this_year), first));
        let said = says(path, this_year);
        if said > now.0 {
            *now = (said, path);
        }
    }
    let names = best.into_iter();
    names.map(|(first, (_, name))| (first, name)).collect()
}

/// How much the name of a file, and that of its folder, say of what is in it.
fn says(path: &str, this_year: i32) -> u8 {
    let (name, folder) = (stem(path), file_name(parent(path)));
    let year = |name: &str| match read_name(name, this_year).year {
        YearIn::Brackets => 2,
        YearIn::Words => 1,
        YearIn::Nowhere => 0,
    };
    let by_name = if explicit(name).is_some() {
        2
    } else {
        year(name)
    };
    let by_folder = if season_of_folder(folder).is_some() {
        2
    } else {
        year(folder)
    };
    by_name + by_folder
}

/// Whether the file behind a link may be read under the link's name: it is there, and was not left out on purpose.
fn can_be_taken(target: &str, places: &BTreeMap<&str, usize>, guesses: &[Option<Guess>]) -> bool {
    let guess = places.get(target).and_then(|at| guesses[*at].as_ref());
    guess.is_some_and(|guess| guess.taken_for == TakenFor::Junk)
}

/// What an entry is by itself.
fn alone(entry: &Entry, exclusions: &Exclusions) -> Option<Guess> {
    let refused = |reason: &str| {
        Some(Guess::new(
            TakenFor::Refused,
            Certainty::Sure,
            reason.to_owned(),
        ))
    };
    match &entry.kind {
        EntryKind::LinkOut => {
            return refused("is a link out of the library, which is not followed");
        }
        EntryKind::BrokenLink => {
            return refused("is a link to what is not there, or that leads to itself");
        }
        EntryKind::Special => {
            return refused("is a pipe, a socket or a device, which is not opened");
        }
        EntryKind::Unreadable { error } => {
            return refused(&format!("cannot be looked at: {error}"));
        }
        EntryKind::LinkToFolder { target } => return Some(linked_folder(entry, target)),
        EntryKind::Folder => return None,
        EntryKind::File | EntryKind::LinkToFile { .. } => {}
    }
    let name = file_name(&entry.path);
    if name == IGNORE || name == NO_MEDIA {
        let reason = "says what of its folder is left out";
        return Some(Guess::new(TakenFor::Ignored, Certainty::Sure, reason));
    }
    if let Some(reason) = exclusions.reason(&entry.path, false) {
        return Some(Guess::new(TakenFor::Ignored, Certainty::Sure, reason));
    }
    if let Some(reason) = junk(name) {
        return Some(Guess::new(TakenFor::Junk, Certainty::Sure, reason));
    }
    let around = folders(&entry.path).find_map(|folder| Some((folder, junk(file_name(folder))?)));
    if let Some((folder, reason)) = around {
        let reason = format!("lies in {folder}: {reason}");
        return Some(Guess::new(TakenFor::Junk, Certainty::Sure, reason));
    }
    let (_, ending) = split_ending(name);
    let sort = sort_of(&ending);
    if sort == Sort::Unfinished {
        let reason = format!("names that end in .{ending} are of what is not yet whole");
        return Some(Guess::new(TakenFor::Unfinished, Certainty::Sure, reason));
    }
    // Of a video, even of an empty one, its name says something.
    let is_empty = entry.size == 0 && matches!(sort, Sort::Audio | Sort::Picture | Sort::Subtitle);
    is_empty.then(|| Guess::new(TakenFor::Damaged, Certainty::Sure, "has no bytes"))
}

/// A link to a folder: what is in there is found under its own name.
fn linked_folder(entry: &Entry, target: &str) -> Guess {
    let leads_around = target.is_empty() || folders(&entry.path).any(|folder| folder == target);
    let reason = if leads_around {
        "is a link to a folder that it lies in, which would never end"
    } else {
        "is a link to a folder of the library, whose files are there once"
    };
    let mut guess = Guess::new(TakenFor::Duplicate, Certainty::Sure, reason);
    guess.belongs_to = Some(target.to_owned());
    guess
}
