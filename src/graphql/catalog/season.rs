//! Seasons, as the schema shows them: they exist because episodes of them do.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::episode::{Episode, EpisodeEdge};
use super::image::{self, Image, ImageKind};
use super::series::Series;
use super::title::Title;
use crate::domain::catalog::{self, SeasonId};
use crate::domain::ids::TitleId;
use crate::domain::page::Keyset;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, PageArgs, Sorted, page_of};
use crate::graphql::scalars::DateTime;
use crate::graphql::total::Total;

static BY_NUMBER: Order = Order::by_number("episodes of a season");

/// A season that exists.
pub(crate) struct Season(pub(crate) SeasonId);

/// A season of a series, or its specials.
#[Object]
impl Season {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Season(self.0).encode()
    }

    /// The number, from 1; season 0 holds the specials.
    async fn number(&self) -> u32 {
        self.0.number
    }

    /// What to call it: "Season 1", "Specials".
    async fn name(&self) -> String {
        match self.0.number {
            0 => "Specials".to_owned(),
            number => format!("Season {number}"),
        }
    }

    /// The series that it is part of.
    async fn series(&self, ctx: &Context<'_>) -> Result<Series> {
        series(ctx, self.0.series).await
    }

    /// How far the viewer's profile is with it; null, with an error beside it, if that could not be read.
    async fn progress(&self, ctx: &Context<'_>) -> Result<Option<SeasonProgress>> {
        let standing = ctx.personal().standings.find(self.0.series).await?;
        let standing = standing.and_then(|it| it.seasons.get(&self.0.number).copied());
        let standing = standing.unwrap_or_default();
        Ok(Some(SeasonProgress {
            episodes_aired: standing.aired,
            episodes_watched: standing.watched,
            watched: standing.aired > 0 && standing.watched >= standing.aired,
            last_watched_at: standing.last_played_at.map(Into::into),
        }))
    }

    /// Pictures of it, by kind: those that were given, at most 20, of a kind first those in the language that is wanted, then
    /// those without one, then others. Where it has no poster of its own, those of the series, else the one that is drawn.
    async fn images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds; all if left out or empty.")] kind: Option<
            Vec<ImageKind>,
        >,
        #[graphql(
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name` of a series, also if it is left out."
        )]
        language: Option<String>,
    ) -> Result<Option<Vec<Image>>> {
        let images = self.load_images(ctx, kind.as_deref(), language.as_deref());
        images.await.map(Some)
    }

    /// One picture of it: of the first of these kinds that there is one of, the first that `images` would give. Null if there
    /// is none of any of them.
    async fn image(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The kinds that will do, the most wanted first; any, in the order of `images`, if left out or empty."
        )]
        kind: Option<Vec<ImageKind>>,
        #[graphql(
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name` of a series, also if it is left out."
        )]
        language: Option<String>,
    ) -> Result<Option<Image>> {
        let kinds = kind.unwrap_or_default();
        let images = self.load_images(ctx, Some(&kinds), language.as_deref());
        Ok(image::first_of(images.await?, &kinds))
    }

    /// The episodes of the season, by number, ascending.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 50 rows if neither says how
    /// many.
    async fn episodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<EpisodeEdge>>> {
        let window = PageArgs::both(first, after, last, before).window(&BY_NUMBER, 50)?;
        let episodes = ctx.personal().season_episodes.find(self.0).await?;
        let episodes = episodes.unwrap_or_default();
        let slice = page_of(episodes.iter(), &window, Sorted::Ascending, |episode| {
            keyset(episode)
        });
        let edges = slice.map(|episode| {
            EpisodeEdge::new(
                BY_NUMBER.cursor(keyset(episode)),
                Episode(Arc::clone(episode)),
            )
        });
        Ok(Some(Connection::new(
            edges,
            &window,
            Total::Known(episodes.len()),
        )))
    }
}

impl Season {
    /// The pictures of these kinds, or all.
    async fn load_images(
        &self,
        ctx: &Context<'_>,
        kinds: Option<&[ImageKind]>,
        language: Option<&str>,
    ) -> Result<Vec<Image>> {
        let series = series(ctx, self.0.series).await?;
        let genres = series.load_genres(ctx).await?;
        let of = (&**series.title(), &*genres);
        image::of_season(ctx, self.0.number, of, kinds, language)
    }
}

/// How far somebody is with a season.
#[derive(SimpleObject)]
struct SeasonProgress {
    /// How many listed episodes were shown so far.
    episodes_aired: u64,
    /// How many of these the viewer's profile has watched; 0 for somebody who is not logged in.
    episodes_watched: u64,
    /// Whether the viewer's profile has watched all of it that was shown so far; false if nothing was.
    watched: bool,
    /// When the viewer's profile last watched an episode; null if never, or if nobody knows when.
    last_watched_at: Option<DateTime>,
}

/// The series that a season or an episode belongs to.
pub(super) async fn series(ctx: &Context<'_>, id: TitleId) -> Result<Series> {
    let title = ctx.personal().titles.find(id).await?;
    title
        .and_then(|title| Title::one(title).into_series())
        .ok_or_else(|| ApiError::dangling("the series of an episode"))
}

fn keyset(episode: &catalog::Episode) -> Keyset {
    Keyset::by_number(i64::from(episode.number), episode.id.to_i64())
}
