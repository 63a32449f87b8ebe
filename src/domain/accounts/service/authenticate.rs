//! Authentication: finding out who sends a request.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::AccountService;
use crate::domain::accounts::access_token::Verified;
use crate::domain::accounts::api_key::{ApiKey, Scope};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::owners::Owned;
use crate::domain::accounts::profile::Profile;
use crate::domain::accounts::session::Session;
use crate::domain::accounts::token::{ApiKeyToken, SessionToken};
use crate::domain::accounts::user::User;
use crate::domain::ids::{ApiKeyId, ProfileId, SessionId, UserId};
use crate::domain::listeners::{Listener, Topic};
use crate::domain::viewer::{KnownViewer, Login, Viewer};

/// How often the time of last use is written.
const TOUCH: TimeDelta = TimeDelta::seconds(60);

/// What a request shows.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// The cookie of a browser.
    Cookie(SessionToken),
    /// The access token of an app.
    AccessToken(SecretString),
    /// The API key of a program.
    ApiKey(ApiKeyToken),
}

/// What credentials are found to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Who sends the request.
    Of(KnownViewer),
    /// Nothing, or nothing any more.
    Nothing(Stale),
}

/// Why credentials prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// They were good for a time that is over; what they stand for still is. An app fetches the next access token.
    Expired,
    /// What they stood for has ended: the session, the key, the account. Log in again.
    Revoked,
    /// They never were good.
    Wrong,
}

impl Proof {
    /// Who sends the request, to whom nothing is said of credentials that are good no more.
    pub fn viewer(self) -> Viewer {
        match self {
            Self::Of(viewer) => Viewer::Known(viewer),
            Self::Nothing(_) => Viewer::Anonymous,
        }
    }
}

