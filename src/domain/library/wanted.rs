//! What files are looked for by in the catalogue, said as imports say it: both are matched by the same rules.

use super::error::LibraryError;
use super::guess::{Item, Named};
use crate::domain::catalog::{CatalogService, ExternalId, TitleOrder, TitleQuery, Visibility};
use crate::domain::importing::{ImportedIds, ImportedItem, Known};
use crate::domain::page::Window;

/// How many titles are read at a time.
pub(super) const TITLES: usize = 1_000;

/// What of the titles of the catalogue some items may be.
pub(super) async fn learn_titles(
    catalog: &CatalogService,
    wanted: &[ImportedItem],
) -> Result<Known, LibraryError> {
    let mut known = Known::for_items(wanted);
    // For nothing that is looked for the catalogue need not be read.
    if wanted.is_empty() {
        return Ok(known);
    }
    let query = TitleQuery {
        order: TitleOrder::NewestAdded,
        ..TitleQuery::default()
    };
    let (everything, mut window) = (Visibility::everything(), Window::first(TITLES));
    loop {
        let page = catalog.list_titles(&everything, &query, &window).await?;
        for title in &page.rows {
            known.learn(title);
        }
        window.start = page.rows.last().map(|title| query.order.keyset(title));
        if !page.has_more {
            return Ok(known);
        }
    }
}

/// The film, or the series, that is asked for.
pub(super) fn asked(item: &Item) -> ImportedItem {
    let Named {
        name,
        original_name,
        year,
        external_ids,
    } = item.named();
    let (name, original_name, year) = (name.clone(), original_name.clone(), *year);
    let ids = ids_of(external_ids);
    match item {
        Item::Film(_) => ImportedItem::Film {
            name,
            original_name,
            year,
            ids,
        },
        Item::Series(_) | Item::Season { .. } | Item::Episodes(_) => ImportedItem::Series {
            name,
            original_name,
            year,
            ids,
        },
    }
}

fn ids_of(ids: &[ExternalId]) -> ImportedIds {
    let of = |provider: &str| {
        let mut ids = ids.iter().filter(|id| id.provider == provider);
        ids.next().map(|id| id.value.clone())
    };
    ImportedIds {
        imdb: of("imdb"),
        tmdb: of("tmdb"),
        tvdb: of("tvdb"),
        trakt: of("trakt"),
    }
}
