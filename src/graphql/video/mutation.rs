//! Saying which videos of other sites something is played from.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::playback::{Playback, playback};
use crate::domain::membership::Access;
use crate::domain::video::{PlayableFrom, VideoError, Wanted};
use crate::domain::viewer::Role;
use crate::domain::watching::WatchedItem;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// What is said of what things are played from.
#[derive(Default)]
pub(crate) struct VideoMutation;

/// What is said of what things are played from.
#[Object]
impl VideoMutation {
    /// Says which videos of YouTube, Vimeo or Wistia a film or an episode is played from, in the place of all that were said
    /// before; without any it is played from files alone. Ids are checked by their shape: `reelgraph video check` asks the
    /// hosts whether there are such videos. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn set_videos(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The film or episode, and all of its videos.")] input: SetVideosInput,
    ) -> Result<SetVideosPayload> {
        let (service, visibility) = (&ctx.services().video, ctx.visibility());
        let viewer = ctx.known_viewer()?;
        let set = match item_of(&input.item) {
            Some(item) => {
                let set = service.set_videos(&visibility, &viewer, item, &input.videos);
                set.await
            }
            None => Err(VideoError::ItemNotFound),
        };
        let (set, user_errors) = UserError::split(set)?;
        let playback = match set {
            Some(set) => {
                let from = PlayableFrom {
                    videos: set.videos,
                    ..PlayableFrom::default()
                };
                playback(
                    ctx,
                    (set.item, Access::Open),
                    &from,
                    &Wanted::default(),
                    None,
                )
                .await?
            }
            None => None,
        };
        Ok(SetVideosPayload {
            playback,
            user_errors,
        })
    }
}

/// What a global id names that is played.
fn item_of(id: &ID) -> Option<WatchedItem> {
    match GlobalId::decode(id)? {
        GlobalId::Film(id) => Some(WatchedItem::Film(id)),
        GlobalId::Episode(id) => Some(WatchedItem::Episode(id)),
        _ => None,
    }
}

/// What something is played from on other sites.
#[derive(InputObject)]
struct SetVideosInput {
    /// The global id of the film or the episode.
    item: ID,
    /// The videos, the one that is wanted most first, at most 20: the address of the page or the player of each, or
    /// `youtube:ID`, `vimeo:ID`, `vimeo:ID/HASH` (not listed there) or `wistia:ID`.
    videos: Vec<String>,
}

/// What became of saying what something is played from.
#[derive(SimpleObject)]
pub(crate) struct SetVideosPayload {
    /// What it is played from on other sites now; null if that is nothing, or it was refused.
    playback: Option<Playback>,
    /// What a person can put right: an `item` that is not there; of `videos` an address of no video, one that is named
    /// twice, or more than may be.
    pub(crate) user_errors: Vec<UserError>,
}
