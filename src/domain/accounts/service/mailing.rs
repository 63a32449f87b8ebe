//! Sending queued mail. A mail is sent once: it is claimed before and removed after. Only if the mail server takes it
//! and the answer is lost, or the removal is, does a second copy go out, under the same `Message-ID`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use url::Url;

use super::AccountPolicy;
use crate::domain::accounts::mail::{Letter, Mail, MailError, MailKind, Mailer};
use crate::domain::accounts::one_time::OneTime;
use crate::domain::accounts::store::{MailStore, OneTimeStore, UserStore};
use crate::domain::accounts::token::Secret;
use crate::domain::accounts::user::User;
use crate::domain::clock::Clock;
use crate::domain::entropy::Entropy;
use crate::domain::error::StoreError;

/// How many mails are claimed, and sent, at once.
const BATCH: usize = 8;
/// How long one who claimed mails has to send them, before another one may: more than a mailer and the stores ever
/// take. If the sender crashes, its mail waits that long.
const CLAIM: TimeDelta = TimeDelta::minutes(1);
/// How long the link of a confirmation mail can be used.
const CONFIRM: TimeDelta = TimeDelta::hours(24);
/// How long the link for a new password can be used.
const RESET: TimeDelta = TimeDelta::hours(1);

/// Sends queued mail, several at once.
#[derive(Clone)]
pub struct MailService {
    mails: Arc<dyn MailStore>,
    users: Arc<dyn UserStore>,
    one_time: Arc<dyn OneTimeStore>,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    policy: Arc<AccountPolicy>,
}

impl MailService {
    /// A service on its ports.
    pub fn new(
        mails: Arc<dyn MailStore>,
        users: Arc<dyn UserStore>,
        one_time: Arc<dyn OneTimeStore>,
        mailer: Arc<dyn Mailer>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        policy: AccountPolicy,
    ) -> Self {
        Self {
            mails,
            users,
            one_time,
            mailer,
            clock,
            entropy,
            policy: Arc::new(policy),
        }
    }

    /// Sends some of what is due. Says how many mails were taken up; 0: nothing is due. A mail server that does not
    /// answer is an error, once all were tried; what it did not take is due again later.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn send_due(&self) -> Result<usize, MailingError> {
        let now = self.clock.now();
        let mails = self.mails.claim_mails(now, now + CLAIM, BATCH).await?;
        // At the same time, so that none is still waiting for its turn when the claim ends.
        let sent = join_all(mails.iter().map(|mail| self.send(mail))).await;
        sent.into_iter().collect::<Result<(), _>>()?;
        Ok(mails.len())
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailingError> {
        let now = self.clock.now();
        if mail.is_expired(now) {
            tracing::warn!(mail.id = %mail.id, "A mail could not be sent for three days and is given up");
            return Ok(self.mails.remove_mail(mail.id).await?);
        }
        let sent = match self.letter(mail, now).await? {
            None => Ok(()),
            Some(letter) => self.mailer.send(&letter).await,
        };
        match sent {
            Ok(()) => Ok(self.mails.remove_mail(mail.id).await?),
            Err(error @ MailError::Refused(_)) => {
                tracing::warn!(
                    mail.id = %mail.id,
                    error = &error as &dyn std::error::Error,
                    "A mail was refused and is given up"
                );
                Ok(self.mails.remove_mail(mail.id).await?)
            }
            Err(error @ MailError::Unavailable(_)) => {
                let now = self.clock.now();
                let again = now + mail.pause();
                self.mails.postpone_mail(mail.id, again, now).await?;
                Err(error.into())
            }
        }
    }

    /// The message of a mail, with a new secret if it needs one; `None` if its account is gone.
    async fn letter(
        &self,
        mail: &Mail,
        now: DateTime<Utc>,
    ) -> Result<Option<Letter>, MailingError> {
        let user = match mail.user {
            None => None,
            Some(id) => match self.users.users(&[id]).await?.pop() {
                None => return Ok(None),
                user => user,
            },
        };
        let replaces = match (mail.kind, &user) {
            (MailKind::ConfirmEmail, Some(user)) => user.email.clone(),
            _ => None,
        };
        let replaces = replaces.filter(|email| *email != mail.to);
        let link = match (mail.kind, user) {
            (MailKind::ConfirmEmail, Some(user)) => {
                let means = OneTime::ConfirmEmail {
                    user: user.id,
                    epoch: user.epoch,
                    replaces: user.email,
                    email: mail.to.clone(),
                };
                Some((
                    self.link(&self.policy.confirm_page, &means, now + CONFIRM)
                        .await?,
                    CONFIRM,
                ))
            }
            (MailKind::ResetPassword, Some(User { id, epoch, .. })) => {
                let means = OneTime::ResetPassword {
                    user: id,
                    epoch,
                    email: mail.to.clone(),
                };
                Some((
                    self.link(&self.policy.reset_page, &means, now + RESET)
                        .await?,
                    RESET,
                ))
            }
            (MailKind::ConfirmEmail | MailKind::ResetPassword, None) => return Ok(None),
            _ => None,
        };
        let (link, lasts) = link.unzip();
        Ok(Some(Letter {
            id: mail.id,
            to: mail.to.clone(),
            kind: mail.kind,
            link,
            hours: lasts.map(|lasts| lasts.num_hours()),
            asked: mail.asked.clone(),
            replaces: replaces.map(|email| email.hint()),
        }))
    }

    async fn link(
        &self,
        page: &Url,
        means: &OneTime,
        until: DateTime<Utc>,
    ) -> Result<Url, StoreError> {
        let secret = Secret::random(&mut *self.entropy.rng());
        self.one_time
            .put_one_time(&secret.hash(), means, until)
            .await?;
        // An account that was deleted meanwhile must not be named any more.
        if let Some(user) = means.user()
            && self.users.users(&[user]).await?.is_empty()
        {
            self.one_time.delete_one_time_of_user(user).await?;
        }
        let mut link = page.clone();
        link.query_pairs_mut().append_pair("token", secret.expose());
        Ok(link)
    }
}

/// Why mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailingError {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
