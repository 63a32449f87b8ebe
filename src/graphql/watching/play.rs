//! Plays, as a profile's history shows them.

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::domain::ids::{PlayId, ProfileId};
use crate::domain::watching;
use crate::graphql::catalog::{Playable, playables};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::Edge;
use crate::graphql::scalars::{Date, DateTime};

/// A play, with what was watched.
#[derive(Clone)]
pub(crate) struct Play {
    play: watching::Play,
    item: Playable,
}

impl Play {
    /// The plays with what was watched, in the same order; those of something that has left the catalogue are left out.
    pub(super) async fn list(ctx: &Context<'_>, plays: Vec<watching::Play>) -> Result<Vec<Self>> {
        let items = playables(ctx, plays.iter().map(|play| play.item)).await?;
        let with_item = |play: watching::Play| {
            let item = items.get(&play.item)?.clone();
            Some(Self { play, item })
        };
        Ok(plays.into_iter().filter_map(with_item).collect())
    }

    /// The play of a profile that has this name.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        profile: ProfileId,
        id: PlayId,
    ) -> Result<Option<Self>> {
        let (watching, visibility) = (&ctx.services().watching, ctx.visibility());
        let play = watching.find_play(&visibility, profile, id).await?;
        Ok(Self::list(ctx, play.into_iter().collect()).await?.pop())
    }

    /// The play as the domain knows it.
    pub(super) fn play(&self) -> &watching::Play {
        &self.play
    }
}

/// One play of a film or an episode by a profile: from its first report to its last, pauses and jumps included.
#[Object]
impl Play {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Play(self.play.id).encode()
    }

    /// The film or episode that was watched.
    async fn item(&self) -> &Playable {
        &self.item
    }

    /// The day of it, the same in every time zone, if it was brought from elsewhere and nobody knows the time: then
    /// `startedAt` and `endedAt` stand at noon of it, in UTC. Null: they say when it was.
    async fn day(&self) -> Option<Date> {
        self.play.day.map(Date)
    }

    /// The time of its earliest report, in UTC.
    async fn started_at(&self) -> DateTime {
        self.play.started_at.into()
    }

    /// The time of its latest report, in UTC; it may still go on.
    async fn ended_at(&self) -> DateTime {
        self.play.last_at.into()
    }

    /// Where it stopped, by its latest report, in seconds from the start of the film or episode.
    async fn position(&self) -> f64 {
        self.play.position
    }

    /// The share of the running time that this play covered, 0 to 100, each second once: who jumps to the end covers
    /// little of it, while `position` is there. Where nobody knows how long it is: 100 if it counts as watched, else 0.
    async fn percent(&self) -> f64 {
        self.play.completion * 100.0
    }

    /// The seconds really covered by this play: each second counts once.
    async fn seconds_watched(&self) -> f64 {
        self.play.sections.seconds()
    }

    /// Whether it got as far as to count as watched to the end.
    async fn completed(&self) -> bool {
        self.play.completed
    }

    /// Whether it may shape the profile's suggestions.
    async fn influences_recommendations(&self) -> bool {
        self.play.counts
    }
}

/// A play in a profile's history, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct PlayEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The play in this row.
    node: Play,
}

impl PlayEdge {
    /// A row of a history.
    pub(super) fn new(cursor: Cursor, node: Play) -> Self {
        Self { cursor, node }
    }
}

impl Edge for PlayEdge {
    type Node = Play;
    const CONNECTION: &'static str = "PlayConnection";

    fn node(&self) -> &Play {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}
