//! What can be played: films and episodes.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Interface};
use futures::try_join;

use super::episode::Episode;
use super::film::Film;
use super::image::{Image, ImageKind};
use super::length::DurationSource;
use super::title::{Title, titles};
use crate::domain::batch::Batch;
use crate::domain::watching::WatchedItem;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::membership::Access;
use crate::graphql::video::{Playback, PlaybackRequest};
use crate::graphql::watching::WatchState;

/// Something that can be played: a film or an episode.
#[expect(
    clippy::duplicated_attributes,
    reason = "fields of an interface are lists of attributes, and some are of one type"
)]
#[derive(Interface, Clone)]
#[graphql(
    field(
        name = "id",
        ty = "ID",
        desc = "The global id, which `node` takes: opaque text that stays the same."
    ),
    field(
        name = "name",
        ty = "String",
        desc = "What to call it: the name of the film, or of the episode.",
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )
    ),
    field(
        name = "title",
        method = "title_of",
        ty = "Title",
        desc = "The title that it is, or is of: the film itself, or the series of the episode."
    ),
    field(
        name = "label",
        ty = "Option<String>",
        desc = "Where in its title it is, in English, to stand beside the name of that: \"S2 E5\", \"S2 E5–6\", \"Special 3\"; null for a film."
    ),
    field(
        name = "images",
        ty = "Option<Vec<Image>>",
        desc = "Pictures of it, by kind: those that were given, at most 20, of a kind first those in the language that is wanted, then those without one, then others. A poster, a backdrop and a still are drawn where none is given.",
        arg(
            name = "kind",
            ty = "Option<Vec<ImageKind>>",
            desc = "Only these kinds; all if left out or empty."
        ),
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
        )
    ),
    field(
        name = "image",
        ty = "Option<Image>",
        desc = "One picture of it: of the first of these kinds that there is one of, the first that `images` would give. Null if there is none of any of them.",
        arg(
            name = "kind",
            ty = "Option<Vec<ImageKind>>",
            desc = "The kinds that will do, the most wanted first; any, in the order of `images`, if left out or empty."
        ),
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
        )
    ),
    field(
        name = "duration",
        ty = "Option<u32>",
        desc = "The length in seconds; null if unknown. `durationSource` says whose word it is: that of an episode may be what the episodes of its series usually have."
    ),
    field(
        name = "duration_source",
        ty = "Option<DurationSource>",
        desc = "Who says how long it is; null if nobody knows."
    ),
    field(
        name = "watch_state",
        ty = "Option<WatchState>",
        desc = "How the viewer's profile stands with it; for somebody who is not logged in as if it was never played. Null, with an error beside it, if that could not be read."
    ),
    field(
        name = "playback",
        ty = "Option<Playback>",
        desc = "What it can be played from by this player; null if there is nothing. Made for whoever asks: it may be fetched without being logged in, for as long as they may see it. Null, with `MEMBERSHIP_REQUIRED` beside it, if it is for members: `access` says of which plans.",
        arg(
            name = "input",
            ty = "Option<PlaybackRequest>",
            desc = "What the player can do with; everything if left out."
        )
    ),
    field(
        name = "access",
        ty = "Option<Access>",
        desc = "Whether whoever asks may play it, and which plans would open it. Null, with an error beside it, if that could not be read."
    )
)]
pub(crate) enum Playable {
    Film(Film),
    /// An episode of a series.
    Episode(Episode),
}

/// What can be played of the items that were watched, for a whole page at once. What is no longer there is left out.
pub(crate) async fn playables(
    ctx: &Context<'_>,
    items: impl Iterator<Item = WatchedItem>,
) -> Result<HashMap<WatchedItem, Playable>> {
    let (mut film_ids, mut episode_ids) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            WatchedItem::Film(id) => film_ids.push(id),
            WatchedItem::Episode(id) => episode_ids.push(id),
            WatchedItem::Series(_) => {}
        }
    }
    film_ids.sort_unstable();
    film_ids.dedup();
    episode_ids.sort_unstable();
    episode_ids.dedup();
    let loaders = ctx.personal();
    let films = async {
        if film_ids.is_empty() {
            return Ok(HashMap::new());
        }
        loaders.titles.batch().load(&film_ids).await
    };
    let episodes = async {
        if episode_ids.is_empty() {
            return Ok(HashMap::new());
        }
        loaders.episodes.batch().load(&episode_ids).await
    };
    let (films, episodes) = try_join!(films, episodes).map_err(ApiError::from)?;
    let films = titles(films.into_values().collect());
    let films = films.into_iter().filter_map(|title| {
        let film = title.into_film()?;
        Some((WatchedItem::Film(film.title().id), Playable::Film(film)))
    });
    let episodes = episodes.into_iter().map(|(id, episode)| {
        (
            WatchedItem::Episode(id),
            Playable::Episode(Episode(Arc::clone(&episode))),
        )
    });
    Ok(films.chain(episodes).collect())
}
