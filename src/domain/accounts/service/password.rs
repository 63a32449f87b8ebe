//! Changing a password, and setting a new one after the old was forgotten.

use secrecy::SecretString;

use super::AccountService;
use super::register::PRODUCT;
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::email::EmailAddress;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::mail::MailKind;
use crate::domain::accounts::one_time::OneTime;
use crate::domain::accounts::password::{
    ChosenPassword, MIN_GUESSES_LOG10, PasswordError, words_of,
};
use crate::domain::accounts::session::Session;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::Secret;
use crate::domain::accounts::user::User;
use crate::domain::ids::UserId;
use crate::domain::viewer::{Client, KnownViewer};

impl AccountService {
    /// Changes the viewer's password, or sets the first, and ends all other sessions.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn change_password(
        &self,
        viewer: &KnownViewer,
        current: Option<SecretString>,
        new: ChosenPassword,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (user, session) = self.managed(viewer).await?;
        new.check_form(self.policy.min_password)?;
        self.check_owner((&user, session), current, client).await?;
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
        email: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        let email = EmailAddress::parse(email)?;
        self.count_mail(&email, client).await?;
        let user = self.ports.accounts.users.find_user_by_email(&email).await?;
        let user = user.map(|user| user.id);
        let entry = self.audit(user, Action::PasswordResetRequested, Actor::Nobody, client);
        self.write(vec![
            AccountWrite::AddAudit(entry),
            self.mail(&email, MailKind::ResetPassword, user),
        ])
        .await
    }

    /// Sets a new password by such a link, and ends all sessions. If the address was never confirmed, whatever else
    /// could be used to log in goes, too: somebody else may have made the account.
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
        let entry = self.audit(Some(user.id), Action::PasswordReset, Actor::Nobody, client);
        let mut writes = if user.email_verified {
            Vec::new()
        } else {
            self.other_ways_in(&user).await?
        };
        writes.extend(self.new_password(user.clone(), hash));
        writes.push(AccountWrite::AddAudit(entry));
        self.write(writes).await?;
        let sessions = &self.ports.sessions;
        sessions.delete_sessions_of_user(user.id, None).await?;
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
        let client = Client::default();
        let entry = self.audit(
            Some(user.id),
            Action::PasswordReset,
            Actor::Operator,
            &client,
        );
        let mut writes = self.new_password(user.clone(), hash);
        writes.push(AccountWrite::AddAudit(entry));
        self.write(writes).await?;
        let sessions = &self.ports.sessions;
        sessions.delete_sessions_of_user(user.id, None).await?;
        Ok(user)
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
        let Some(OneTime::ResetPassword { user, epoch, email }) = means else {
            return Err(AccountError::InvalidToken);
        };
        let user = self.find_user(user).await?;
        user.filter(|user| user.epoch == epoch && user.email == Some(email))
            .ok_or(AccountError::InvalidToken)
    }

    /// Whoever sets it gets the mail of the address.
    fn new_password(
        &self,
        user: User,
        hash: crate::domain::accounts::PasswordHash,
    ) -> Vec<AccountWrite> {
        let mail = user
            .email
            .as_ref()
            .map(|email| self.mail(email, MailKind::PasswordChanged, Some(user.id)));
        let changed = self.next(User {
            password: Some(hash),
            email_verified: true,
            epoch: user.epoch + 1,
            ..user
        });
        let mut writes = vec![AccountWrite::PutUser(changed)];
        writes.extend(mail);
        writes
    }

    async fn other_ways_in(&self, user: &User) -> Result<Vec<AccountWrite>, AccountError> {
        let identities = self
            .ports
            .accounts
            .identities
            .identities_of_user(user.id)
            .await?;
        let keys = self
            .ports
            .accounts
            .api_keys
            .api_keys_of_user(user.id)
            .await?;
        let identities = identities
            .into_iter()
            .map(|identity| AccountWrite::DeleteIdentity {
                user: user.id,
                provider: identity.provider,
            });
        let keys = keys.into_iter().map(|key| AccountWrite::DeleteApiKey {
            user: user.id,
            id: key.id,
        });
        Ok(identities.chain(keys).collect())
    }
}
