//! Confirming and changing e-mail addresses.

use secrecy::SecretString;

use super::AccountService;
use super::log_in::VIA_PASSWORD;
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::email::{EmailAddress, EmailError};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::mail::{Asked, MailKind};
use crate::domain::accounts::one_time::OneTime;
use crate::domain::accounts::session::Session;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::Secret;
use crate::domain::accounts::user::User;
use crate::domain::viewer::{Client, KnownViewer};

/// An address that was confirmed.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// The account whose address it is.
    pub user: User,
    /// The other sites that were linked with the account before, and are no more.
    pub unlinked: Vec<String>,
}

impl AccountService {
    /// Confirms the address that a link was sent to, which becomes that of the account if it is not. The old address
    /// is told. The link is used up. Says whose it was.
    ///
    /// Somebody else may have made the account with this address, to have a way into it later. Whoever confirms it with
    /// a session of the account has both; else, the first time, what else it can be logged in to by goes
    /// ([`Self::other_ways_in`]), with the sessions that began there. The password stays: nobody could log in any more
    /// who reads mail on another device. It goes when whoever gets the mail sets another, with all that was linked
    /// until then ([`User::ways_in_trusted_since`]).
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn confirm_email(
        &self,
        token: &str,
        viewer: Option<&KnownViewer>,
        client: &Client,
    ) -> Result<Confirmed, AccountError> {
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
        let is_by_owner =
            viewer.is_some_and(|viewer| viewer.user == user.id && viewer.session().is_some());
        let is_proof_of_more = !user.email_verified && !is_by_owner;
        let (mut writes, unlinked) = if is_proof_of_more {
            self.other_ways_in(&user, client).await?
        } else {
            Default::default()
        };
        let action = if is_new {
            Action::EmailChanged
        } else {
            Action::EmailConfirmed
        };
        let trusted_since = user.ways_in_trusted_since;
        let ways_in_trusted_since = if is_by_owner {
            trusted_since.or(Some(user.stamp.created_at))
        } else if is_proof_of_more {
            // Whoever knows the password may link another site in a moment.
            user.password.is_none().then_some(now)
        } else if is_new {
            // Whoever asked for this address may still be in, by whatever else they have.
            None
        } else {
            trusted_since
        };
        let confirmed = self.next(User {
            email: Some(email),
            email_verified: true,
            ways_in_trusted_since,
            epoch: user.epoch + u32::from(is_proof_of_more),
            ..user
        });
        let entry = self.audit(Some(confirmed.id), action, Actor::Nobody, client);
        writes.push(AccountWrite::PutUser(confirmed.clone()));
        writes.push(AccountWrite::AddAudit(entry));
        if let Some(old) = old.filter(|_| is_new) {
            writes.push(self.mail(&old, MailKind::EmailChanged, Some(confirmed.id)));
        }
        match self.write(writes).await {
            // Somebody else confirmed it first.
            Err(AccountError::Email(EmailError::Taken)) => return Err(AccountError::InvalidToken),
            written => written?,
        }
        if is_proof_of_more {
            self.keep_sessions_of_password(&confirmed).await?;
        }
        Ok(Confirmed {
            user: confirmed,
            unlinked,
        })
    }

    /// Ends the sessions that did not begin with the password; the others, void because of their epoch, go on.
    async fn keep_sessions_of_password(&self, user: &User) -> Result<(), AccountError> {
        let sessions = &self.ports.sessions;
        let now = self.ports.clock.now();
        for session in sessions.sessions_of_user(user.id, now).await? {
            if session.via == VIA_PASSWORD {
                let epoch = user.epoch;
                sessions
                    .update_session(&Session { epoch, ..session })
                    .await?;
            } else {
                sessions.delete_session(user.id, session.id).await?;
            }
        }
        Ok(())
    }

    /// Who asked for the address of an account, as far as the account says.
    async fn asked(&self, user: &User) -> Result<Asked, AccountError> {
        let identities = &self.ports.accounts.identities;
        let identities = identities.identities_of_user(user.id).await?;
        let password = user.password.as_ref().map(|_| VIA_PASSWORD.to_owned());
        let sites = identities.into_iter().map(|identity| identity.provider);
        Ok(Asked {
            at: user.stamp.created_at,
            from: None,
            by: password.into_iter().chain(sites).collect(),
        })
    }

    /// Sends the link to confirm the account's address once more, if it is not confirmed.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn resend_confirmation(
        &self,
        viewer: &KnownViewer,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (user, _) = self.managed(viewer).await?;
        let email = user.email.clone().ok_or(EmailError::Missing)?;
        if user.email_verified {
            return Ok(());
        }
        self.count_mail(&email, client).await?;
        let asked = self.asked(&user).await?;
        self.write(vec![self.confirmation(&email, user.id, asked)])
            .await
    }

    /// Sends the link to confirm an address once more, if an account has it that has not confirmed it; nobody is told
    /// whether one has. If none has, a mail waits, too, which is never sent: so both take as long.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn resend_confirmation_to(
        &self,
        typed: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        let email = EmailAddress::parse(typed)?;
        self.count_mail(&email, client).await?;
        let user = self.user_with(&email, typed).await?;
        let waiting = user.filter(|user| !user.email_verified);
        let mail = match waiting {
            Some(user) => self.confirmation(&email, user.id, self.asked(&user).await?),
            None => self.mail(&email, MailKind::ConfirmEmail, None),
        };
        self.write(vec![mail]).await
    }

    /// Sends a link to a new address; the account has it once the link is used.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn request_email_change(
        &self,
        viewer: &KnownViewer,
        typed: &str,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), AccountError> {
        let email = EmailAddress::parse(typed)?;
        let (user, session) = self.managed(viewer).await?;
        self.check_owner((&user, session), password, client).await?;
        self.count_mail(&email, client).await?;
        let owner = self.user_with(&email, typed).await?;
        let owner = owner.filter(|owner| owner.id != user.id);
        if owner.is_some() && !self.policy.conceals_accounts {
            return Err(EmailError::Taken.into());
        }
        let mail = if let Some(owner) = owner {
            self.mail(&email, MailKind::AlreadyRegistered, Some(owner.id))
        } else {
            let asked = Asked {
                at: self.ports.clock.now(),
                from: client.address,
                by: Vec::new(),
            };
            self.confirmation(&email, user.id, asked)
        };
        let entry = self.own(viewer, Action::EmailChangeRequested, client);
        self.write(vec![mail, AccountWrite::AddAudit(entry)]).await
    }
}
