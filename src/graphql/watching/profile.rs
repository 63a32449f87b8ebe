//! What a profile can resume, what comes next for it, and what it has watched.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::play::{Play, PlayEdge};
use super::state::WatchState;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{KeyValue, Keyset, Slice};
use crate::domain::watching::{self, ProfileList};
use crate::graphql::catalog::{Episode, EpisodeEdge, Playable, playables};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge, PageArgs};
use crate::graphql::total::Total;

static CONTINUE: Order = Order::by_number("continue watching");
static NEXT_UP: Order = Order::by_number("next up");
static HISTORY: Order = Order::by_number_and_text("history");

/// The part of a profile that is about watching.
pub(crate) struct ProfileWatching(pub(crate) ProfileId);

/// The part of a profile that is about watching.
#[Object]
impl ProfileWatching {
    /// The films and episodes that can be resumed, the last played first.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how
    /// many.
    async fn continue_watching(
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
    ) -> Result<Option<Connection<PlayableEdge>>> {
        let window = PageArgs::both(first, after, last, before).window(&CONTINUE, 20)?;
        let watching = &ctx.services().watching;
        let slice = watching
            .continue_watching(&ctx.visibility(), self.0, &window)
            .await?;
        let items = playables(ctx, slice.rows.iter().map(|state| state.item)).await?;
        let edge = |state: watching::WatchState| {
            Some(PlayableEdge {
                cursor: CONTINUE.cursor(last_played(&state)),
                node: items.get(&state.item)?.clone(),
                state: WatchState::from(&state),
            })
        };
        let slice = Slice {
            rows: slice.rows.into_iter().filter_map(edge).collect(),
            has_more: slice.has_more,
        };
        Ok(Some(Connection::new(
            slice,
            &window,
            Total::OfProfile(self.0, ProfileList::InProgress),
        )))
    }

    /// The next episode of each series that was begun and not finished, the last played series first. A series of which
    /// everything that was shown was watched stands here while it is watched again, with the next episode of that.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how
    /// many.
    async fn next_up(
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
        let window = PageArgs::both(first, after, last, before).window(&NEXT_UP, 20)?;
        let (watching, visibility) = (&ctx.services().watching, ctx.visibility());
        let slice = watching.next_up(&visibility, self.0, &window).await?;
        let edges = slice.map(|(keyset, episode)| {
            EpisodeEdge::new(NEXT_UP.cursor(keyset), Episode(Arc::new(episode)))
        });
        Ok(Some(Connection::new(edges, &window, Total::Uncounted)))
    }

    /// The plays, the last begun first.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 50 rows if neither says how
    /// many.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only plays of this film, or of episodes of this series; `NOT_FOUND` if it is of neither."
        )]
        title: Option<ID>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<PlayEdge>>> {
        let title = title.map(|id| title_id(&id)).transpose()?;
        let window = PageArgs::both(first, after, last, before).window(&HISTORY, 50)?;
        let watching = &ctx.services().watching;
        let slice = watching
            .history(&ctx.visibility(), self.0, title, &window)
            .await?;
        let plays = Play::list(ctx, slice.rows).await?;
        let edge = |play: Play| PlayEdge::new(HISTORY.cursor(started(play.play())), play);
        let slice = Slice {
            rows: plays.into_iter().map(edge).collect(),
            has_more: slice.has_more,
        };
        let total = Total::OfProfile(self.0, ProfileList::History(title));
        Ok(Some(Connection::new(slice, &window, total)))
    }
}

/// A film or an episode that can be resumed, as a row of a page.
#[derive(SimpleObject)]
struct PlayableEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The film or episode.
    node: Playable,
    /// Where to resume, and what else is known of the profile and the item.
    state: WatchState,
}

impl Edge for PlayableEdge {
    type Node = Playable;
    const CONNECTION: &'static str = "PlayableConnection";

    fn node(&self) -> &Playable {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

fn title_id(id: &ID) -> Result<TitleId> {
    match GlobalId::decode(id) {
        Some(GlobalId::Film(id) | GlobalId::Series(id)) => Ok(id),
        _ => Err(ApiError::not_found("title")),
    }
}

fn last_played(state: &watching::WatchState) -> Keyset {
    Keyset::by_number(state.last_played_at.timestamp_millis(), state.item.key().1)
}

fn started(play: &watching::Play) -> Keyset {
    Keyset {
        value: KeyValue::Number(play.started_at.timestamp_millis()),
        id: KeyValue::Text(play.id.to_string()),
    }
}
