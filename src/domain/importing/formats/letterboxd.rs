//! Letterboxd: a zip with `diary.csv`, `watched.csv`, `ratings.csv` and `watchlist.csv`, or one of these.
//!
//! Its column `Date` is the day on which somebody wrote a row; only the diary knows the day on which a film was watched.

use super::each_row::{Columns, each_row};
use crate::domain::importing::cells::Cells;
use crate::domain::importing::entry::{ImportedIds, ImportedItem, ImportedWhat};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::sheet::Sheet;
use crate::domain::importing::times::{self, Clock};
use crate::domain::importing::values;

const COLUMNS: Columns<'_> = Columns {
    value: &["name"],
    profile: &[],
};
/// Folders of the zip that say nothing of watching, or what was taken back.
const OTHER_FOLDERS: [&str; 4] = ["deleted", "orphaned", "likes", "lists"];

#[derive(Clone, Copy)]
enum Kind {
    Diary,
    Reviews,
    Watched,
    Ratings,
    Watchlist,
}

fn kind(sheet: &Sheet<'_>) -> Option<Kind> {
    if !sheet.has(&["name", "letterboxduri"]) {
        return None;
    }
    let path = sheet.file.to_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path.as_str()));
    if folders
        .split('/')
        .any(|folder| OTHER_FOLDERS.contains(&folder))
    {
        return None;
    }
    let has_days = sheet.has(&["watcheddate"]);
    if sheet.has(&["review"]) {
        return has_days.then_some(Kind::Reviews);
    }
    if has_days {
        return Some(Kind::Diary);
    }
    if sheet.has(&["rating"]) {
        return Some(Kind::Ratings);
    }
    // Both have the same columns, so only the name tells them apart.
    if name.contains("watchlist") {
        return Some(Kind::Watchlist);
    }
    name.contains("watched").then_some(Kind::Watched)
}

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    kind(sheet).is_some()
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let Some(kind) = kind(sheet) else {
        return Ok(());
    };
    let format = ImportFormat::Letterboxd;
    each_row(format, sheet, &COLUMNS, reading, |row, _| said(kind, row))
}

fn said(kind: Kind, row: &dyn Cells) -> RowResult {
    let film = ImportedItem::Film {
        name: values::needed_name(row.get("name"))?,
        original_name: None,
        year: values::year(row.get("year")),
        ids: ImportedIds::default(),
    };
    let written = || times::at(row.get("date"), Clock::Utc);
    Ok(match kind {
        Kind::Diary | Kind::Reviews => {
            // Whoever mistyped a day has watched the film all the same.
            let (at, without) = match times::at(row.get("watcheddate"), Clock::Utc) {
                Ok(at) => (at, None),
                Err(_) => (None, Some(PassedOverReason::WithoutDay)),
            };
            let rating = rating(row)?.map(|what| Said::new(film.clone(), what, at).in_sum());
            let watched = Said::watched(film, at).without(without);
            let is_review = matches!(kind, Kind::Reviews);
            let mut said = vec![if is_review { watched.in_sum() } else { watched }];
            said.extend(rating);
            said
        }
        Kind::Watched => vec![Said::watched(film, None).in_sum()],
        Kind::Ratings => {
            let what = rating(row)?.ok_or(PassedOverReason::BadNumber)?;
            vec![Said::new(film, what, written()?)]
        }
        Kind::Watchlist => vec![Said::new(film, ImportedWhat::Watchlist, written()?)],
    })
}

/// Half a star to five.
fn rating(row: &dyn Cells) -> Result<Option<ImportedWhat>, PassedOverReason> {
    let stars = values::up_to(row.get("rating"), 5.0)?;
    Ok(stars.map(|stars| ImportedWhat::Rating {
        out_of_ten: stars * 2.0,
    }))
}
