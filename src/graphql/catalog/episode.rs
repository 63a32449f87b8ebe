//! Episodes, as the schema shows them.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::credit::{CreditEdge, CreditRole, credits_of_episode};
use super::image::{self, Image, ImageKind};
use super::length::{self, DurationSource};
use super::person::Person;
use super::season::{Season, series};
use super::series::Series;
use super::texts::EpisodeTexts;
use super::title::Title;
use crate::domain::catalog::{self, Airs, CatalogNode};
use crate::domain::membership::Place;
use crate::domain::viewer::Role;
use crate::domain::watching::WatchedItem;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::language::wanted;
use crate::graphql::library::{MediaFileConnection, files_of};
use crate::graphql::membership::Access;
use crate::graphql::page::{Connection, Edge, PageArgs};
use crate::graphql::revising::{
    FieldSource, RevisionConnection, is_curator, locked_fields, revisions_of, value_sources_of,
};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::usage::UsageStats;
use crate::graphql::video::{Playback, PlaybackRequest, playback_of};
use crate::graphql::watching::WatchState;

/// An episode that was read, as the schema shows it.
#[derive(Clone)]
pub(crate) struct Episode(pub(crate) Arc<catalog::Episode>);

/// An episode of a series.
#[Object]
impl Episode {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Episode(self.0.id).encode()
    }

    /// The title that it is, or is of: the film itself, or the series of the episode.
    #[graphql(name = "title")]
    pub(super) async fn title_of(&self, ctx: &Context<'_>) -> Result<Title> {
        Ok(Title::Series(series(ctx, self.0.series).await?))
    }

    /// Where in its title it is, in English, to stand beside the name of that: "S2 E5", "S2 E5–6", "Special 3"; null for a
    /// film.
    pub(super) async fn label(&self) -> Option<String> {
        let numbers = match self.0.number_end {
            Some(end) => format!("{}–{end}", self.0.number),
            None => self.0.number.to_string(),
        };
        Some(match self.0.season_id().number {
            0 => format!("Special {numbers}"),
            season => format!("S{season} E{numbers}"),
        })
    }

    /// What to call it: its name, or "Episode 6" if it has none.
    #[expect(
        clippy::unused_async,
        reason = "resolvers are async, also those that may fail and wait for nothing"
    )]
    pub(super) async fn name(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )]
        language: Option<String>,
    ) -> Result<Cow<'_, str>> {
        let name = self.0.name_in(wanted(ctx, language.as_deref())?);
        Ok(match (name, self.0.number_end) {
            (Some(name), _) => name.into(),
            (None, None) => format!("Episode {}", self.0.number).into(),
            (None, Some(end)) => format!("Episodes {}–{end}", self.0.number).into(),
        })
    }

    /// The name in the language that it was made in; null if unknown.
    async fn original_name(&self) -> Option<&str> {
        self.0.original_name.as_deref()
    }

    /// What happens in it, as plain text of at most 10,000 characters: in the language that is wanted, else in the site's
    /// language, English, else in any; null if nobody tells.
    async fn overview(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )]
        language: Option<String>,
    ) -> Result<Option<String>> {
        let wanted = wanted(ctx, language.as_deref())?;
        let told = ctx.personal().overviews.find(self.0.id).await?;
        let text = told.as_ref().and_then(|texts| texts.pick(wanted));
        Ok(text.map(|text| text.text.to_string()))
    }

    /// Pictures of it, by kind: those that were given, at most 20, of a kind first those in the language that is wanted, then
    /// those without one, then others. A poster, a backdrop and a still are drawn where none is given.
    pub(super) async fn images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds; all if left out or empty.")] kind: Option<
            Vec<ImageKind>,
        >,
        #[graphql(
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
        )]
        language: Option<String>,
    ) -> Result<Option<Vec<Image>>> {
        let images = self.load_images(ctx, kind.as_deref(), language.as_deref());
        images.await.map(Some)
    }

    /// One picture of it: of the first of these kinds that there is one of, the first that `images` would give. Null if there
    /// is none of any of them.
    pub(super) async fn image(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The kinds that will do, the most wanted first; any, in the order of `images`, if left out or empty."
        )]
        kind: Option<Vec<ImageKind>>,
        #[graphql(
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
        )]
        language: Option<String>,
    ) -> Result<Option<Image>> {
        let kinds = kind.unwrap_or_default();
        let images = self.load_images(ctx, Some(&kinds), language.as_deref());
        Ok(image::first_of(images.await?, &kinds))
    }

    /// The number within the season; there may be gaps.
    async fn number(&self) -> u32 {
        self.0.number
    }

    /// The number of the last episode that is in it, above `number`, where it holds several; null where it is one.
    async fn number_end(&self) -> Option<u32> {
        self.0.number_end
    }

    /// The number within the whole series, from 1; null if unknown.
    async fn absolute_number(&self) -> Option<u32> {
        self.0.absolute_number
    }

    /// The regular season that a special is to be watched before, or within it before `airsBeforeEpisode`; null if nobody
    /// says, and for all that are no specials.
    async fn airs_before_season(&self) -> Option<u32> {
        self.0.airs.and_then(Airs::before_season)
    }

    /// The number of the episode of `airsBeforeSeason` that a special is to be watched right before; null if it goes before
    /// the whole season.
    async fn airs_before_episode(&self) -> Option<u32> {
        self.0.airs.and_then(Airs::before_episode)
    }

    /// The regular season that a special is to be watched after; null if nobody says, and for all that are no specials.
    async fn airs_after_season(&self) -> Option<u32> {
        self.0.airs.and_then(Airs::after_season)
    }

    /// The listed episode to watch after it, in the order of seasons and numbers, with those specials among them that say
    /// where they belong; the other specials are an order of their own. Null after the last.
    async fn next(&self, ctx: &Context<'_>) -> Result<Option<Episode>> {
        let run = ctx.personal().runs.find(self.0.series).await?;
        let next = run.as_ref().and_then(|run| run.after(&self.0));
        Ok(next.map(|episode| Episode(Arc::clone(episode))))
    }

    /// The listed episode to watch before it, in the same order as `next`; null before the first.
    async fn previous(&self, ctx: &Context<'_>) -> Result<Option<Episode>> {
        let run = ctx.personal().runs.find(self.0.series).await?;
        let previous = run.as_ref().and_then(|run| run.before(&self.0));
        Ok(previous.map(|episode| Episode(Arc::clone(episode))))
    }

    /// The season that it is part of; season 0 holds the specials.
    async fn season(&self) -> Season {
        Season(self.0.season_id())
    }

    /// The series that it is part of.
    async fn series(&self, ctx: &Context<'_>) -> Result<Series> {
        series(ctx, self.0.series).await
    }

    /// The day of the first showing; null if unknown.
    async fn aired(&self) -> Option<Date> {
        self.0.aired.map(Date)
    }

    /// The length in seconds; null if unknown. `durationSource` says whose word it is: that of an episode may be what the
    /// episodes of its series usually have.
    pub(super) async fn duration(&self, ctx: &Context<'_>) -> Result<Option<u32>> {
        Ok(length::of_episode(ctx, &self.0).await?.map(length::seconds))
    }

    /// Who says how long it is; null if nobody knows.
    pub(super) async fn duration_source(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<DurationSource>> {
        let length = length::of_episode(ctx, &self.0).await?;
        Ok(length.map(|length| length.source.into()))
    }

    /// Who directed it; a handful.
    async fn directors(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let ids = &self.0.directors;
        let found = ctx.loaders().people.many(ids.iter().copied()).await?;
        let people = ids.iter().filter_map(|id| found.get(id));
        Ok(people.map(|person| Person(Arc::clone(person))).collect())
    }

    /// Who made it, and its guests: directors first, then guests and writers, each in billing order. Page by page in
    /// either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many.
    async fn credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these roles; all if left out or empty.")] role: Option<
            Vec<CreditRole>,
        >,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<CreditEdge>>> {
        let args = PageArgs::both(first, after, last, before);
        credits_of_episode(ctx, &self.0, role, args).await
    }

    /// How the viewer's profile stands with it; for somebody who is not logged in as if it was never played. Null, with
    /// an error beside it, if that could not be read.
    pub(super) async fn watch_state(&self, ctx: &Context<'_>) -> Result<Option<WatchState>> {
        let state = WatchState::load(ctx, WatchedItem::Episode(self.0.id));
        state.await.map(Some)
    }

    /// What it can be played from by this player; null if there is nothing. Made for whoever asks: it may be fetched without
    /// being logged in, for as long as they may see it.
    /// Null, with `MEMBERSHIP_REQUIRED` beside it, if it is for members: `access` says of which plans.
    pub(super) async fn playback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the player can do with; everything if left out.")] input: Option<
            PlaybackRequest,
        >,
    ) -> Result<Option<Playback>> {
        let length = length::of_episode(ctx, &self.0).await?;
        let length = length.map(|length| length.seconds);
        let item = (WatchedItem::Episode(self.0.id), Place::of_episode(&self.0));
        playback_of(ctx, item, input, length).await
    }

    /// Whether whoever asks may play it, and which plans would open it. Null, with an error beside it, if that could not be
    /// read.
    pub(super) async fn access(&self, ctx: &Context<'_>) -> Result<Option<Access>> {
        Access::load(ctx, Place::of_episode(&self.0)).await
    }

    /// How much it is watched. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn stats(&self) -> Option<UsageStats> {
        Some(UsageStats::of_episode(self.0.id))
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
        files_of(ctx, WatchedItem::Episode(self.0.id), page).await
    }

    /// What was changed of it, the latest first, since the site keeps revisions. For curators; an API key needs the
    /// scope `CURATE`. Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20
    /// rows if neither says how many.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn revisions(
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
    ) -> Result<Option<RevisionConnection>> {
        let page = PageArgs::both(first, after, last, before);
        revisions_of(ctx, CatalogNode::Episode(self.0.id), page).await
    }

    /// The fields that no load changes, by their names in files that are loaded, sorted. For curators; null
    /// for everybody else.
    async fn locked_fields(&self, ctx: &Context<'_>) -> Option<Vec<String>> {
        locked_fields(ctx, &self.0.locks)
    }

    /// Where the value of each field is from, sorted by field, also of one that was cleared; of what is left out nobody
    /// knows, or it was never said. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn value_sources(&self, ctx: &Context<'_>) -> Result<Option<Vec<FieldSource>>> {
        let node = CatalogNode::Episode(self.0.id);
        value_sources_of(ctx, node, self.0.stamp.revision).await
    }

    /// All that is said of it by language, sorted by language, as a form for curators needs it; null for everybody
    /// else.
    async fn texts(&self, ctx: &Context<'_>) -> Result<Option<Vec<EpisodeTexts>>> {
        if !is_curator(ctx) {
            return Ok(None);
        }
        let told = ctx.personal().overviews.find(self.0.id).await?;
        let told = told.map(|told| EpisodeTexts::list(&self.0, &told));
        Ok(Some(told.unwrap_or_else(|| {
            EpisodeTexts::list(&self.0, &catalog::Texts::default())
        })))
    }

    /// When it was added to the catalogue.
    async fn created_at(&self) -> DateTime {
        self.0.stamp.created_at.into()
    }

    /// When the catalogue last changed what it says of it.
    async fn updated_at(&self) -> DateTime {
        self.0.stamp.updated_at.into()
    }

    /// How often the catalogue has changed what it says of it; 1 at first.
    async fn revision(&self) -> u64 {
        self.0.stamp.revision
    }
}

impl Episode {
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
        image::of_episode(ctx, &self.0, of, kinds, language)
    }
}

/// An episode, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct EpisodeEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The episode in this row.
    node: Episode,
}

impl EpisodeEdge {
    /// A row of a list.
    pub(crate) fn new(cursor: Cursor, node: Episode) -> Self {
        Self { cursor, node }
    }
}

impl Edge for EpisodeEdge {
    type Node = Episode;
    const CONNECTION: &'static str = "EpisodeConnection";

    fn node(&self) -> &Episode {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}
