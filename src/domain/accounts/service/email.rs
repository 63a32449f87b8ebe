//! Confirming and changing e-mail addresses.

use secrecy::SecretString;

use super::AccountService;
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::email::{EmailAddress, EmailError};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::mail::MailKind;
use crate::domain::accounts::one_time::OneTime;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::Secret;
use crate::domain::accounts::user::User;
use crate::domain::viewer::{Client, KnownViewer};

impl AccountService {
    /// Confirms the address that a link was sent to, which becomes that of the account if it is not. The old address
    /// is told. The link is used up. Says whose it was.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn confirm_email(&self, token: &str, client: &Client) -> Result<User, AccountError> {
        let secret = Secret::parse(token).ok_or(AccountError::InvalidToken)?;
        let now = self.ports.clock.now();
        let means = self
            .ports
            .one_time
            .take_one_time(&secret.hash(), now)
            .await?;
        let Some(OneTime::ConfirmEmail {
            user,
            epoch,
            replaces,
            email,
        }) = means
        else {
            return Err(AccountError::InvalidToken);
        };
        let user = self.find_user(user).await?;
        let user = user
            .filter(|user| user.epoch == epoch && user.email == replaces)
            .ok_or(AccountError::InvalidToken)?;
        let old = user.email.clone();
        let is_new = old.as_ref() != Some(&email);
        let action = if is_new {
            Action::EmailChanged
        } else {
            Action::EmailConfirmed
        };
        let entry = self.audit(Some(user.id), action, Actor::Nobody, client);
        let confirmed = self.next(User {
            email: Some(email),
            email_verified: true,
            ..user
        });
        let mut writes = vec![
            AccountWrite::PutUser(confirmed.clone()),
            AccountWrite::AddAudit(entry),
        ];
        if let Some(old) = old.filter(|_| is_new) {
            writes.push(self.mail(&old, MailKind::EmailChanged, Some(confirmed.id)));
        }
        match self.write(writes).await {
            // Somebody else confirmed it first.
            Err(AccountError::Email(EmailError::Taken)) => Err(AccountError::InvalidToken),
            written => written.map(|()| confirmed),
        }
    }

    /// Sends the link to confirm the account's address once more, if it is not confirmed.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn resend_confirmation(
        &self,
        viewer: &KnownViewer,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (user, _) = self.managed(viewer).await?;
        let email = user.email.ok_or(EmailError::Missing)?;
        if user.email_verified {
            return Ok(());
        }
        self.count_mail(&email, client).await?;
        self.write(vec![self.mail(
            &email,
            MailKind::ConfirmEmail,
            Some(user.id),
        )])
        .await
    }

    /// Sends the link to confirm an address once more, if an account has it that has not confirmed it; nobody is told
    /// whether one has. If none has, a mail waits, too, which is never sent: so both take as long.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn resend_confirmation_to(
        &self,
        email: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        let email = EmailAddress::parse(email)?;
        self.count_mail(&email, client).await?;
        let user = self.ports.accounts.users.find_user_by_email(&email).await?;
        let waiting = user.filter(|user| !user.email_verified);
        let waiting = waiting.map(|user| user.id);
        self.write(vec![self.mail(&email, MailKind::ConfirmEmail, waiting)])
            .await
    }

    /// Sends a link to a new address; the account has it once the link is used.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn request_email_change(
        &self,
        viewer: &KnownViewer,
        email: &str,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), AccountError> {
        let email = EmailAddress::parse(email)?;
        let (user, session) = self.managed(viewer).await?;
        self.check_owner((&user, session), password, client).await?;
        self.count_mail(&email, client).await?;
        let owner = self.ports.accounts.users.find_user_by_email(&email).await?;
        let owner = owner.filter(|owner| owner.id != user.id);
        if owner.is_some() && !self.policy.conceals_accounts {
            return Err(EmailError::Taken.into());
        }
        let mail = match owner {
            Some(owner) => self.mail(&email, MailKind::AlreadyRegistered, Some(owner.id)),
            None => self.mail(&email, MailKind::ConfirmEmail, Some(user.id)),
        };
        let entry = self.own(viewer, Action::EmailChangeRequested, client);
        self.write(vec![mail, AccountWrite::AddAudit(entry)]).await
    }
}
