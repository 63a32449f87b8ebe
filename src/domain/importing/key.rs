//! Which rows of one export speak of the same thing.

use super::entry::{ImportedIds, ImportedItem};
use crate::domain::text;

/// A text that is the same for the same film, series or episode within an export.
pub(super) fn key(item: &ImportedItem) -> String {
    match item {
        ImportedItem::Film {
            name, year, ids, ..
        } => format!("film {}", by_ids_or_name(ids, name, *year)),
        ImportedItem::Series {
            name, year, ids, ..
        } => format!("series {}", by_ids_or_name(ids, name, *year)),
        ImportedItem::Unknown { name, year } => {
            format!(
                "any {}",
                by_ids_or_name(&ImportedIds::default(), name, *year)
            )
        }
        ImportedItem::Episode {
            series,
            series_ids,
            season,
            number,
            name,
            ids,
            ..
        } => {
            let of = by_ids_or_name(series_ids, series, None);
            if let (Some(season), Some(number)) = (season, number) {
                format!("episode {of} {season} {number}")
            } else {
                let name = name.as_deref().unwrap_or_default();
                let own = by_ids_or_name(ids, name, None);
                format!("episode {of} {season:?} {own}")
            }
        }
    }
}

fn by_ids_or_name(ids: &ImportedIds, name: &str, year: Option<i32>) -> String {
    let ids = [
        ("trakt", &ids.trakt),
        ("imdb", &ids.imdb),
        ("tvdb", &ids.tvdb),
        ("tmdb", &ids.tmdb),
    ];
    let known = ids
        .into_iter()
        .find_map(|(provider, id)| Some((provider, id.as_deref()?)));
    if let Some((provider, id)) = known {
        return format!("{provider}:{id}");
    }
    let slug = text::slug(name);
    // Names such as `???` have no letters.
    let name = if slug.is_empty() {
        name.to_lowercase()
    } else {
        slug
    };
    format!("{name}:{}", year.unwrap_or_default())
}
