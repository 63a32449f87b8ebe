//! The other sites that an account is linked with: listing and unlinking them.

use super::AccountService;
use crate::domain::accounts::audit::{Action, Actor, AuditEntry};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::identity::{Identity, LinkError};
use crate::domain::accounts::store::AccountWrite;
use crate::domain::viewer::{Client, KnownViewer};

impl AccountService {
    /// The other sites that the viewer's account is linked with, by name.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn identities(&self, viewer: &KnownViewer) -> Result<Vec<Identity>, AccountError> {
        Ok(self
            .ports
            .accounts
            .identities
            .identities_of_user(viewer.user)
            .await?)
    }

    /// Unlinks the viewer's account from another site, unless nobody could log in any more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn unlink(
        &self,
        viewer: &KnownViewer,
        provider: &str,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (user, _) = self.managed(viewer).await?;
        let identities = self.identities(viewer).await?;
        let is_linked = |identity: &Identity| identity.provider == provider;
        if !identities.iter().any(is_linked) {
            return Err(LinkError::NotFound.into());
        }
        if user.password.is_none() && identities.iter().all(is_linked) {
            return Err(LinkError::LastWayIn.into());
        }
        let entry = AuditEntry {
            detail: Some(provider.to_owned()),
            ..self.own(viewer, Action::IdentityUnlinked, client)
        };
        self.write(vec![
            // Of two who unlink at the same time one has to look again what is left.
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::DeleteIdentity {
                user: viewer.user,
                provider: provider.to_owned(),
            },
            AccountWrite::AddAudit(entry),
        ])
        .await
    }

    /// Takes note that somebody took back, at the other site, what this site was allowed: sessions that began there
    /// end. The link stays, so that logging in again finds the account.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revoke_identity(
        &self,
        provider: &str,
        signed_request: &str,
    ) -> Result<(), AccountError> {
        let Some(identity) = self.signed_identity(provider, signed_request).await? else {
            return Ok(());
        };
        let entry = AuditEntry {
            detail: Some(provider.to_owned()),
            ..self.audit(
                Some(identity.user),
                Action::IdentityRevoked,
                Actor::Provider,
                &Client::default(),
            )
        };
        self.write(vec![AccountWrite::AddAudit(entry)]).await?;
        let now = self.ports.clock.now();
        let sessions = &self.ports.sessions;
        for session in sessions.sessions_of_user(identity.user, now).await? {
            if session.via == provider {
                sessions.delete_session(session.user, session.id).await?;
            }
        }
        Ok(())
    }

    /// The identity that a request which the other site signed is about, if there is one here.
    pub(super) async fn signed_identity(
        &self,
        provider: &str,
        signed_request: &str,
    ) -> Result<Option<Identity>, AccountError> {
        let site = self.provider(provider)?;
        let subject = site
            .signed_subject(signed_request)
            .ok_or(AccountError::InvalidToken)?;
        let identities = &self.ports.accounts.identities;
        Ok(identities.find_identity(provider, &subject).await?)
    }
}
