//! Changing a password, and setting a new one after the old was forgotten.

use secrecy::SecretString;

use super::AccountService;
use super::register::PRODUCT;
use crate::domain::accounts::audit::{Action, Actor, AuditEntry};
use crate::domain::accounts::email::EmailAddress;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::identity::Identity;
use crate::domain::accounts::mail::MailKind;
use crate::domain::accounts::one_time::OneTime;
use crate::domain::accounts::password::{
    ChosenPassword, MIN_GUESSES_LOG10, PasswordError, PasswordHash, words_of,
};
use crate::domain::accounts::profile::Profile;
use crate::domain::accounts::session::Session;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::Secret;
use crate::domain::accounts::user::User;
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::viewer::{Client, KnownViewer};

/// How often somebody else may write an account while its password is replaced.
const ATTEMPTS: usize = 8;

/// A password in the place of another.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The one that the account has, if it has one.
    pub current: Option<SecretString>,
    pub new: ChosenPassword,
    /// Whether the keys of the account's machines are revoked.
    pub revokes_api_keys: bool,
}

impl AccountService {
    /// Changes the viewer's password, or sets the first, and ends all other sessions.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn change_password(
        &self,
        viewer: &KnownViewer,
        change: ChangePassword,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (user, session) = self.managed(viewer).await?;
        let new = change.new;
        new.check_form(self.policy.min_password)?;
        self.check_owner((&user, session), change.current, client)
            .await?;
        self.check_strength_for(&new, &user).await?;
        let hash = self.ports.passwords.hash(new.password).await?;
        let email = user.email.clone();
        let changed = self.next(User {
            password: Some(hash),
            epoch: user.epoch + 1,
            ..user
        });
        let epoch = changed.epoch;
        let entry = self.own(viewer, Action::PasswordChanged, client);
        let mut writes = vec![
            AccountWrite::PutUser(changed),
            AccountWrite::AddAudit(entry),
        ];
        if change.revokes_api_keys {
            writes.extend(self.revocations(viewer, client).await?);
        }
        writes.extend(
            email.map(|email| self.mail(&email, MailKind::PasswordChanged, Some(viewer.user))),
        );
        self.write(writes).await?;
        // The others are void already, because of their epoch.
        let sessions = &self.ports.sessions;
        let now = self.ports.clock.now();
        if let Some(own) = sessions.find_session(session, now).await? {
            sessions.update_session(&Session { epoch, ..own }).await?;
        }
        sessions
            .delete_sessions_of_user(viewer.user, Some(session))
            .await?;
        Ok(())
    }

    /// Sends a link to set a new password, if there is an account with this address; nobody is told whether there is.
    /// Without an account a mail waits, too, which is never sent: so both take as long.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn request_password_reset(
        &self,
        typed: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        let email = EmailAddress::parse(typed)?;
        self.count_mail(&email, client).await?;
        let found = self.user_with(&email, typed).await?;
        let user = found.as_ref().map(|user| user.id);
        // The link is good for the address that the account has.
        let to = found.and_then(|user| user.email).unwrap_or(email);
        let entry = self.audit(user, Action::PasswordResetRequested, Actor::Nobody, client);
        self.write(vec![
            AccountWrite::AddAudit(entry),
            self.mail(&to, MailKind::ResetPassword, user),
        ])
        .await
    }

    /// Sets a new password by such a link, and ends all sessions. The keys of machines are revoked, and what else could be
    /// used to log in goes if somebody else may have linked it ([`User::ways_in_trusted_since`]): they may have made
    /// the account. If all profiles of grown-ups have a PIN, the first of them has none any more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn reset_password(
        &self,
        token: &str,
        new: ChosenPassword,
        client: &Client,
    ) -> Result<(), AccountError> {
        // What needs no account first: a form is told what is wrong with it before its link is looked at.
        new.check_form(self.policy.min_password)?;
        let secret = Secret::parse(token).ok_or(AccountError::InvalidToken)?;
        let now = self.ports.clock.now();
        let one_time = &self.ports.one_time;
        let means = one_time.find_one_time(&secret.hash(), now).await?;
        let user = self.user_to_reset(means).await?;
        self.check_strength_for(&new, &user).await?;
        let hash = self.ports.passwords.hash(new.password).await?;
        if one_time.take_one_time(&secret.hash(), now).await?.is_none() {
            return Err(AccountError::InvalidToken);
        }
        let user = self
            .replace_password(&user, hash, Actor::Nobody, client)
            .await?;
        self.forgive_guesses(&user, client).await
    }

    /// Sets a new password for whoever runs the site, and ends all sessions.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_password(
        &self,
        user: UserId,
        new: ChosenPassword,
    ) -> Result<User, AccountError> {
        let user = self
            .find_user(user)
            .await?
            .ok_or(AccountError::UserNotFound)?;
        new.check_form(self.policy.min_password)?;
        self.check_strength_for(&new, &user).await?;
        let hash = self.ports.passwords.hash(new.password).await?;
        let (actor, client) = (Actor::Operator, Client::default());
        self.replace_password(&user, hash, actor, &client).await
    }

    /// Sets the password of an account, ends all sessions, and with them the links that were sent until now. Whoever is
    /// in may write the account at the same time, again and again: that does not keep its owner out.
    async fn replace_password(
        &self,
        account: &User,
        hash: PasswordHash,
        actor: Actor,
        client: &Client,
    ) -> Result<User, AccountError> {
        // Before, so that few can; and after, because they could log in until then.
        self.forget_log_ins(account.id).await?;
        for _ in 0..ATTEMPTS {
            let user = self.find_user(account.id).await?;
            // The proof was about the address.
            let user = user.filter(|user| user.email == account.email);
            let user = user.ok_or(AccountError::InvalidToken)?;
            let (changed, writes) = self.new_password(user, hash.clone(), actor, client).await?;
            match self.write(writes).await {
                Err(AccountError::Store(StoreError::Conflict)) => {}
                written => {
                    written?;
                    self.forget_log_ins(changed.id).await?;
                    return Ok(changed);
                }
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn check_strength_for(
        &self,
        new: &ChosenPassword,
        user: &User,
    ) -> Result<(), AccountError> {
        let email = user.email.as_ref().map_or("", EmailAddress::as_str);
        self.check_strength(new, &[PRODUCT, email]).await
    }

    /// Refuses a password that would be guessed early, by strangers or by somebody who knows the words that go with the
    /// account. That takes a while, so it comes after the limits and the proofs.
    pub(super) async fn check_strength(
        &self,
        new: &ChosenPassword,
        context: &[&str],
    ) -> Result<(), AccountError> {
        let words = words_of(context);
        if new.is_made_of(&words) {
            return Err(PasswordError::TooCommon.into());
        }
        let passwords = &self.ports.passwords;
        let guesses = passwords.guesses_log10(new.password.clone(), words).await?;
        if guesses < MIN_GUESSES_LOG10 {
            return Err(PasswordError::TooCommon.into());
        }
        Ok(())
    }

    async fn user_to_reset(&self, means: Option<OneTime>) -> Result<User, AccountError> {
        // Its epoch does not count: whoever is in could raise it for as long as the mail is on its way.
        let Some(OneTime::ResetPassword { user, email, .. }) = means else {
            return Err(AccountError::InvalidToken);
        };
        let user = self.find_user(user).await?;
        user.filter(|user| user.email == Some(email))
            .ok_or(AccountError::InvalidToken)
    }

    /// The account with another password, and what is to be written. Whoever sets it gets the mail of the address.
    async fn new_password(
        &self,
        user: User,
        hash: PasswordHash,
        actor: Actor,
        client: &Client,
    ) -> Result<(User, Vec<AccountWrite>), AccountError> {
        let now = self.ports.clock.now();
        let (mut writes, _) = self.other_ways_in(&user, client).await?;
        let changed = self.next(User {
            password: Some(hash),
            email_verified: true,
            ways_in_trusted_since: user.ways_in_trusted_since.or(Some(now)),
            epoch: user.epoch + 1,
            ..user
        });
        writes.push(AccountWrite::PutUser(changed.clone()));
        let entry = self.audit(Some(changed.id), Action::PasswordReset, actor, client);
        writes.push(AccountWrite::AddAudit(entry));
        writes.extend(self.forgotten_pin(changed.id).await?);
        let email = changed.email.as_ref();
        writes.extend(
            email.map(|email| self.mail(email, MailKind::PasswordChanged, Some(changed.id))),
        );
        Ok((changed, writes))
    }

    /// What takes the PIN of an account's first grown-up away, if all of them have one: with a PIN that was forgotten
    /// nobody could manage the account any more.
    async fn forgotten_pin(&self, user: UserId) -> Result<Option<AccountWrite>, AccountError> {
        let profiles = self.ports.accounts.profiles.profiles_of_user(user).await?;
        let adults = || profiles.iter().filter(|profile| profile.is_adult());
        if adults().any(|adult| adult.pin.is_none()) {
            return Ok(None);
        }
        Ok(adults().next().map(|adult| {
            AccountWrite::PutProfile(Profile {
                pin: None,
                stamp: adult.stamp.next(self.ports.clock.now()),
                ..adult.clone()
            })
        }))
    }

    /// Takes away what a stranger may have a way into the account by, besides its password: the keys of machines, and
    /// the log-ins of other sites that were linked before that was anybody's ([`User::ways_in_trusted_since`]). Gives
    /// the names of these, too.
    pub(super) async fn other_ways_in(
        &self,
        user: &User,
        client: &Client,
    ) -> Result<(Vec<AccountWrite>, Vec<String>), AccountError> {
        let accounts = &self.ports.accounts;
        let is_older = |identity: &Identity| {
            user.ways_in_trusted_since
                .is_none_or(|since| identity.created_at < since)
        };
        let entry = |action, detail| {
            AccountWrite::AddAudit(AuditEntry {
                detail: Some(detail),
                ..self.audit(Some(user.id), action, Actor::Nobody, client)
            })
        };
        let mut writes = Vec::new();
        let mut unlinked = Vec::new();
        let identities = accounts.identities.identities_of_user(user.id).await?;
        for identity in identities.into_iter().filter(is_older) {
            let provider = identity.provider;
            writes.push(AccountWrite::DeleteIdentity {
                user: user.id,
                provider: provider.clone(),
            });
            writes.push(entry(Action::IdentityUnlinked, provider.clone()));
            unlinked.push(provider);
        }
        let revoked = || self.audit(Some(user.id), Action::ApiKeyRevoked, Actor::Nobody, client);
        writes.extend(self.ended_keys(user.id, revoked).await?);
        Ok((writes, unlinked))
    }

    /// What ends all keys of an account, each with its `revoked` in the audit log.
    pub(super) async fn ended_keys(
        &self,
        user: UserId,
        revoked: impl Fn() -> AuditEntry,
    ) -> Result<Vec<AccountWrite>, AccountError> {
        let keys = self.ports.accounts.api_keys.api_keys_of_user(user).await?;
        let ended = keys.into_iter().flat_map(|key| {
            let entry = AuditEntry {
                detail: Some(key.name),
                ..revoked()
            };
            [
                AccountWrite::DeleteApiKey { user, id: key.id },
                AccountWrite::AddAudit(entry),
            ]
        });
        Ok(ended.collect())
    }
}
