//! The API keys of an account: listing, making and revoking them.

use secrecy::SecretString;

use super::AccountService;
use crate::domain::accounts::api_key::{ApiKey, ApiKeyError, Scope};
use crate::domain::accounts::audit::{Action, AuditEntry};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::mail::MailKind;
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

/// What a key is to be, and that the owner makes it.
#[derive(Debug, Clone)]
pub struct MakeApiKey {
    /// What to call it.
    pub name: String,
    /// What it is to be good for.
    pub scopes: Vec<Scope>,
    /// How many days it lasts; a year's, if nothing is said.
    pub days: Option<i32>,
    /// The password of the account; not needed right after logging in.
    pub password: Option<SecretString>,
    /// The PIN of the account's first profile, as which the key acts, if that has one and is not the viewer's.
    pub pin: Option<SecretString>,
}

impl AccountService {
    /// Makes an API key. It outlives the session that makes it, so a stolen one must not: it takes a fresh
    /// log-in or the password, and the owner is told by mail. It reads what the account's first profile watched, so it
    /// takes the PIN of that, too.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create_api_key(
        &self,
        viewer: &KnownViewer,
        make: MakeApiKey,
        client: &Client,
    ) -> Result<NewApiKey, AccountError> {
        let (user, session) = self.managed(viewer).await?;
        let name = check_name(&make.name)?;
        let lasts = ApiKey::lasts(make.days)?;
        let mut scopes = make.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() || scopes.iter().any(|scope| scope.role() > user.role) {
            return Err(ApiKeyError::InvalidScopes.into());
        }
        if self.api_keys(viewer).await?.len() >= MAX_KEYS {
            return Err(ApiKeyError::TooMany { most: MAX_KEYS }.into());
        }
        self.check_owner_or_fresh((&user, session), make.password, client)
            .await?;
        let acts_as = self.first_profile(user.id).await?;
        if acts_as.id != viewer.profile {
            self.check_pin(user.id, &acts_as, make.pin, client).await?;
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
            expires_at: now + lasts,
            created_at: now,
            updated_at: now,
        };
        let entry = AuditEntry {
            detail: Some(name),
            ..self.own(viewer, Action::ApiKeyCreated, client)
        };
        let mail = user
            .email
            .as_ref()
            .map(|email| self.mail(email, MailKind::ApiKeyCreated, Some(user.id)));
        let mut writes = vec![
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::AddApiKey(key.clone()),
            AccountWrite::AddAudit(entry),
        ];
        writes.extend(mail);
        self.write(writes).await?;
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
        let mut writes = self.revocations(viewer, client).await?;
        if writes.is_empty() {
            return Ok(());
        }
        // Of two changes at the same time one has to look again which keys there are.
        writes.push(AccountWrite::PutUser(self.next(user)));
        self.write(writes).await
    }

    /// What revokes all keys of the viewer's account.
    pub(super) async fn revocations(
        &self,
        viewer: &KnownViewer,
        client: &Client,
    ) -> Result<Vec<AccountWrite>, AccountError> {
        let keys = self.api_keys(viewer).await?;
        let writes = keys.into_iter().flat_map(|key| {
            let entry = AuditEntry {
                detail: Some(key.name),
                ..self.own(viewer, Action::ApiKeyRevoked, client)
            };
            let deleted = AccountWrite::DeleteApiKey {
                user: viewer.user,
                id: key.id,
            };
            [deleted, AccountWrite::AddAudit(entry)]
        });
        Ok(writes.collect())
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
