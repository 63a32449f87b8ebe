//! What of the catalogue something else names: a row of an import, a file of a library.

use async_graphql::Context;

use super::episode::Episode;
use super::film::Film;
use super::series::Series;
use super::title::Title;
use crate::domain::watching::WatchedItem;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;

/// The film, series or episode, if the viewer may see it, as a member of a union of all three.
pub(crate) async fn find_item<T>(ctx: &Context<'_>, item: WatchedItem) -> Result<Option<T>>
where
    T: From<Film> + From<Series> + From<Episode>,
{
    let loaders = ctx.personal();
    match item {
        WatchedItem::Film(id) | WatchedItem::Series(id) => {
            let title = loaders.titles.find(id).await?;
            Ok(title.map(|title| match Title::one(title) {
                Title::Film(film) => T::from(film),
                Title::Series(series) => T::from(series),
            }))
        }
        WatchedItem::Episode(id) => {
            let episode = loaders.episodes.find(id).await?;
            Ok(episode.map(|episode| T::from(Episode(episode))))
        }
    }
}
