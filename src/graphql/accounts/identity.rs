//! Federated log-in, and unlinking the other site from the account.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use super::mutation::{AuthPayload, SessionTransport, without_cookie};
use crate::domain::accounts::{self, AccountError, BeginOAuth, ExchangeOAuth, LinkError};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::BySession;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct IdentityMutation;

#[Object]
impl IdentityMutation {
    /// Begins a log-in by another site, such as Facebook; whoever is logged in links the account with it instead. Send
    /// the browser to the address in the payload. It comes back to `returnTo`, with `error=CODE` as a parameter if
    /// it was refused: `CANCELLED` if the person said no there, `EXPIRED` if it took too long. If all profiles of
    /// the account have a PIN, a page asks for that of the first on the way.
    ///
    /// Linking takes more than being logged in: a log-in that is not older than ten minutes, or the `password`. Without
    /// either the error is `WRONG_CREDENTIALS` for `password`, or, if the account has none, `FORBIDDEN`: log in once
    /// more. For the profile of a grown-up.
    ///
    /// An account is never linked because the other site tells the same e-mail address: whoever can make an account
    /// over there with somebody's address, or gets a mailbox that was given up, would be let in. Then the error is
    /// `CONFLICT`: log in as usual, and link from there.
    #[graphql(name = "beginOAuth")]
    async fn begin_oauth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to go, and where to come back to.", secret)] input: BeginOAuthInput,
    ) -> Result<BeginOAuthPayload> {
        let transport = input.transport.unwrap_or_default();
        if transport == SessionTransport::Cookie
            && let Some(refused) = without_cookie(ctx)
        {
            return Ok(BeginOAuthPayload {
                authorization_url: None,
                user_errors: vec![refused],
            });
        }
        let begin = BeginOAuth {
            provider: input.provider,
            return_to: input.return_to,
            transport: transport.into(),
            remember: input.remember.unwrap_or_default(),
            challenge: input.code_challenge,
            password: input.password.map(SecretString::from),
        };
        let (accounts, client) = (&ctx.services().accounts, ctx.client());
        match accounts.begin_oauth(&ctx.viewer(), begin, client).await {
            Ok(sent) => {
                if let Some(browser) = &sent.browser {
                    ctx.set_oauth_state_cookie(browser);
                }
                Ok(BeginOAuthPayload {
                    authorization_url: Some(sent.url.into()),
                    user_errors: Vec::new(),
                })
            }
            Err(error) => Ok(BeginOAuthPayload {
                authorization_url: None,
                user_errors: vec![UserError::from_error(error)?],
            }),
        }
    }

    /// Gives an app its tokens for the code that its deep link brought. If the app was logged in when it began, its
    /// account is linked with the other site now, and the tokens are those of a new log-in. A code that was used before,
    /// or too late, is `EXPIRED`. If all profiles of the account have a PIN, and that of the first is missing
    /// or wrong (`WRONG_CREDENTIALS` for `pin`), the code is still good.
    #[graphql(name = "exchangeOAuth")]
    async fn exchange_oauth(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The code, and what proves that the app is the one that began.",
            secret
        )]
        input: ExchangeOAuthInput,
    ) -> Result<AuthPayload> {
        let (accounts, client) = (&ctx.services().accounts, ctx.client());
        let exchange = ExchangeOAuth {
            code: input.code,
            verifier: input.code_verifier,
            pin: input.pin.map(SecretString::from),
        };
        let before = ctx.viewer().known().copied();
        match accounts.exchange_oauth(exchange, before, client).await {
            Err(error @ (AccountError::InvalidToken | AccountError::Link(LinkError::Expired))) => {
                Ok(AuthPayload::refused(UserError::about("code", &error)))
            }
            exchanged => AuthPayload::new(ctx, exchanged.map(Some)).await,
        }
    }

    /// Unlinks the viewer's account from another site. Refused with `CONFLICT` if nobody could log in any more: set a
    /// password first. For whoever is logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn unlink_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other site that can log in no more.")] input: UnlinkIdentityInput,
    ) -> Result<UnlinkIdentityPayload> {
        let viewer = ctx.known_viewer()?;
        let (accounts, client) = (&ctx.services().accounts, ctx.client());
        let user_errors = match accounts.unlink(&viewer, &input.provider, client).await {
            Ok(()) => Vec::new(),
            Err(error) => vec![UserError::from_error(error)?],
        };
        Ok(UnlinkIdentityPayload { user_errors })
    }
}

/// Where to go, and where to come back to.
#[derive(InputObject)]
struct BeginOAuthInput {
    /// The other site: `facebook`, or what the operator called another one.
    provider: String,
    /// Where the browser ends: one of the addresses that the site allows, exactly. For an app, its deep link.
    return_to: String,
    /// How the client holds its session; `COOKIE` if left out. With `COOKIE` the browser that sends this is the one
    /// that must go; with `BEARER` it is the system's browser.
    transport: Option<SessionTransport>,
    /// Whether a browser's session lasts when the browser is closed; it does not if left out. Those of apps last.
    remember: Option<bool>,
    /// For `BEARER`: the base64url of the SHA-256 of a random text that the app keeps (RFC 7636, `S256`).
    code_challenge: Option<String>,
    /// For whoever is logged in: the password of the account; not needed within ten minutes of logging in.
    #[graphql(secret)]
    password: Option<String>,
}

/// The code, and what proves that the app is the one that began.
#[derive(InputObject)]
struct ExchangeOAuthInput {
    /// What the deep link brought, for one use within two minutes.
    #[graphql(secret)]
    code: String,
    /// The random text whose hash was the `codeChallenge`.
    #[graphql(secret)]
    code_verifier: String,
    /// The PIN of the account's first profile, to open that; not needed if it has none, or if another has none.
    #[graphql(secret)]
    pin: Option<String>,
}

/// The other site that can log in no more.
#[derive(InputObject)]
struct UnlinkIdentityInput {
    /// The other site, as in `identities`.
    provider: String,
}

/// Where to send the browser, or why the log-in cannot begin.
#[derive(SimpleObject)]
pub(crate) struct BeginOAuthPayload {
    /// Where to send the browser; null if it was refused.
    authorization_url: Option<String>,
    /// What a person can put right: a `provider` that is not set up, a `returnTo` that is not allowed, a wrong or missing
    /// `password`.
    pub(crate) user_errors: Vec<UserError>,
}

/// What unlinking led to.
#[derive(SimpleObject)]
pub(crate) struct UnlinkIdentityPayload {
    /// What a person can put right: a `provider` that is not linked, or is the last way to log in.
    pub(crate) user_errors: Vec<UserError>,
}

/// Another site that somebody can log in by.
#[derive(SimpleObject)]
pub(super) struct Identity {
    /// The other site, as `beginOAuth` and `unlinkIdentity` take it: `facebook`, or what the operator called it.
    provider: String,
    /// When it was linked.
    linked_at: DateTime,
}

impl From<accounts::Identity> for Identity {
    fn from(identity: accounts::Identity) -> Self {
        Self {
            provider: identity.provider,
            linked_at: identity.created_at.into(),
        }
    }
}
