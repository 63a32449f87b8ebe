//! The sessions of an account: listing and ending them.

use super::AccountService;
use super::authenticate::is_valid;
use super::log_in::{LoggedIn, Tokens};
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::session::{Rotation, Session, SessionError, Succession};
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::{RefreshToken, Salt};
use crate::domain::ids::SessionId;
use crate::domain::viewer::{Client, KnownViewer};

impl AccountService {
    /// Where the viewer's account is logged in, the latest first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sessions(&self, viewer: &KnownViewer) -> Result<Vec<Session>, AccountError> {
        let now = self.ports.clock.now();
        let sessions = &self.ports.sessions;
        Ok(sessions.sessions_of_user(viewer.user, now).await?)
    }

    /// Ends the session that the viewer came with, at once and everywhere.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn log_out(&self, viewer: &KnownViewer, client: &Client) -> Result<(), AccountError> {
        let session = viewer.session().ok_or(AccountError::Forbidden)?;
        let sessions = &self.ports.sessions;
        sessions.delete_session(viewer.user, session).await?;
        let entry = self.own(viewer, Action::LoggedOut, client);
        self.write(vec![AccountWrite::AddAudit(entry)]).await
    }

    /// Ends another session of the viewer's account, at once and everywhere.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn end_session(
        &self,
        viewer: &KnownViewer,
        session: SessionId,
        client: &Client,
    ) -> Result<(), AccountError> {
        self.managed(viewer).await?;
        let sessions = &self.ports.sessions;
        if !sessions.delete_session(viewer.user, session).await? {
            return Err(SessionError::NotFound.into());
        }
        let entry = self.own(viewer, Action::SessionsEnded, client);
        self.write(vec![AccountWrite::AddAudit(entry)]).await
    }

    /// Ends all sessions of the viewer's account but the one that the viewer came with. Says how many there were.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn end_other_sessions(
        &self,
        viewer: &KnownViewer,
        client: &Client,
    ) -> Result<u64, AccountError> {
        let (_, own) = self.managed(viewer).await?;
        let sessions = &self.ports.sessions;
        let ended = sessions
            .delete_sessions_of_user(viewer.user, Some(own))
            .await?;
        let entry = self.own(viewer, Action::SessionsEnded, client);
        self.write(vec![AccountWrite::AddAudit(entry)]).await?;
        Ok(ended)
    }

    /// Exchanges a refresh token for new tokens. The one before stays good for a moment, as long as nobody used the new
    /// one, and gives the same: the answer may have been lost. An older one ends its session: either this client or
    /// another one stole it (RFC 9700, 4.14.2).
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn refresh(
        &self,
        token: &RefreshToken,
        client: &Client,
    ) -> Result<LoggedIn, AccountError> {
        let now = self.ports.clock.now();
        let found = self.ports.sessions.find_session(token.session, now).await?;
        let session = found
            .filter(|session| session.refresh.is_some() && session.secret.is_of(&token.family))
            .ok_or(SessionError::InvalidRefreshToken)?;
        let found = self.user_and_profile(session.user, session.profile).await?;
        let (user, profile) = found
            .filter(|(user, _)| is_valid(user, &session))
            .ok_or(SessionError::InvalidRefreshToken)?;
        let session = Session {
            last_seen_at: now,
            expires_at: session.expiry(now),
            ..session
        };
        let salt = Salt::random(&mut *self.ports.entropy.rng());
        let succession = Succession {
            from: token.secret.hash(),
            to: token.secret.successor(&salt).hash(),
            salt,
            at: now,
        };
        let sessions = &self.ports.sessions;
        let salt = match sessions.rotate_session(&session, &succession).await? {
            Rotation::Rotated => salt,
            Rotation::Repeated(salt) => salt,
            Rotation::Gone => return Err(SessionError::InvalidRefreshToken.into()),
            Rotation::Reused => {
                sessions.delete_session(session.user, session.id).await?;
                let reused = self.audit(
                    Some(session.user),
                    Action::RefreshReused,
                    Actor::Nobody,
                    client,
                );
                self.write(vec![AccountWrite::AddAudit(reused)]).await?;
                return Err(SessionError::InvalidRefreshToken.into());
            }
        };
        let next = RefreshToken {
            secret: token.secret.successor(&salt),
            ..token.clone()
        };
        let tokens: Tokens = self.bearer_tokens(&session, &next).await?;
        let viewer = user.viewer(&profile, session.id);
        Ok(LoggedIn { viewer, tokens })
    }
}
