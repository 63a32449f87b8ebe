//! Netflix: `NetflixViewingHistory.csv`, which has names and days, and of the whole copy of an account `ViewingActivity.csv`,
//! which has profiles, moments in UTC and lengths, `Ratings.csv` and `MyList.csv`.

use super::each_row::{Columns, each_row, order_of_dates};
use crate::domain::importing::cells::Cells;
use crate::domain::importing::day_order::{self, DayOrder};
use crate::domain::importing::entry::{ImportedAt, ImportedItem, ImportedWhat};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::problem::ImportProblem;
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
    value: &["title", "titlename"],
    profile: &["profilename"],
};

#[derive(Clone, Copy)]
enum Kind {
    History,
    Activity,
    Ratings,
    MyList,
}

fn kind(sheet: &Sheet<'_>) -> Option<Kind> {
    if sheet.has(&["profilename", "starttime", "duration", "title"]) {
        Some(Kind::Activity)
    } else if sheet.has(&["profilename", "titlename", "thumbsvalue"]) {
        Some(Kind::Ratings)
    } else if sheet.has(&["profilename", "titlename", "utctitleadddate"]) {
        Some(Kind::MyList)
    } else {
        let is_history = sheet.width() == 2 && sheet.has_one(&TITLE) && sheet.has_one(&DATE);
        is_history.then_some(Kind::History)
    }
}

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    kind(sheet).is_some()
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let format = ImportFormat::Netflix;
    match kind(sheet) {
        None => Ok(()),
        Some(Kind::History) => read_history(sheet, reading),
        Some(Kind::Activity) => each_row(format, sheet, &WHOLE, reading, |row, _| activity(row)),
        Some(Kind::Ratings) => each_row(format, sheet, &WHOLE, reading, |row, _| rating(row)),
        Some(Kind::MyList) => each_row(format, sheet, &WHOLE, reading, |row, _| listed(row)),
    }
}

fn read_history(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let order = order_of_dates(sheet, &DATE, reading)?;
    each_row(ImportFormat::Netflix, sheet, &SHORT, reading, |row, _| {
        viewed(row, order)
    })
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
    if attributes.contains("hidden") {
        return Err(PassedOverReason::Deleted);
    }
    let seconds = values::seconds(row.get("duration"))?.ok_or(PassedOverReason::BadNumber)?;
    let is_by_itself = attributes.contains("autoplayed") && attributes.contains("action: none");
    if is_by_itself {
        values::long_enough_by_itself(seconds)?;
    }
    values::long_enough(seconds)?;
    let start = times::at(row.get("starttime"), Clock::Utc)?.ok_or(PassedOverReason::BadDate)?;
    let (of, alternatives) = titles::split(&name);
    let said = Said::watched_for(of, seconds, times::later(start, seconds));
    Ok(vec![Said {
        alternatives,
        ..said
    }])
}

/// Thumbs, or the stars of earlier years; of several ratings of a title the last one counts.
fn rating(row: &dyn Cells) -> RowResult {
    let name = named(row.get("titlename"))?;
    let stars = values::up_to(row.get("starvalue"), 5.0)?.filter(|stars| *stars > 0.0);
    let out_of_ten = match (stars, row.get("thumbsvalue")) {
        (Some(stars), _) => stars * 2.0,
        (None, "1") => 2.0,
        (None, "2") => 8.0,
        (None, "3") => 10.0,
        (None, _) => return Err(PassedOverReason::BadNumber),
    };
    let at = times::at(row.get("eventutcts"), Clock::Utc)?;
    let what = ImportedWhat::Rating { out_of_ten };
    Ok(vec![Said::new(titled(name), what, at).in_sum()])
}

fn listed(row: &dyn Cells) -> RowResult {
    let name = named(row.get("titlename"))?;
    let at = times::at(row.get("utctitleadddate"), Clock::Utc)?;
    Ok(vec![Said::new(titled(name), ImportedWhat::Watchlist, at)])
}

/// A film or a series as a whole.
fn titled(name: String) -> ImportedItem {
    ImportedItem::Unknown { name, year: None }
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
        || ["_hook_", "_clip_", "_backfill"]
            .iter()
            .any(|mark| lower.contains(mark))
        || lower.ends_with("(trailer)")
        || lower.ends_with("(teaser)");
    if is_extra {
        return Err(PassedOverReason::Extra);
    }
    Ok(name)
}
