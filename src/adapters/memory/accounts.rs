//! Accounts as they were read, for as long as nobody has written them: each request begins with one.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use crate::domain::accounts::{
    AccountEpochs, AccountError, AccountStore, AccountWrite, Owned, Profile, ProfileStore,
    SessionOwners, SessionStore, User,
};
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, SessionId, UserId};

/// How many accounts are remembered, and of how many sessions whose they are.
const MOST: u64 = 100_000;

/// Remembers accounts, and tells other servers of each write. Clones share it.
#[derive(Clone)]
pub struct RememberedAccounts<S> {
    store: Arc<S>,
    sessions: Arc<dyn SessionStore>,
    epochs: Arc<dyn AccountEpochs>,
    remembered: Cache<UserId, Arc<Remembered>>,
    /// Which accounts sessions are of: that never changes, so both can be asked for together.
    owners: Cache<SessionId, UserId>,
}

/// An account as it is in an epoch, with those of its profiles that were asked for.
#[derive(Clone)]
struct Remembered {
    epoch: Uuid,
    user: User,
    profiles: Vec<Profile>,
}

impl<S: AccountStore + ProfileStore> RememberedAccounts<S> {
    /// Nothing is remembered yet.
    pub fn new(
        store: Arc<S>,
        sessions: Arc<dyn SessionStore>,
        epochs: Arc<dyn AccountEpochs>,
    ) -> Self {
        Self {
            store,
            sessions,
            epochs,
            remembered: Cache::new(MOST),
            owners: Cache::new(MOST),
        }
    }

    /// The accounts that these writes change.
    async fn written(&self, writes: &[AccountWrite]) -> Result<Vec<UserId>, StoreError> {
        let (mut users, mut profiles) = (BTreeSet::new(), Vec::new());
        for write in writes {
            match write {
                AccountWrite::PutUser(user) => drop(users.insert(user.id)),
                AccountWrite::DeleteUser(user) => drop(users.insert(*user)),
                AccountWrite::PutProfile(profile) => {
                    users.extend(profile.user);
                    profiles.push(profile.id);
                }
                AccountWrite::DeleteProfile(profile) => profiles.push(*profile),
                // Nobody remembers what is not there yet, and nothing else is remembered.
                AccountWrite::AddUser(_)
                | AccountWrite::AddProfile(_)
                | AccountWrite::AddIdentity(_)
                | AccountWrite::DeleteIdentity { .. }
                | AccountWrite::AddApiKey(_)
                | AccountWrite::DeleteApiKey { .. }
                | AccountWrite::AddMail(_)
                | AccountWrite::AddAudit(_)
                | AccountWrite::AddErasure(_) => {}
            }
        }
        if !profiles.is_empty() {
            let stored = self.store.profiles(&profiles).await?;
            users.extend(stored.iter().filter_map(|profile| profile.user));
        }
        Ok(users.into_iter().collect())
    }

    /// An account and one of its profiles, of an epoch; none: somebody writes to it now.
    async fn in_epoch(
        &self,
        epoch: Option<Uuid>,
        user: UserId,
        profile: ProfileId,
    ) -> Result<Option<(User, Profile)>, StoreError> {
        let remembered = epoch.and_then(|epoch| self.remembered(user, epoch));
        if let Some(remembered) = &remembered
            && let Some(found) = remembered.profiles.iter().find(|it| it.id == profile)
        {
            return Ok(Some((remembered.user.clone(), found.clone())));
        }
        let found = self.store.with_owner(user, profile).await?;
        if let (Some(epoch), Some((user, profile))) = (epoch, &found) {
            let mut profiles = remembered.map_or_else(Vec::new, |it| it.profiles.clone());
            profiles.push(profile.clone());
            let remembered = Remembered {
                epoch,
                user: user.clone(),
                profiles,
            };
            self.remembered.insert(user.id, Arc::new(remembered));
        }
        Ok(found)
    }

    fn remembered(&self, user: UserId, epoch: Uuid) -> Option<Arc<Remembered>> {
        let remembered = self.remembered.get(&user)?;
        (remembered.epoch == epoch).then_some(remembered)
    }
}

#[async_trait]
impl<S: AccountStore + ProfileStore> AccountStore for RememberedAccounts<S> {
    async fn write(&self, writes: Vec<AccountWrite>) -> Result<(), AccountError> {
        let users = self.written(&writes).await?;
        if users.is_empty() {
            return self.store.write(writes).await;
        }
        let writer = unique_name();
        // Where the epochs are away they are over by themselves before long.
        if let Err(error) = self.epochs.begin_write(&users, writer).await {
            unseen(&error);
        }
        let written = self.store.write(writes).await;
        if let Err(AccountError::Store(StoreError::Unavailable(_))) = written {
            // It may still be under way: a transaction outlasts its time limit. The mark stays until it is over by itself.
            return written;
        }
        for user in &users {
            self.remembered.invalidate(user);
        }
        if let Err(error) = self.epochs.end_write(&users, writer).await {
            unseen(&error);
        }
        written
    }
}

fn unseen(error: &StoreError) {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "Other servers may see a change of an account a minute late"
    );
}

#[async_trait]
impl<S: AccountStore + ProfileStore> ProfileStore for RememberedAccounts<S> {
    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError> {
        self.store.profiles(ids).await
    }

    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError> {
        self.store.profiles_of_user(user).await
    }

    async fn profiles_of_users(&self, users: &[UserId]) -> Result<Vec<Profile>, StoreError> {
        self.store.profiles_of_users(users).await
    }

    async fn with_owner(
        &self,
        user: UserId,
        profile: ProfileId,
    ) -> Result<Option<(User, Profile)>, StoreError> {
        // Whoever asks has just found a session where the epochs are; if these do not answer, the record does.
        let epoch = self.epochs.epoch(user).await.unwrap_or_default();
        self.in_epoch(epoch, user, profile).await
    }

    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError> {
        self.store.add_profiles(profiles).await
    }
}

#[async_trait]
impl<S: AccountStore + ProfileStore> SessionOwners for RememberedAccounts<S> {
    async fn owned_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Owned>, StoreError> {
        let known = self.owners.get(&id);
        let (session, epoch) = match known {
            Some(user) => self.epochs.session_and_epoch(id, user, now).await?,
            None => (self.sessions.find_session(id, now).await?, None),
        };
        let Some(session) = session else {
            self.owners.invalidate(&id);
            return Ok(None);
        };
        let (user, profile) = (session.user, session.profile);
        let owner = if known == Some(user) {
            self.in_epoch(epoch, user, profile).await?
        } else {
            self.owners.insert(id, user);
            self.with_owner(user, profile).await?
        };
        Ok(Some((session, owner)))
    }
}
