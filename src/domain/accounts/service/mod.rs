//! The use cases of accounts, one file per subject.

mod api_keys;
mod authenticate;
mod clear_away;
mod demo;
mod email;
mod erase;
mod export;
mod identities;
mod linking;
mod links;
mod log_in;
mod mailing;
mod manage;
mod names;
mod oauth_types;
mod owner;
mod password;
mod pause;
mod policy;
mod profiles;
mod register;
mod repeats;
mod sessions;

pub use api_keys::{MakeApiKey, NewApiKey};
pub use authenticate::{Credentials, Proof, Stale};
pub use clear_away::{Cleared, Kept};
pub use demo::{DEMO_EMAIL, DEMO_PASSWORD, DEMO_VIEWER};
pub use email::Confirmed;
pub use export::AccountExport;
pub use log_in::{LogIn, LoggedIn, Tokens};
pub use mailing::{MailService, MailingError};
pub use manage::Authority;
pub use names::{NamesByProfile, NamesByUser};
pub use oauth_types::{
    Arrival, BeginOAuth, Came, EnterPin, Entered, ExchangeOAuth, OAuthRedirect, ReturnFromOAuth,
};
pub use password::ChangePassword;
pub use policy::AccountPolicy;
pub use profiles::{ChangeProfile, ProfileChange};
pub use register::Registration;

use std::collections::BTreeSet;
use std::sync::Arc;

use url::Url;

use super::access_token::AccessTokens;
use super::audit::{Action, Actor, AuditEntry};
use super::email::EmailAddress;
use super::error::AccountError;
use super::identity::IdentityProvider;
use super::mail::{Asked, Mail, MailKind};
use super::owners::SessionOwners;
use super::password::{MAX_PASSWORD, PasswordHasher};
use super::profile::{Profile, ProfileError};
use super::store::{
    AccountStore, AccountWrite, ApiKeyStore, AuditStore, ErasureStore, IdentityStore, OneTimeStore,
    ProfileStore, SessionStore, UserStore,
};
use super::telling::TellingSessions;
use super::user::User;
use crate::domain::clock::Clock;
use crate::domain::entropy::Entropy;
use crate::domain::error::StoreError;
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::{AuditId, MailId, ProfileId, SessionId, UserId};
use crate::domain::limits::{Backoff, Rate, RateLimiter, Verdict, limit_key};
use crate::domain::viewer::{Client, KnownViewer};

/// Guesses at a password from one network: five are free, then each wait is twice the last.
const GUESSES: Backoff = Backoff {
    free: 5,
    first: std::time::Duration::from_secs(1),
    longest: std::time::Duration::from_secs(15 * 60),
    forget_after: std::time::Duration::from_secs(24 * 3600),
};

/// The use cases of accounts.
#[derive(Clone)]
pub struct AccountService {
    ports: Arc<AccountPorts>,
    policy: Arc<AccountPolicy>,
}

/// What the service stands on.
pub struct AccountPorts {
    /// Accounts and what belongs to them.
    pub accounts: AccountStores,
    pub sessions: Arc<dyn SessionStore>,
    /// Finds out whose a session is.
    pub owners: Arc<dyn SessionOwners>,
    pub one_time: Arc<dyn OneTimeStore>,
    pub access_tokens: Arc<dyn AccessTokens>,
    pub limiter: Arc<dyn RateLimiter>,
    /// Hashes of passwords and PINs.
    pub passwords: Arc<dyn PasswordHasher>,
    /// The providers of federated log-in.
    pub providers: Vec<Arc<dyn IdentityProvider>>,
    /// Whom to tell that there is mail to send or somebody to erase.
    pub events: Arc<dyn EventBus>,
    pub clock: Arc<dyn Clock>,
    /// What ids and secrets are made of.
    pub entropy: Arc<dyn Entropy>,
}

/// Accounts and what belongs to them.
#[derive(Clone)]
pub struct AccountStores {
    /// Where all of it is written.
    pub writes: Arc<dyn AccountStore>,
    pub users: Arc<dyn UserStore>,
    pub profiles: Arc<dyn ProfileStore>,
    /// Federated log-ins of accounts.
    pub identities: Arc<dyn IdentityStore>,
    /// API keys of accounts.
    pub api_keys: Arc<dyn ApiKeyStore>,
    /// What was done to accounts.
    pub audit: Arc<dyn AuditStore>,
    /// Profiles that are to be erased.
    pub erasures: Arc<dyn ErasureStore>,
}

impl AccountStores {
    /// All of them on one store.
    pub fn on<S>(store: Arc<S>) -> Self
    where
        S: AccountStore
            + UserStore
            + ProfileStore
            + IdentityStore
            + ApiKeyStore
            + AuditStore
            + ErasureStore
            + 'static,
    {
        Self {
            writes: store.clone(),
            users: store.clone(),
            profiles: store.clone(),
            identities: store.clone(),
            api_keys: store.clone(),
            audit: store.clone(),
            erasures: store,
        }
    }
}

