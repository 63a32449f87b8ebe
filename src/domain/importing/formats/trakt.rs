//! Trakt: a zip of JSON. Plays are in `watched-history-*.json`; `watched-movies.json` and `watched-shows.json` know only the
//! last one, so they add nothing but what the history lacks.

use chrono::DateTime;
use serde_json::Value;

use super::element::{Element, MAX_EPISODES, Told};
use crate::domain::importing::entry::{ImportedAt, ImportedItem, ImportedWhat};
use crate::domain::importing::file::PassedOverReason;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::times::{self, Clock};
use crate::domain::importing::values;

#[derive(Clone, Copy)]
enum Kind {
    History,
    Watched,
    Ratings,
    Watchlist,
}

fn kind(element: &Element<'_>) -> Option<Kind> {
    let value = element.value;
    let has = |name: &str| value.get(name).is_some_and(|value| !value.is_null());
    let is_of_trakt = element.path.is_empty()
        && ["movie", "show", "episode", "season", "person"]
            .iter()
            .any(|name| value.get(name).is_some_and(Value::is_object));
    if !is_of_trakt || has("status") {
        return None;
    }
    if has("watched_at") {
        Some(Kind::History)
    } else if has("rated_at") && has("rating") {
        Some(Kind::Ratings)
    } else if has("last_watched_at") || has("plays") {
        Some(Kind::Watched)
    } else {
        // Other lists have the same form.
        let name = element.file.rsplit('/').next().unwrap_or_default();
        let is_watchlist = name.to_lowercase().contains("watchlist");
        (has("listed_at") && is_watchlist).then_some(Kind::Watchlist)
    }
}

pub(super) fn is(element: &Element<'_>) -> bool {
    kind(element).is_some()
}

pub(super) fn read(element: &Element<'_>, _: &mut Reading<'_>) -> Told {
    let value = element.value;
    let of = item(value);
    let said = match kind(element) {
        None => Err(PassedOverReason::Malformed),
        Some(Kind::Watched) if matches!(of, Ok(ImportedItem::Series { .. })) => episodes(value),
        Some(kind) => of.clone().and_then(|of| said(kind, value, of)),
    };
    let show = value.get("show").or_else(|| value.get("person"));
    let value = match (&of, show) {
        (Ok(of), _) => of.shown(),
        (Err(_), Some(show)) => name_of(show).to_owned(),
        (Err(_), None) => String::new(),
    };
    Told {
        value,
        profile: None,
        said,
    }
}

fn said(kind: Kind, value: &Value, of: ImportedItem) -> RowResult {
    let at = |name: &str| at(values::text_of(value, name));
    let said = match kind {
        Kind::History => Said::watched(of, at("watched_at")?),
        Kind::Watched => {
            let at = at("last_watched_at")?;
            Said::new(of, watched(value), at).in_sum()
        }
        Kind::Ratings => {
            let out_of_ten = values::out_of_ten(&value["rating"])?;
            Said::new(of, ImportedWhat::Rating { out_of_ten }, at("rated_at")?)
        }
        Kind::Watchlist => Said::new(of, ImportedWhat::Watchlist, at("listed_at")?),
    };
    Ok(vec![said])
}

/// The episodes of a show of which some were watched.
fn episodes(value: &Value) -> RowResult {
    let show = value.get("show").ok_or(PassedOverReason::Malformed)?;
    let mut said = Vec::new();
    for season in values::list_of(value, "seasons") {
        for episode in values::list_of(season, "episodes") {
            if said.len() == MAX_EPISODES {
                return Err(PassedOverReason::TooLong);
            }
            let of = ImportedItem::Episode {
                series: values::name(name_of(show))?.unwrap_or_default(),
                series_year: values::year_of(show, "year"),
                series_ids: values::ids(&show["ids"]),
                season: values::number_of(season, "number"),
                number: values::number_of(episode, "number"),
                name: None,
                ids: values::ids(&episode["ids"]),
            };
            let at = at(values::text_of(episode, "last_watched_at"))?;
            said.push(Said::new(of, watched(episode), at).in_sum());
        }
    }
    if said.is_empty() {
        return Err(PassedOverReason::NotWatched);
    }
    Ok(said)
}

fn item(value: &Value) -> Result<ImportedItem, PassedOverReason> {
    let object = |name: &str| value.get(name).filter(|value| value.is_object());
    if let Some(film) = object("movie") {
        return Ok(ImportedItem::Film {
            name: values::needed_name(name_of(film))?,
            original_name: None,
            year: values::year_of(film, "year"),
            ids: values::ids(&film["ids"]),
        });
    }
    if let Some(episode) = object("episode") {
        let show = object("show").unwrap_or(&Value::Null);
        return Ok(ImportedItem::Episode {
            series: values::name(name_of(show))?.unwrap_or_default(),
            series_year: values::year_of(show, "year"),
            series_ids: values::ids(&show["ids"]),
            season: values::number_of(episode, "season"),
            number: values::number_of(episode, "number"),
            name: values::name(name_of(episode))?,
            ids: values::ids(&episode["ids"]),
        });
    }
    match (object("show"), object("season")) {
        (Some(show), None) => Ok(ImportedItem::Series {
            name: values::needed_name(name_of(show))?,
            original_name: None,
            year: values::year_of(show, "year"),
            ids: values::ids(&show["ids"]),
        }),
        _ => Err(PassedOverReason::NoFilmOrEpisode),
    }
}

fn name_of(object: &Value) -> &str {
    values::text_of(object, "title")
}

fn watched(value: &Value) -> ImportedWhat {
    ImportedWhat::Watched {
        seconds: None,
        percent: None,
        plays: values::number_of(value, "plays").unwrap_or(1).max(1),
    }
}

/// The first moment of 1970 stands for a day that nobody knows.
fn at(field: &str) -> Result<Option<ImportedAt>, PassedOverReason> {
    let at = times::at(field, Clock::Utc)?;
    Ok(at.filter(|at| *at != ImportedAt::Moment(DateTime::UNIX_EPOCH)))
}
