//! Series, as the schema shows them, and how far a viewer is with one.

use std::ops::Deref;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::certification::Certification;
use super::credit::{CreditEdge, CreditRole, credits};
use super::details::{Extra, ExtraKind, RatingSummary, SeriesStatus};
use super::episode::Episode;
use super::external_id::ExternalId;
use super::genre::Genre;
use super::image::{Image, ImageKind};
use super::publication::TitleState;
use super::season::Season;
use super::title_fields::TitleFields;
use super::title_object::title_object;
use crate::domain::viewer::Role;
use crate::domain::watching::WatchedItem;
use crate::graphql::commenting::{CommentConnection, CommentOrder, comment_count, comments_of};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::library::{MediaFileConnection, files_of};
use crate::graphql::page::{Connection, PageArgs, limit};
use crate::graphql::recommend::{RecommendationEdge, similar};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::usage::UsageStats;
use crate::graphql::watching::{in_watchlist, viewer_hidden, viewer_liked};

/// A series that was read, as the schema shows it.
#[derive(Clone)]
pub(crate) struct Series(pub(super) TitleFields);

impl Deref for Series {
    type Target = TitleFields;

    fn deref(&self) -> &TitleFields {
        &self.0
    }
}

title_object! {
    /// A series: a title that is watched episode by episode.
    impl Series {
        /// The year in which it ended; null while it runs, or if that is unknown.
        async fn end_year(&self) -> Option<i32> {
            self.title().end_year
        }

        /// Whether it goes on, as its makers say; null if unknown.
        async fn status(&self) -> Option<SeriesStatus> {
            self.title().status.map(Into::into)
        }

        /// The network that first showed it; null if unknown.
        async fn network(&self) -> Option<&str> {
            self.title().network.as_deref()
        }

        /// How many seasons it has in all, listed here or not; null if unknown.
        async fn total_seasons(&self) -> Option<u32> {
            self.title().total_seasons
        }

        /// How long its episodes usually are, in seconds; null if unknown.
        async fn episode_duration(&self) -> Option<u32> {
            self.title().episode_duration
        }

        /// The seasons of which an episode is listed, by number.
        async fn seasons(
            &self,
            ctx: &Context<'_>,
            #[graphql(
                desc = "Whether season 0, the specials, is among them.",
                default_with = "Some(false)"
            )]
            include_specials: Option<bool>,
            #[graphql(desc = "How many, 1 to 100.", default = 100)] first: Option<i32>,
        ) -> Result<Option<Vec<Season>>> {
            let first = limit("first", first, 100)?;
            let seasons = ctx.personal().seasons.find(self.title().id).await?;
            let lowest = u32::from(!include_specials.unwrap_or(false));
            let ids = seasons.iter().flat_map(|seasons| seasons.iter());
            let ids = ids.map(|season| season.id).filter(|id| id.number >= lowest);
            Ok(Some(ids.take(first).map(Season).collect()))
        }

        /// The episode that the viewer's profile should watch next: the first one after the highest watched; the first of
        /// all for somebody who has watched none, or is not logged in. A special is next where it belongs between
        /// episodes (`airsBeforeSeason`, `airsAfterSeason`) for a profile that has watched a special of this series, and
        /// for no other; what is still to be shown is not. Null if everything was watched.
        async fn next_up(
            &self,
            ctx: &Context<'_>,
            #[graphql(
                desc = "True: for watching it again. Until everything that was shown was watched it is the same; then the first episode, until that is watched again; then what follows the episode watched last, of those not watched since `progress.rewatchStartedAt`.",
                default_with = "Some(false)"
            )]
            rewatch: Option<bool>,
        ) -> Result<Option<Episode>> {
            let standing = ctx.personal().standings.find(self.title().id).await?;
            let next = standing.and_then(|standing| match rewatch {
                Some(true) => standing.next_again().cloned(),
                Some(false) | None => standing.next.clone(),
            });
            Ok(next.map(|episode| Episode(Arc::new(episode))))
        }

        /// How far the viewer's profile is with it; null, with an error beside it, if that could not be read.
        async fn progress(&self, ctx: &Context<'_>) -> Result<Option<SeriesProgress>> {
            let standing = ctx.personal().standings.find(self.title().id).await?;
            Ok(Some(standing.map_or_else(SeriesProgress::default, |standing| {
                let rewatch = standing.rewatch.as_ref();
                SeriesProgress {
                    episodes_aired: standing.aired,
                    episodes_watched: standing.watched,
                    watched: standing.aired > 0 && standing.watched >= standing.aired,
                    last_watched_at: standing.last_played_at.map(Into::into),
                    rewatch_started_at: rewatch.map(|rewatch| rewatch.started_at.into()),
                    episodes_rewatched: rewatch.map_or(0, |rewatch| rewatch.watched),
                }
            })))
        }

        /// How much it is watched. For curators; an API key needs the scope `CURATE`.
        #[graphql(guard = "RoleAtLeast(Role::Curator)")]
        async fn stats(&self) -> Option<UsageStats> {
            Some(UsageStats::of_series(self.title().id))
        }

        /// The files that scans of libraries found to go with it, by root and path, without those of its episodes. Page by page in
        /// either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many. For curators;
        /// an API key needs the scope `CURATE`.
        #[graphql(guard = "RoleAtLeast(Role::Curator)")]
        async fn files(
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
        ) -> Result<Option<MediaFileConnection>> {
            let page = PageArgs::both(first, after, last, before);
            files_of(ctx, WatchedItem::Series(self.title().id), page).await
        }
    }
}

/// How far somebody is with a series. Specials take no part.
#[derive(SimpleObject, Default)]
struct SeriesProgress {
    /// How many listed episodes were shown so far.
    episodes_aired: u64,
    /// How many of these the viewer's profile has watched; 0 for somebody who is not logged in.
    episodes_watched: u64,
    /// Whether the viewer's profile has watched all that was shown so far; false if nothing was.
    watched: bool,
    /// When the viewer's profile last watched an episode; null if never, or if nobody knows when.
    last_watched_at: Option<DateTime>,
    /// When the viewer's profile began to watch it again: with the first episode, after all that had been shown. Null if
    /// it has not, or has come to the end of that as well.
    rewatch_started_at: Option<DateTime>,
    /// How many episodes the viewer's profile has watched since `rewatchStartedAt`, each once; 0 if that is null.
    episodes_rewatched: u64,
}
