//! Sessions whose end and change others are told of: what somebody proved with one may hold no more.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::session::{Rotation, Session, Succession};
use super::store::SessionStore;
use crate::domain::error::StoreError;
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::{SessionId, UserId};

/// Tells of what changes whom a session is of, or ends it. That one was used is no news.
pub(super) struct TellingSessions {
    store: Arc<dyn SessionStore>,
    events: Arc<dyn EventBus>,
}

impl TellingSessions {
    /// Those of a store.
    pub(super) fn new(store: Arc<dyn SessionStore>, events: Arc<dyn EventBus>) -> Self {
        Self { store, events }
    }

    /// Also if it failed: it may have been done.
    fn tell<T>(&self, user: UserId, done: Result<T, StoreError>) -> Result<T, StoreError> {
        self.events.publish(Event::AccountChanged(user));
        done
    }
}

#[async_trait]
impl SessionStore for TellingSessions {
    async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        self.store.create_session(session).await
    }

    async fn find_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        self.store.find_session(id, now).await
    }

    async fn touch_session(&self, session: &Session) -> Result<(), StoreError> {
        self.store.touch_session(session).await
    }

    async fn update_session(&self, session: &Session) -> Result<(), StoreError> {
        self.tell(session.user, self.store.update_session(session).await)
    }

    async fn rotate_session(
        &self,
        session: &Session,
        succession: &Succession,
    ) -> Result<Rotation, StoreError> {
        self.store.rotate_session(session, succession).await
    }

    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        self.store.sessions_of_user(user, now).await
    }

    async fn latest_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Session>, StoreError> {
        self.store.latest_sessions(user, now, limit).await
    }

    async fn end_oldest_sessions(
        &self,
        user: UserId,
        left: usize,
        except: SessionId,
    ) -> Result<u64, StoreError> {
        let ended = self.store.end_oldest_sessions(user, left, except).await;
        match ended {
            Ok(0) => ended,
            _ => self.tell(user, ended),
        }
    }

    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.tell(user, self.store.delete_session(user, id).await)
    }

    async fn delete_sessions_of_user(
        &self,
        user: UserId,
        except: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let deleted = self.store.delete_sessions_of_user(user, except).await;
        self.tell(user, deleted)
    }
}
