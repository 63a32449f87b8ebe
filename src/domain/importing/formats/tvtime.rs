//! TV Time: the zip of tables that it gave to those who asked for their data, and the tables of a browser's extension.
//! Films have no ids, series have those of TVDB.

use super::each_row::{Columns, each_row};
use crate::domain::importing::cells::{Cells, fold_name};
use crate::domain::importing::entry::{ImportedAt, ImportedIds, ImportedItem, ImportedWhat};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::sheet::Sheet;
use crate::domain::importing::times::{self, Clock};
use crate::domain::importing::values;

const COLUMNS: Columns<'_> = Columns {
    value: &[
        "moviename",
        "seriesname",
        "tvshowname",
        "seriestitle",
        "title",
    ],
    profile: &[],
};
/// Tables with the columns of an episode that say that it was watched. Others say who liked whom in it.
const SEEN: [&str; 2] = ["seenepisode", "watchedonepisode"];

#[derive(Clone, Copy)]
enum Kind {
    /// `tracking-prod-records.csv`: films, and the first episodes.
    Records,
    /// `tracking-prod-records-v2.csv`: episodes, and whole series among them.
    Episodes,
    /// `seen_episode_source.csv` and the like: the same episodes, or the last ones.
    Seen,
    /// `tvtime-movies-….csv` of the extension.
    ExtensionFilms,
    /// `tvtime-series-episodes-….csv` of the extension.
    ExtensionEpisodes,
}

fn kind(sheet: &Sheet<'_>) -> Option<Kind> {
    let name = fold_name(sheet.file.rsplit('/').next().unwrap_or_default());
    if sheet.has(&[
        "createdat",
        "seriesname",
        "sid",
        "seasonnumber",
        "episodenumber",
    ]) {
        Some(Kind::Episodes)
    } else if sheet.has(&["createdat", "moviename", "type"])
        && sheet.has_one(&["entitytype", "uuid"])
    {
        Some(Kind::Records)
    } else if sheet.has(&["tvshowname", "episodenumber", "createdat"])
        && SEEN.iter().any(|seen| name.contains(seen))
    {
        Some(Kind::Seen)
    } else if sheet.has(&["title", "iswatched", "watchedat"]) {
        let is_of_episodes = sheet.has(&["season", "episode"]);
        let is_of_films = name.contains("movie");
        if is_of_episodes {
            Some(Kind::ExtensionEpisodes)
        } else {
            is_of_films.then_some(Kind::ExtensionFilms)
        }
    } else {
        None
    }
}

pub(super) fn is(sheet: &Sheet<'_>) -> bool {
    kind(sheet).is_some()
}

pub(super) fn read(sheet: &Sheet<'_>, reading: &mut Reading<'_>) -> Result<(), ImportProblem> {
    let Some(kind) = kind(sheet) else {
        return Ok(());
    };
    let format = ImportFormat::TvTime;
    each_row(format, sheet, &COLUMNS, reading, |row, _| match kind {
        Kind::Records => record(row),
        Kind::Episodes => {
            let key = row.get("key");
            let is_watch = key.contains("watch-episode") && !key.starts_with("un");
            if !key.is_empty() && !is_watch {
                return Err(PassedOverReason::NotWatched);
            }
            Ok(vec![Said::watched(episode(row)?, written(row)?)])
        }
        Kind::Seen => Ok(vec![Said::watched(episode(row)?, written(row)?).in_sum()]),
        Kind::ExtensionFilms => extension(row, film(row)?),
        Kind::ExtensionEpisodes => extension(row, episode(row)?),
    })
}

fn record(row: &dyn Cells) -> RowResult {
    let kind = row.get("type");
    let is_of_episode = row.get("entitytype") == "episode";
    if !is_of_episode && row.get("moviename").is_empty() {
        return Err(PassedOverReason::NoFilmOrEpisode);
    }
    let of = if is_of_episode {
        episode(row)?
    } else {
        film(row)?
    };
    let said = match kind {
        "watch" | "rewatch" => Said::watched(of, written(row)?),
        "towatch" | "follow" if !is_of_episode => {
            Said::new(of, ImportedWhat::Watchlist, written(row)?)
        }
        _ => return Err(PassedOverReason::NotWatched),
    };
    // The table of episodes is the newer one.
    Ok(vec![if is_of_episode { said.in_sum() } else { said }])
}

fn extension(row: &dyn Cells, of: ImportedItem) -> RowResult {
    if values::is_yes(row.get("iswatched")) {
        let at = times::at(row.first(&["watchedat", "createdat"]), Clock::Utc)?;
        return Ok(vec![Said::watched(of, at)]);
    }
    match of {
        ImportedItem::Film { .. } => {
            let at = times::at(row.get("createdat"), Clock::Utc)?;
            Ok(vec![Said::new(of, ImportedWhat::Watchlist, at)])
        }
        _ => Err(PassedOverReason::NotWatched),
    }
}

fn film(row: &dyn Cells) -> Result<ImportedItem, PassedOverReason> {
    Ok(ImportedItem::Film {
        name: values::needed_name(row.first(&["moviename", "title"]))?,
        original_name: None,
        year: values::year(row.first(&["releasedate", "year"])),
        ids: ImportedIds {
            imdb: values::imdb_id(row.get("imdbid")),
            tvdb: values::number_id(row.get("tvdbid")),
            ..ImportedIds::default()
        },
    })
}

fn episode(row: &dyn Cells) -> Result<ImportedItem, PassedOverReason> {
    let number = |names: &[&str]| values::number(row.first(names));
    let season = number(&["seasonnumber", "episodeseasonnumber", "season"]);
    let episode = number(&["episodenumber", "episode"]);
    if episode.is_none() {
        // Rows of a whole series stand among those of its episodes.
        return Err(PassedOverReason::NotWatched);
    }
    let series = row.first(&["seriesname", "tvshowname", "seriestitle", "title"]);
    Ok(ImportedItem::Episode {
        series: values::needed_name(series)?,
        series_year: None,
        series_ids: ImportedIds {
            tvdb: values::number_id(row.first(&["sid", "seriesid", "tvshowid", "seriestvdbid"])),
            ..ImportedIds::default()
        },
        season,
        number: episode,
        name: None,
        ids: ImportedIds {
            tvdb: values::number_id(row.first(&["episodeid", "epid"])),
            ..ImportedIds::default()
        },
    })
}

fn written(row: &dyn Cells) -> Result<Option<ImportedAt>, PassedOverReason> {
    times::at(row.first(&["watchdate", "createdat"]), Clock::Utc)
}
