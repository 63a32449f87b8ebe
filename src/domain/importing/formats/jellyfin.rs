//! Jellyfin: the table of the plugin Playback Reporting, with names and lengths and without a line of column names. A film is
//! a name, an episode `Series - s01e02 - Name`.

use super::each_row::{Columns, each_row};
use crate::domain::importing::cells::Cells;
use crate::domain::importing::entry::{ImportedIds, ImportedItem};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::sheet::{Row, Sheet};
use crate::domain::importing::{times, titles, values};

/// The columns, in their order.
const ORDER: [&str; 9] = [
    "datecreated",
    "userid",
    "itemid",
    "itemtype",
    "itemname",
    "playbackmethod",
    "clientname",
    "devicename",
    "playduration",
];
const COLUMNS: Columns<'_> = Columns {
    value: &["itemname"],
    profile: &["userid"],
};

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    has_header(sheet) || {
        let bare = sheet.without_header(&ORDER);
        let first = bare.rows().next().and_then(Result::ok);
        first.is_some_and(|row| is_row(&row))
    }
}

fn has_header(sheet: &Sheet<'_>) -> bool {
    sheet.has(&["datecreated", "itemtype", "itemname", "playduration"])
}

fn is_row(row: &Row<'_>) -> bool {
    row.width() == ORDER.len()
        && times::is_local(row.get("datecreated"))
        && row.get("itemtype").chars().all(char::is_alphabetic)
        && values::seconds(row.get("playduration")).is_ok()
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let bare = sheet.without_header(&ORDER);
    let sheet = if has_header(sheet) { sheet } else { &bare };
    let file = sheet.file;
    each_row(
        ImportFormat::Jellyfin,
        sheet,
        &COLUMNS,
        reading,
        |row, reading| said(file, row, reading),
    )
}

fn said(file: &str, row: &dyn Cells, reading: &mut Reading<'_>) -> RowResult {
    let name = values::needed_name(row.get("itemname"))?;
    let of = match row.get("itemtype").to_lowercase().as_str() {
        "movie" | "video" => titles::film(&name),
        "episode" => episode(&name),
        "trailer" => return Err(PassedOverReason::Extra),
        _ => return Err(PassedOverReason::NoFilmOrEpisode),
    };
    let seconds = values::seconds(row.get("playduration"))?.ok_or(PassedOverReason::BadNumber)?;
    values::long_enough(seconds)?;
    let start = reading.local_at(file, row.get("datecreated"))?;
    let start = start.ok_or(PassedOverReason::BadDate)?;
    let at = times::later(start, seconds);
    Ok(vec![Said::watched_for(of, seconds, at)])
}

/// An episode is one whatever its name looks like, and never a film.
fn episode(name: &str) -> ImportedItem {
    let parts: Vec<&str> = name.split(" - ").collect();
    let found = (1..parts.len()).find_map(|place| Some((place, numbers(parts[place].trim())?)));
    let Some((place, (season, number))) = found else {
        let (series, name) = name.split_once(" - ").unwrap_or(("", name));
        return titles::episode(series.trim(), None, name.trim());
    };
    let name = parts[place + 1..].join(" - ");
    ImportedItem::Episode {
        series: parts[..place].join(" - ").trim().to_owned(),
        series_year: None,
        series_ids: ImportedIds::default(),
        season: Some(season),
        number: Some(number),
        name: (!name.trim().is_empty()).then(|| name.trim().to_owned()),
        ids: ImportedIds::default(),
    }
}

/// `s01e02`, or `s01e02-e03` of several in one, of which the first counts.
fn numbers(part: &str) -> Option<(u32, u32)> {
    let part = part.to_lowercase();
    let (season, number) = part.strip_prefix('s')?.split_once('e')?;
    let number = number.split('-').next().unwrap_or_default();
    Some((values::number(season)?, values::number(number)?))
}
