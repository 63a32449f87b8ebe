//! Who asks, as the schema shows it: an account with the profile that is chosen.

use async_graphql::{Context, ID, SimpleObject};

use super::profile::Profile;
use super::user::User;
use crate::domain::viewer::KnownViewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;

/// Who is logged in: an account, with one of its profiles chosen.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Viewer {
    /// The global id, which `node` takes: opaque text that stays the same.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// The account that is logged in.
    user: User,
    /// The profile that watches: what is reported, rated and suggested is its own. `selectProfile` chooses another.
    profile: Profile,
}

impl Viewer {
    /// The account and profile of a viewer.
    pub(crate) async fn load(ctx: &Context<'_>, viewer: KnownViewer) -> Result<Self> {
        let (user, profile) = ctx.services().accounts.account(&viewer).await?;
        Ok(Self {
            id: GlobalId::Viewer(viewer.profile).encode(),
            user: User::new(user, viewer),
            profile: Profile(profile),
        })
    }

    /// The account without the profile.
    pub(crate) fn into_user(self) -> User {
        self.user
    }
}