impl AccountService {
    /// A service on its ports.
    pub fn new(ports: AccountPorts, policy: AccountPolicy) -> Self {
        let sessions = TellingSessions::new(ports.sessions, Arc::clone(&ports.events));
        let ports = AccountPorts {
            sessions: Arc::new(sessions),
            ..ports
        };
        Self {
            ports: Arc::new(ports),
            policy: Arc::new(policy),
        }
    }

    /// Where people go on who are shown a page of the program itself.
    pub fn home(&self) -> &Url {
        self.policy.home()
    }

    /// An address of the site, as it is seen from outside.
    pub fn address(&self, path: &str) -> Url {
        self.policy.address(path)
    }

    /// Where a log-in by another site may end.
    pub fn returns(&self) -> &[Url] {
        &self.policy.return_to
    }

    /// The other sites that one can log in by, in the order of the settings.
    pub fn provider_names(&self) -> Vec<String> {
        let providers = self.ports.providers.iter();
        providers
            .map(|provider| provider.name().to_owned())
            .collect()
    }

    /// The fewest and the most characters of a password.
    pub fn password_lengths(&self) -> (usize, usize) {
        (self.policy.min_password, MAX_PASSWORD)
    }

    /// Whether strangers are kept from finding out which addresses have accounts, so that one is logged in only once the
    /// address is confirmed.
    pub fn conceals_accounts(&self) -> bool {
        self.policy.conceals_accounts
    }

    /// The public keys that access tokens can be checked with, as a JSON Web Key Set (RFC 7517).
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn public_keys(&self) -> Result<serde_json::Value, AccountError> {
        Ok(self.ports.access_tokens.public_keys().await?)
    }

