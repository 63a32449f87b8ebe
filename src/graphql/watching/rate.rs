//! Thumbs: what viewers say of titles.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};

use super::whose::whose;
use crate::domain::ids::TitleId;
use crate::domain::watching::WatchError;
use crate::graphql::accounts::Profile;
use crate::graphql::catalog::Title;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::user_error::UserError;

/// What the viewer's profile said of a title; `None` if nothing, or nobody is logged in.
pub(crate) async fn viewer_liked(ctx: &Context<'_>, title: TitleId) -> Result<Option<bool>> {
    if ctx.viewer().profile().is_none() {
        return Ok(None);
    }
    ctx.personal().thumbs.find(title).await
}

/// Saying what one thinks of a title.
#[derive(Default)]
pub(crate) struct RatingMutation;

/// Saying what one thinks of a title.
#[Object]
impl RatingMutation {
    /// Records whether the viewer's profile likes a film or series; the next suggestions go by it. Who rates has seen it:
    /// a title that was never played here counts as watched elsewhere. For whoever is logged in; an API key needs
    /// the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn rate_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The title, and the thumb: up, down or none.")] input: RateTitleInput,
    ) -> Result<RateTitlePayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let rated = match title_id(&input.title) {
            Some(title) => {
                let visibility = ctx.visibility();
                watching
                    .rate(&visibility, &viewer, title, input.liked)
                    .await
            }
            None => Err(WatchError::TitleNotFound),
        };
        let (title, user_errors) = UserError::split(rated)?;
        Ok(RateTitlePayload {
            title: title.map(Title::one),
            user_errors,
        })
    }
}

/// The film or series that a global id names.
pub(super) fn title_id(id: &ID) -> Option<TitleId> {
    match GlobalId::decode(id)? {
        GlobalId::Film(id) | GlobalId::Series(id) => Some(id),
        _ => None,
    }
}

/// What somebody thinks of a title.
#[derive(InputObject)]
struct RateTitleInput {
    /// The global id of the film or series.
    title: ID,
    /// True: a thumb up; false: one down; null, or left out: what was said is taken back.
    liked: Option<bool>,
}

/// What became of a rating.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct RateTitlePayload {
    /// The title, whose `viewerLiked` is what was said; null if that was refused.
    title: Option<Title>,
    /// What a person can put right: a `title` that is not there.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl RateTitlePayload {
    /// The viewer's profile, with its lists as they are now; null if it was refused.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        whose(ctx, &self.user_errors).await
    }
}
