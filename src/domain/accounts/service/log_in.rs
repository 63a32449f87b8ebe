//! Logging in with a password, and what a session begins with.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::owner::Match;
use super::{AccountService, GUESSES};
use crate::domain::accounts::access_token::Claims;
use crate::domain::accounts::audit::{Action, Actor, AuditEntry};
use crate::domain::accounts::email::EmailAddress;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::password::{MAX_PASSWORD, normalised};
use crate::domain::accounts::profile::{Profile, ProfileError};
use crate::domain::accounts::session::{Session, Transport};
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::{RefreshToken, Secret, SessionToken};
use crate::domain::accounts::user::User;
use crate::domain::error::StoreError;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::limits::{Backoff, limit_key};
use crate::domain::viewer::{Client, KnownViewer};

/// What a session that began with a password is begun with.
pub(super) const VIA_PASSWORD: &str = "password";
/// Guesses at the password of one account from networks that it is not logged in from. The wait is short, because
/// strangers cause it; it makes guessing from many networks slow.
const GUESSES_OF_STRANGERS: Backoff = Backoff {
    free: 50,
    first: std::time::Duration::from_secs(1),
    longest: std::time::Duration::from_secs(30),
    forget_after: std::time::Duration::from_secs(3600),
};
/// How many sessions tell from where an account is used.
const LATEST: usize = 100;
/// The most characters of what a client calls itself.
const MAX_DEVICE: usize = 200;

/// What somebody logs in with.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// The e-mail address, as typed.
    pub email: String,
    pub password: SecretString,
    /// The PIN of the account's first profile, to open that; without it the log-in opens one that needs none.
    pub pin: Option<SecretString>,
    /// How the client will hold its session.
    pub transport: Transport,
    /// Whether a browser's session is to last when the browser is closed.
    pub remember: bool,
}

/// A log-in that worked.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Who is logged in now.
    pub viewer: KnownViewer,
    /// The secrets for the client to hold.
    pub tokens: Tokens,
}

/// The secrets of a session.
#[derive(Debug, Clone)]
pub enum Tokens {
    /// For a browser, which holds the session in a cookie.
    Cookie {
        /// What it sends with each request.
        token: SecretString,
        /// How long it keeps it; `None`: until it is closed.
        max_age: Option<TimeDelta>,
    },
    /// For an app, which holds two tokens.
    Bearer {
        /// What it sends with each request.
        access_token: SecretString,
        /// What it gets the next access token for, once.
        refresh_token: SecretString,
        /// How long the access token lasts.
        expires_in: TimeDelta,
    },
}

