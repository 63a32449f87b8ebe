//! What was done to an account, when and by whom.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use crate::domain::accounts::{self, Actor};
use crate::domain::ids::UserId;
use crate::domain::page::Keyset;
use crate::domain::viewer::{KnownViewer, Role};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge, PageArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::total::Total;

static AUDIT: Order = Order::by_number("audit");

/// What was done to an account; new values may be added.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "accounts::Action")]
enum AuditAction {
    /// The account was made.
    Registered,
    /// Somebody logged in; `detail` says by what.
    LoggedIn,
    /// Somebody tried to log in and was refused.
    LogInFailed,
    /// Somebody who was logged in was asked for the password once more and gave a wrong one.
    PasswordRefused,
    /// Somebody gave a wrong PIN for another profile.
    PinRefused,
    /// A session was ended by the device that had it.
    LoggedOut,
    /// Sessions were ended from elsewhere.
    SessionsEnded,
    /// A refresh token was used twice, and its session ended.
    RefreshReused,
    /// The password was changed by somebody who knew the old one.
    PasswordChanged,
    /// A link for a new password was asked for.
    PasswordResetRequested,
    /// The password was set by such a link, or by a command.
    PasswordReset,
    /// The e-mail address was confirmed.
    EmailConfirmed,
    /// Another e-mail address was asked for.
    EmailChangeRequested,
    /// The e-mail address was changed.
    EmailChanged,
    /// Another site's log-in was linked; `detail` is the site.
    IdentityLinked,
    /// Another site's log-in was unlinked; `detail` is the site.
    IdentityUnlinked,
    /// The other site says that the person took back the permission; `detail` is the site.
    IdentityRevoked,
    /// A profile was added.
    ProfileAdded,
    /// A profile was changed.
    ProfileChanged,
    /// A profile was deleted.
    ProfileDeleted,
    /// The role was changed; `detail` is the new one.
    RoleChanged,
    /// The account was disabled.
    Disabled,
    /// The account was enabled again.
    Enabled,
    /// An API key was made; `detail` is its name.
    ApiKeyCreated,
    /// An API key was revoked; `detail` is its name.
    ApiKeyRevoked,
    /// Everything about the account was exported.
    Exported,
    /// The account set which sources of values go before which; `detail` is the field, `*` for all that have no order of
    /// their own, and the order, without which it was taken away.
    SourcePrecedenceSet,
    /// A plan was given by hand; `detail` is the plan, and until when.
    MembershipGranted,
    /// A plan that was given by hand was taken back; `detail` is the plan.
    MembershipRevoked,
}

/// Who did what an entry of the audit log tells.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum AuditActor {
    /// Somebody who was not logged in.
    Nobody,
    /// Somebody who was logged in to the account itself.
    Owner,
    /// Another account: an admin.
    Admin,
    /// Whoever runs commands on the site's machine.
    Operator,
    /// Another site that one can log in by.
    Provider,
}

/// An entry of an account's audit log, as a viewer sees it.
pub(crate) struct AuditEntry {
    entry: accounts::AuditEntry,
    viewer: KnownViewer,
}

impl AuditEntry {
    fn is_own(&self) -> bool {
        self.entry.user == Some(self.viewer.user)
    }
}

/// Something that was done to an account. There is no password, token or e-mail address in it.
#[Object]
impl AuditEntry {
    /// When it was done, by the clock of the site.
    async fn at(&self) -> DateTime {
        self.entry.at.into()
    }

    /// What was done; it says what `detail` holds.
    async fn action(&self) -> AuditAction {
        self.entry.action.into()
    }

    /// Who did it: the owner, an admin, a command, another site, or somebody unknown.
    async fn actor(&self) -> AuditActor {
        match self.entry.actor {
            Actor::Nobody => AuditActor::Nobody,
            Actor::Operator => AuditActor::Operator,
            Actor::Provider => AuditActor::Provider,
            Actor::User(user) if Some(user) == self.entry.user => AuditActor::Owner,
            Actor::User(_) => AuditActor::Admin,
        }
    }

    /// The global id of the admin who did it. Only admins see it; null if it was nobody's.
    async fn admin(&self) -> Option<ID> {
        let Actor::User(user) = self.entry.actor else {
            return None;
        };
        let is_shown = self.viewer.role >= Role::Admin && Some(user) != self.entry.user;
        is_shown.then(|| GlobalId::User(user).encode())
    }

    /// The network address that it came from. Only the account's owner sees it; null if it came over no network.
    async fn ip(&self) -> Option<String> {
        let address = self.entry.address.filter(|_| self.is_own());
        address.map(|address| address.to_canonical().to_string())
    }

    /// What else is to be said, as `action` describes it; null for actions that need no more.
    async fn detail(&self) -> Option<&str> {
        self.entry.detail.as_deref()
    }
}

/// A page of the audit log of an account.
pub(super) async fn audit_log(
    ctx: &Context<'_>,
    viewer: KnownViewer,
    user: UserId,
    page: PageArgs,
) -> Result<Option<Connection<AuditEntryEdge>>> {
    let window = page.window(&AUDIT, 20)?;
    let accounts = &ctx.services().accounts;
    let slice = accounts.audit_of(&viewer, user, &window).await?;
    let edges = slice.map(|entry| AuditEntryEdge {
        cursor: AUDIT.cursor(keyset(&entry)),
        node: AuditEntry { entry, viewer },
    });
    Ok(Some(Connection::new(edges, &window, Total::Uncounted)))
}

fn keyset(entry: &accounts::AuditEntry) -> Keyset {
    Keyset::by_number(entry.at.timestamp_millis(), entry.id.to_i64())
}

/// An entry of an account's audit log, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct AuditEntryEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// What was done, when and by whom.
    node: AuditEntry,
}

impl Edge for AuditEntryEdge {
    type Node = AuditEntry;
    const CONNECTION: &'static str = "AuditEntryConnection";

    fn node(&self) -> &AuditEntry {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}
