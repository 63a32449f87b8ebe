//! Re-authentication: making sure that it is the owner who asks, before something that a stolen session must not do.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::{AccountService, GUESSES};
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::password::{PasswordError, PasswordHash, normalised};
use crate::domain::accounts::session::SessionError;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::user::User;
use crate::domain::ids::SessionId;
use crate::domain::limits::limit_key;
use crate::domain::viewer::Client;

/// How old a log-in may be that proves the owner of an account without a password.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// What a password that was typed has to do with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    /// It is the one, and was hashed before passwords were normalised.
    AsTyped,
    No,
}

impl AccountService {
    /// By the password, or, where there is none, by a log-in that is not older than some minutes.
    pub(super) async fn check_owner(
        &self,
        (user, session): (&User, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), AccountError> {
        let Some(hash) = user.password.clone() else {
            let is_fresh = self.is_fresh(session).await?;
            return is_fresh
                .then_some(())
                .ok_or(AccountError::Session(SessionError::TooOld));
        };
        let password = password.ok_or(PasswordError::Wrong)?;
        let key = limit_key("password", &[&user.id.to_string(), &client.network()]);
        self.attempt(&key, GUESSES).await?;
        if self.match_password(password, Some(hash)).await? == Match::No {
            let (action, actor) = (Action::PasswordRefused, Actor::User(user.id));
            let refused = self.audit(Some(user.id), action, actor, client);
            self.write(vec![AccountWrite::AddAudit(refused)]).await?;
            return Err(PasswordError::Wrong.into());
        }
        self.ports.limiter.forgive(&key).await?;
        Ok(())
    }

    /// Whether a password is the one of a hash. One that was hashed before passwords were normalised is known as it was
    /// typed. Without a hash it takes as long.
    pub(super) async fn match_password(
        &self,
        typed: SecretString,
        hash: Option<PasswordHash>,
    ) -> Result<Match, AccountError> {
        let passwords = &self.ports.passwords;
        let normal = normalised(&typed);
        let is_normal = normal.expose_secret() == typed.expose_secret();
        if passwords.verify(normal, hash.clone()).await? {
            return Ok(Match::Yes);
        }
        if !is_normal && passwords.verify(typed, hash).await? {
            return Ok(Match::AsTyped);
        }
        Ok(Match::No)
    }

    /// [`Self::check_owner`] for what is often done right after logging in: without a password a fresh log-in will do even where
    /// there is one.
    pub(super) async fn check_owner_or_fresh(
        &self,
        (user, session): (&User, SessionId),
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<(), AccountError> {
        if password.is_none() && self.is_fresh(session).await? {
            return Ok(());
        }
        self.check_owner((user, session), password, client).await
    }

    async fn is_fresh(&self, session: SessionId) -> Result<bool, AccountError> {
        let now = self.ports.clock.now();
        let session = self.ports.sessions.find_session(session, now).await?;
        Ok(session.is_some_and(|session| now - session.created_at <= FRESH))
    }
}
