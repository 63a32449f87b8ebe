//! Prime Video: the history that a browser's script saves (`Date Watched`, `Type`, `Title`, `Episode Title`), and
//! `PrimeVideo.ViewingHistory.csv` of the whole copy of an account, which has moments and lengths.

use chrono::{Datelike, NaiveDate};

use super::each_row::{Columns, each_row, order_of_dates};
use crate::domain::importing::cells::Cells;
use crate::domain::importing::day_order::{self, DayOrder};
use crate::domain::importing::entry::{ImportedAt, ImportedItem};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::sheet::Sheet;
use crate::domain::importing::times::{self, Clock};
use crate::domain::importing::{titles, values};

/// What the script calls its columns in the languages of the site.
const DATE: [&str; 6] = [
    "datewatched",
    "datumangesehen",
    "fechadevisualización",
    "datedevisionnage",
    "dateviewed",
    "watchdate",
];
const TYPE: [&str; 4] = ["type", "typ", "tipo", "mediatype"];
const TITLE: [&str; 4] = ["title", "titel", "título", "titre"];
const EPISODE: [&str; 6] = [
    "episodetitle",
    "episode",
    "folge",
    "episodio",
    "épisode",
    "folgentitel",
];
const SCRIPT: Columns<'_> = Columns {
    value: &TITLE,
    profile: &[],
};
const WHOLE: Columns<'_> = Columns {
    value: &["title"],
    profile: &[],
};
/// Days as they are written out, in English.
const WRITTEN_OUT: [&str; 4] = ["%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y"];

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    is_whole(sheet)
        || sheet.has_one(&DATE)
            && sheet.has_one(&TYPE)
            && sheet.has_one(&TITLE)
            && sheet.has_one(&EPISODE)
}

fn is_whole(sheet: &Sheet<'_>) -> bool {
    sheet.has(&["title", "playbackstartdatetimeutc", "secondsviewed"])
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let format = ImportFormat::Prime;
    if is_whole(sheet) {
        return each_row(format, sheet, &WHOLE, reading, |row, _| viewed(row));
    }
    let order = order_of_dates(sheet, &DATE, reading)?;
    let file = sheet.file;
    each_row(format, sheet, &SCRIPT, reading, |row, reading| {
        let at = match day(row.first(&DATE), order) {
            Some(day) => Some(ImportedAt::Day(day)),
            None => reading.local_at(file, row.first(&DATE))?,
        };
        saved(row, at)
    })
}

fn day(field: &str, order: DayOrder) -> Option<NaiveDate> {
    day_order::day(field, order).or_else(|| {
        WRITTEN_OUT
            .iter()
            .find_map(|form| NaiveDate::parse_from_str(field, form).ok())
            .filter(|day| times::YEARS.contains(&day.year()))
    })
}

fn saved(row: &dyn Cells, at: Option<ImportedAt>) -> RowResult {
    let title = values::needed_name(row.first(&TITLE))?;
    let kind = row.first(&TYPE).to_lowercase();
    let name = values::name(row.first(&EPISODE))?;
    let of = match (kind.as_str(), name) {
        ("movie" | "film" | "película" | "filme", _) => titles::film(&title),
        ("series" | "serie" | "série" | "tv show" | "episode", name) => {
            let (series, season) = titles::without_season(&title);
            titles::episode(&series, season, &name.unwrap_or_default())
        }
        (_, Some(name)) => {
            let (series, season) = titles::without_season(&title);
            titles::episode(&series, season, &name)
        }
        (_, None) => ImportedItem::Unknown {
            name: title,
            year: None,
        },
    };
    Ok(vec![Said::watched(of, at)])
}

fn viewed(row: &dyn Cells) -> RowResult {
    let title = values::needed_name(row.get("title").trim_matches('"'))?;
    if title == "Not available" {
        return Err(PassedOverReason::NoName);
    }
    let lower = title.to_lowercase();
    let material = row.get("materialtypedescription").to_lowercase();
    let is_extra = ["trailer", "promo", "teaser", "clip", "bonus"]
        .iter()
        .any(|mark| material.contains(mark))
        || ["(trailer)", "trailer:", "teaser:", "_hook_"]
            .iter()
            .any(|mark| lower.contains(mark));
    if is_extra {
        return Err(PassedOverReason::Extra);
    }
    if values::is_yes(row.first(&["isdeleted", "deletedfromwatchhistory"])) {
        return Err(PassedOverReason::Deleted);
    }
    let seconds = values::seconds(row.get("secondsviewed"))?.ok_or(PassedOverReason::BadNumber)?;
    if values::is_yes(row.get("isautoplay")) {
        values::long_enough_by_itself(seconds)?;
    }
    values::long_enough(seconds)?;
    let start = times::at(row.get("playbackstartdatetimeutc"), Clock::Utc)?;
    let start = start.ok_or(PassedOverReason::BadDate)?;
    let end = times::at(row.get("playbackenddatetimeutc"), Clock::Utc).unwrap_or_default();
    let end = end.filter(|end| *end > start);
    let (of, alternatives) = read_title(&title);
    let at = end.unwrap_or_else(|| times::later(start, seconds));
    Ok(vec![Said {
        alternatives,
        ..Said::watched_for(of, seconds, at)
    }])
}

/// What a title is, where no column says it. A season alone names no episode, and is no film either.
fn read_title(title: &str) -> (ImportedItem, Vec<ImportedItem>) {
    let (series, season) = titles::without_season(title);
    if season.is_some() {
        return (titles::episode(&series, season, ""), Vec::new());
    }
    titles::split(title)
}
