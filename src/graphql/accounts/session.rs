//! Log-ins on devices. Only the account's owner ever sees them.

use async_graphql::{Context, ID, Object};

use crate::domain::accounts;
use crate::domain::ids::SessionId;
use crate::domain::viewer::KnownViewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::scalars::DateTime;

/// A log-in of the viewer's own account.
pub(crate) struct Session {
    inner: accounts::Session,
    is_current: bool,
    /// Whether the viewer is told where it was begun from.
    is_shown: bool,
}

impl Session {
    /// As a viewer of the same account sees it.
    pub(super) fn new(session: accounts::Session, viewer: &KnownViewer) -> Self {
        let is_current = viewer.session() == Some(session.id);
        Self {
            inner: session,
            is_current,
            is_shown: viewer.sees_owner(),
        }
    }

    /// The viewer's own log-in with this id.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        id: SessionId,
    ) -> Result<Option<Self>> {
        let sessions = ctx.services().accounts.sessions(viewer).await?;
        let session = sessions.into_iter().find(|session| session.id == id);
        Ok(session.map(|session| Self::new(session, viewer)))
    }
}

/// A log-in on a device. Only the account's owner ever sees it; its id is of no use for logging in.
#[Object]
impl Session {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Session(self.inner.id).encode()
    }

    /// What the client called itself (its `User-Agent` header); null if it said nothing.
    async fn device(&self) -> Option<&str> {
        self.inner.device.as_deref()
    }

    /// The network address that it was begun from; null if it is not known, and to the profile of a child and to a
    /// machine's key.
    async fn ip(&self) -> Option<String> {
        let address = self.inner.address.filter(|_| self.is_shown);
        address.map(|address| address.to_canonical().to_string())
    }

    /// What it was begun with: `password`, or the name of the other site.
    async fn via(&self) -> &str {
        &self.inner.via
    }

    /// When it began, by logging in.
    async fn created_at(&self) -> DateTime {
        self.inner.created_at.into()
    }

    /// When it was last used, to the minute or so.
    async fn last_seen_at(&self) -> DateTime {
        self.inner.last_seen_at.into()
    }

    /// When it ends by itself; each use before then puts it off, up to the longest that a session may last.
    async fn expires_at(&self) -> DateTime {
        self.inner.expires_at.into()
    }

    /// Whether this request came with it.
    async fn current(&self) -> bool {
        self.is_current
    }
}
