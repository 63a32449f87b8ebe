//! Episodes, as the schema shows them.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::length::{self, DurationSource};
use super::person::Person;
use super::season::{Season, series};
use super::series::Series;
use crate::domain::catalog;
use crate::domain::viewer::Role;
use crate::domain::watching::WatchedItem;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::language::wanted;
use crate::graphql::page::Edge;
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::usage::UsageStats;
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
        // It has a name in the language of the site alone.
        wanted(ctx, language.as_deref())?;
        Ok(match &self.0.name {
            Some(name) => name.into(),
            None => format!("Episode {}", self.0.number).into(),
        })
    }

    /// The name in the language that it was made in; null if unknown.
    async fn original_name(&self) -> Option<&str> {
        self.0.original_name.as_deref()
    }

    /// The number within the season; there may be gaps.
    async fn number(&self) -> u32 {
        self.0.number
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

    /// How the viewer's profile stands with it; for somebody who is not logged in as if it was never played.
    pub(super) async fn watch_state(&self, ctx: &Context<'_>) -> Result<WatchState> {
        WatchState::load(ctx, WatchedItem::Episode(self.0.id)).await
    }

    /// How much it is watched. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn stats(&self) -> Option<UsageStats> {
        Some(UsageStats::of_episode(self.0.id))
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

/// An episode, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct EpisodeEdge {
    /// The cursor of this row: give it as `after` to go on behind it.
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
