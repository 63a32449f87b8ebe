//! The mutation `deleteHistory`: as if something had never been played.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};

use super::whose::whose;
use crate::domain::error::ErrorCode;
use crate::domain::ids::PlayId;
use crate::domain::watching::{Deletable, Gone, WatchError, WatchedItem};
use crate::graphql::accounts::Profile;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

/// Deleting what was played.
#[derive(Default)]
pub(crate) struct HistoryMutation;

/// Deleting what was played.
#[Object]
impl HistoryMutation {
    /// Deletes something of the history of the viewer's profile: one play, all plays of a film, an episode or a series,
    /// those that began before a moment, or everything. Then it is as if it had never been played: it is in no history,
    /// not watched, nothing to resume, not gone on with, and suggestions do not go by it. A play that was deleted does
    /// not come back, whatever its player reports of it and whatever list is loaded again; playing anew, with another
    /// name of the play, counts. Thumbs, the watchlist and what is hidden stay, and so does what `setWatched` said,
    /// unless everything is deleted. What it said and a later play put an end to does not come back when that play is
    /// deleted: an item that was watched again after `setWatched(watched: false)` is watched as long as an earlier play
    /// of it got to the end. What all viewers together have watched (`watchers`, usage) names nobody and stays, too.
    /// There is no way back; repeating it changes nothing. For whoever is logged in; an API key needs the scope
    /// `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn delete_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be deleted: exactly one of the fields.")]
        input: DeleteHistoryInput,
    ) -> Result<DeleteHistoryPayload> {
        let viewer = ctx.known_viewer()?;
        let what = match input.what() {
            Ok(what) => what,
            Err(error) => return Ok(DeleteHistoryPayload::refused(error)),
        };
        let (watching, visibility) = (&ctx.services().watching, ctx.visibility());
        let deleted = match what {
            Ok(what) => watching.delete_history(&visibility, &viewer, what).await,
            Err(error) => Err(error),
        };
        let (gone, user_errors) = UserError::split(deleted)?;
        let ids = |plays: &[PlayId]| {
            plays
                .iter()
                .map(|id| GlobalId::Play(*id).encode())
                .collect()
        };
        Ok(DeleteHistoryPayload {
            deleted_plays: gone
                .as_ref()
                .map(|gone| i32::try_from(gone.count()).unwrap_or(i32::MAX)),
            deleted_ids: gone.as_ref().and_then(Gone::names).map(ids),
            user_errors,
        })
    }
}

/// What is to be deleted of the history. Exactly one field is to be given.
#[derive(InputObject)]
struct DeleteHistoryInput {
    /// The global id of a play, as `history` of the profile lists it.
    play: Option<ID>,
    /// The global id of a film, an episode or a series: all of its plays.
    item: Option<ID>,
    /// All plays that began before this moment.
    before: Option<DateTime>,
    /// True: all plays, and what `setWatched` said. False is refused.
    everything: Option<bool>,
}

impl DeleteHistoryInput {
    /// What is to be deleted, an error if that is nothing that there is, or else why the input says nothing.
    fn what(&self) -> std::result::Result<std::result::Result<Deletable, WatchError>, UserError> {
        match (&self.play, &self.item, self.before, self.everything) {
            (Some(play), None, None, None) => Ok(match GlobalId::decode(play) {
                Some(GlobalId::Play(play)) => Ok(Deletable::Play(play)),
                _ => Err(WatchError::PlayNotFound),
            }),
            (None, Some(item), None, None) => Ok(match GlobalId::decode(item) {
                Some(GlobalId::Film(id)) => Ok(Deletable::Item(WatchedItem::Film(id))),
                Some(GlobalId::Episode(id)) => Ok(Deletable::Item(WatchedItem::Episode(id))),
                Some(GlobalId::Series(id)) => Ok(Deletable::Series(id)),
                _ => Err(WatchError::ItemNotFound),
            }),
            (None, None, Some(before), None) => Ok(Ok(Deletable::Before(before.0))),
            (None, None, None, Some(true)) => Ok(Ok(Deletable::Everything)),
            (None, None, None, Some(false)) => Err(UserError::input(
                ErrorCode::Invalid,
                "everything",
                "everything is deleted by true only",
            )),
            (play, item, before, _) => {
                let field = match (play, item, before) {
                    (Some(_), ..) => "play",
                    (None, Some(_), _) => "item",
                    (None, None, Some(_)) => "before",
                    (None, None, None) => "everything",
                };
                let message = "give exactly one of play, item, before and everything";
                Err(UserError::input(ErrorCode::Invalid, field, message))
            }
        }
    }
}

/// What became of deleting.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct DeleteHistoryPayload {
    /// How many plays of what the viewer may see are gone with this, also plays of a series as a whole, which a loaded
    /// list brought and no history shows; 0 if there were none any more, null if it was refused.
    deleted_plays: Option<i32>,
    /// The global ids of these plays, in no order, so that a client can forget them; null if they are more than a hundred,
    /// or if it was refused.
    deleted_ids: Option<Vec<ID>>,
    /// What a person can put right: a `play` that is not in this history, an `item` that is not there, more fields than
    /// one, or none. Then nothing was deleted.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl DeleteHistoryPayload {
    /// The viewer's profile, with its lists as they are now; null if it was refused.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        whose(ctx, &self.user_errors).await
    }
}

impl DeleteHistoryPayload {
    fn refused(error: UserError) -> Self {
        Self {
            deleted_plays: None,
            deleted_ids: None,
            user_errors: vec![error],
        }
    }
}
