//! What people do with accounts: register, log in, log out.

use std::sync::Arc;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::error::AccountError;
use super::password::{MAX_PASSWORD, PasswordHasher, check_new};
use super::store::{AccountStore, SessionStore};
use super::token::SessionToken;
use super::types::{EmailAddress, Profile, Role, Session, User};
use crate::domain::catalog::Stamp;
use crate::domain::clock::Clock;
use crate::domain::ids::{ProfileId, SessionId, UserId};
use crate::domain::viewer::{KnownViewer, Viewer};

/// How long a session lasts.
const SESSION_DAYS: i64 = 30;
/// How often the time of last use is written.
const TOUCH_SECONDS: i64 = 60;

/// The use cases of accounts.
#[derive(Clone)]
pub struct AccountService {
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    passwords: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
}

/// What somebody registers with.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The e-mail address, as typed.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// The password once more, if the form asks for it.
    pub password_confirm: Option<SecretString>,
    /// The name of the first profile; without it, what stands before the `@`.
    pub name: Option<String>,
}

/// What somebody logs in with.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// The e-mail address, as typed.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// What the client calls itself.
    pub device: Option<String>,
}

/// A log-in that worked.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Who is logged in now.
    pub viewer: KnownViewer,
    /// The secret for the client to hold.
    pub token: SessionToken,
    /// How long it lasts, in seconds.
    pub expires_in: i64,
}

