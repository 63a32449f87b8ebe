//! Whose a session is: what each request of somebody who has logged in begins with.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::profile::Profile;
use super::session::Session;
use super::store::{ProfileStore, SessionStore};
use super::user::User;
use crate::domain::error::StoreError;
use crate::domain::ids::SessionId;

/// A session; and the account and the profile that it goes on with, unless one of them is gone.
pub type Owned = (Session, Option<(User, Profile)>);

/// Sessions, and whose they are.
#[async_trait]
pub trait SessionOwners: Send + Sync {
    /// The session with this id, as it is now, and whose it is: a change of either acts on the next request.
    async fn owned_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Owned>, StoreError>;
}

/// One read after the other.
pub struct ReadInTurn {
    sessions: Arc<dyn SessionStore>,
    profiles: Arc<dyn ProfileStore>,
}

impl ReadInTurn {
    /// From where they are kept.
    pub fn new(sessions: Arc<dyn SessionStore>, profiles: Arc<dyn ProfileStore>) -> Self {
        Self { sessions, profiles }
    }
}

#[async_trait]
impl SessionOwners for ReadInTurn {
    async fn owned_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Owned>, StoreError> {
        let Some(session) = self.sessions.find_session(id, now).await? else {
            return Ok(None);
        };
        let owner = self.profiles.with_owner(session.user, session.profile);
        let owner = owner.await?;
        Ok(Some((session, owner)))
    }
}
