//! Saying by hand that something was watched, or that it was not.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject, Union};

use super::whose::whose;
use crate::domain::ids::TitleId;
use crate::domain::watching::{Said, WatchError, Watchable};
use crate::graphql::accounts::Profile;
use crate::graphql::catalog::{Episode, Film, Season, Series, Title};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

/// What can be said to be watched.
#[derive(Union)]
pub(crate) enum WatchedItem {
    Film(Film),
    Series(Series),
    Season(Season),
    Episode(Episode),
}

impl WatchedItem {
    async fn of_title(ctx: &Context<'_>, id: TitleId) -> Result<Option<Self>> {
        let title = ctx.personal().titles.find(id).await?;
        Ok(title.map(|title| match Title::one(title) {
            Title::Film(film) => Self::Film(film),
            Title::Series(series) => Self::Series(series),
        }))
    }

    async fn find(ctx: &Context<'_>, what: Watchable) -> Result<Option<Self>> {
        match what {
            Watchable::Film(id) | Watchable::Series(id) => Self::of_title(ctx, id).await,
            Watchable::Season(id) => Ok(Some(Self::Season(Season(id)))),
            Watchable::Episode(id) => {
                let episode = ctx.personal().episodes.find(id).await?;
                Ok(episode.map(|episode| Self::Episode(Episode(episode))))
            }
        }
    }
}

/// Saying by hand that something was watched.
#[derive(Default)]
pub(crate) struct WatchedMutation;

/// Saying by hand that something was watched.
#[Object]
impl WatchedMutation {
    /// Says by hand that the viewer's profile has watched something, here or elsewhere, or that it has not. No play is
    /// made of it: the history, usage and what is trending have nothing of it. Suggestions go by it, it is suggested no
    /// more, there is nothing to resume, and a series goes on behind it. Said of a series or a season it holds for each
    /// episode that was shown so far; of a series specials take no part, of season 0 they are what it is about.
    /// To say that it was not watched takes back what was said; what was played here stays in the history, and counts as
    /// watched once more when it is played to the end again. Repeating it changes nothing. For whoever is logged in; an
    /// API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn set_watched(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was watched or was not, and when.")] input: SetWatchedInput,
    ) -> Result<SetWatchedPayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let said = match watchable(&input.item) {
            Some(what) => {
                let (visibility, said) = (ctx.visibility(), input.said());
                let said = watching.say_watched(&visibility, &viewer, what, said);
                said.await.map(|()| what)
            }
            None => Err(WatchError::ItemNotFound),
        };
        let (what, user_errors) = UserError::split(said)?;
        let item = match what {
            Some(what) => WatchedItem::find(ctx, what).await?,
            None => None,
        };
        Ok(SetWatchedPayload { item, user_errors })
    }
}

/// What was watched, or was not.
#[derive(InputObject)]
struct SetWatchedInput {
    /// The global id of the film, episode, season or series.
    item: ID,
    /// True: it was watched; false: it was not.
    watched: bool,
    /// When it was watched, in the past; null or left out if that is not known. One that is told is a watch more than
    /// what was played here, and the same one again none. Of no meaning if it was not watched.
    watched_at: Option<DateTime>,
}

impl SetWatchedInput {
    fn said(&self) -> Said {
        if self.watched {
            Said::Watched {
                at: self.watched_at.map(|at| at.0),
            }
        } else {
            Said::Unwatched
        }
    }
}

/// What became of what was said.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct SetWatchedPayload {
    /// The film, episode, season or series, whose `watchState` or `progress` is what was said; null if that was refused.
    item: Option<WatchedItem>,
    /// What a person can put right: an `item` that is not there, or a `watchedAt` that is not in the past.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl SetWatchedPayload {
    /// The viewer's profile, with its lists as they are now; null if it was refused.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        whose(ctx, &self.user_errors).await
    }
}

fn watchable(id: &ID) -> Option<Watchable> {
    match GlobalId::decode(id)? {
        GlobalId::Film(id) => Some(Watchable::Film(id)),
        GlobalId::Series(id) => Some(Watchable::Series(id)),
        GlobalId::Season(id) => Some(Watchable::Season(id)),
        GlobalId::Episode(id) => Some(Watchable::Episode(id)),
        _ => None,
    }
}
