//! What admins see of accounts and do to them.

use async_graphql::{Context, ID, InputObject, Object};

use super::user::{Role, User, UserEdge, UserPayload};
use crate::domain::accounts::{self, AccountError, Authority};
use crate::domain::ids::UserId;
use crate::domain::page::Keyset;
use crate::domain::viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::{BySession, RoleAtLeast, SignedIn};
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static USERS: Order = Order::by_number("users");

/// What admins see of accounts.
#[derive(Default)]
pub(crate) struct ManageQuery;

/// What admins see of accounts.
#[Object]
impl ManageQuery {
    /// An account. Viewers see their own, admins every one; `NOT_FOUND` if there is no other that the viewer may see.
    #[graphql(guard = "SignedIn")]
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the account.")] id: ID,
    ) -> Result<Option<User>> {
        let viewer = ctx.known_viewer()?;
        let user = match user_id(&id) {
            Some(user) => User::find(ctx, &viewer, user).await?,
            None => None,
        };
        user.map(Some).ok_or_else(|| ApiError::not_found("id"))
    }

    /// All accounts, the oldest first. For admins.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how
    /// many.
    #[graphql(guard = "RoleAtLeast(viewer::Role::Admin)")]
    async fn users(
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
    ) -> Result<Option<Connection<UserEdge>>> {
        let viewer = ctx.known_viewer()?;
        let window = PageArgs::both(first, after, last, before).window(&USERS, 20)?;
        let authority = Authority::Viewer(&viewer, ctx.client());
        let accounts = &ctx.services().accounts;
        let slice = accounts.list_users(authority, &window).await?;
        let edges =
            slice.map(|user| UserEdge::new(USERS.cursor(made(&user)), User::new(user, viewer)));
        Ok(Some(Connection::new(edges, &window, Total::Uncounted)))
    }
}

/// What admins do to accounts.
#[derive(Default)]
pub(crate) struct ManageMutation;

/// What admins do to accounts.
#[Object]
impl ManageMutation {
    /// Gives an account another role, from its next request on. For admins who are logged in on a device, and not for
    /// their own account.
    #[graphql(guard = "RoleAtLeast(viewer::Role::Admin).and(BySession)")]
    async fn set_user_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and which role.")] input: SetUserRoleInput,
    ) -> Result<UserPayload> {
        let viewer = ctx.known_viewer()?;
        let authority = Authority::Viewer(&viewer, ctx.client());
        let accounts = &ctx.services().accounts;
        let changed = match user_id(&input.user) {
            Some(user) => accounts.set_role(authority, user, input.role.into()).await,
            None => Err(AccountError::UserNotFound),
        };
        UserPayload::of(changed, viewer)
    }

    /// Disables an account, or enables it again. A disabled one is logged out everywhere at once and cannot log in; its
    /// keys are good for nothing. For admins who are logged in on a device, and not for their own account.
    #[graphql(guard = "RoleAtLeast(viewer::Role::Admin).and(BySession)")]
    async fn set_user_disabled(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and whether.")] input: SetUserDisabledInput,
    ) -> Result<UserPayload> {
        let viewer = ctx.known_viewer()?;
        let authority = Authority::Viewer(&viewer, ctx.client());
        let accounts = &ctx.services().accounts;
        let changed = match user_id(&input.user) {
            Some(user) => accounts.set_disabled(authority, user, input.disabled).await,
            None => Err(AccountError::UserNotFound),
        };
        UserPayload::of(changed, viewer)
    }
}

fn user_id(id: &ID) -> Option<UserId> {
    match GlobalId::decode(id) {
        Some(GlobalId::User(user)) => Some(user),
        _ => None,
    }
}

fn made(user: &accounts::User) -> Keyset {
    Keyset::by_number(user.stamp.created_at.timestamp_millis(), user.id.to_i64())
}

/// Which role an account is to have.
#[derive(InputObject)]
struct SetUserRoleInput {
    /// The global id of the account; not the viewer's own.
    user: ID,
    /// The role that it has from its next request on.
    role: Role,
}

/// Whether an account is to be disabled.
#[derive(InputObject)]
struct SetUserDisabledInput {
    /// The global id of the account; not the viewer's own.
    user: ID,
    /// Whether it is to be disabled.
    disabled: bool,
}
