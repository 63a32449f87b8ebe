//! Erasing people. What names a person is deleted; counts that no longer name anyone stay.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rand::Rng;
use secrecy::SecretString;
use url::Url;

use super::AccountService;
use crate::domain::accounts::audit::{Action, Actor, AuditEntry};
use crate::domain::accounts::erasure::Erasure;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::mail::MailKind;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::user::User;
use crate::domain::ids::{ErasureId, ProfileId, UserId};
use crate::domain::viewer::{Client, KnownViewer};

/// Who is told by mail that an account was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Owner,
    /// It was never shown that the address is the owner's.
    Nobody,
}

impl AccountService {
    /// Deletes the viewer's account: the account itself and its sessions at once, what its profiles watched in the
    /// background.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_account(
        &self,
        viewer: &KnownViewer,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<Erasure, AccountError> {
        let (user, session) = self.managed(viewer).await?;
        self.check_owner((&user, session), password, client).await?;
        self.delete_user(user, Told::Owner).await
    }

    /// Deletes an account on the word of whoever runs the site, as [`Self::delete_account`] does for its owner, who is
    /// told by mail.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_user(&self, user: UserId) -> Result<Erasure, AccountError> {
        let user = self.find_user(user).await?;
        let user = user.ok_or(AccountError::UserNotFound)?;
        self.delete_user(user, Told::Owner).await
    }

    /// Deletes what came from another site about somebody, on a request that the other site signed. An account that can
    /// be logged in to by that site only is deleted; another one is unlinked. Somebody whom the site does not know
    /// counts as erased already.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_identity(
        &self,
        provider: &str,
        signed_request: &str,
    ) -> Result<Erasure, AccountError> {
        let now = self.ports.clock.now();
        let identity = self.signed_identity(provider, signed_request).await?;
        let user = match &identity {
            Some(identity) => self.find_user(identity.user).await?,
            None => None,
        };
        let Some(user) = user else {
            let done = Erasure {
                finished_at: Some(now),
                ..new_erasure(Vec::new(), now, &mut *self.ports.entropy.rng())
            };
            self.write(vec![AccountWrite::AddErasure(done.clone())])
                .await?;
            return Ok(done);
        };
        let identities = self
            .ports
            .accounts
            .identities
            .identities_of_user(user.id)
            .await?;
        if user.password.is_none() && identities.len() == 1 {
            return self.delete_user(user, Told::Owner).await;
        }
        let done = Erasure {
            finished_at: Some(now),
            ..new_erasure(Vec::new(), now, &mut *self.ports.entropy.rng())
        };
        let entry = AuditEntry {
            detail: Some(provider.to_owned()),
            ..self.audit(
                Some(user.id),
                Action::IdentityUnlinked,
                Actor::Provider,
                &Client::default(),
            )
        };
        self.write(vec![
            AccountWrite::DeleteIdentity {
                user: user.id,
                provider: provider.to_owned(),
            },
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::AddErasure(done.clone()),
            AccountWrite::AddAudit(entry),
        ])
        .await?;
        Ok(done)
    }

    /// The page that shows how far an erasure is.
    pub fn erasure_page(&self, erasure: &Erasure) -> Url {
        let page = format!("data-deletion/{}", erasure.code);
        self.policy.address(&page)
    }

    /// How far the erasure with this code is.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_erasure(&self, code: &str) -> Result<Option<Erasure>, AccountError> {
        Ok(self.ports.accounts.erasures.find_erasure(code).await?)
    }

    /// Some erasures that are not finished, the oldest first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn pending_erasures(&self) -> Result<Vec<Erasure>, AccountError> {
        Ok(self.ports.accounts.erasures.pending_erasures(20).await?)
    }

    /// Takes note that nothing is left of what an erasure is about.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn finish_erasure(&self, erasure: &Erasure) -> Result<(), AccountError> {
        let now = self.ports.clock.now();
        Ok(self
            .ports
            .accounts
            .erasures
            .finish_erasure(erasure.id, now)
            .await?)
    }

    pub(super) async fn delete_user(
        &self,
        user: User,
        told: Told,
    ) -> Result<Erasure, AccountError> {
        let now = self.ports.clock.now();
        let id = user.id;
        let profiles = self.ports.accounts.profiles.profiles_of_user(id).await?;
        let profiles: Vec<ProfileId> = profiles.iter().map(|profile| profile.id).collect();
        let erasure = new_erasure(profiles.clone(), now, &mut *self.ports.entropy.rng());
        let mail = user
            .email
            .as_ref()
            .filter(|_| told == Told::Owner)
            .map(|email| self.mail(email, MailKind::AccountDeleted, None));
        // Of two changes at the same time one has to look again what there is to delete.
        let mut writes = vec![
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::DeleteUser(id),
        ];
        writes.extend(profiles.into_iter().map(AccountWrite::DeleteProfile));
        writes.push(AccountWrite::AddErasure(erasure.clone()));
        writes.extend(mail);
        // Before, because nobody would do it after a crash; and after, because the account could be used until then.
        self.forget_log_ins(id).await?;
        self.write(writes).await?;
        self.forget_log_ins(id).await?;
        Ok(erasure)
    }

    /// Ends the sessions of an account, and what was sent or begun to log in to it.
    pub(super) async fn forget_log_ins(&self, user: UserId) -> Result<(), AccountError> {
        self.ports.one_time.delete_one_time_of_user(user).await?;
        let sessions = &self.ports.sessions;
        sessions.delete_sessions_of_user(user, None).await?;
        Ok(())
    }
}

/// A request to erase profiles.
pub(super) fn new_erasure(
    profiles: Vec<ProfileId>,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
) -> Erasure {
    let mut code = [0; 16];
    rng.fill_bytes(&mut code);
    Erasure {
        id: ErasureId::random(rng),
        code: URL_SAFE_NO_PAD.encode(code),
        profiles,
        created_at: now,
        updated_at: now,
        finished_at: None,
    }
}
