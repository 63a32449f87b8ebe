//! Netflix: `NetflixViewingHistory.csv`, which has names and days, and `ViewingActivity.csv` of the whole copy of an account,
//! which has profiles, moments in UTC and lengths.

use super::each_row::{Columns, each_row};
use crate::domain::importing::cells::Cells;
use crate::domain::importing::day_order::{self, DayOrder};
use crate::domain::importing::entry::{ImportedAt, ImportedWhat};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::problem::{ImportProblem, MAX_ROWS};
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::sheet::Sheet;
use crate::domain::importing::times::{self, Clock};
use crate::domain::importing::{titles, values};

/// What the columns of the short file are called in the languages of the account.
const TITLE: [&str; 6] = ["title", "titel", "titre", "titulo", "título", "titolo"];
const DATE: [&str; 5] = ["date", "datum", "fecha", "data", "datavisionamento"];
const SHORT: Columns<'_> = Columns {
    value: &TITLE,
    profile: &[],
};
const WHOLE: Columns<'_> = Columns {
    value: &["title"],
    profile: &["profilename"],
};
/// The least that is a watch, in seconds.
const LEAST: u32 = 120;

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    is_whole(sheet) || sheet.width() == 2 && sheet.has_one(&TITLE) && sheet.has_one(&DATE)
}

fn is_whole(sheet: &Sheet<'_>) -> bool {
    sheet.has(&["profilename", "starttime", "duration", "title"])
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let format = ImportFormat::Netflix;
    if is_whole(sheet) {
        return each_row(format, sheet, &WHOLE, reading, |row, _| activity(row));
    }
    let dates: Vec<String> = sheet
        .rows()
        .take(MAX_ROWS)
        .filter_map(Result::ok)
        .map(|row| row.first(&DATE).to_owned())
        .collect();
    let dates = dates.iter().map(String::as_str);
    let (order, note) = day_order::day_order(sheet.file, dates, reading.options)?;
    if let Some(note) = note {
        reading.note(note);
    }
    each_row(format, sheet, &SHORT, reading, |row, _| viewed(row, order))
}

fn viewed(row: &dyn Cells, order: DayOrder) -> RowResult {
    let name = named(row.first(&TITLE))?;
    let day = day_order::day(row.first(&DATE), order).ok_or(PassedOverReason::BadDate)?;
    let (of, alternatives) = titles::split(&name);
    let said = Said::watched(of, Some(ImportedAt::Day(day)));
    Ok(vec![Said {
        alternatives,
        ..said
    }])
}

fn activity(row: &dyn Cells) -> RowResult {
    let name = named(row.get("title"))?;
    if !row.get("supplementalvideotype").is_empty() {
        return Err(PassedOverReason::Extra);
    }
    let attributes = row.get("attributes").to_lowercase();
    if attributes.contains("autoplayed") && attributes.contains("action: none") {
        return Err(PassedOverReason::PlayedByItself);
    }
    if attributes.contains("hidden") {
        return Err(PassedOverReason::Deleted);
    }
    let seconds = values::seconds(row.get("duration"))?.ok_or(PassedOverReason::BadNumber)?;
    if seconds < LEAST {
        return Err(PassedOverReason::TooShort);
    }
    let start = times::at(row.get("starttime"), Clock::Utc)?.ok_or(PassedOverReason::BadDate)?;
    let (of, alternatives) = titles::split(&name);
    let what = ImportedWhat::Watched {
        seconds: Some(seconds),
        percent: None,
        plays: 1,
    };
    let said = Said::new(of, what, Some(times::later(start, seconds)));
    Ok(vec![Said {
        alternatives,
        ..said
    }])
}

/// The name of something that can be watched. What was taken off the service has none in front of its colon.
fn named(field: &str) -> Result<String, PassedOverReason> {
    let name = values::needed_name(field)?;
    if name.starts_with(':') {
        return Err(PassedOverReason::NoName);
    }
    let lower = name.to_lowercase();
    let is_extra = ["trailer:", "clip:", "teaser:", "bande-annonce"]
        .iter()
        .any(|mark| lower.starts_with(mark))
        || lower.contains("_hook_")
        || lower.ends_with("(trailer)")
        || lower.ends_with("(teaser)");
    if is_extra {
        return Err(PassedOverReason::Extra);
    }
    Ok(name)
}
