//! Registering, logging in, logging out, and going on with new tokens.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use secrecy::{ExposeSecret, SecretString};

use super::viewer::Viewer;
use crate::domain::accounts::{
    self, AccountError, ChosenPassword, LogIn, LoggedIn, RefreshToken, Registration, SessionError,
    Tokens,
};
use crate::domain::error::ErrorCode;
use crate::domain::viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::BySession;
use crate::graphql::user_error::UserError;

/// Registering, logging in, logging out.
#[derive(Default)]
pub(crate) struct AccountMutation;

/// Registering, logging in, logging out.
#[Object]
impl AccountMutation {
    /// Makes an account with a first profile, sends a link to confirm its address, and logs it in. In production nobody
    /// is logged in before the address is confirmed, and the answer is the same for an address that has an account: its
    /// owner gets a mail. Anybody may.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The address, the password and how the client holds its session.",
            secret
        )]
        input: RegisterInput,
    ) -> Result<AuthPayload> {
        let transport = input.transport.unwrap_or_default().into();
        let remember = input.remember.unwrap_or_default();
        let registration = Registration {
            email: input.email,
            password: ChosenPassword::new(
                &SecretString::from(input.password),
                input.password_confirm.map(SecretString::from).as_ref(),
            ),
            name: input.name,
        };
        let accounts = &ctx.services().accounts;
        let registered = accounts
            .register(registration, transport, remember, ctx.client())
            .await;
        AuthPayload::new(ctx, registered).await
    }

    /// Logs in with e-mail address and password. This opens the first profile of the account; if that has a PIN, and
    /// none is given, the first that has none. If all have one, the answer is `WRONG_CREDENTIALS` for `pin`: ask for
    /// it, and try again with it. Anybody may; after some wrong passwords or PINs there is a wait before each
    /// (`RATE_LIMITED`). A browser that would drop the cookie is told why, `FORBIDDEN` for `transport`.
    async fn log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The address, the password and how the client holds its session.",
            secret
        )]
        input: LogInInput,
    ) -> Result<AuthPayload> {
        let transport = input.transport.unwrap_or_default();
        if transport == SessionTransport::Cookie
            && let Some(refused) = without_cookie(ctx)
        {
            return Ok(AuthPayload::refused(refused));
        }
        let log_in = LogIn {
            email: input.email,
            password: SecretString::from(input.password),
            pin: input.pin.map(SecretString::from),
            transport: transport.into(),
            remember: input.remember.unwrap_or_default(),
        };
        let accounts = &ctx.services().accounts;
        let before = ctx.viewer().known().copied();
        let logged_in = accounts.log_in(log_in, before, ctx.client()).await;
        AuthPayload::new(ctx, logged_in.map(Some)).await
    }

    /// Ends a session, at once and everywhere: the one that the request came with, or another one of the account.
    /// Whoever is not logged in is so afterwards, too: that is no error. Another session can be ended with the profile of
    /// a grown-up only. An API key has no session to end.
    async fn log_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session that is to end; the own one, if none is named.")]
        input: LogOutInput,
    ) -> Result<LogOutPayload> {
        let ended = match input.session {
            Some(session) => end_session(ctx, &session).await?,
            None => end_own_session(ctx).await,
        };
        let (_, user_errors) = UserError::split(ended)?;
        Ok(LogOutPayload { user_errors })
    }

    /// Ends all sessions of the account but the one that the request came with, at once and everywhere. For whoever is
    /// logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn log_out_others(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to end beside the other sessions.")] input: LogOutOthersInput,
    ) -> Result<LogOutOthersPayload> {
        let viewer = ctx.known_viewer()?;
        let accounts = &ctx.services().accounts;
        let ended = accounts.end_other_sessions(&viewer, ctx.client()).await?;
        if input.revoke_api_keys.unwrap_or_default() {
            accounts.revoke_api_keys(&viewer, ctx.client()).await?;
        }
        Ok(LogOutOthersPayload {
            ended,
            user_errors: Vec::new(),
        })
    }

    /// Exchanges a refresh token for new tokens. Each is good for one exchange. If the answer is lost, the same token
    /// gives the same once more, within a minute and as long as the new refresh token was not used; one that comes later
    /// was copied, and ends its session with all of its tokens. Anybody with the token may; it is sent without
    /// `Authorization`.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session goes on.", secret)] input: RefreshSessionInput,
    ) -> Result<AuthPayload> {
        let accounts = &ctx.services().accounts;
        let refreshed = match RefreshToken::parse(&input.refresh_token) {
            Some(token) => accounts.refresh(&token, ctx.client()).await,
            None => Err(AccountError::Session(SessionError::InvalidRefreshToken)),
        };
        AuthPayload::new(ctx, refreshed.map(Some)).await
    }
}

/// What whoever wants a cookie is told whose browser would drop it.
pub(super) fn without_cookie(ctx: &Context<'_>) -> Option<UserError> {
    let why = ctx.lost_cookie()?;
    Some(UserError::input(ErrorCode::Forbidden, "transport", why))
}

/// Ends the session that the request came with, if it came with one.
async fn end_own_session(ctx: &Context<'_>) -> Result<(), AccountError> {
    if let Some(viewer) = ctx.viewer().known() {
        let accounts = &ctx.services().accounts;
        accounts.log_out(viewer, ctx.client()).await?;
    }
    ctx.clear_session_cookie();
    ctx.go_on_as(viewer::Viewer::Anonymous);
    Ok(())
}

/// Ends a session of the viewer's account.
async fn end_session(ctx: &Context<'_>, id: &ID) -> Result<Result<(), AccountError>> {
    let viewer = ctx.known_viewer()?;
    let Some(GlobalId::Session(session)) = GlobalId::decode(id) else {
        return Ok(Err(AccountError::Session(SessionError::NotFound)));
    };
    if viewer.session() == Some(session) {
        return Ok(end_own_session(ctx).await);
    }
    let accounts = &ctx.services().accounts;
    Ok(accounts.end_session(&viewer, session, ctx.client()).await)
}

