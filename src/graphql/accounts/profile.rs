//! Profiles. Only the owner of their account ever sees them.

use async_graphql::{Context, ID, Object};

use crate::domain::accounts;
use crate::domain::error::ErrorCode;
use crate::domain::ids::ProfileId;
use crate::domain::viewer::KnownViewer;
use crate::graphql::commenting::ProfileComments;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::{GlobalId, RowId};
use crate::graphql::recommend::{ProfileRecommendations, RecommendationRow};
use crate::graphql::scalars::DateTime;
use crate::graphql::watching::{ProfileHidden, ProfileMutes, ProfileWatching, ProfileWatchlist};

/// A profile of the viewer's own account.
pub(crate) struct Profile(pub(super) accounts::Profile);

impl Profile {
    /// The profile of the viewer's own account with this id.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        id: ProfileId,
    ) -> Result<Option<Self>> {
        let profiles = ctx.services().accounts.profiles(viewer).await?;
        let profile = profiles.into_iter().find(|profile| profile.id == id);
        Ok(profile.map(Self))
    }

    /// Rows of the page that is made for a profile of the viewer's own account, in the order of their ids, all of which
    /// are of that profile; `None` in place of one for which too few titles are suggested.
    pub(crate) async fn find_rows(
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        profile: ProfileId,
        ids: &[RowId],
    ) -> Result<Vec<Option<RecommendationRow>>> {
        let Some(profile) = Self::find(ctx, viewer, profile).await? else {
            return Ok(ids.iter().map(|_| None).collect());
        };
        if let Err(error) = profile.check_opens(ctx).await {
            // One that is closed to the viewer takes nothing else with it.
            return match error.kind() {
                ErrorCode::Forbidden => Ok(ids.iter().map(|_| None).collect()),
                _ => Err(error),
            };
        }
        profile.recommendations().page().find(ctx, ids).await
    }

    fn recommendations(&self) -> ProfileRecommendations {
        ProfileRecommendations {
            profile: self.0.id,
            max_age: self.0.max_age,
        }
    }

    /// Refuses viewers who may not see what it watched and what is suggested to it.
    async fn check_opens(&self, ctx: &Context<'_>) -> Result<()> {
        let viewer = ctx.known_viewer()?;
        let accounts = &ctx.services().accounts;
        Ok(accounts.check_opens(&self.0, &viewer).await?)
    }
}

/// One person's history, taste and suggestions inside an account. Only the account's owner ever sees it. What it watched
/// and wrote, and what is suggested to it, is for the profile itself, and, unless it has a PIN, for the account's profiles
/// of grown-ups; with another one those fields are `FORBIDDEN`.
#[Object]
impl Profile {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Profile(self.0.id).encode()
    }

    /// What it is called; whoever reads what it wrote of titles is told.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The highest age rating that it may watch, in years; null: everything. Below 18 it is a child's, who cannot manage
    /// the account.
    async fn max_age(&self) -> Option<u8> {
        self.0.max_age
    }

    /// The language that it prefers, as a BCP 47 tag; null: none in particular.
    async fn language(&self) -> Option<&str> {
        self.0.language.as_deref()
    }

    /// Whether switching to it needs a PIN.
    async fn has_pin(&self) -> bool {
        self.0.pin.is_some()
    }

    /// Since when nothing of what it plays is kept; null: it is kept. `setHistoryPaused` changes that.
    async fn history_paused_at(&self) -> Option<DateTime> {
        self.0.paused_since().map(Into::into)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.stamp.created_at.into()
    }

    #[graphql(flatten)]
    async fn watching(&self, ctx: &Context<'_>) -> Result<ProfileWatching> {
        self.check_opens(ctx).await?;
        Ok(ProfileWatching(self.0.id))
    }

    #[graphql(flatten)]
    async fn recommending(&self, ctx: &Context<'_>) -> Result<ProfileRecommendations> {
        self.check_opens(ctx).await?;
        Ok(self.recommendations())
    }

    #[graphql(flatten)]
    async fn watchlisting(&self, ctx: &Context<'_>) -> Result<ProfileWatchlist> {
        self.check_opens(ctx).await?;
        Ok(ProfileWatchlist(self.0.id))
    }

    #[graphql(flatten)]
    async fn hiding(&self, ctx: &Context<'_>) -> Result<ProfileHidden> {
        self.check_opens(ctx).await?;
        Ok(ProfileHidden(self.0.id))
    }

    #[graphql(flatten)]
    async fn muting(&self, ctx: &Context<'_>) -> Result<ProfileMutes> {
        self.check_opens(ctx).await?;
        Ok(ProfileMutes(self.0.id))
    }

    #[graphql(flatten)]
    async fn commenting(&self, ctx: &Context<'_>) -> Result<ProfileComments> {
        self.check_opens(ctx).await?;
        Ok(ProfileComments(self.0.id))
    }
}
