//! What a file becomes before anything of it is applied: rows, each matched.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Map;

use super::entry::{ImportedAt, ImportedEntry, ImportedItem, ImportedWhat};
use super::file::PassedOver;
use super::import::{Candidate, Found, FoundBy, ImportRow, RowState, Saying};
use super::known::Known;
use super::matching::Match;
use crate::domain::ids::{ImportId, ProfileId};
use crate::domain::watching::WatchedItem;

/// How far ahead of ours the clock of another service may run, in seconds.
const CLOCK_SKEW: i64 = 300;
/// From so many points of ten on a rating is a thumb up.
const UP: f32 = 7.0;
/// Up to so many it is a thumb down.
const DOWN: f32 = 4.0;
/// What was watched to this share counts as watched where no day is known.
const WHOLE: f32 = 90.0;

/// Which import rows are of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of {
    pub(super) import: ImportId,
    pub(super) profile: ProfileId,
    pub(super) now: DateTime<Utc>,
}

/// The thumb that a rating is, if it is one.
pub(super) fn thumb(out_of_ten: f32) -> Option<bool> {
    if out_of_ten >= UP {
        Some(true)
    } else {
        (out_of_ten <= DOWN).then_some(false)
    }
}

/// The rows of a file, those that say something first; each is made when it is asked for.
pub(super) fn rows_of(
    of: Of,
    entries: Vec<ImportedEntry>,
    passed_over: Vec<PassedOver>,
    known: &Known,
) -> impl Iterator<Item = ImportRow> {
    let mut days: HashMap<(String, NaiveDate), u32> = HashMap::new();
    let said = entries
        .into_iter()
        .map(move |entry| said_row(of, entry, known, &mut days));
    let silent = passed_over.into_iter().map(move |row| silent_row(of, row));
    let rows = said.chain(silent).zip(1..);
    rows.map(|(row, number)| ImportRow { number, ..row })
}

fn said_row(
    of: Of,
    entry: ImportedEntry,
    known: &Known,
    days: &mut HashMap<(String, NaiveDate), u32>,
) -> ImportRow {
    let found = known.find(&entry.of, &entry.alternatives);
    let mut row = empty_row(of, entry.file, entry.row, text_of(&entry.of));
    let mut nth = 0;
    if let (ImportedWhat::Watched { .. }, Some(ImportedAt::Day(day))) = (entry.what, entry.at) {
        let same = days.entry((row.text.clone(), day)).or_default();
        nth = *same;
        *same += 1;
    }
    let said = Saying {
        of: entry.of,
        what: entry.what,
        at: entry.at,
        nth,
    };
    (row.state, row.found, row.candidates) = match found {
        Match::One(found) => (RowState::Matched, Some(found), Vec::new()),
        Match::Several(candidates) => (RowState::Ambiguous, None, candidates),
        Match::Nothing(candidates) => (RowState::Unmatched, None, candidates),
    };
    let of_item = || misfit(said.what, row.found?.is.item);
    if let Some(reason) = useless(&said, of.now).or_else(of_item) {
        row.state = RowState::PassedOver;
        row.reason = Some(reason.to_owned());
    }
    row.said = Some(said);
    row
}

fn silent_row(of: Of, row: PassedOver) -> ImportRow {
    ImportRow {
        state: RowState::PassedOver,
        reason: Some(row.reason.words().to_owned()),
        ..empty_row(of, row.file, row.row, row.value)
    }
}

fn empty_row(of: Of, file: String, line: u32, text: String) -> ImportRow {
    ImportRow {
        import: of.import,
        profile: of.profile,
        number: 0,
        file,
        line,
        text,
        said: None,
        state: RowState::Unmatched,
        reason: None,
        found: None,
        candidates: Vec::new(),
        effect: None,
        merged: None,
        rest: Map::new(),
    }
}

