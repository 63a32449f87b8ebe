//! Services that write a row for each time that somebody went on give many rows for one evening: they are one sitting.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::entry::{ImportedAt, ImportedWhat};
use super::file::{ImportFormat, ImportNote};
use super::key::key;
use super::reading::{Draft, Reading};

/// The longest pause within a sitting.
const PAUSE: TimeDelta = TimeDelta::hours(4);

/// Adds up rows that are one sitting: the first of them stays, with the sum of their lengths and the end of the last.
pub(super) fn add_up(reading: &mut Reading<'_>) {
    let mut by_item: HashMap<(ImportFormat, String, String), Vec<usize>> = HashMap::new();
    for (index, draft) in reading.drafts.iter().enumerate() {
        if is_by_rows(draft.format) && matches!(draft.entry.what, ImportedWhat::Watched { .. }) {
            let file = draft.entry.file.clone();
            let place = (draft.format, file, key(&draft.entry.of));
            by_item.entry(place).or_default().push(index);
        }
    }
    let mut is_gone = vec![false; reading.drafts.len()];
    let (mut rows, mut sittings) = (0_u32, 0_u32);
    for indexes in by_item.into_values() {
        for sitting in sittings_of(&reading.drafts, indexes) {
            let [first, others @ ..] = sitting.as_slice() else {
                continue;
            };
            if others.is_empty() {
                continue;
            }
            for other in others {
                let (what, at) = {
                    let entry = &reading.drafts[*other].entry;
                    (entry.what, entry.at)
                };
                let entry = &mut reading.drafts[*first].entry;
                entry.what = sum(entry.what, what);
                entry.at = entry.at.max(at);
                is_gone[*other] = true;
            }
            sittings = sittings.saturating_add(1);
            let length = u32::try_from(sitting.len()).unwrap_or(u32::MAX);
            rows = rows.saturating_add(length);
        }
    }
    let mut gone = is_gone.into_iter();
    reading.drafts.retain(|_| !gone.next().unwrap_or_default());
    if sittings > 0 {
        reading.note(ImportNote::Sittings { rows, sittings });
    }
}

/// Whether the service writes a row for each time that somebody went on.
fn is_by_rows(format: ImportFormat) -> bool {
    match format {
        ImportFormat::Netflix
        | ImportFormat::Prime
        | ImportFormat::Jellyfin
        | ImportFormat::Plex => true,
        ImportFormat::Trakt
        | ImportFormat::Simkl
        | ImportFormat::TvTime
        | ImportFormat::Letterboxd
        | ImportFormat::Imdb => false,
    }
}

/// The rows of one item, in groups that are a sitting each, in the order of time.
fn sittings_of(drafts: &[Draft], indexes: Vec<usize>) -> Vec<Vec<usize>> {
    let mut days: Vec<(NaiveDate, usize)> = Vec::new();
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>, usize)> = Vec::new();
    for index in indexes {
        let entry = &drafts[index].entry;
        match entry.at {
            Some(ImportedAt::Day(day)) => days.push((day, index)),
            Some(ImportedAt::Moment(end)) => {
                let length = match entry.what {
                    ImportedWhat::Watched { seconds, .. } => seconds.unwrap_or_default(),
                    ImportedWhat::Rating { .. } | ImportedWhat::Watchlist => 0,
                };
                let length = TimeDelta::seconds(length.into());
                let start = end.checked_sub_signed(length).unwrap_or(end);
                spans.push((start, end, index));
            }
            None => {}
        }
    }
    days.sort_unstable();
    spans.sort_unstable();
    let mut sittings: Vec<Vec<usize>> = Vec::new();
    let mut last_day = None;
    for (day, index) in days {
        match sittings.last_mut() {
            Some(sitting) if last_day == Some(day) => sitting.push(index),
            _ => sittings.push(vec![index]),
        }
        last_day = Some(day);
    }
    let mut until: Option<DateTime<Utc>> = None;
    for (start, end, index) in spans {
        let goes_on = until.is_some_and(|until| start.signed_duration_since(until) < PAUSE);
        match sittings.last_mut() {
            Some(sitting) if goes_on => sitting.push(index),
            _ => sittings.push(vec![index]),
        }
        until = until.filter(|_| goes_on).max(Some(end));
    }
    sittings
}

/// Both parts of a sitting together.
fn sum(one: ImportedWhat, other: ImportedWhat) -> ImportedWhat {
    let (
        ImportedWhat::Watched {
            seconds: one_seconds,
            percent: one_percent,
            plays,
        },
        ImportedWhat::Watched {
            seconds, percent, ..
        },
    ) = (one, other)
    else {
        return one;
    };
    let both = |one: Option<u32>, other: Option<u32>| match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    };
    let farther = |one: Option<f32>, other: Option<f32>| match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    ImportedWhat::Watched {
        seconds: both(one_seconds, seconds),
        percent: farther(one_percent, percent),
        plays,
    }
}
