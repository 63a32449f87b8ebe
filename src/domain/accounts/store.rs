//! The ports to the stores of accounts, sessions and one-time secrets.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::try_join;

use super::access_token::SigningKey;
use super::api_key::ApiKey;
use super::audit::{AuditEntry, AuditOf};
use super::email::EmailAddress;
use super::erasure::Erasure;
use super::error::AccountError;
use super::identity::Identity;
use super::mail::Mail;
use super::one_time::OneTime;
use super::profile::Profile;
use super::session::{Rotation, Session, Succession};
use super::token::TokenHash;
use super::user::User;
use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, ErasureId, MailId, ProfileId, SessionId, UserId};
use crate::domain::measured::measured;
use crate::domain::page::{Slice, Window};

/// One thing to write. A whole list of them is written at once, or nothing is.
#[derive(Debug, Clone, PartialEq)]
pub enum AccountWrite {
    /// Adds an account. [`super::EmailError::Taken`] if the address is in use.
    AddUser(User),
    /// Replaces an account whose stored revision is one less than the given one's; if it is another, or there is no
    /// such account, [`StoreError::Conflict`]. [`super::EmailError::Taken`] if another account has the address.
    PutUser(User),
    /// Removes an account with its identities, API keys, audit entries and waiting mail. Its profiles stay.
    DeleteUser(UserId),
    AddProfile(Profile),
    /// Replaces a profile whose stored revision is one less than the given one's; if it is another, or there is no
    /// such profile, [`StoreError::Conflict`].
    PutProfile(Profile),
    /// Removes a profile, if it is there.
    DeleteProfile(ProfileId),
    /// Adds an identity. [`super::LinkError::Taken`] if the subject has an account, or the account has another
    /// subject of the same provider.
    AddIdentity(Identity),
    /// Removes an account's identity of a provider, if there is one.
    DeleteIdentity {
        user: UserId,
        provider: String,
    },
    AddApiKey(ApiKey),
    /// Removes a key of an account, if it is there.
    DeleteApiKey {
        user: UserId,
        id: ApiKeyId,
    },
    /// Puts a mail into the queue.
    AddMail(Mail),
    /// Appends to the audit log.
    AddAudit(AuditEntry),
    /// Requests an erasure of profiles.
    AddErasure(Erasure),
}

measured! {
/// Where accounts and everything that belongs to them are written.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Writes all of it, in this order, or nothing. Once this returns it survives a crash. An id that is taken is
    /// [`StoreError::Conflict`].
    async fn write(&self, writes: Vec<AccountWrite>) -> Result<(), AccountError>;
}
}

measured! {
/// Accounts. Reads leave out what does not exist and promise no order, unless said otherwise; so do those of everything
/// that belongs to them.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The account with this address.
    async fn find_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError>;

    /// The accounts with these ids.
    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError>;

    /// A page of all accounts, the oldest first, ties by id. Keyset: (`created_at` in milliseconds, id).
    async fn list_users(&self, window: &Window) -> Result<Slice<User>, StoreError>;

    /// Up to `limit` accounts whose address was never confirmed, that have a password, and that were last changed before
    /// a time; by id, from the one after `after` on.
    async fn unconfirmed_users(
        &self,
        after: Option<UserId>,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError>;
}
}

measured! {
/// The profiles of accounts.
#[async_trait]
pub trait ProfileStore: Send + Sync {
    /// The profiles with these ids.
    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError>;

    /// The profiles of an account, the oldest first, ties by id.
    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError>;

    /// The profiles of these accounts.
    async fn profiles_of_users(&self, users: &[UserId]) -> Result<Vec<Profile>, StoreError>;

    /// An account and one of its profiles, as they are now; none if there is no such account, or no such profile of it.
    /// Each request begins with this, and a change of either acts on the next one.
    async fn with_owner(
        &self,
        user: UserId,
        profile: ProfileId,
    ) -> Result<Option<(User, Profile)>, StoreError>;

    /// Adds those of the profiles whose id is not there yet; the others stay as they are.
    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError>;
}
}

/// What [`ProfileStore::with_owner`] gives, of a store that reads both: at the same time.
pub async fn read_with_owner<S: UserStore + ProfileStore>(
    store: &S,
    user: UserId,
    profile: ProfileId,
) -> Result<Option<(User, Profile)>, StoreError> {
    let (ids, profile_ids) = ([user], [profile]);
    let (mut users, mut profiles) = try_join!(store.users(&ids), store.profiles(&profile_ids))?;
    let profile = profiles.pop().filter(|profile| profile.user == Some(user));
    Ok(users.pop().zip(profile))
}

measured! {
/// Federated log-ins of accounts.
#[async_trait]
pub trait IdentityStore: Send + Sync {
    /// The identity of a subject at a provider.
    async fn find_identity(
        &self,
        provider: &str,
        subject: &str,
    ) -> Result<Option<Identity>, StoreError>;

    /// The identities of an account, by provider.
    async fn identities_of_user(&self, user: UserId) -> Result<Vec<Identity>, StoreError>;
}
}

