//! IMDb: `ratings.csv`, the watchlist and lists. A rating is a rating: the day of it is none of watching.

use super::each_row::{Columns, each_row};
use crate::domain::importing::cells::{Cells, fold_name};
use crate::domain::importing::entry::{ImportedIds, ImportedItem, ImportedWhat};
use crate::domain::importing::file::{ImportFormat, ImportNote, PassedOverReason};
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::sheet::Sheet;
use crate::domain::importing::times::{self, Clock};
use crate::domain::importing::values;

const COLUMNS: Columns<'_> = Columns {
    value: &["title", "const"],
    profile: &[],
};

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    sheet.has(&["const", "title", "titletype"])
}

/// Lists have a place for each row; ratings have none.
fn is_list(sheet: &Sheet<'_>) -> bool {
    sheet.has_one(&["position", "created"])
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let is_list = is_list(sheet);
    if is_list && !sheet.file.to_lowercase().contains("watchlist") {
        reading.note(ImportNote::ListTakenAsWatchlist {
            file: sheet.file.to_owned(),
        });
    }
    each_row(ImportFormat::Imdb, sheet, &COLUMNS, reading, |row, _| {
        said(is_list, row)
    })
}

fn said(is_list: bool, row: &dyn Cells) -> RowResult {
    let item = item(row)?;
    let mut said = Vec::new();
    let rating = values::up_to(row.first(&["yourrating", "yourated"]), 10.0)?;
    if let Some(out_of_ten) = rating {
        let at = times::at(row.get("daterated"), Clock::Utc)?;
        let what = ImportedWhat::Rating { out_of_ten };
        let rating = Said::new(item.clone(), what, at);
        said.push(if is_list { rating.in_sum() } else { rating });
    } else if !is_list {
        return Err(PassedOverReason::BadNumber);
    }
    if is_list {
        // Old files have days as `Sat Jan 2 00:00:00 2010`: the day of a wish may be missing.
        let at = times::at(row.get("created"), Clock::Utc).unwrap_or_default();
        said.push(Said::new(item, ImportedWhat::Watchlist, at));
    }
    Ok(said)
}

/// The type of a title decides what it is: an episode is never a film of that name.
fn item(row: &dyn Cells) -> Result<ImportedItem, PassedOverReason> {
    let ids = ImportedIds {
        imdb: values::imdb_id(row.get("const")),
        ..ImportedIds::default()
    };
    let name = values::needed_name(row.get("title"))?;
    let original_name = values::name(row.get("originaltitle"))?.filter(|other| *other != name);
    let year = values::year(row.get("year"));
    Ok(match fold_name(row.get("titletype")).as_str() {
        "movie" | "featurefilm" | "tvmovie" | "video" | "short" | "shortfilm" | "tvshort"
        | "tvspecial" | "documentary" => ImportedItem::Film {
            name,
            original_name,
            year,
            ids,
        },
        "tvseries" | "tvminiseries" | "miniseries" => ImportedItem::Series {
            name,
            original_name,
            year,
            ids,
        },
        "tvepisode" | "episode" => {
            // The series stands before the episode in some files, and in others not at all.
            let (series, name) = match name.split_once(": ") {
                Some((series, name)) => (series.to_owned(), name.to_owned()),
                None => (String::new(), name),
            };
            ImportedItem::Episode {
                series,
                series_year: None,
                series_ids: ImportedIds::default(),
                season: None,
                number: None,
                name: Some(name),
                ids,
            }
        }
        _ => return Err(PassedOverReason::NoFilmOrEpisode),
    })
}
