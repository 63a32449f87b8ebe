//! Simkl: `SimklBackup.json`, with lists of movies, shows and anime. What its user only means to watch, or has given up, was
//! not watched.

use serde_json::Value;

use super::element::{Element, MAX_EPISODES, Told};
use crate::domain::importing::entry::{ImportedAt, ImportedItem, ImportedWhat};
use crate::domain::importing::file::PassedOverReason;
use crate::domain::importing::reading::{Reading, RowResult, Said};
use crate::domain::importing::times::{self, Clock};
use crate::domain::importing::values;

const LISTS: [&str; 3] = ["movies", "shows", "anime"];
/// The fields that have the film or series in them.
const TITLES: [&str; 3] = ["movie", "show", "anime"];

pub(super) fn is(element: &Element<'_>) -> bool {
    let is_list = element.path.is_empty() || LISTS.contains(&element.path);
    is_list && title(element.value).is_object() && element.value.get("status").is_some()
}

pub(super) fn read(element: &Element<'_>, _: &mut Reading<'_>) -> Told {
    let value = element.value;
    Told {
        value: values::text_of(title(value), "title").to_owned(),
        profile: None,
        said: said(value),
    }
}

/// The film or series that an element is about; null if there is none.
fn title(value: &Value) -> &Value {
    TITLES
        .iter()
        .find_map(|name| value.get(name).filter(|title| title.is_object()))
        .unwrap_or(&Value::Null)
}

fn said(value: &Value) -> RowResult {
    let at = |name: &str| times::at(values::text_of(value, name), Clock::Utc);
    let of = item(value)?;
    let status = values::text_of(value, "status");
    let mut said = Vec::new();
    match &of {
        ImportedItem::Series { .. } => said.extend(episodes(value)?),
        _ if status == "completed" => {
            said.push(Said::watched(of.clone(), at("last_watched_at")?));
        }
        _ => {}
    }
    if status == "plantowatch" {
        let at = at("added_to_watchlist_at")?;
        said.push(Said::new(of.clone(), ImportedWhat::Watchlist, at));
    }
    let rating = value.get("user_rating").filter(|rating| !rating.is_null());
    if let Some(rating) = rating {
        let out_of_ten = values::out_of_ten(rating)?;
        let what = ImportedWhat::Rating { out_of_ten };
        said.push(Said::new(of, what, at("user_rated_at")?));
    }
    if said.is_empty() {
        return Err(PassedOverReason::NotWatched);
    }
    Ok(said)
}

fn item(value: &Value) -> Result<ImportedItem, PassedOverReason> {
    let title = title(value);
    let name = values::needed_name(values::text_of(title, "title"))?;
    let year = values::year_of(title, "year");
    let ids = values::ids(&title["ids"]);
    let is_film = value.get("movie").is_some_and(Value::is_object)
        || values::text_of(value, "anime_type").contains("movie");
    Ok(if is_film {
        ImportedItem::Film {
            name,
            original_name: None,
            year,
            ids,
        }
    } else {
        ImportedItem::Series {
            name,
            original_name: None,
            year,
            ids,
        }
    })
}

/// The episodes that were watched: those that are listed.
fn episodes(value: &Value) -> RowResult {
    let title = title(value);
    let mut said = Vec::new();
    for season in values::list_of(value, "seasons") {
        for episode in values::list_of(season, "episodes") {
            if said.len() == MAX_EPISODES {
                return Err(PassedOverReason::TooLong);
            }
            let of = ImportedItem::Episode {
                series: values::needed_name(values::text_of(title, "title"))?,
                series_year: values::year_of(title, "year"),
                series_ids: values::ids(&title["ids"]),
                season: values::number_of(season, "number"),
                number: values::number_of(episode, "number"),
                name: values::name(values::text_of(episode, "title"))?,
                ids: values::ids(&episode["ids"]),
            };
            said.push(Said::watched(of, moment(episode)?));
        }
    }
    Ok(said)
}

/// Files that were made without the moments of episodes have none.
fn moment(episode: &Value) -> Result<Option<ImportedAt>, PassedOverReason> {
    let fields = ["watched_at", "last_watched_at"];
    let mut field = fields.iter().map(|name| values::text_of(episode, name));
    let field = field.find(|text| !text.is_empty());
    times::at(field.unwrap_or_default(), Clock::Utc)
}
