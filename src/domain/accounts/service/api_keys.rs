//! The API keys of an account: listing, making and revoking them.

use super::AccountService;
use crate::domain::accounts::api_key::{ApiKey, ApiKeyError, Scope};
use crate::domain::accounts::audit::{Action, AuditEntry};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::name::check_name;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::{ApiKeyToken, Secret};
use crate::domain::ids::ApiKeyId;
use crate::domain::viewer::{Client, KnownViewer};

/// The most keys of an account.
const MAX_KEYS: usize = 50;

/// A key that was just made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What is stored of it.
    pub key: ApiKey,
    /// The key itself, which nobody is shown again.
    pub token: ApiKeyToken,
}

impl AccountService {
    /// Makes an API key.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create_api_key(
        &self,
        viewer: &KnownViewer,
        name: &str,
        scopes: &[Scope],
        client: &Client,
    ) -> Result<NewApiKey, AccountError> {
        let (user, _) = self.managed(viewer).await?;
        let name = check_name(name)?;
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() || scopes.iter().any(|scope| scope.role() > user.role) {
            return Err(ApiKeyError::InvalidScopes.into());
        }
        if self.api_keys(viewer).await?.len() >= MAX_KEYS {
            return Err(ApiKeyError::TooMany { most: MAX_KEYS }.into());
        }
        let token = ApiKeyToken {
            key: ApiKeyId::random(&mut *self.ports.entropy.rng()),
            secret: Secret::random(&mut *self.ports.entropy.rng()),
        };
        let now = self.ports.clock.now();
        let key = ApiKey {
            id: token.key,
            user: user.id,
            name: name.clone(),
            scopes,
            secret: token.secret.hash(),
            last_used_at: None,
            created_at: now,
            updated_at: now,
        };
        let entry = AuditEntry {
            detail: Some(name),
            ..self.own(viewer, Action::ApiKeyCreated, client)
        };
        self.write(vec![
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::AddApiKey(key.clone()),
            AccountWrite::AddAudit(entry),
        ])
        .await?;
        Ok(NewApiKey { key, token })
    }

    /// The keys of the viewer's account, the oldest first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn api_keys(&self, viewer: &KnownViewer) -> Result<Vec<ApiKey>, AccountError> {
        Ok(self
            .ports
            .accounts
            .api_keys
            .api_keys_of_user(viewer.user)
            .await?)
    }

    /// Revokes all keys of the viewer's account, at once and everywhere.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revoke_api_keys(
        &self,
        viewer: &KnownViewer,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (user, _) = self.managed(viewer).await?;
        let keys = self.api_keys(viewer).await?;
        let writes = keys.into_iter().flat_map(|key| {
            let entry = AuditEntry {
                detail: Some(key.name),
                ..self.own(viewer, Action::ApiKeyRevoked, client)
            };
            let deleted = AccountWrite::DeleteApiKey {
                user: user.id,
                id: key.id,
            };
            [deleted, AccountWrite::AddAudit(entry)]
        });
        let writes: Vec<_> = writes.collect();
        if writes.is_empty() {
            return Ok(());
        }
        self.write(writes).await
    }

    /// Revokes a key of the viewer's account, at once and everywhere.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revoke_api_key(
        &self,
        viewer: &KnownViewer,
        id: ApiKeyId,
        client: &Client,
    ) -> Result<(), AccountError> {
        let (user, _) = self.managed(viewer).await?;
        let keys = self.api_keys(viewer).await?;
        let key = keys.into_iter().find(|key| key.id == id);
        let key = key.ok_or(ApiKeyError::NotFound)?;
        let entry = AuditEntry {
            detail: Some(key.name),
            ..self.own(viewer, Action::ApiKeyRevoked, client)
        };
        self.write(vec![
            AccountWrite::DeleteApiKey { user: user.id, id },
            AccountWrite::AddAudit(entry),
        ])
        .await
    }
}
