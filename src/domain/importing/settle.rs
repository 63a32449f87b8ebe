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

/// Leaves only the rows of the person who is meant, in each file that has those of several.
pub(super) fn choose_profiles(reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let drafts = reading.drafts.iter();
    let drafts = drafts.map(|draft| (&draft.entry.file, &draft.profile));
    let passed = reading.passed.iter();
    let passed = passed.map(|passed| (&passed.over.file, &passed.profile));
    let mut files: Vec<(String, Vec<String>)> = Vec::new();
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    for (file, profile) in drafts.chain(passed) {
        let Some(profile) = profile.as_deref() else {
            continue;
        };
        if !seen.insert((file.as_str(), profile)) {
            continue;
        }
        match files.iter_mut().find(|(known, _)| known == file) {
            Some((_, names)) => names.push(profile.to_owned()),
            None => files.push((file.clone(), vec![profile.to_owned()])),
        }
    }
    for (file, names) in files {
        let Some(meant) = meant(&file, &names, reading.options.profile_name.as_deref())? else {
            continue;
        };
        let is_anothers = |of: &str, profile: Option<&str>| {
            of == file && profile.is_some_and(|name| name != meant)
        };
        let before = reading.drafts.len() + reading.passed.len();
        reading
            .drafts
            .retain(|draft| !is_anothers(&draft.entry.file, draft.profile.as_deref()));
        reading
            .passed
            .retain(|passed| !is_anothers(&passed.over.file, passed.profile.as_deref()));
        let rows = before - reading.drafts.len() - reading.passed.len();
        let others = names.into_iter().filter(|name| *name != meant);
        let names = shown(others);
        reading.note(ImportNote::OtherProfiles {
            file,
            names,
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
        });
    }
    Ok(())
}

/// Which of these names is meant; `None` if there is one alone.
fn meant(
    file: &str,
    names: &[String],
    wanted: Option<&str>,
) -> Result<Option<String>, ImportProblem> {
    let Some(wanted) = wanted else {
        if names.len() < 2 {
            return Ok(None);
        }
        return Err(ImportProblem::SeveralProfiles {
            file: file.to_owned(),
            names: shown(names.iter().cloned()),
        });
    };
    let plain = |name: &str| text::fold(name).replace('-', "").trim().to_owned();
    let found = names
        .iter()
        .find(|name| plain(name) == plain(wanted))
        .ok_or_else(|| ImportProblem::NoSuchProfile {
            file: file.to_owned(),
            names: shown(names.iter().cloned()),
        })?;
    Ok((names.len() > 1).then(|| found.clone()))
}

fn shown(names: impl Iterator<Item = String>) -> Vec<String> {
    names
        .take(MAX_NAMES)
        .map(|name| text::visible(&name).chars().take(100).collect())
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
    let several =
        |draft: &&Draft| matches!(draft.entry.what, ImportedWhat::Watched { plays: 2.., .. });
    let entries = reading.drafts.iter().filter(several).count();
    if let Some(entries) = u32::try_from(entries).ok().filter(|entries| *entries > 0) {
        reading.note(ImportNote::OnlyLastPlays { entries });
    }
}