/// The address and the password of a new account.
#[derive(InputObject)]
struct RegisterInput {
    /// The e-mail address. Its case does not matter; nobody else may have it.
    email: String,
    /// The password: 15 to 256 characters, not one of those that anybody would try first.
    #[graphql(secret)]
    password: String,
    /// The password once more, if the form asks for it.
    #[graphql(secret)]
    password_confirm: Option<String>,
    /// The name of the first profile; what stands before the `@`, if left out.
    name: Option<String>,
    /// How the client holds its session; `COOKIE` if left out.
    transport: Option<SessionTransport>,
    /// Whether a browser's session lasts when the browser is closed; it does not if left out. Those of apps last.
    remember: Option<bool>,
}

/// The address and the password of an account that exists.
#[derive(InputObject)]
struct LogInInput {
    /// The e-mail address; its case does not matter.
    email: String,
    /// The password of the account, as it was set: the case of its letters matters.
    #[graphql(secret)]
    password: String,
    /// The PIN of the account's first profile, to open that; not needed if it has none.
    #[graphql(secret)]
    pin: Option<String>,
    /// How the client holds its session; `COOKIE` if left out.
    transport: Option<SessionTransport>,
    /// Whether a browser's session lasts when the browser is closed; it does not if left out. Those of apps last.
    remember: Option<bool>,
}

/// The session that is to end.
#[derive(InputObject)]
struct LogOutInput {
    /// A session of the viewer's account; the one that the request came with, if left out.
    session: Option<ID>,
}

/// What ends with the other sessions.
#[derive(InputObject)]
struct LogOutOthersInput {
    /// Whether the account's API keys are revoked, too; they are not if left out.
    revoke_api_keys: Option<bool>,
}

/// Which session goes on.
#[derive(InputObject)]
struct RefreshSessionInput {
    /// The refresh token that came last.
    #[graphql(secret)]
    refresh_token: String,
}

/// How a client holds its session.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[graphql(remote = "accounts::Transport")]
pub(super) enum SessionTransport {
    /// For browsers: a cookie that scripts cannot read. The payload has no tokens.
    #[default]
    Cookie,
    /// For apps: the payload has the token, to be sent as `Authorization: Bearer …`. No cookie is set.
    Bearer,
}

/// What registering or logging in led to.
#[derive(SimpleObject, Default)]
pub(crate) struct AuthPayload {
    /// Who is logged in now; null if it was refused. Also null after `register` on a site that does not tell strangers
    /// who has an account: then the mail says how to go on.
    viewer: Option<Viewer>,
    /// The token to send as `Authorization: Bearer …`: a JWT, signed with `EdDSA` by one of the keys that
    /// `/.well-known/jwks.json` has. Null unless `BEARER` was asked for.
    access_token: Option<String>,
    /// What `refreshSession` gives the next tokens for, once. Null unless `BEARER` was asked for.
    refresh_token: Option<String>,
    /// How long the access token lasts, in seconds; null unless `BEARER` was asked for.
    expires_in: Option<i64>,
    /// What a person can put right: `WRONG_CREDENTIALS` (for `pin`, if only that is missing or wrong), an `email` that
    /// is `TAKEN`, a `password` that is too short; a `transport` whose cookie the browser would drop (`FORBIDDEN`: after
    /// `register` the account is there all the same); a `refreshToken` that is not good any more (`UNAUTHENTICATED`: log
    /// in again).
    pub(crate) user_errors: Vec<UserError>,
}

impl AuthPayload {
    /// The answer to somebody who is not let in.
    pub(super) fn refused(error: UserError) -> Self {
        Self {
            user_errors: vec![error],
            ..Self::default()
        }
    }

    /// The answer to somebody who is logged in now, or to whom nothing is told, or who is refused.
    pub(super) async fn new(
        ctx: &Context<'_>,
        outcome: Result<Option<LoggedIn>, AccountError>,
    ) -> Result<Self> {
        let logged_in = match outcome {
            Ok(Some(logged_in)) => logged_in,
            Ok(None) => return Ok(Self::default()),
            Err(error) => return Ok(Self::refused(UserError::from_error(error)?)),
        };
        ctx.go_on_as(viewer::Viewer::Known(logged_in.viewer));
        let viewer = Some(Viewer::load(ctx, logged_in.viewer).await?);
        Ok(match logged_in.tokens {
            Tokens::Cookie { token, max_age } => {
                let seconds = max_age.map(|max_age| max_age.num_seconds());
                ctx.set_session_cookie(token.expose_secret(), seconds);
                Self {
                    viewer,
                    user_errors: without_cookie(ctx).into_iter().collect(),
                    ..Self::default()
                }
            }
            Tokens::Bearer {
                access_token,
                refresh_token,
                expires_in,
            } => Self {
                viewer,
                access_token: Some(access_token.expose_secret().to_owned()),
                refresh_token: Some(refresh_token.expose_secret().to_owned()),
                expires_in: Some(expires_in.num_seconds()),
                ..Self::default()
            },
        })
    }
}

/// What logging out led to.
#[derive(SimpleObject)]
pub(crate) struct LogOutPayload {
    /// What a person can put right: a `session` that the account does not have.
    pub(crate) user_errors: Vec<UserError>,
}

/// What ending the other sessions led to.
#[derive(SimpleObject)]
pub(crate) struct LogOutOthersPayload {
    /// How many sessions ended.
    ended: u64,
    /// What a person can put right: that it is the profile of a child which asks.
    pub(crate) user_errors: Vec<UserError>,
}
