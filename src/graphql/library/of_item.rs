//! The files of a film, a series or an episode.

use async_graphql::Context;

use super::file::{MediaFile, MediaFileConnection, MediaFileEdge};
use crate::domain::library::{FilesOf, place_of};
use crate::domain::page::Slice;
use crate::domain::watching::WatchedItem;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static FILES: Order = Order::by_texts("files of an item");

/// A page of the files that are of something, or go with it; of all rows of a list with one question.
pub(crate) async fn files_of(
    ctx: &Context<'_>,
    item: WatchedItem,
    page: PageArgs,
) -> Result<Option<MediaFileConnection>> {
    let window = page.window(&FILES, 20)?;
    let asked = FilesOf {
        item,
        window: window.clone(),
    };
    let found = ctx.personal().files.find(asked).await?;
    let slice = found.map_or_else(
        || Slice {
            rows: Vec::new(),
            has_more: false,
        },
        |slice| Slice::clone(&slice),
    );
    let edges = slice.map(|file| {
        let cursor = FILES.cursor(place_of(&file));
        MediaFileEdge::new(cursor, MediaFile(file))
    });
    Ok(Some(Connection::new(edges, &window, Total::Uncounted)))
}
