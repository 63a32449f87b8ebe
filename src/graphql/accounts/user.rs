//! Accounts. Only their owner ever sees one.

use async_graphql::{Context, Enum, ID, Object};

use super::identity::Identity;
use super::profile::Profile;
use super::session::Session;
use crate::domain::accounts;
use crate::domain::viewer::{self, KnownViewer};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::limit;
use crate::graphql::scalars::DateTime;

/// What an account may do; each role may do what those before it may.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "viewer::Role")]
enum Role {
    /// Watches.
    Viewer,
    /// Keeps the catalogue.
    Curator,
    /// Keeps the peace.
    Moderator,
    /// May do everything.
    Admin,
}

/// The viewer's own account.
pub(crate) struct User {
    user: accounts::User,
    viewer: KnownViewer,
}

impl User {
    /// The account of a viewer.
    pub(super) fn new(user: accounts::User, viewer: KnownViewer) -> Self {
        Self { user, viewer }
    }
}

/// An account. Only its owner ever sees it.
#[Object]
impl User {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::User(self.user.id).encode()
    }

    /// The e-mail address, in lower case; null if another site's log-in made the account and told none.
    async fn email(&self) -> Option<&str> {
        self.user.email.as_ref().map(accounts::EmailAddress::as_str)
    }

    /// Whether the owner has shown that mail arrives there.
    async fn email_verified(&self) -> bool {
        self.user.email_verified
    }

    /// What the account may do.
    async fn role(&self) -> Role {
        self.user.role.into()
    }

    /// The profiles of the account, the oldest first.
    async fn profiles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Vec<Profile>> {
        let first = limit("first", first, 20)?;
        let profiles = ctx.services().accounts.profiles(&self.viewer).await?;
        Ok(profiles.into_iter().take(first).map(Profile).collect())
    }

    /// Where the account is logged in, the latest log-in first.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Vec<Session>> {
        let first = limit("first", first, 20)?;
        let sessions = ctx.services().accounts.sessions(&self.viewer).await?;
        let session = |session| Session::new(session, &self.viewer);
        Ok(sessions.into_iter().take(first).map(session).collect())
    }

    /// The other sites that the account can be logged in by, in the order of their names.
    async fn identities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Vec<Identity>> {
        let first = limit("first", first, 20)?;
        let identities = ctx.services().accounts.identities(&self.viewer).await?;
        Ok(identities
            .into_iter()
            .take(first)
            .map(Identity::from)
            .collect())
    }

    /// When the account was made.
    async fn created_at(&self) -> DateTime {
        self.user.stamp.created_at.into()
    }
}
