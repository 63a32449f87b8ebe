//! Accounts. Their owner sees everything of one, admins what they need to keep order.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::api_key::ApiKey;
use super::audit::{AuditEntryEdge, audit_log};
use super::identity::Identity;
use super::profile::Profile;
use super::session::Session;
use super::viewer::Viewer;
use crate::domain::accounts::{self, AccountError};
use crate::domain::ids::UserId;
use crate::domain::viewer::{self, KnownViewer};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge, PageArgs, limit};
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

/// What an account may do; each role may do what those before it may.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "viewer::Role")]
pub(super) enum Role {
    /// Watches, rates, and manages the own account; the role of whoever registers.
    Viewer,
    /// Keeps the catalogue: what is in it, and what is said of it.
    Curator,
    /// Keeps the peace: what viewers write for each other.
    Moderator,
    /// May do everything, and alone sees, disables and gives roles to other accounts.
    Admin,
}

/// An account, as a viewer sees it: the viewer's own, or anybody's if the viewer is an admin.
pub(crate) struct User {
    user: accounts::User,
    viewer: KnownViewer,
}

impl User {
    /// An account that the viewer may see.
    pub(super) fn new(user: accounts::User, viewer: KnownViewer) -> Self {
        Self { user, viewer }
    }

    /// The account with this id, if the viewer may see it.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        id: UserId,
    ) -> Result<Option<Self>> {
        match ctx.services().accounts.user(viewer, id).await {
            Ok(user) => Ok(Some(Self::new(user, *viewer))),
            Err(AccountError::UserNotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it is the viewer's own.
    fn is_own(&self) -> bool {
        self.user.id == self.viewer.user
    }
}

/// An account. Its owner sees all of it, but with the profile of a child or with a machine's key not to whom it belongs
/// and what was done to it. An admin sees to whom it belongs, what it may do and what was done to it; the rest is null.
/// For anybody else it does not exist.
#[Object]
impl User {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::User(self.user.id).encode()
    }

    /// The e-mail address, in lower case; null if another site's log-in made the account and told none, and to the profile
    /// of a child and to a machine's key (but for one that may do what admins may).
    async fn email(&self) -> Option<&str> {
        let email = self.user.email.as_ref();
        let email = email.filter(|_| self.viewer.sees_owner());
        email.map(accounts::EmailAddress::as_str)
    }

    /// Whether the owner has shown that mail arrives there.
    async fn email_verified(&self) -> bool {
        self.user.email_verified
    }

    /// Whether one can log in with a password.
    async fn has_password(&self) -> bool {
        self.user.password.is_some()
    }

    /// What the account may do. An API key may do less.
    async fn role(&self) -> Role {
        self.user.role.into()
    }

    /// Whether the account may not be used.
    async fn disabled(&self) -> bool {
        self.user.disabled_at.is_some()
    }

    /// The profiles of the account, the oldest first; null to admins who look at somebody else's.
    async fn profiles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Option<Vec<Profile>>> {
        let first = limit("first", first, 20)?;
        if !self.is_own() {
            return Ok(None);
        }
        let profiles = ctx.services().accounts.profiles(&self.viewer).await?;
        let profiles = profiles.into_iter().take(first).map(Profile);
        Ok(Some(profiles.collect()))
    }

    /// Where the account is logged in, the latest log-in first; null to admins who look at somebody else's.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Option<Vec<Session>>> {
        let first = limit("first", first, 20)?;
        if !self.is_own() {
            return Ok(None);
        }
        let sessions = ctx.services().accounts.sessions(&self.viewer).await?;
        let session = |session| Session::new(session, &self.viewer);
        let sessions = sessions.into_iter().take(first).map(session);
        Ok(Some(sessions.collect()))
    }

    /// The API keys of the account, the oldest first; null to admins who look at somebody else's.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Option<Vec<ApiKey>>> {
        let first = limit("first", first, 20)?;
        if !self.is_own() {
            return Ok(None);
        }
        let keys = ctx.services().accounts.api_keys(&self.viewer).await?;
        let keys = keys.into_iter().take(first).map(ApiKey);
        Ok(Some(keys.collect()))
    }

    /// What was done to the account, the latest first; null to the profile of a child and to a machine's key (but for one
    /// that may do what admins may).
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how
    /// many.
    async fn audit_log(
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
    ) -> Result<Option<Connection<AuditEntryEdge>>> {
        if !self.viewer.sees_owner() {
            return Ok(None);
        }
        let page = PageArgs::both(first, after, last, before);
        audit_log(ctx, self.viewer, self.user.id, page).await
    }

    /// The other sites that the account can be logged in by, in the order of their names; null to admins who look at
    /// somebody else's.
    async fn identities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Option<Vec<Identity>>> {
        let first = limit("first", first, 20)?;
        if !self.is_own() {
            return Ok(None);
        }
        let identities = ctx.services().accounts.identities(&self.viewer).await?;
        let identities = identities.into_iter().take(first).map(Identity::from);
        Ok(Some(identities.collect()))
    }

    /// When the account was made.
    async fn created_at(&self) -> DateTime {
        self.user.stamp.created_at.into()
    }
}

/// An account in a list.
#[derive(SimpleObject)]
pub(crate) struct UserEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The account, without what only its owner sees.
    node: User,
}

impl UserEdge {
    /// A row of a list of accounts.
    pub(super) fn new(cursor: Cursor, node: User) -> Self {
        Self { cursor, node }
    }
}

impl Edge for UserEdge {
    type Node = User;
    const CONNECTION: &'static str = "UserConnection";

    fn node(&self) -> &User {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// What changing an account led to.
#[derive(SimpleObject)]
pub(crate) struct UserPayload {
    /// The account as it is now; null if the change was refused, or if the viewer may not see the account.
    pub(super) user: Option<User>,
    /// What a person can put right: a wrong password, an `email` that is none, a `token` that was used before, a `user`
    /// that does not exist.
    pub(crate) user_errors: Vec<UserError>,
}

impl UserPayload {
    /// Somebody did something to the own account.
    pub(super) async fn own(ctx: &Context<'_>, outcome: Result<(), AccountError>) -> Result<Self> {
        let (done, user_errors) = UserError::split(outcome)?;
        let user = match done {
            None => None,
            Some(()) => Some(Viewer::load(ctx, ctx.known_viewer()?).await?.into_user()),
        };
        Ok(Self { user, user_errors })
    }

    /// A viewer did something to an account.
    pub(super) fn of(
        outcome: Result<accounts::User, AccountError>,
        viewer: KnownViewer,
    ) -> Result<Self> {
        let (user, user_errors) = UserError::split(outcome)?;
        Ok(Self {
            user: user.map(|user| User::new(user, viewer)),
            user_errors,
        })
    }

    /// The payload of a change that was refused.
    pub(super) fn refused(error: UserError) -> Self {
        Self {
            user: None,
            user_errors: vec![error],
        }
    }
}
