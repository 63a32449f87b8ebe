//! Genres and people that are not to speak for a title.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union};
use futures::try_join;

use crate::domain::ids::ProfileId;
use crate::domain::page::{KeyValue, Keyset, Slice};
use crate::domain::watching::{Mute, MutedSource, WatchError};
use crate::graphql::catalog::{Genre, Person};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::page::{Connection, Edge, PageArgs, Sorted, page_of};
use crate::graphql::scalars::DateTime;
use crate::graphql::total::Total;
use crate::graphql::user_error::UserError;

static MUTED: Order = Order::by_number_and_text("muted tastes");

/// What a taste can be for.
#[derive(Union, Clone)]
pub(crate) enum TasteSource {
    Genre(Genre),
    Person(Person),
}

impl TasteSource {
    /// These sources, in the same order; `None` in place of those that have left the catalogue, or may not be
    /// seen any more.
    pub(crate) async fn list(
        ctx: &Context<'_>,
        sources: &[MutedSource],
    ) -> Result<Vec<Option<Self>>> {
        let genres = sources.iter().filter_map(|source| match source {
            MutedSource::Genre(id) => Some(*id),
            MutedSource::Person(_) => None,
        });
        let people = sources.iter().filter_map(|source| match source {
            MutedSource::Person(id) => Some(*id),
            MutedSource::Genre(_) => None,
        });
        let (loaders, personal) = (ctx.loaders(), ctx.personal());
        let (genres, people) =
            try_join!(loaders.genres.many(genres), personal.people.many(people))?;
        let source = |source: &MutedSource| match source {
            MutedSource::Genre(id) => Some(Self::Genre(Genre(genres.get(id)?.clone()))),
            MutedSource::Person(id) => Some(Self::Person(Person(people.get(id)?.clone()))),
        };
        Ok(sources.iter().map(source).collect())
    }
}

/// Whether the viewer's profile mutes a genre or a person; `None` if nobody is logged in.
pub(crate) async fn viewer_muted(ctx: &Context<'_>, source: MutedSource) -> Result<Option<bool>> {
    if ctx.viewer().profile().is_none() {
        return Ok(None);
    }
    let muted = ctx.personal().muted.find(source).await?;
    Ok(Some(muted.is_some()))
}

/// Muting genres and people.
#[derive(Default)]
pub(crate) struct MutingMutation;

/// Muting genres and people.
#[Object]
impl MutingMutation {
    /// Says that a genre or a person is not to speak for titles in the suggestions of the viewer's profile, or may
    /// again: what was watched of it does not bring other titles of it any more. The next suggestions go by it. Titles
    /// of it that something else speaks for are still suggested. At most 500 a profile. For whoever is logged in; an
    /// API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn mute_taste(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The genre or person, and whether to mute it.")] input: MuteTasteInput,
    ) -> Result<MuteTastePayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let muted = match source_id(&input.source) {
            Some(source) => {
                let visibility = ctx.visibility();
                let muted = watching.set_muted(&visibility, &viewer, source, input.muted);
                muted.await.map(|()| source)
            }
            None => Err(WatchError::SourceNotFound),
        };
        let (source, user_errors) = UserError::split(muted)?;
        let sources: Vec<MutedSource> = source.into_iter().collect();
        let source = TasteSource::list(ctx, &sources).await?;
        Ok(MuteTastePayload {
            source: source.into_iter().flatten().next(),
            user_errors,
        })
    }
}

/// What to mute, or to unmute.
#[derive(InputObject)]
struct MuteTasteInput {
    /// The global id of the genre or person.
    source: ID,
    /// True: it is not to speak for a title; false: it may again.
    muted: bool,
}

/// What became of muting something.
#[derive(SimpleObject)]
pub(crate) struct MuteTastePayload {
    /// The genre or person; null if it was refused, or is unmuted and has left the catalogue.
    source: Option<TasteSource>,
    /// What a person can put right: a `source` that is not there, or too many that are muted.
    pub(crate) user_errors: Vec<UserError>,
}

/// The part of a profile that is about mutes.
pub(crate) struct ProfileMutes(pub(crate) ProfileId);

/// The part of a profile that is about mutes.
#[Object]
impl ProfileMutes {
    /// The genres and people that are not to speak for a title, the last muted first.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 50 rows if neither says how
    /// many.
    async fn muted_tastes(
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
    ) -> Result<Option<Connection<MutedTasteEdge>>> {
        let window = PageArgs::both(first, after, last, before).window(&MUTED, 50)?;
        let mutes = ctx.services().watching.mutes(self.0).await?;
        let mut latest: Vec<&Mute> = mutes.iter().collect();
        latest.sort_by(|a, b| {
            let (a, b) = (keyset(a), keyset(b));
            b.value.cmp(&a.value).then_with(|| a.id.cmp(&b.id))
        });
        let page = page_of(latest, &window, Sorted::Descending, |mute| keyset(mute));
        let sources: Vec<MutedSource> = page.rows.iter().map(|mute| mute.source).collect();
        let sources = TasteSource::list(ctx, &sources).await?;
        let edges = page.rows.iter().zip(sources).filter_map(|(mute, source)| {
            Some(MutedTasteEdge {
                cursor: MUTED.cursor(keyset(mute)),
                node: source?,
                muted_at: mute.stamp.created_at.into(),
            })
        });
        let slice = Slice {
            rows: edges.collect(),
            has_more: page.has_more,
        };
        Ok(Some(Connection::new(
            slice,
            &window,
            Total::Known(mutes.len()),
        )))
    }
}

/// A genre or person that is muted, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct MutedTasteEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The genre or person that does not speak for titles.
    node: TasteSource,
    /// When it was muted.
    muted_at: DateTime,
}

impl Edge for MutedTasteEdge {
    type Node = TasteSource;
    const CONNECTION: &'static str = "MutedTasteConnection";

    fn node(&self) -> &TasteSource {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

fn source_id(id: &ID) -> Option<MutedSource> {
    match GlobalId::decode(id)? {
        GlobalId::Genre(id) => Some(MutedSource::Genre(id)),
        GlobalId::Person(id) => Some(MutedSource::Person(id)),
        _ => None,
    }
}

fn keyset(mute: &Mute) -> Keyset {
    let (kind, id) = mute.source.key();
    Keyset {
        value: KeyValue::Number(mute.stamp.created_at.timestamp_millis()),
        id: KeyValue::Text(format!("{kind} {id}")),
    }
}