impl AccountService {
    /// Who shows these credentials.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<Proof, AccountError> {
        match credentials {
            Credentials::Cookie(token) => {
                let now = self.ports.clock.now();
                let found = self.ports.owners.owned_session(token.session, now).await?;
                // The family of refresh tokens is no cookie: it is in every one that was ever used.
                let proven = found.filter(|(session, _)| {
                    session.refresh.is_none() && session.secret.is_of(&token.secret)
                });
                self.proof_of(proven).await
            }
            Credentials::AccessToken(token) => {
                let now = self.ports.clock.now();
                let tokens = &self.ports.access_tokens;
                let (claims, is_over) = match tokens.verify(token.expose_secret(), now).await? {
                    Verified::Good(claims) => (claims, false),
                    Verified::Expired(claims) => (claims, true),
                    // Whoever has its refresh token, too, is told then whether the session goes on.
                    Verified::Forgotten => return Ok(Proof::Nothing(Stale::Expired)),
                    Verified::Wrong => return Ok(Proof::Nothing(Stale::Wrong)),
                };
                let found = self.ports.owners.owned_session(claims.session, now).await?;
                let proven = found.filter(|(session, _)| session.user == claims.user);
                if !is_over {
                    return self.proof_of(proven).await;
                }
                // It is no use to fetch the next one if the session has ended.
                let goes_on = match proven {
                    Some((session, Some((user, _)))) => is_valid(&user, &session),
                    Some((_, None)) | None => false,
                };
                let stale = if goes_on {
                    Stale::Expired
                } else {
                    Stale::Revoked
                };
                Ok(Proof::Nothing(stale))
            }
            Credentials::ApiKey(token) => self.proof_of_key(token).await,
        }
    }

    async fn proof_of(&self, found: Option<Owned>) -> Result<Proof, AccountError> {
        let Some((session, owner)) = found else {
            return Ok(Proof::Nothing(Stale::Revoked));
        };
        let Some((user, profile)) = owner.filter(|(user, _)| is_valid(user, &session)) else {
            return Ok(Proof::Nothing(Stale::Revoked));
        };
        let now = self.ports.clock.now();
        if now - session.last_seen_at > TOUCH {
            let seen = Session {
                last_seen_at: now,
                expires_at: session.expiry(now),
                ..session.clone()
            };
            self.ports.sessions.touch_session(&seen).await?;
        }
        Ok(Proof::Of(user.viewer(&profile, session.id)))
    }

    /// An account and the profile that a session goes on with. `None` if one of them is gone.
    pub(super) async fn user_and_profile(
        &self,
        user: UserId,
        profile: ProfileId,
    ) -> Result<Option<(User, Profile)>, AccountError> {
        let profiles = &self.ports.accounts.profiles;
        Ok(profiles.with_owner(user, profile).await?)
    }

    /// Who somebody is by now who proved who they are before, and stays; none: what they proved it with has ended. An
    /// access token need not be good any more for that, only its session. That is no use of it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn still(&self, viewer: &KnownViewer) -> Result<Option<KnownViewer>, AccountError> {
        match viewer.login {
            Login::Session(id) => self.viewer_of_session(id).await,
            Login::ApiKey { id, .. } => self.viewer_of_api_key(id).await,
        }
    }

    /// Who goes on with a log-in by now; none: it has ended. That is no use of it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn viewer_of_session(
        &self,
        id: SessionId,
    ) -> Result<Option<KnownViewer>, AccountError> {
        let now = self.ports.clock.now();
        let Some((session, owner)) = self.ports.owners.owned_session(id, now).await? else {
            return Ok(None);
        };
        let owner = owner.filter(|(user, _)| is_valid(user, &session));
        Ok(owner.map(|(user, profile)| user.viewer(&profile, session.id)))
    }

    /// Who comes with an API key by now; none: it has ended. That is no use of it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn viewer_of_api_key(
        &self,
        id: ApiKeyId,
    ) -> Result<Option<KnownViewer>, AccountError> {
        let now = self.ports.clock.now();
        let key = self.ports.accounts.api_keys.find_api_key(id).await?;
        match key.filter(|key| key.expires_at > now) {
            Some(key) => self.viewer_of_key(&key).await,
            None => Ok(None),
        }
    }

    /// Listens to what changes of an account: whether somebody is still who they are may be another question then.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn listen(&self, user: UserId) -> Listener {
        self.ports.events.listen(Topic::Account(user)).await
    }

    async fn proof_of_key(&self, token: &ApiKeyToken) -> Result<Proof, AccountError> {
        let key = self.ports.accounts.api_keys.find_api_key(token.key).await?;
        let Some(key) = key else {
            return Ok(Proof::Nothing(Stale::Revoked));
        };
        if !key.secret.is_of(&token.secret) {
            return Ok(Proof::Nothing(Stale::Wrong));
        }
        let now = self.ports.clock.now();
        if key.expires_at <= now {
            return Ok(Proof::Nothing(Stale::Expired));
        }
        let Some(viewer) = self.viewer_of_key(&key).await? else {
            return Ok(Proof::Nothing(Stale::Revoked));
        };
        if key.last_used_at.is_none_or(|used| now - used > TOUCH) {
            self.ports
                .accounts
                .api_keys
                .touch_api_key(key.id, now)
                .await?;
        }
        Ok(Proof::Of(viewer))
    }

    /// Who comes with a key; none: its account is gone or disabled.
    async fn viewer_of_key(&self, key: &ApiKey) -> Result<Option<KnownViewer>, AccountError> {
        let user = self.find_user(key.user).await?;
        let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
            return Ok(None);
        };
        let profile = self.first_profile(user.id).await?;
        Ok(Some(KnownViewer {
            user: user.id,
            profile: profile.id,
            max_age: profile.max_age,
            language: profile.reads(),
            pause: profile.pause,
            role: key.role(user.role),
            login: Login::ApiKey {
                id: key.id,
                may_watch: key.scopes.contains(&Scope::Watch),
            },
        }))
    }
}

/// Whether a session still proves who its user is.
pub(super) fn is_valid(user: &User, session: &Session) -> bool {
    user.epoch == session.epoch && user.disabled_at.is_none()
}