impl AccountService {
    /// Checks address and password and begins a session. A wrong address and a wrong password look and last the same:
    /// both read the same, hash once and write one entry. The session that the client had before ends.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn log_in(
        &self,
        log_in: LogIn,
        before: Option<KnownViewer>,
        client: &Client,
    ) -> Result<LoggedIn, AccountError> {
        let network = limit_key("log-in-from", &[&client.network()]);
        self.take(&network, self.policy.log_ins).await?;
        let email = EmailAddress::parse(&log_in.email);
        let Ok(email) = email else {
            return Err(AccountError::WrongCredentials);
        };
        let normal = normalised(&log_in.password);
        if normal.expose_secret().chars().count() > MAX_PASSWORD {
            return Err(AccountError::WrongCredentials);
        }
        let from_here = guesses_from(&email, client);
        self.attempt(&from_here, GUESSES).await?;
        let user = self.user_with(&email, &log_in.email).await?;
        let anywhere = limit_key("log-in", &[email.as_str()]);
        if !self.is_known_network(user.as_ref(), client).await? {
            self.attempt(&anywhere, GUESSES_OF_STRANGERS).await?;
        }
        let hash = user.as_ref().and_then(|user| user.password.clone());
        let matched = self.match_password(log_in.password, hash).await?;
        let is_right = matched != Match::No;
        let found = user.as_ref().map(|user| user.id);
        let may_enter =
            |user: &User| is_right && (user.email_verified || !self.policy.conceals_accounts);
        let Some(user) = user.filter(may_enter) else {
            let failed = self.audit(found, Action::LogInFailed, Actor::Nobody, client);
            self.write(vec![AccountWrite::AddAudit(failed)]).await?;
            return Err(AccountError::WrongCredentials);
        };
        self.ports.limiter.forgive(&from_here).await?;
        self.ports.limiter.forgive(&anywhere).await?;
        if user.disabled_at.is_some() {
            let failed = self.audit(found, Action::LogInFailed, Actor::Nobody, client);
            self.write(vec![AccountWrite::AddAudit(failed)]).await?;
            return Err(AccountError::Disabled);
        }
        if matched == Match::AsTyped {
            self.hash_again(user.clone(), normal).await?;
        }
        let profile = self
            .profile_to_open(user.id, log_in.pin, before, client)
            .await?;
        let (transport, remember) = (log_in.transport, log_in.remember);
        let logged_in = self
            .begin_session(&user, &profile, VIA_PASSWORD, transport, remember, client)
            .await?;
        self.end_former(before).await?;
        Ok(logged_in)
    }

    /// Stores the hash of a password that was not normalised when it was chosen. Somebody else may write the account at
    /// the same time; then it is for the next log-in.
    async fn hash_again(&self, user: User, normal: SecretString) -> Result<(), AccountError> {
        let hash = self.ports.passwords.hash(normal).await?;
        let changed = self.next(User {
            password: Some(hash),
            ..user
        });
        match self.write(vec![AccountWrite::PutUser(changed)]).await {
            Err(AccountError::Store(StoreError::Conflict)) => Ok(()),
            written => written,
        }
    }

    /// Ends the session that a client had before it got another one.
    pub(super) async fn end_former(&self, before: Option<KnownViewer>) -> Result<(), AccountError> {
        if let Some((user, session)) =
            before.and_then(|viewer| Some((viewer.user, viewer.session()?)))
        {
            self.ports.sessions.delete_session(user, session).await?;
        }
        Ok(())
    }

    /// Forgets how often somebody at this network guessed: they have shown that they get the account's mail.
    pub(super) async fn forgive_guesses(
        &self,
        user: &User,
        client: &Client,
    ) -> Result<(), AccountError> {
        if let Some(email) = &user.email {
            let from_here = guesses_from(email, client);
            self.ports.limiter.forgive(&from_here).await?;
        }
        Ok(())
    }

    /// Whether the account is logged in from the client's network already, as its latest sessions show. Asks the store as
    /// much for no account.
    async fn is_known_network(
        &self,
        user: Option<&User>,
        client: &Client,
    ) -> Result<bool, AccountError> {
        let id = user.map_or(UserId(0), |user| user.id);
        let now = self.ports.clock.now();
        let sessions = &self.ports.sessions;
        let sessions = sessions.latest_sessions(id, now, LATEST).await?;
        let network = client.network();
        Ok(sessions.iter().any(|session| {
            let begun_by = Client {
                address: session.address,
                ..Client::default()
            };
            begun_by.network() == network
        }))
    }

    /// The profile that a log-in opens: the first of the account. If that has a PIN, and is not open in this client, a
    /// log-in without the PIN opens the first profile that needs none, and is refused if there is no such profile.
    pub(super) async fn profile_to_open(
        &self,
        user: UserId,
        pin: Option<SecretString>,
        before: Option<KnownViewer>,
        client: &Client,
    ) -> Result<Profile, AccountError> {
        let profiles = self.ports.accounts.profiles.profiles_of_user(user).await?;
        let first = profiles.first().ok_or(ProfileError::NotFound)?;
        let is_open = before.is_some_and(|viewer| viewer.has_open(first.id));
        if first.pin.is_none() || is_open {
            return Ok(first.clone());
        }
        if pin.is_none()
            && let Some(other) = profiles.iter().find(|profile| profile.pin.is_none())
        {
            return Ok(other.clone());
        }
        self.check_pin(user, first, pin, client).await?;
        Ok(first.clone())
    }

    /// The profile that an account begins with.
    pub(super) async fn first_profile(&self, user: UserId) -> Result<Profile, AccountError> {
        let profiles = self.ports.accounts.profiles.profiles_of_user(user).await?;
        let first = profiles.into_iter().next();
        Ok(first.ok_or(ProfileError::NotFound)?)
    }

    /// Begins a session of an account that may be used.
    pub(super) async fn begin_session(
        &self,
        user: &User,
        profile: &Profile,
        via: &str,
        transport: Transport,
        remember: bool,
        client: &Client,
    ) -> Result<LoggedIn, AccountError> {
        if user.disabled_at.is_some() {
            return Err(AccountError::Disabled);
        }
        let now = self.ports.clock.now();
        let lifetimes = self.policy.lifetimes;
        let lasts = remember || transport == Transport::Bearer;
        let idle = if lasts {
            lifetimes.remembered
        } else {
            lifetimes.idle
        };
        let id = SessionId::random_of(user.id, &mut *self.ports.entropy.rng());
        let secret = Secret::random(&mut *self.ports.entropy.rng());
        let refresh = Secret::random(&mut *self.ports.entropy.rng());
        let session = Session {
            id,
            user: user.id,
            epoch: user.epoch,
            profile: profile.id,
            via: via.to_owned(),
            secret: secret.hash(),
            refresh: (transport == Transport::Bearer).then(|| refresh.hash()),
            device: client
                .device
                .as_ref()
                .map(|device| device.chars().take(MAX_DEVICE).collect()),
            address: client.address,
            idle,
            created_at: now,
            last_seen_at: now,
            expires_at: now + idle.min(lifetimes.absolute),
            ends_at: now + lifetimes.absolute,
        };
        let sessions = &self.ports.sessions;
        sessions.create_session(&session).await?;
        let most = self.policy.sessions;
        if sessions.end_oldest_sessions(user.id, most, id).await? > 0 {
            let (action, actor) = (Action::SessionsEnded, Actor::User(user.id));
            let ended = self.audit(Some(user.id), action, actor, client);
            self.write(vec![AccountWrite::AddAudit(ended)]).await?;
        }
        let entry = AuditEntry {
            detail: Some(via.to_owned()),
            ..self.audit(
                Some(user.id),
                Action::LoggedIn,
                Actor::User(user.id),
                client,
            )
        };
        self.write(vec![AccountWrite::AddAudit(entry)]).await?;
        let tokens = match transport {
            Transport::Cookie => Tokens::Cookie {
                token: SessionToken {
                    session: id,
                    secret,
                }
                .expose()
                .into(),
                // The server ends it earlier if it is not used.
                max_age: lasts.then_some(lifetimes.absolute),
            },
            Transport::Bearer => {
                let next = RefreshToken {
                    session: id,
                    family: secret,
                    secret: refresh,
                };
                self.bearer_tokens(&session, &next).await?
            }
        };
        let viewer = user.viewer(profile, id);
        Ok(LoggedIn { viewer, tokens })
    }

    /// The tokens of an app.
    pub(super) async fn bearer_tokens(
        &self,
        session: &Session,
        refresh: &RefreshToken,
    ) -> Result<Tokens, AccountError> {
        let now = self.ports.clock.now();
        let expires_in = self.policy.lifetimes.access_token;
        let claims = Claims {
            user: session.user,
            session: session.id,
            issued_at: now,
            expires_at: now + expires_in,
        };
        let access_token = self.ports.access_tokens.issue(&claims).await?;
        Ok(Tokens::Bearer {
            access_token: access_token.into(),
            refresh_token: refresh.expose().into(),
            expires_in,
        })
    }
}

/// What the guesses at the password of one account from one network are counted under.
fn guesses_from(email: &EmailAddress, client: &Client) -> String {
    limit_key("log-in", &[email.as_str(), &client.network()])
}
