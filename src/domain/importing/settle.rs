//! What several files of one export say of the same thing is said once: by the file that knows it best.

use std::collections::{HashMap, HashSet};

use super::entry::{ImportedAt, ImportedWhat};
use super::file::{ImportFormat, ImportNote, PassedOver, PassedOverReason};
use super::key::key;
use super::problem::ImportProblem;
use super::reading::{Draft, Passed, Reading, Says};
use crate::domain::text;

/// How many names of people are told.
const MAX_NAMES: usize = 50;
/// The sort of drafts that say that something was watched.
const WATCHED: u8 = 0;

/// A file with rows of people, and their names in the order in which they come.
struct People {
    format: ImportFormat,
    file: String,
    names: Vec<String>,
}

/// Leaves only the rows of the person who is meant, where the files of a service have those of several.
pub(super) fn choose_profiles(reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let files = people(reading);
    let wanted = reading.options.profile_name.as_deref().map(plain);
    for format in reading.formats.clone() {
        let files: Vec<&People> = files.iter().filter(|of| of.format == format).collect();
        let Some(first) = files.first() else {
            continue;
        };
        let mut seen = HashSet::new();
        let names = files.iter().flat_map(|of| &of.names);
        let names: Vec<&String> = names.filter(|name| seen.insert(plain(name))).collect();
        let file = first.file.clone();
        let names = || shown(names.iter().copied());
        let meant = match &wanted {
            None if seen.len() < 2 => continue,
            None => {
                let names = names();
                return Err(ImportProblem::SeveralProfiles { file, names });
            }
            Some(wanted) if seen.contains(wanted) => wanted,
            Some(_) => {
                let names = names();
                return Err(ImportProblem::NoSuchProfile { file, names });
            }
        };
        leave_only(reading, &files, meant);
    }
    Ok(())
}

/// The files with rows of people.
fn people(reading: &Reading<'_>) -> Vec<People> {
    let drafts = reading.drafts.iter();
    let drafts = drafts.map(|draft| (draft.format, &draft.entry.file, draft.profile.as_deref()));
    let passed = reading.passed.iter();
    let passed = passed.map(|row| (row.format, &row.over.file, row.profile.as_deref()));
    let mut files: Vec<People> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    for (format, file, name) in drafts.chain(passed) {
        let Some(name) = name.filter(|name| seen.insert((file.as_str(), *name))) else {
            continue;
        };
        let place = *places.entry(file).or_insert_with(|| {
            files.push(People {
                format,
                file: file.clone(),
                names: Vec::new(),
            });
            files.len() - 1
        });
        files[place].names.push(name.to_owned());
    }
    files
}

/// Leaves of the rows of these files those of this person, and notes whose else there were.
fn leave_only(reading: &mut Reading<'_>, files: &[&People], meant: &str) {
    let mut others: HashMap<&str, HashSet<&str>> = HashMap::new();
    for people in files {
        let names = people.names.iter().map(String::as_str);
        let names = names.filter(|name| plain(name) != meant);
        others.insert(&people.file, names.collect());
    }
    let mut gone: HashMap<&str, u32> = HashMap::new();
    let mut is_left = |file: &str, profile: Option<&str>| {
        let Some((file, others)) = others.get_key_value(file) else {
            return true;
        };
        let is_left = profile.is_none_or(|name| !others.contains(name));
        if !is_left {
            *gone.entry(*file).or_default() += 1;
        }
        is_left
    };
    reading
        .drafts
        .retain(|draft| is_left(&draft.entry.file, draft.profile.as_deref()));
    reading
        .passed
        .retain(|row| is_left(&row.over.file, row.profile.as_deref()));
    for people in files {
        let Some(rows) = gone.get(people.file.as_str()) else {
            continue;
        };
        let names = people.names.iter().filter(|name| plain(name) != meant);
        reading.note(ImportNote::OtherProfiles {
            file: people.file.clone(),
            names: shown(names),
            rows: *rows,
        });
    }
}

/// A name as it is compared: ids of users are written with hyphens or without.
fn plain(name: &str) -> String {
    text::fold(name).replace('-', "").trim().to_owned()
}

fn shown<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    names
        .take(MAX_NAMES)
        .map(|name| text::visible(name).chars().take(100).collect())
        .collect()
}

/// What a draft is about, and what sort of thing it says of it.
fn place(draft: &Draft) -> (ImportFormat, u8, String) {
    let sort = match draft.entry.what {
        ImportedWhat::Watched { .. } => WATCHED,
        ImportedWhat::Rating { .. } => 1,
        ImportedWhat::Watchlist => 2,
    };
    (draft.format, sort, key(&draft.entry.of))
}

/// Passes over what another file says better, or has said already.
pub(super) fn say_once(reading: &mut Reading<'_>) {
    let is_said = are_said_elsewhere(&reading.drafts);
    let drafts = std::mem::take(&mut reading.drafts);
    for (draft, is_said) in drafts.into_iter().zip(is_said) {
        if is_said {
            reading.passed.push(Passed {
                format: draft.format,
                profile: draft.profile,
                over: PassedOver {
                    file: draft.entry.file,
                    row: draft.entry.row,
                    value: draft.entry.of.shown(),
                    reason: PassedOverReason::SaidElsewhere,
                },
            });
        } else {
            reading.drafts.push(draft);
        }
    }
    note_last_plays(reading);
}

/// For each draft, whether another says the same, or better.
fn are_said_elsewhere(drafts: &[Draft]) -> Vec<bool> {
    let places: Vec<_> = drafts.iter().map(place).collect();
    let both = || places.iter().zip(drafts);
    let known: HashSet<_> = both()
        .filter(|(_, draft)| draft.says == Says::EachTime)
        .map(|(place, _)| place)
        .collect();
    // Of sums, the file that comes first has the word; of ratings among them, the last one.
    let mut first_files: HashMap<_, &str> = HashMap::new();
    let mut last_ratings: HashMap<_, (Option<ImportedAt>, usize)> = HashMap::new();
    for (index, (place, draft)) in both().enumerate() {
        if draft.says == Says::InSum {
            first_files.entry(place).or_insert(&draft.entry.file);
            let last = last_ratings.entry(place).or_insert((draft.entry.at, index));
            *last = (*last).max((draft.entry.at, index));
        }
    }
    let watched: HashSet<_> = places.iter().filter(|place| place.1 == WATCHED).collect();
    both()
        .enumerate()
        .map(
            |(index, (place, draft))| match (draft.says, draft.entry.what) {
                // TV Time keeps that somebody wanted to watch what they have watched since.
                (_, ImportedWhat::Watchlist) if draft.format == ImportFormat::TvTime => {
                    watched.contains(&(place.0, WATCHED, place.2.clone()))
                }
                (Says::EachTime, _) => false,
                (Says::InSum, _) if known.contains(place) => true,
                (Says::InSum, ImportedWhat::Rating { .. }) => last_ratings
                    .get(place)
                    .is_some_and(|(_, last)| *last != index),
                (Says::InSum, _) => {
                    let first = first_files.get(place).copied();
                    first.is_some_and(|first| first != draft.entry.file)
                }
            },
        )
        .collect()
}

fn note_last_plays(reading: &mut Reading<'_>) {
    let (mut entries, mut earlier) = (0_u32, 0_u32);
    for draft in &reading.drafts {
        if let ImportedWhat::Watched {
            plays: plays @ 2.., ..
        } = draft.entry.what
        {
            entries = entries.saturating_add(1);
            earlier = earlier.saturating_add(plays - 1);
        }
    }
    if entries > 0 {
        reading.note(ImportNote::OnlyLastPlays { entries, earlier });
    }
}