measured! {
/// API keys of accounts.
#[async_trait]
pub trait ApiKeyStore: Send + Sync {
    /// The key with this id.
    async fn find_api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// The keys of an account, the oldest first, ties by id.
    async fn api_keys_of_user(&self, user: UserId) -> Result<Vec<ApiKey>, StoreError>;

    /// Notes that a key was used, unless it is gone.
    async fn touch_api_key(&self, id: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError>;
}
}

measured! {
/// What was done to accounts.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// A page of what was done to an account, the latest first, ties by id, ascending. Keyset: (`at` in milliseconds,
    /// id).
    async fn audit_of_user(
        &self,
        user: UserId,
        window: &Window,
    ) -> Result<Slice<AuditEntry>, StoreError>;

    /// Removes up to `limit` entries from before a time, the oldest first. Says how many.
    async fn delete_audit(
        &self,
        of: AuditOf,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError>;
}
}

measured! {
/// The queue of mail that is to be sent.
#[async_trait]
pub trait MailStore: Send + Sync {
    /// Takes up to `limit` mails that are due, the longest due first: each counts one more attempt and is due again
    /// at `until`, so that two who take at the same time never get the same one, and one that is taken by a server
    /// that crashes goes out later.
    async fn claim_mails(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Mail>, StoreError>;

    /// Makes a mail due at another time, unless it is gone.
    async fn postpone_mail(
        &self,
        id: MailId,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Takes a mail out of the queue, if it is there.
    async fn remove_mail(&self, id: MailId) -> Result<(), StoreError>;
}
}

measured! {
/// Profiles that are to be erased.
#[async_trait]
pub trait ErasureStore: Send + Sync {
    /// Up to `limit` erasures that are not finished, the oldest first.
    async fn pending_erasures(&self, limit: usize) -> Result<Vec<Erasure>, StoreError>;

    /// Marks an erasure as finished and takes its profiles out of it.
    async fn finish_erasure(&self, id: ErasureId, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// The erasure with this code.
    async fn find_erasure(&self, code: &str) -> Result<Option<Erasure>, StoreError>;

    /// Removes up to `limit` erasures that were finished before a time, those first that were finished first. Says how
    /// many.
    async fn delete_erasures(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError>;
}
}

measured! {
/// Where sessions are kept. What has expired (`expires_at`) is as good as not there; methods that are passed no time go
/// by the store's own clock. Once a method returns, what it did survives a crash.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Adds a session. An id that is taken is [`StoreError::Conflict`].
    async fn create_session(&self, session: &Session) -> Result<(), StoreError>;

    /// The session with this id.
    async fn find_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError>;

    /// Notes that a session was used (`last_seen_at`) and when it ends (`expires_at`), and nothing else: somebody else
    /// may change the rest at the same time. One that was ended meanwhile stays ended.
    async fn touch_session(&self, session: &Session) -> Result<(), StoreError>;

    /// Replaces everything of a session but its refresh token. One that was ended meanwhile stays ended.
    async fn update_session(&self, session: &Session) -> Result<(), StoreError>;

    /// Replaces the refresh token of a session if it is still `from`, and notes that the session was used and when it
    /// ends, in one step. Whoever comes with the token that was replaced last, no later than [`Succession::GRACE`] after
    /// that, changes nothing and is told its salt ([`Rotation::Repeated`]): so of any number who come with one token at
    /// the same time all get the same next one. Any other is [`Rotation::Reused`].
    async fn rotate_session(
        &self,
        session: &Session,
        succession: &Succession,
    ) -> Result<Rotation, StoreError>;

    /// The sessions of an account, the latest begun first, ties by id.
    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError>;

    /// Up to `limit` sessions of an account, the latest begun first, ties by id. Of more than that, those that last
    /// longest will do: it reads no more than it gives.
    async fn latest_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Session>, StoreError>;

    /// Ends the sessions of an account that were begun first, ties by id, until so many are left; never `except`. Some
    /// hundred at once: of far more, those first that would end by themselves first. Says how many.
    async fn end_oldest_sessions(
        &self,
        user: UserId,
        left: usize,
        except: SessionId,
    ) -> Result<u64, StoreError>;

    /// Ends a session of an account. Says whether there was one.
    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of an account but the given one. Says how many there were.
    async fn delete_sessions_of_user(
        &self,
        user: UserId,
        except: Option<SessionId>,
    ) -> Result<u64, StoreError>;
}
}

measured! {
/// Where one-time secrets are kept, by their hashes. What has expired is as good as not there.
#[async_trait]
pub trait OneTimeStore: Send + Sync {
    /// Adds one, until then.
    async fn put_one_time(
        &self,
        secret: &TokenHash,
        means: &OneTime,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// What one stands for; it can still be used.
    async fn find_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError>;

    /// Removes those that are about an account ([`OneTime::user`]).
    async fn delete_one_time_of_user(&self, user: UserId) -> Result<(), StoreError>;

    /// Uses one: of any number who try at the same time, one is told what it stands for.
    async fn take_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError>;
}
}

measured! {
/// Where the keys are kept that access tokens are signed with.
#[async_trait]
pub trait SigningKeyStore: Send + Sync {
    /// The keys that have not expired, by number.
    async fn signing_keys(&self, now: DateTime<Utc>) -> Result<Vec<SigningKey>, StoreError>;

    /// Adds a key, unless there is one with this number: of two who add the same number one is told `false`. Removes
    /// what has expired.
    async fn add_signing_key(
        &self,
        key: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
}
}
