//! Plex, by the history of Tautulli: as a table, or as the JSON that its API gives.

use super::each_row::{Columns, each_row};
use super::element::{Element, Told};
use crate::domain::importing::cells::{Cells, Object};
use crate::domain::importing::entry::{ImportedAt, ImportedIds, ImportedItem, ImportedWhat};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::sheet::Sheet;
use crate::domain::importing::{times, titles, values};

const VALUE: [&str; 2] = ["fulltitle", "title"];
const PROFILE: [&str; 2] = ["user", "friendlyname"];
const COLUMNS: Columns<'_> = Columns {
    value: &VALUE,
    profile: &PROFILE,
};

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    sheet.has(&["date", "mediatype"]) && sheet.has_one(&VALUE)
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let file = sheet.file;
    each_row(
        ImportFormat::Plex,
        sheet,
        &COLUMNS,
        reading,
        |row, reading| said(file, row, reading),
    )
}

pub(super) fn is_element(element: &Element<'_>) -> bool {
    let has = |name: &str| element.value.get(name).is_some();
    has("media_type") && has("date") && (has("full_title") || has("title"))
}

pub(super) fn read_element(element: &Element<'_>, reading: &mut Reading<'_>) -> Told {
    let row = Object::new(element.value);
    let profile = row.first(&PROFILE);
    Told {
        value: row.first(&VALUE).to_owned(),
        profile: (!profile.is_empty()).then(|| profile.to_owned()),
        said: said(element.file, &row, reading),
    }
}

fn said(file: &str, row: &dyn Cells, reading: &mut Reading<'_>) -> RowResult {
    let of = item(row)?;
    let seconds = values::seconds(row.first(&["playduration", "duration"]))?;
    if let Some(seconds) = seconds {
        values::long_enough(seconds)?;
    }
    let percent = values::up_to(row.get("percentcomplete"), 10_000.0)?;
    let what = ImportedWhat::Watched {
        seconds,
        percent: percent.map(|percent| percent.min(100.0)),
        plays: 1,
    };
    let at = ended(file, row, seconds, reading)?;
    Ok(vec![Said::new(of, what, at)])
}

/// When it ended: where no field says so, its beginning and its length do.
fn ended(
    file: &str,
    row: &dyn Cells,
    seconds: Option<u32>,
    reading: &mut Reading<'_>,
) -> Result<Option<ImportedAt>, PassedOverReason> {
    let stopped = row.get("stopped");
    if stopped.is_empty() || stopped == "0" {
        let start = reading.local_at(file, row.first(&["started", "date"]))?;
        return Ok(start.map(|start| times::later(start, seconds.unwrap_or_default())));
    }
    reading.local_at(file, stopped)
}

fn item(row: &dyn Cells) -> Result<ImportedItem, PassedOverReason> {
    let guid = Guid::read(row.get("guid"));
    match row.get("mediatype").to_lowercase().as_str() {
        "movie" => Ok(ImportedItem::Film {
            name: values::needed_name(row.first(&["title", "fulltitle"]))?,
            original_name: values::name(row.get("originaltitle"))?,
            year: values::year(row.get("year")),
            ids: guid.ids,
        }),
        "episode" => episode(row, guid),
        "clip" | "trailer" | "extra" => Err(PassedOverReason::Extra),
        _ => Err(PassedOverReason::NoFilmOrEpisode),
    }
}

/// The year of an episode's row is that of the episode, so it says nothing of the series.
fn episode(row: &dyn Cells, guid: Guid) -> Result<ImportedItem, PassedOverReason> {
    let full = row.get("fulltitle");
    let (before, after) = full.split_once(" - ").unwrap_or(("", full));
    let series = row.get("grandparenttitle");
    let (series, name) = if series.is_empty() {
        (before, after)
    } else {
        (series, row.get("title"))
    };
    let name = values::name(name)?;
    let series = values::name(series)?.unwrap_or_default();
    if series.is_empty() && name.is_none() {
        return Err(PassedOverReason::NoName);
    }
    let of_series = guid.place.is_some();
    let (season, number) = guid.place.unzip();
    let (series_ids, ids) = if of_series {
        (guid.ids, ImportedIds::default())
    } else {
        (ImportedIds::default(), guid.ids)
    };
    Ok(ImportedItem::Episode {
        number: values::number(row.get("mediaindex"))
            .or(number)
            .or_else(|| titles::episode_number(name.as_deref()?)),
        season: values::number(row.get("parentmediaindex")).or(season),
        series,
        series_year: None,
        series_ids,
        name,
        ids,
    })
}

/// What a guid of Plex says.
#[derive(Default)]
struct Guid {
    ids: ImportedIds,
    /// Season and number, where the ids are those of the series.
    place: Option<(u32, u32)>,
}

impl Guid {
    /// `com.plexapp.agents.thetvdb://73255/1/2?lang=en`, `imdb://tt0113277`; `plex://…` says nothing to others.
    fn read(guid: &str) -> Self {
        let Some((agent, rest)) = guid.split_once("://") else {
            return Self::default();
        };
        let mut parts = rest.split('?').next().unwrap_or_default().split('/');
        let id = parts.next().unwrap_or_default();
        let mut ids = ImportedIds::default();
        match agent.rsplit('.').next().unwrap_or_default() {
            "imdb" => ids.imdb = values::imdb_id(id),
            "themoviedb" | "tmdb" => ids.tmdb = values::number_id(id),
            "thetvdb" | "tvdb" => ids.tvdb = values::number_id(id),
            _ => {}
        }
        let mut number = || parts.next().and_then(values::number);
        let place = number().zip(number());
        Self { ids, place }
    }
}