/// Why nothing comes of what a row says, whatever it is of.
pub(super) fn useless(said: &Saying, now: DateTime<Utc>) -> Option<&'static str> {
    let is_ahead = match said.at {
        Some(ImportedAt::Moment(at)) => (at - now).num_seconds() > CLOCK_SKEW,
        Some(ImportedAt::Day(day)) => day > now.date_naive().succ_opt().unwrap_or(NaiveDate::MAX),
        None => false,
    };
    let is_old = match said.at {
        Some(ImportedAt::Moment(at)) => at.timestamp() <= 0,
        Some(ImportedAt::Day(day)) => day < DateTime::UNIX_EPOCH.date_naive(),
        None => false,
    };
    let is_watch = matches!(said.what, ImportedWhat::Watched { .. });
    if is_watch && is_ahead {
        return Some("lies in the future");
    }
    if is_watch && is_old {
        return Some("lies before 1970");
    }
    match said.what {
        ImportedWhat::Watched {
            percent: Some(percent),
            ..
        } if said.at.is_none() && percent < WHOLE => {
            Some("was not watched to its end, and has no day")
        }
        ImportedWhat::Rating { out_of_ten } if thumb(out_of_ten).is_none() => {
            Some("is rated neither high nor low: no thumb comes of it")
        }
        _ => None,
    }
}

/// Why something cannot be said of an item.
pub(super) fn misfit(what: ImportedWhat, item: WatchedItem) -> Option<&'static str> {
    match (what, item) {
        (ImportedWhat::Watched { .. }, WatchedItem::Series(_)) => {
            Some("is a series as a whole: its episodes can be watched, it cannot")
        }
        (ImportedWhat::Rating { .. }, WatchedItem::Episode(_)) => {
            Some("is an episode: thumbs are for films and series")
        }
        (ImportedWhat::Watchlist, WatchedItem::Episode(_)) => {
            Some("is an episode: a watchlist has films and series")
        }
        _ => None,
    }
}

/// What a file calls an item.
fn text_of(item: &ImportedItem) -> String {
    let with_year = |name: &str, year: Option<i32>| match year {
        Some(year) => format!("{name} ({year})"),
        None => name.to_owned(),
    };
    match item {
        ImportedItem::Film { name, year, .. }
        | ImportedItem::Series { name, year, .. }
        | ImportedItem::Unknown { name, year } => with_year(name, *year),
        ImportedItem::Episode {
            series,
            series_year,
            season,
            number,
            name,
            ..
        } => {
            let mut text = with_year(series, *series_year);
            if let (Some(season), Some(number)) = (season, number) {
                text = format!("{text} {season}×{number}");
            }
            if let Some(name) = name {
                text.push_str(": ");
                text.push_str(name);
            }
            text
        }
    }
}

/// What a row is by the word of the viewer.
pub(super) fn decided(row: &mut ImportRow, is: Option<Candidate>) {
    // What it was found to be was another thing.
    row.merged = None;
    row.found = is.map(|is| Found {
        is,
        by: FoundBy::Viewer,
    });
    (row.state, row.reason) = if is.is_some() {
        (RowState::Matched, None)
    } else {
        let reason = "was left out by hand".to_owned();
        (RowState::PassedOver, Some(reason))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_have_watched_is_of_no_use_whatever_it_is_decided_to_be() {
        let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
        let said = |what, at| Saying {
            of: ImportedItem::Unknown {
                name: "Heat".to_owned(),
                year: None,
            },
            what,
            at,
            nth: 0,
        };
        let watched = |percent| ImportedWhat::Watched {
            plays: 1,
            seconds: None,
            percent,
        };
        let day = |days| {
            let at = now + chrono::TimeDelta::days(days);
            Some(ImportedAt::Day(at.date_naive()))
        };
        let moment = |seconds| {
            let at = now + chrono::TimeDelta::seconds(seconds);
            Some(ImportedAt::Moment(at))
        };
        let rated = |out_of_ten| ImportedWhat::Rating { out_of_ten };

        for (what, at, is_useless) in [
            (watched(None), day(1), false),
            (watched(None), day(2), true),
            (watched(None), moment(CLOCK_SKEW), false),
            (watched(None), moment(CLOCK_SKEW + 1), true),
            (watched(None), day(-20_001), true),
            (watched(Some(50.0)), None, true),
            (watched(Some(50.0)), day(0), false),
            (rated(5.0), None, true),
            (rated(8.0), day(2), false),
            (ImportedWhat::Watchlist, day(2), false),
        ] {
            let of_no_use = useless(&said(what, at), now);
            assert_eq!(of_no_use.is_some(), is_useless, "{what:?} {at:?}");
        }
    }
}
