//! Titles that viewers mean to watch.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};

use super::rate::title_id;
use super::whose::whose;
use crate::domain::catalog::TitleOrder;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::Slice;
use crate::domain::watching::{self, TitleList, WatchError, WatchlistQuery};
use crate::graphql::accounts::Profile;
use crate::graphql::catalog::{Title, TitleFilter, titles};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::guard::MayWatch;
use crate::graphql::page::{Connection, Edge, PageArgs, Sorted, page_of};
use crate::graphql::scalars::DateTime;
use crate::graphql::total::Total;
use crate::graphql::user_error::UserError;

static ADDED_NEWEST: Order = Order::by_number("watchlist newest added");
static ADDED_OLDEST: Order = Order::by_number("watchlist oldest added");
static BY_NAME: Order = Order::by_text("watchlist by name");
static BY_NAME_DESCENDING: Order = Order::by_text("watchlist by name, descending");
static RELEASED_NEWEST: Order = Order::by_number("watchlist newest released");
static RELEASED_OLDEST: Order = Order::by_number("watchlist oldest released");
static POPULAR: Order = Order::by_number("watchlist popular");
static LEAST_POPULAR: Order = Order::by_number("watchlist least popular");

/// Whether a title is on the watchlist of the viewer's profile; `None` if nobody is logged in.
pub(crate) async fn in_watchlist(ctx: &Context<'_>, title: TitleId) -> Result<Option<bool>> {
    if ctx.viewer().profile().is_none() {
        return Ok(None);
    }
    let listed = ctx.personal().watchlist.find(title).await?;
    Ok(Some(listed.is_some()))
}

/// Keeping a watchlist of titles.
#[derive(Default)]
pub(crate) struct WatchlistMutation;

/// Keeping a watchlist of titles.
#[Object]
impl WatchlistMutation {
    /// Puts a film or series on the watchlist of the viewer's profile, or takes it off. It stays there when it is
    /// watched, and suggestions do not go by it. Repeating it changes nothing, not even when the title was added. At
    /// most 1,000 a profile. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn set_watchlisted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The title, and whether it is to be on the watchlist.")]
        input: SetWatchlistedInput,
    ) -> Result<SetWatchlistedPayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let listed = match title_id(&input.title) {
            Some(title) => {
                let (visibility, list) = (ctx.visibility(), TitleList::Watchlist);
                watching
                    .set_listed(&visibility, &viewer, list, title, input.watchlisted)
                    .await
            }
            None => Err(WatchError::TitleNotFound),
        };
        let (title, user_errors) = UserError::split(listed)?;
        let title = title.flatten();
        Ok(SetWatchlistedPayload {
            title: title.map(Title::one),
            user_errors,
        })
    }
}

/// Which title is to be on the watchlist, or no longer.
#[derive(InputObject)]
struct SetWatchlistedInput {
    /// The global id of the film or series.
    title: ID,
    /// True: it is to be on the watchlist; false: it is not.
    watchlisted: bool,
}

/// What became of the watchlist.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct SetWatchlistedPayload {
    /// The title, whose `inWatchlist` is what was asked for; null if that was refused, or if it was taken off and has left
    /// the catalogue.
    title: Option<Title>,
    /// What a person can put right: a `title` that is not there, or a watchlist that is full.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl SetWatchlistedPayload {
    /// The viewer's profile, with its lists as they are now; null if it was refused.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        whose(ctx, &self.user_errors).await
    }
}

/// The orders that a watchlist can be in; ties are broken by id.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WatchlistOrder {
    /// The last added first.
    AddedNewest,
    /// The first added first.
    AddedOldest,
    /// By name, A to Z, without regard to case, accents and a leading article.
    Name,
    /// By name, Z to A, without regard to case, accents and a leading article.
    NameDescending,
    /// The latest first showing first; titles of unknown year last.
    ReleasedNewest,
    /// The earliest first showing first; titles of unknown year last.
    ReleasedOldest,
    /// What the most profiles have watched first.
    Popular,
    /// What the fewest profiles have watched first.
    LeastPopular,
}

impl WatchlistOrder {
    /// The order as the domain knows it, and that of its cursors.
    fn resolve(self) -> (watching::WatchlistOrder, &'static Order) {
        use watching::WatchlistOrder as Domain;
        match self {
            Self::AddedNewest => (Domain::AddedNewest, &ADDED_NEWEST),
            Self::AddedOldest => (Domain::AddedOldest, &ADDED_OLDEST),
            Self::Name => (Domain::Titles(TitleOrder::Name), &BY_NAME),
            Self::NameDescending => (
                Domain::Titles(TitleOrder::NameDescending),
                &BY_NAME_DESCENDING,
            ),
            Self::ReleasedNewest => (Domain::Titles(TitleOrder::NewestReleased), &RELEASED_NEWEST),
            Self::ReleasedOldest => (Domain::Titles(TitleOrder::OldestReleased), &RELEASED_OLDEST),
            Self::Popular => (Domain::Titles(TitleOrder::Popular), &POPULAR),
            Self::LeastPopular => (Domain::Titles(TitleOrder::LeastPopular), &LEAST_POPULAR),
        }
    }
}

/// The part of a profile that is about its watchlist.
pub(crate) struct ProfileWatchlist(pub(crate) ProfileId);

/// The part of a profile that is about its watchlist.
#[Object]
impl ProfileWatchlist {
    /// The films and series that it means to watch, page by page in either direction: `first` and `after`, or `last`
    /// and `before`. A page has 50 rows if neither says how many. What may not be seen any more is left out, and is there
    /// again when it may.
    #[expect(clippy::too_many_arguments, reason = "they are those of the field")]
    async fn watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conditions that a title must pass; all titles, if left out.")]
        filter: Option<TitleFilter>,
        #[graphql(
            desc = "The order of the titles; ties are broken by id.",
            default_with = "Some(WatchlistOrder::AddedNewest)"
        )]
        order_by: Option<WatchlistOrder>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list or order."
        )]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(
            desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list or order."
        )]
        before: Option<String>,
    ) -> Result<Option<Connection<WatchlistEdge>>> {
        let order = order_by.unwrap_or(WatchlistOrder::AddedNewest);
        let (order, of_cursors) = order.resolve();
        let args = PageArgs::both(first, after, last, before);
        let window = args.window(of_cursors, 50)?;
        let query = WatchlistQuery {
            filter: filter.unwrap_or_default().into_domain(ctx).await?,
            order,
        };
        let watching = &ctx.services().watching;
        let rows = watching
            .watchlist(&ctx.visibility(), self.0, &query)
            .await?;
        let total = Total::Known(rows.len());
        let sorted = if order.is_descending() {
            Sorted::Descending
        } else {
            Sorted::Ascending
        };
        let page = page_of(rows, &window, sorted, |row| order.keyset(row));
        let nodes = page.rows.iter().map(|row| row.title.clone()).collect();
        let rows = titles(nodes).into_iter().zip(&page.rows);
        let edges = rows.map(|(node, row)| WatchlistEdge {
            cursor: of_cursors.cursor(order.keyset(row)),
            node,
            added_at: row.listed.stamp.created_at.into(),
        });
        let slice = Slice {
            rows: edges.collect(),
            has_more: page.has_more,
        };
        Ok(Some(Connection::new(slice, &window, total)))
    }
}

/// A film or series on a watchlist, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct WatchlistEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The film or series that is to be watched.
    node: Title,
    /// When it was put on the watchlist.
    added_at: DateTime,
}

impl Edge for WatchlistEdge {
    type Node = Title;
    const CONNECTION: &'static str = "WatchlistConnection";

    fn node(&self) -> &Title {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}