    /// The viewer's own account and profile.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn account(&self, viewer: &KnownViewer) -> Result<(User, Profile), AccountError> {
        let profiles = &self.ports.accounts.profiles;
        let account = profiles.with_owner(viewer.user, viewer.profile).await?;
        account.ok_or(AccountError::Unauthenticated)
    }

    /// The viewer's account, which the request may manage: it came with a log-in, not with an API key, and the
    /// profile is not a child's.
    async fn managed(&self, viewer: &KnownViewer) -> Result<(User, SessionId), AccountError> {
        let session = viewer.session().ok_or(AccountError::Forbidden)?;
        let (user, profile) = self.account(viewer).await?;
        if profile.is_adult() {
            Ok((user, session))
        } else {
            Err(AccountError::Profile(ProfileError::Child))
        }
    }

    async fn find_user(&self, id: UserId) -> Result<Option<User>, AccountError> {
        Ok(self.ports.accounts.users.users(&[id]).await?.pop())
    }

    /// The account with an address, which somebody typed like this. One that a version before stored in another spelling
    /// is found, and has this one from now on, if it is the same mailbox and no other account has it.
    async fn user_with(
        &self,
        email: &EmailAddress,
        typed: &str,
    ) -> Result<Option<User>, AccountError> {
        let users = &self.ports.accounts.users;
        if let Some(user) = users.find_user_by_email(email).await? {
            return Ok(Some(user));
        }
        for spelling in email.former_spellings(typed) {
            let Some(user) = users.find_user_by_email(&spelling).await? else {
                continue;
            };
            if !spelling.is_mailbox_of(email) {
                return Ok(Some(user));
            }
            let respelt = self.next(User {
                email: Some(email.clone()),
                ..user.clone()
            });
            let written = self.write(vec![AccountWrite::PutUser(respelt.clone())]);
            return match written.await {
                Ok(()) => Ok(Some(respelt)),
                Err(AccountError::Store(StoreError::Conflict) | AccountError::Email(_)) => {
                    Ok(Some(user))
                }
                Err(error) => Err(error),
            };
        }
        Ok(None)
    }

    /// Writes, and tells the jobs what there is to do.
    async fn write(&self, writes: Vec<AccountWrite>) -> Result<(), AccountError> {
        let has = |is: fn(&AccountWrite) -> bool| writes.iter().any(is);
        let has_mail = has(|write| matches!(write, AccountWrite::AddMail(_)));
        let has_erasure = has(|write| matches!(write, AccountWrite::AddErasure(_)));
        let changed = changed_accounts(&writes);
        self.ports.accounts.writes.write(writes).await?;
        for user in changed {
            self.ports.events.publish(Event::AccountChanged(user));
        }
        if has_mail {
            self.ports.events.publish(Event::MailQueued);
        }
        if has_erasure {
            self.ports.events.publish(Event::ErasureRequested);
        }
        Ok(())
    }

    /// An entry of the audit log.
    fn audit(
        &self,
        user: Option<UserId>,
        action: Action,
        actor: Actor,
        client: &Client,
    ) -> AuditEntry {
        AuditEntry {
            id: AuditId::random(&mut *self.ports.entropy.rng()),
            user,
            at: self.ports.clock.now(),
            action,
            actor,
            address: client.address,
            detail: None,
        }
    }

    /// What the viewer does to the own account.
    fn own(&self, viewer: &KnownViewer, action: Action, client: &Client) -> AuditEntry {
        self.audit(Some(viewer.user), action, Actor::User(viewer.user), client)
    }

    /// A mail for the queue.
    fn mail(&self, to: &EmailAddress, kind: MailKind, user: Option<UserId>) -> AccountWrite {
        AccountWrite::AddMail(self.waiting(to, kind, user))
    }

    /// A mail for the queue with a link to confirm the address it goes to, and who asked for that.
    fn confirmation(&self, to: &EmailAddress, user: UserId, asked: Asked) -> AccountWrite {
        AccountWrite::AddMail(Mail {
            asked: Some(asked),
            ..self.waiting(to, MailKind::ConfirmEmail, Some(user))
        })
    }

    fn waiting(&self, to: &EmailAddress, kind: MailKind, user: Option<UserId>) -> Mail {
        let now = self.ports.clock.now();
        Mail {
            id: MailId::random(&mut *self.ports.entropy.rng()),
            to: to.clone(),
            kind,
            user,
            asked: None,
            attempts: 0,
            due_at: now,
            created_at: now,
            updated_at: now,
        }
    }

    /// The account as the next write has it.
    fn next(&self, user: User) -> User {
        User {
            stamp: user.stamp.next(self.ports.clock.now()),
            ..user
        }
    }

    async fn take(&self, key: &str, rate: Rate) -> Result<(), AccountError> {
        allowed(self.ports.limiter.take(key, rate).await?)
    }

    async fn attempt(&self, key: &str, backoff: Backoff) -> Result<(), AccountError> {
        allowed(self.ports.limiter.attempt(key, backoff).await?)
    }

    /// Counts a mail that a stranger causes, whether or not there is an account: the limit must not tell.
    async fn count_mail(&self, to: &EmailAddress, client: &Client) -> Result<(), AccountError> {
        let network = limit_key("mail-from", &[&client.network()]);
        self.take(&network, self.policy.mails_from_network).await?;
        let address = limit_key("mail-to", &[to.as_str()]);
        self.take(&address, self.policy.mails).await
    }

    /// The profiles of the viewer's account, the oldest first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn profiles(&self, viewer: &KnownViewer) -> Result<Vec<Profile>, AccountError> {
        Ok(self
            .ports
            .accounts
            .profiles
            .profiles_of_user(viewer.user)
            .await?)
    }

    /// Makes profiles for the keys of a loaded file, where they are new.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn add_loaded_profiles(&self, keys: &[String]) -> Result<(), AccountError> {
        let stamp = crate::domain::stamp::Stamp::first(self.ports.clock.now());
        let profiles: Vec<Profile> = keys
            .iter()
            .map(|key| Profile {
                key: Some(key.clone()),
                ..Profile::new(ProfileId::of_key(key), None, key.clone(), stamp)
            })
            .collect();
        Ok(self.ports.accounts.profiles.add_profiles(&profiles).await?)
    }

    /// The keys that profiles are known by outside: that of the loaded file, or the id.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn profile_keys(
        &self,
        ids: &[ProfileId],
    ) -> Result<std::collections::HashMap<ProfileId, String>, AccountError> {
        let profiles = self.ports.accounts.profiles.profiles(ids).await?;
        Ok(profiles
            .into_iter()
            .map(|profile| {
                (
                    profile.id,
                    profile.key.unwrap_or_else(|| profile.id.to_string()),
                )
            })
            .collect())
    }
}

/// Whose accounts, profiles and keys these writes change, as they may have been proven to somebody.
fn changed_accounts(writes: &[AccountWrite]) -> BTreeSet<UserId> {
    let changed = writes.iter().filter_map(|write| match write {
        AccountWrite::PutUser(user) => Some(user.id),
        AccountWrite::DeleteUser(user) | AccountWrite::DeleteApiKey { user, .. } => Some(*user),
        AccountWrite::PutProfile(profile) => profile.user,
        // Of a profile that is gone, the sessions move or end.
        AccountWrite::DeleteProfile(_)
        | AccountWrite::AddUser(_)
        | AccountWrite::AddProfile(_)
        | AccountWrite::AddIdentity(_)
        | AccountWrite::DeleteIdentity { .. }
        | AccountWrite::AddApiKey(_)
        | AccountWrite::AddMail(_)
        | AccountWrite::AddAudit(_)
        | AccountWrite::AddErasure(_) => None,
    });
    changed.collect()
}

fn allowed(verdict: Verdict) -> Result<(), AccountError> {
    match verdict {
        Verdict::Allowed => Ok(()),
        Verdict::Wait(wait) => Err(AccountError::TooOften(wait)),
    }
}
