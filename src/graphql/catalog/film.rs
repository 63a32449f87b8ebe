//! Films, as the schema shows them.

use std::ops::Deref;

use async_graphql::{Context, ID, Object};

use super::certification::Certification;
use super::collection::Collection;
use super::credit::{CreditEdge, CreditRole, credits};
use super::details::{Extra, ExtraKind, RatingSummary};
use super::external_id::ExternalId;
use super::genre::Genre;
use super::image::{Image, ImageKind};
use super::length::{self, DurationSource};
use super::publication::TitleState;
use super::title::Title;
use super::title_fields::TitleFields;
use super::title_object::title_object;
use crate::domain::membership::Place;
use crate::domain::viewer::Role;
use crate::domain::watching::WatchedItem;
use crate::graphql::commenting::{CommentConnection, CommentOrder, comment_count, comments_of};
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::library::{MediaFileConnection, files_of};
use crate::graphql::membership::Access;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::recommend::{RecommendationEdge, similar};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::usage::UsageStats;
use crate::graphql::video::{Playback, PlaybackRequest, playback_of};
use crate::graphql::watching::{WatchState, in_watchlist, viewer_hidden, viewer_liked};

/// A film that was read, as the schema shows it.
#[derive(Clone)]
pub(crate) struct Film(pub(super) TitleFields);

impl Deref for Film {
    type Target = TitleFields;

    fn deref(&self) -> &TitleFields {
        &self.0
    }
}

title_object! {
    /// A film: a title that is watched in one piece.
    impl Film {
        /// The length in seconds; null if unknown. `durationSource` says whose word it is: that of an episode may be what
        /// the episodes of its series usually have.
        pub(super) async fn duration(&self, ctx: &Context<'_>) -> Result<Option<u32>> {
            Ok(length::of_film(ctx, self.title()).await?.map(length::seconds))
        }

        /// Who says how long it is; null if nobody knows.
        pub(super) async fn duration_source(
            &self,
            ctx: &Context<'_>,
        ) -> Result<Option<DurationSource>> {
            let length = length::of_film(ctx, self.title()).await?;
            Ok(length.map(|length| length.source.into()))
        }

        /// The title that it is, or is of: the film itself, or the series of the episode.
        #[graphql(name = "title")]
        pub(super) async fn title_of(&self) -> Title {
            Title::Film(self.clone())
        }

        /// Where in its title it is, in English, to stand beside the name of that: "S2 E5", "S2 E5–6", "Special 3"; null for
        /// a film.
        pub(super) async fn label(&self) -> Option<String> {
            None
        }

        /// The collection that it is part of; null if it stands alone.
        async fn collection(&self, ctx: &Context<'_>) -> Result<Option<Collection>> {
            self.load_collection(ctx).await
        }

        /// Which part of its collection it is, from 1; null if the parts are not numbered, or it is in no collection.
        async fn collection_part(&self) -> Option<u32> {
            self.title().collection?.part
        }

        /// How the viewer's profile stands with it; for somebody who is not logged in as if it was never played. Null, with
        /// an error beside it, if that could not be read.
        pub(super) async fn watch_state(&self, ctx: &Context<'_>) -> Result<Option<WatchState>> {
            let state = WatchState::load(ctx, WatchedItem::Film(self.title().id));
            state.await.map(Some)
        }

        /// What it can be played from by this player; null if there is nothing. Made for whoever asks: it may be fetched
        /// without being logged in, for as long as they may see it.
        /// Null, with `MEMBERSHIP_REQUIRED` beside it, if it is for members: `access` says of which plans.
        pub(super) async fn playback(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "What the player can do with; everything if left out.")]
            input: Option<PlaybackRequest>,
        ) -> Result<Option<Playback>> {
            let length = length::of_film(ctx, self.title()).await?;
            let length = length.map(|length| length.seconds);
            let film = self.title();
            let item = (WatchedItem::Film(film.id), Place::of_film(film));
            playback_of(ctx, item, input, length).await
        }

        /// Whether whoever asks may play it, and which plans would open it. Null, with an error beside it, if that could not
        /// be read.
        pub(super) async fn access(&self, ctx: &Context<'_>) -> Result<Option<Access>> {
            Access::load(ctx, Place::of_film(self.title())).await
        }

        /// How much it is watched. For curators; an API key needs the scope `CURATE`.
        #[graphql(guard = "RoleAtLeast(Role::Curator)")]
        async fn stats(&self) -> Option<UsageStats> {
            Some(UsageStats::of_film(self.title().id))
        }

        /// The files that scans of libraries found to be of it, or to go with it, by root and path. Page by page in either direction:
        /// `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many. For curators; an API key
        /// needs the scope `CURATE`.
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
            files_of(ctx, WatchedItem::Film(self.title().id), page).await
        }
    }
}