impl AccountService {
    /// A service on its stores.
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        sessions: Arc<dyn SessionStore>,
        passwords: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            accounts,
            sessions,
            passwords,
            clock,
        }
    }

    /// Makes an account with a first profile, and logs it in.
    pub async fn register(
        &self,
        registration: Registration,
        device: Option<String>,
    ) -> Result<LoggedIn, AccountError> {
        let user = self.create_user(registration, Role::Viewer, false).await?;
        self.begin_session(user.0.id, user.1.id, device).await
    }

    /// Makes an account with a first profile.
    pub async fn create_user(
        &self,
        registration: Registration,
        role: Role,
        email_verified: bool,
    ) -> Result<(User, Profile), AccountError> {
        let email = EmailAddress::parse(&registration.email)?;
        check_new(&registration.password, &email)?;
        if let Some(confirm) = &registration.password_confirm
            && confirm.expose_secret() != registration.password.expose_secret()
        {
            return Err(AccountError::PasswordsDiffer);
        }
        let name = registration
            .name
            .as_deref()
            .map(crate::domain::text::tidy)
            .filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| {
            email
                .as_str()
                .split('@')
                .next()
                .unwrap_or_default()
                .to_owned()
        });
        let password = self.passwords.hash(registration.password).await?;
        let stamp = Stamp::first(self.clock.now());
        let user = User {
            id: UserId::random(&mut rand::rng()),
            email,
            email_verified,
            password,
            role,
            stamp,
        };
        let name = name.chars().take(50).collect();
        let profile = Profile {
            id: ProfileId::random(&mut rand::rng()),
            user: Some(user.id),
            key: None,
            name,
            stamp,
        };
        self.accounts.create_user(&user, &profile).await?;
        Ok((user, profile))
    }

    /// Checks address and password and begins a session. A wrong address and a wrong password look and last the same.
    pub async fn log_in(&self, log_in: LogIn) -> Result<LoggedIn, AccountError> {
        if log_in.password.expose_secret().chars().count() > MAX_PASSWORD {
            return Err(AccountError::WrongCredentials);
        }
        let user = match EmailAddress::parse(&log_in.email) {
            Ok(email) => self.accounts.find_user_by_email(&email).await?,
            Err(_) => None,
        };
        let is_right = self
            .passwords
            .verify(
                log_in.password,
                user.as_ref().map(|user| user.password.clone()),
            )
            .await?;
        let user = user
            .filter(|_| is_right)
            .ok_or(AccountError::WrongCredentials)?;
        let profile = self
            .accounts
            .profiles_of_user(user.id)
            .await?
            .into_iter()
            .next()
            .ok_or(AccountError::WrongCredentials)?;
        self.begin_session(user.id, profile.id, log_in.device).await
    }

    /// Who holds this token.
    pub async fn authenticate(&self, token: &SessionToken) -> Result<Viewer, AccountError> {
        let now = self.clock.now();
        let Some(session) = self.sessions.find_session(&token.hash(), now).await? else {
            return Ok(Viewer::Anonymous);
        };
        if now - session.last_seen_at > TimeDelta::seconds(TOUCH_SECONDS) {
            self.sessions.touch_session(&session, now).await?;
        }
        Ok(Viewer::Known(KnownViewer {
            user: session.user,
            profile: session.profile,
            session: session.id,
        }))
    }

    /// Ends the session that the viewer came with, at once and everywhere.
    pub async fn log_out(&self, viewer: &KnownViewer) -> Result<(), AccountError> {
        self.sessions
            .delete_session(viewer.user, viewer.session)
            .await?;
        Ok(())
    }

    /// Ends another session of the viewer's account, at once and everywhere.
    pub async fn end_session(
        &self,
        viewer: &KnownViewer,
        session: SessionId,
    ) -> Result<(), AccountError> {
        let was_there = self.sessions.delete_session(viewer.user, session).await?;
        was_there.then_some(()).ok_or(AccountError::SessionNotFound)
    }

    /// The viewer's own account and profile.
    pub async fn account(&self, viewer: &KnownViewer) -> Result<(User, Profile), AccountError> {
        let user = self.accounts.users(&[viewer.user]).await?.pop();
        let profile = self.accounts.profiles(&[viewer.profile]).await?.pop();
        user.zip(profile).ok_or(AccountError::Unauthenticated)
    }

    /// The profiles of the viewer's account, the oldest first.
    pub async fn profiles(&self, viewer: &KnownViewer) -> Result<Vec<Profile>, AccountError> {
        Ok(self.accounts.profiles_of_user(viewer.user).await?)
    }

    /// Where the viewer's account is logged in, the latest first.
    pub async fn sessions(&self, viewer: &KnownViewer) -> Result<Vec<Session>, AccountError> {
        Ok(self
            .sessions
            .sessions_of_user(viewer.user, self.clock.now())
            .await?)
    }

    /// Makes profiles for the keys of a loaded file, where they are new.
    pub async fn add_loaded_profiles(&self, keys: &[String]) -> Result<(), AccountError> {
        let stamp = Stamp::first(self.clock.now());
        let profiles: Vec<Profile> = keys
            .iter()
            .map(|key| Profile {
                id: ProfileId::of_key(key),
                user: None,
                key: Some(key.clone()),
                name: key.clone(),
                stamp,
            })
            .collect();
        Ok(self.accounts.add_profiles(&profiles).await?)
    }

    /// The keys that profiles are known by outside: that of the loaded file, or the id.
    pub async fn profile_keys(
        &self,
        ids: &[ProfileId],
    ) -> Result<std::collections::HashMap<ProfileId, String>, AccountError> {
        let profiles = self.accounts.profiles(ids).await?;
        Ok(profiles
            .into_iter()
            .map(|profile| {
                (
                    profile.id,
                    profile.key.unwrap_or_else(|| profile.id.to_string()),
                )
            })
            .collect())
    }

    async fn begin_session(
        &self,
        user: UserId,
        profile: ProfileId,
        device: Option<String>,
    ) -> Result<LoggedIn, AccountError> {
        let now = self.clock.now();
        let token = SessionToken::random(&mut rand::rng());
        let lifetime = TimeDelta::days(SESSION_DAYS);
        let session = Session {
            id: SessionId::random(&mut rand::rng()),
            token: token.hash(),
            user,
            profile,
            device: device.map(|device| device.chars().take(200).collect()),
            created_at: now,
            last_seen_at: now,
            expires_at: now + lifetime,
        };
        self.sessions.create_session(&session).await?;
        Ok(LoggedIn {
            viewer: KnownViewer {
                user,
                profile,
                session: session.id,
            },
            token,
            expires_in: lifetime.num_seconds(),
        })
    }
}
