//! The API keys of an account.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use crate::domain::accounts::{self, AccountError, ApiKeyError, MakeApiKey};
use crate::domain::ids::ApiKeyId;
use crate::domain::viewer::KnownViewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::BySession;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

/// What an API key is good for. Every key may read what its account may read; none ever manages the account.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "accounts::Scope")]
enum ApiKeyScope {
    /// Reading what the account may read; every key may, whatever else it is good for.
    Read,
    /// Reporting what is watched, and saying what to make of it: thumbs, and what is not to be suggested.
    Watch,
    /// What curators may do, as long as the account is one.
    Curate,
    /// What moderators may do, as long as the account is one.
    Moderate,
    /// What admins may do, as long as the account is one; but no key gives roles, disables accounts or enables them.
    Administer,
}

/// A key of the viewer's own account.
pub(crate) struct ApiKey(pub(super) accounts::ApiKey);

impl ApiKey {
    /// The key of the viewer's own account with this id.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        id: ApiKeyId,
    ) -> Result<Option<Self>> {
        let keys = ctx.services().accounts.api_keys(viewer).await?;
        let key = keys.into_iter().find(|key| key.id == id);
        Ok(key.map(Self))
    }
}

/// A key that a program uses the API with, in the header `Authorization: Bearer …`. Only the account's owner ever sees
/// it; the key itself is shown once, when it is made.
#[Object]
impl ApiKey {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::ApiKey(self.0.id).encode()
    }

    /// What its owner calls it, in at most 50 characters; it need not be unique.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is good for; never more than the account itself may do.
    async fn scopes(&self) -> Vec<ApiKeyScope> {
        self.0.scopes.iter().copied().map(Into::into).collect()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it ends by itself.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// When it was last used, to the minute or so; null if never.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(Into::into)
    }
}

/// Making and revoking keys.
#[derive(Default)]
pub(crate) struct ApiKeyMutation;

/// Making and revoking keys.
#[Object]
impl ApiKeyMutation {
    /// Makes an API key, at most 50 an account; its owner gets a mail. It acts as the account's first profile, and
    /// takes more than being logged in: a log-in that is not older than ten minutes, or the `password`. For whoever is
    /// logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to call the key, and what it is to be good for.", secret)]
        input: CreateApiKeyInput,
    ) -> Result<CreateApiKeyPayload> {
        let viewer = ctx.known_viewer()?;
        let wanted = MakeApiKey {
            name: input.name,
            scopes: input.scopes.into_iter().map(Into::into).collect(),
            days: input.expires_in_days,
            password: input.password.map(SecretString::from),
            pin: input.pin.map(SecretString::from),
        };
        let accounts = &ctx.services().accounts;
        let made = accounts.create_api_key(&viewer, wanted, ctx.client()).await;
        let (new, user_errors) = UserError::split(made)?;
        let token = new.as_ref().map(|new| new.token.expose());
        Ok(CreateApiKeyPayload {
            api_key: new.map(|new| ApiKey(new.key)),
            token,
            user_errors,
        })
    }

    /// Revokes a key, at once and everywhere. For whoever is logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key that is to be revoked.")] input: RevokeApiKeyInput,
    ) -> Result<RevokeApiKeyPayload> {
        let viewer = ctx.known_viewer()?;
        let accounts = &ctx.services().accounts;
        let revoked = match GlobalId::decode(&input.api_key) {
            Some(GlobalId::ApiKey(key)) => {
                accounts.revoke_api_key(&viewer, key, ctx.client()).await
            }
            _ => Err(AccountError::ApiKey(ApiKeyError::NotFound)),
        };
        let (_, user_errors) = UserError::split(revoked)?;
        Ok(RevokeApiKeyPayload { user_errors })
    }
}

/// What a key is to be for.
#[derive(InputObject)]
struct CreateApiKeyInput {
    /// What to call it, in at most 50 characters, as for profiles.
    name: String,
    /// What it is to be good for: something, and nothing that the account's own role does not reach.
    scopes: Vec<ApiKeyScope>,
    /// After how many days it ends, 1 to 730; 365 if left out.
    expires_in_days: Option<i32>,
    /// The password of the account; not needed within ten minutes of logging in.
    #[graphql(secret)]
    password: Option<String>,
    /// The PIN of the account's first profile, as which the key acts; not needed if it has none, or is the one that is
    /// chosen.
    #[graphql(secret)]
    pin: Option<String>,
}

/// The key that is to be revoked.
#[derive(InputObject)]
struct RevokeApiKeyInput {
    /// The global id of the key, as `apiKeys` of the account lists it.
    api_key: ID,
}

/// What making a key led to.
#[derive(SimpleObject)]
pub(crate) struct CreateApiKeyPayload {
    /// What is known of the key from now on; null if it was refused.
    api_key: Option<ApiKey>,
    /// The key itself, to be sent as `Authorization: Bearer …`. It is never shown again. Null if it was refused.
    token: Option<String>,
    /// What a person can put right: a `name` that is `BLANK`, `scopes` that the account's role does not reach, a wrong or
    /// missing `password` or `pin`.
    pub(crate) user_errors: Vec<UserError>,
}

/// What revoking a key led to.
#[derive(SimpleObject)]
pub(crate) struct RevokeApiKeyPayload {
    /// What a person can put right: an `apiKey` that the account does not have.
    pub(crate) user_errors: Vec<UserError>,
}
