//! The account of a demo site in development: whoever has just started the program sees suggestions before having watched
//! anything. Its password is known to everybody, so it is closed where strangers come.

use secrecy::SecretString;

use super::owner::Match;
use super::register::Registration;
use super::{AccountService, Authority};
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::email::EmailAddress;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::profile::Profile;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::user::User;
use crate::domain::ids::ProfileId;
use crate::domain::page::Window;
use crate::domain::viewer::{Client, Role};

/// The e-mail address of the demo account, at a domain where nobody gets mail (RFC 2606, 3).
pub const DEMO_EMAIL: &str = "demo@example.org";
/// Its password, which is no secret.
pub const DEMO_PASSWORD: &str = "correct horse battery";
/// The viewer of loaded files that its profile is.
pub const DEMO_VIEWER: &str = "demo";

impl AccountService {
    /// Makes the demo account if there is no account at all; whether it is there now. What files tell of
    /// [`DEMO_VIEWER`] is what its profile has watched.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn add_demo_account(&self) -> Result<bool, AccountError> {
        let users = &self.ports.accounts.users;
        if !users.list_users(&Window::first(1)).await?.rows.is_empty() {
            return self.has_demo_account().await;
        }
        let email = EmailAddress::parse(DEMO_EMAIL)?;
        let registration = Registration {
            email: DEMO_EMAIL.to_owned(),
            password: SecretString::from(DEMO_PASSWORD).into(),
            name: Some("Demo".to_owned()),
        };
        let (user, profile) = self.new_user(email, registration, Role::Viewer).await?;
        let user = User {
            email_verified: true,
            ways_in_trusted_since: Some(user.stamp.created_at),
            ..user
        };
        let profile = Profile {
            id: ProfileId::of_key(DEMO_VIEWER),
            key: Some(DEMO_VIEWER.to_owned()),
            ..profile
        };
        let (action, actor) = (Action::Registered, Actor::Operator);
        let audit = self.audit(Some(user.id), action, actor, &Client::default());
        self.write(vec![
            AccountWrite::AddUser(user),
            AccountWrite::AddProfile(profile),
            AccountWrite::AddAudit(audit),
        ])
        .await?;
        Ok(true)
    }

    /// Whether anybody can log in to the demo account: it is there, open, and has its password still.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn has_demo_account(&self) -> Result<bool, AccountError> {
        Ok(self.find_demo_account().await?.is_some())
    }

    /// Disables the demo account if anybody can log in to it. Says whether it did.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn close_demo_account(&self) -> Result<bool, AccountError> {
        let Some(user) = self.find_demo_account().await? else {
            return Ok(false);
        };
        self.set_disabled(Authority::Operator, user.id, true)
            .await?;
        Ok(true)
    }

    async fn find_demo_account(&self) -> Result<Option<User>, AccountError> {
        let email = EmailAddress::parse(DEMO_EMAIL)?;
        let found = self.ports.accounts.users.find_user_by_email(&email).await?;
        let is_open = |user: &User| user.disabled_at.is_none() && user.password.is_some();
        let Some(user) = found.filter(is_open) else {
            return Ok(None);
        };
        let hash = user.password.clone();
        let matched = self.match_password(DEMO_PASSWORD.into(), hash).await?;
        Ok((matched != Match::No).then_some(user))
    }
}
